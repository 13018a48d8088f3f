//! Occurrences on their way to become findings.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use super::finding::{Finding, Origin};
use super::owners::Owner;
use super::rules::RuleSet;
use super::set::MaskSet;
use crate::search::Hit;

/// The number of occurrences for which memory stays with a stream.
const KEPT: usize = 8;

/// The occurrences that no finding has been told of yet, and what has been told of the last run
/// whose mask has been emitted.
///
/// An occurrence inside a longer one is dropped. That none longer comes is certain as soon as the
/// stream is settled behind its beginning, so no more wait than there are bytes held.
#[derive(Default)]
pub(super) struct Untold {
    /// None inside another: both their beginnings and their ends ascend.
    pending: VecDeque<Occurrence>,
    /// The end of the occurrence that was added last.
    end: u64,
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
        let Occurrence { start, end, what } = occurrence;
        let before = self.pending.len();
        while self.pending.back().is_some_and(|last| last.start >= start) {
            self.pending.pop_back();
        }
        if let Some(last) = self.pending.back_mut().filter(|_| self.end == end) {
            if last.end == end {
                return;
            }
        }
        // One that goes on from its like is told with it, so that a text of nothing but the same
        // secret, each overlapping the next, takes no memory.
        let like = self.pending.len() == before && start < self.end;
        match self
            .pending
            .back_mut()
            .filter(|last| like && last.what == what)
        {
            Some(last) => last.end = end,
            None => self.pending.push_back(occurrence),
        }
        self.end = end;
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
        self.end = 0;
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
                    if self.told.insert(Teller::Rule(announcement)) {
                        tell(&Finding::new(rules.origin_of(announcement), start));
                    }
                }
                What::Pattern(pattern) => {
                    for &owner in set.owners_of(pattern) {
                        if self.told.insert(Teller::Owner(owner)) {
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
        }
    }

    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.pending.capacity() * size_of::<Occurrence>()
    }
}

/// What a finding is told of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Teller {
    Owner(Owner),
    Rule(u32),
}

/// What has been told of one run.
///
/// Nearly always it is one thing, which is kept without an allocation. A run may be endless, but
/// there are never more of them than names times forms.
#[derive(Default)]
struct Told {
    first: Option<Teller>,
    others: BTreeSet<Teller>,
}

impl Told {
    /// Whether it had not been told before.
    fn insert(&mut self, teller: Teller) -> bool {
        match self.first {
            None => {
                self.first = Some(teller);
                true
            }
            Some(first) => first != teller && self.others.insert(teller),
        }
    }

    fn clear(&mut self) {
        self.first = None;
        self.others.clear();
    }
}
