//! Occurrences joined into runs: which bytes of the stream are covered, and by how many masks.

use std::collections::VecDeque;
use std::ops::Range;

/// The number of runs for which memory stays with a stream.
const KEPT: usize = 8;

/// The runs that no mask has been emitted for yet, and how far the last emitted one reaches.
///
/// Places are offsets in the whole stream. Occurrences that share a byte are one run; runs that
/// merely touch stay two.
#[derive(Default)]
pub(super) struct Cover {
    /// The end of the last run whose mask has been emitted. An occurrence that begins before it
    /// belongs to that run, however far it goes on.
    masked_until: u64,
    /// Runs behind that, in order, with no byte in common.
    pending: VecDeque<Range<u64>>,
}

impl Cover {
    /// Adds an occurrence. Occurrences come in the order of their ends.
    pub(super) fn add(&mut self, occurrence: Range<u64>) {
        let Range { start, end } = occurrence;
        if start < self.masked_until {
            self.pending.clear();
            // Bytes that are searched again show occurrences that the mask stands for already.
            self.masked_until = self.masked_until.max(end);
            return;
        }
        while let Some(last) = self.pending.back_mut().filter(|last| last.end > start) {
            if last.start <= start {
                last.end = end;
                return;
            }
            self.pending.pop_back();
        }
        self.pending.push_back(occurrence);
    }

    /// Adds an occurrence that ends before others do that were added. O(runs behind its beginning, and
    /// the logarithm of all): with each password that proves to be one behind its end, all runs that
    /// wait for a long secret would make the time quadratic.
    pub(super) fn add_late(&mut self, occurrence: Range<u64>) {
        let before = self
            .pending
            .partition_point(|run| run.end <= occurrence.start);
        let behind = self.pending.split_off(before);
        let earlier = behind.partition_point(|run| run.end <= occurrence.end);
        let mut behind = behind.into_iter();
        behind.by_ref().take(earlier).for_each(|run| self.add(run));
        self.add(occurrence);
        behind.for_each(|run| self.add(run));
    }

    /// The next run that begins before `place`, if nothing that comes later can begin before that
    /// run or join it with one before it, so that its mask may go. The caller emits that mask.
    pub(super) fn next_before(&mut self, place: u64) -> Option<Range<u64>> {
        let is_settled = self.pending.front().is_some_and(|run| run.start < place);
        if !is_settled {
            // A chunk full of secrets must not cost each of thousands of streams its memory.
            if self.pending.is_empty() {
                self.pending.shrink_to(KEPT);
            }
            return None;
        }
        let run = self.pending.pop_front()?;
        self.masked_until = run.end;
        Some(run)
    }

    /// Whether one run has all of the last bytes of the stream, of which none but the first is
    /// settled.
    pub(super) fn has(&self, tail: &Range<u64>) -> bool {
        let is_in = |run: &Range<u64>| run.start <= tail.start && tail.end <= run.end;
        tail.end <= self.masked_until || self.pending.back().is_some_and(is_in)
    }

    /// The end of the last run whose mask has been emitted.
    pub(super) fn masked_until(&self) -> u64 {
        self.masked_until
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.pending.capacity()
    }

    /// Takes the runs whose masks have not been emitted, to be added again among others.
    pub(super) fn take_pending(&mut self) -> Vec<Range<u64>> {
        self.pending.drain(..).collect()
    }
}
