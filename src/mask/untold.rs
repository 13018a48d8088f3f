//! Occurrences on their way to become findings.

use std::collections::VecDeque;
use std::ops::Range;

use super::finding::{Finding, Origin};
use super::rules::RuleSet;
use super::set::MaskSet;
use super::told::{Numbers, Told};
use crate::search::Hit;

/// The number of occurrences for which memory stays with a stream.
const KEPT: usize = 8;

/// The number of occurrences that are looked through at least, once there are twice as many.
const LOOKED_THROUGH: usize = 128;

/// The occurrences that no finding has been told of yet, and what has been told of the last run
/// whose mask has been emitted.
///
/// An occurrence inside a longer one is dropped. That none longer comes is certain as soon as the
/// stream is settled behind its beginning, so no more wait than there are bytes held.
#[derive(Default)]
pub(super) struct Untold {
    /// None inside another: both their beginnings and their ends ascend.
    pending: VecDeque<Occurrence>,
    /// The latest occurrences that each overlap the next, all of one run therefore.
    chain: Range<u64>,
    /// How many may be pending before those that will not be told are looked for.
    limit: usize,
    told: Told,
}

/// A place that is masked, and what made it be.
#[derive(Clone, Copy)]
pub(super) struct Occurrence {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A pattern, by its number in the set.
    Pattern(u32),
    /// What a rule found, by the number of what announced it.
    Rule(u32),
    /// A value on the line by which a job names it. It is no leak, so it is never told.
    AddMask,
    /// The beginning of one, that the end of the stream cut short.
    Truncated,
}

impl Occurrence {
    /// The pattern that ends at a hit, in a piece that begins at `base` in the stream.
    #[inline]
    pub(super) fn of_hit(hit: Hit, base: u64) -> Occurrence {
        let end = base + hit.end as u64;
        Occurrence {
            start: end - hit.len as u64,
            end,
            what: What::Pattern(hit.pattern),
        }
    }

    /// A value on the line by which a job names it.
    pub(super) fn of_named(Range { start, end }: Range<u64>) -> Occurrence {
        let what = What::AddMask;
        Occurrence { start, end, what }
    }
}

impl Untold {
    /// Adds an occurrence. They come in the order of their ends, of patterns the longest that ends
    /// there. What a rule finds comes again, from its beginning, when it has gone on.
    #[inline]
    pub(super) fn add(&mut self, occurrence: Occurrence) {
        let Occurrence { start, end, .. } = occurrence;
        while self.pending.back().is_some_and(|last| last.start >= start) {
            self.pending.pop_back();
        }
        if self.pending.back().is_some_and(|last| last.end == end) {
            return;
        }
        self.pending.push_back(occurrence);
        let is_joined = start < self.chain.end;
        self.chain.start = if is_joined {
            start.min(self.chain.start)
        } else {
            start
        };
        self.chain.end = end;
        if self.pending.len() > self.limit {
            self.drop_repeated();
        }
    }

    /// Drops what is told by an earlier occurrence of the same in the same run. Without this, a chunk
    /// in which secrets overlap at every byte would take many times its own memory.
    #[cold]
    fn drop_repeated(&mut self) {
        let of_chain = self
            .pending
            .partition_point(|it| it.start < self.chain.start);
        let mut seen = Numbers::default();
        let mut index = 0;
        self.pending.retain(|occurrence| {
            index += 1;
            let mut is_new = || match occurrence.what {
                What::Pattern(pattern) => seen.insert(pattern + 1),
                What::Rule(_) | What::AddMask | What::Truncated => true,
            };
            index <= of_chain || is_new()
        });
        // As many more as there are, so that the time stays linear.
        self.limit = 2 * self.pending.len().max(LOOKED_THROUGH);
    }

    /// Adds the beginning of a pattern, with which the stream ends. It stands in for none that was
    /// found whole.
    pub(super) fn add_truncated(&mut self, start: u64, end: u64) {
        let what = What::Truncated;
        let place = self.pending.partition_point(|it| it.start < start);
        self.pending.insert(place, Occurrence { start, end, what });
    }

    /// Takes all but patterns, which are forgotten: their bytes are searched again.
    pub(super) fn take_all_but_patterns(&mut self) -> Vec<Occurrence> {
        let is_kept = |it: &Occurrence| !matches!(it.what, What::Pattern(_));
        self.chain = 0..0;
        self.pending.drain(..).filter(is_kept).collect()
    }

    /// Says that the mask of another run has been emitted, to which the findings that come belong.
    #[inline]
    pub(super) fn begin_run(&mut self) {
        self.told.clear();
    }

    /// Tells of those that begin before a place of the stream that is settled, and belong to the
    /// run whose mask has been emitted last.
    #[inline]
    pub(super) fn tell_until(
        &mut self,
        place: u64,
        (set, rules): (&MaskSet, &RuleSet),
        tell: impl FnMut(&Finding<'_>),
    ) {
        if self.pending.front().is_some_and(|it| it.start < place) {
            self.tell_some_until(place, (set, rules), tell);
        }
    }

    fn tell_some_until(
        &mut self,
        place: u64,
        (set, rules): (&MaskSet, &RuleSet),
        mut tell: impl FnMut(&Finding<'_>),
    ) {
        while let Some(&Occurrence { start, what, .. }) = self.pending.front()
            && start < place
        {
            self.pending.pop_front();
            match what {
                What::AddMask => {}
                What::Truncated => tell(&Finding::new(Origin::Truncated, start)),
                What::Rule(announcement) => {
                    if self.told.insert_rule(announcement) {
                        tell(&Finding::new(rules.origin_of(announcement), start));
                    }
                }
                What::Pattern(pattern) => {
                    for &owner in set.owners_of(pattern) {
                        if self.told.insert(owner) {
                            let (name, form) = (set.name_of(owner), owner.form);
                            tell(&Finding::new(Origin::Secret { name, form }, start));
                        }
                    }
                }
            }
        }
        // A chunk full of secrets must not cost each of thousands of streams its memory.
        if self.pending.is_empty() && self.pending.capacity() > KEPT {
            self.pending.shrink_to(KEPT);
            self.limit = 2 * LOOKED_THROUGH;
        }
    }

    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.pending.capacity() * size_of::<Occurrence>() + self.told.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(start: u64) -> Occurrence {
        Occurrence {
            start,
            end: start + 20,
            what: What::Pattern(start as u32 % 61),
        }
    }

    #[test]
    fn secrets_that_overlap_at_every_byte_take_little_memory_in_a_long_chunk() {
        let mut untold = Untold::default();
        (0..100_000).for_each(|start| untold.add(pattern(start)));
        assert!(untold.pending.len() <= 2 * LOOKED_THROUGH);
        // Those that are apart are all told.
        (0..1_000).for_each(|number| untold.add(pattern(200_000 + number * 20)));
        assert!(untold.pending.len() >= 1_000);
    }
}
