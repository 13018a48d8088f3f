//! Occurrences on their way to become findings.

use std::collections::VecDeque;
use std::ops::Range;

use super::finding::{Finding, Origin};
use super::rules::RuleSet;
use super::set::MaskSet;
use super::told::{Numbers, Told};

/// The number of occurrences for which memory stays with a stream.
const KEPT: usize = 8;

/// The number of occurrences that may always be pending.
const LIMIT: usize = 256;

/// The occurrences that no finding has been told of yet, and what has been told of the last run
/// whose mask has been emitted.
///
/// Of patterns, one inside a longer one is dropped. That none longer comes is certain as soon as the
/// stream is settled behind its beginning, so no more wait than there are bytes held. What a rule
/// found is told unless a pattern covers its first byte; it drops no pattern, whose name says more.
#[derive(Default)]
pub(super) struct Untold {
    /// None inside another: both their beginnings and their ends ascend.
    patterns: VecDeque<Occurrence>,
    /// Where values that rules found begin, and what announced them, in order.
    by_rules: VecDeque<(u64, u32)>,
    /// The end of the patterns that are no longer pending.
    covered_until: u64,
    /// The latest occurrences that each overlap the next, all of one run therefore.
    chain: Range<u64>,
    /// How many may be pending before those that will not be told are looked for.
    limit: usize,
    told: Told,
}

/// A place where a pattern stands.
#[derive(Clone, Copy)]
struct Occurrence {
    start: u64,
    end: u64,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// A pattern, by its number in the set.
    Pattern(u32),
    /// The beginning of one, that the end of the stream cut short.
    Truncated,
}

impl Untold {
    /// Adds an occurrence of a pattern. They come in the order of their ends, the longest that ends
    /// there.
    #[inline]
    pub(super) fn add(&mut self, range: &Range<u64>, pattern: u32) {
        let &Range { start, end } = range;
        while self.patterns.back().is_some_and(|last| last.start >= start) {
            self.patterns.pop_back();
        }
        let what = What::Pattern(pattern);
        self.patterns.push_back(Occurrence { start, end, what });
        let is_joined = start < self.chain.end;
        self.chain.start = if is_joined {
            start.min(self.chain.start)
        } else {
            start
        };
        self.chain.end = end;
        if self.patterns.len() > self.limit {
            self.drop_repeated();
        }
    }

    /// Adds what a rule found, once, when it is sure to be a secret.
    pub(super) fn add_by_rule(&mut self, start: u64, announcement: u32) {
        let value = (start, announcement);
        let place = self.by_rules.partition_point(|it| *it < value);
        self.by_rules.insert(place, value);
    }

    /// Drops what is told by an earlier occurrence of the same in the same run. Without this, a chunk
    /// in which secrets overlap at every byte would take many times its own memory.
    #[cold]
    fn drop_repeated(&mut self) {
        let start = self.chain.start;
        let of_chain = self.patterns.partition_point(|it| it.start < start);
        let mut seen = Numbers::default();
        let mut kept: VecDeque<Occurrence> = self.patterns.drain(..of_chain).collect();
        for occurrence in self.patterns.drain(..) {
            let is_new = match occurrence.what {
                What::Pattern(pattern) => seen.insert(pattern + 1),
                What::Truncated => true,
            };
            match kept.back_mut().filter(|_| !is_new) {
                // The bytes it covers stay covered: nothing in a chain lies between two.
                Some(last) => last.end = occurrence.end,
                None => kept.push_back(occurrence),
            }
        }
        self.patterns = kept;
        // As many more as there are, so that the time stays linear.
        self.limit = (2 * self.patterns.len()).max(LIMIT);
    }

    /// Adds the beginning of a pattern, with which the stream ends. It stands in for none that was
    /// found whole.
    pub(super) fn add_truncated(&mut self, start: u64, end: u64) {
        let what = What::Truncated;
        let place = self.patterns.partition_point(|it| it.start < start);
        self.patterns.insert(place, Occurrence { start, end, what });
    }

    /// Forgets the patterns that no finding has been told of: their bytes are searched again.
    pub(super) fn forget_patterns(&mut self) {
        self.patterns.clear();
        self.chain = 0..0;
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
        let has_pattern = self.patterns.front().is_some_and(|it| it.start < place);
        if has_pattern || self.by_rules.front().is_some_and(|it| it.0 < place) {
            self.tell_some_until(place, (set, rules), tell);
        }
    }

    fn tell_some_until(
        &mut self,
        place: u64,
        (set, rules): (&MaskSet, &RuleSet),
        mut tell: impl FnMut(&Finding<'_>),
    ) {
        loop {
            let by_rule = self.by_rules.front().filter(|it| it.0 < place).copied();
            let before = by_rule.map_or(place, |(start, _)| start + 1);
            if let Some(&occurrence) = self.patterns.front().filter(|it| it.start < before) {
                self.patterns.pop_front();
                self.covered_until = self.covered_until.max(occurrence.end);
                self.tell_pattern(occurrence, set, &mut tell);
            } else if let Some((start, announcement)) = by_rule {
                self.by_rules.pop_front();
                if start >= self.covered_until && self.told.insert_rule(announcement) {
                    tell(&Finding::new(rules.origin_of(announcement), start));
                }
            } else {
                break;
            }
        }
        // A chunk full of secrets must not cost each of thousands of streams its memory.
        if self.patterns.is_empty() {
            self.patterns.shrink_to(KEPT);
            self.limit = LIMIT;
        }
        if self.by_rules.is_empty() {
            self.by_rules.shrink_to(KEPT);
        }
    }

    fn tell_pattern(
        &mut self,
        Occurrence { start, what, .. }: Occurrence,
        set: &MaskSet,
        tell: &mut impl FnMut(&Finding<'_>),
    ) {
        let What::Pattern(pattern) = what else {
            return tell(&Finding::new(Origin::Truncated, start));
        };
        let layers = set.layers();
        for &owner in layers.owners_of(pattern) {
            if self.told.insert(owner) {
                let (name, form) = (layers.name_of(owner), owner.form);
                tell(&Finding::new(Origin::Secret { name, form }, start));
            }
        }
    }

    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.patterns.capacity() * size_of::<Occurrence>()
            + self.by_rules.capacity() * size_of::<(u64, u32)>()
            + self.told.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_that_overlap_at_every_byte_take_little_memory_in_a_long_chunk() {
        let mut untold = Untold::default();
        let add = |untold: &mut Untold, start: u64| {
            untold.add(&(start..start + 20), start as u32 % 61);
        };
        (0..100_000).for_each(|start| add(&mut untold, start));
        assert!(untold.patterns.len() <= LIMIT);
        assert_eq!(untold.patterns.back().map(|it| it.end), Some(100_019));
        // Those that are apart are all told.
        (0..1_000).for_each(|number| add(&mut untold, 200_000 + number * 20));
        assert!(untold.patterns.len() >= 1_000);
    }
}
