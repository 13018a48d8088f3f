//! Finds many short literals, some in any case of their letters, in a text that comes in pieces.
//!
//! The sampled filter of patterns needs long ones to skip text. Literals of four bytes leave it
//! nothing to skip, and letters in any case would be thousands of patterns; so these have a search
//! of their own, that looks at every byte, but at many bytes in one instruction: [`fingerprints`]
//! tell where one of the literals may stand, and [`endings`] whether one does.

mod endings;
mod fingerprints;
mod windows;

use endings::{Endings, Tail};
use fingerprints::Fingerprints;
use windows::{WINDOW, Windows};

/// A byte string to find.
#[derive(Clone, Debug)]
pub(crate) struct Literal {
    pub(crate) bytes: Vec<u8>,
    /// Whether its ASCII letters stand for both cases.
    pub(crate) any_case: bool,
}

/// A compiled set of literals.
pub(crate) struct Literals {
    fingerprints: Fingerprints,
    endings: Endings,
    windows: Windows,
    longest: usize,
    has_shorter_than_window: bool,
}

/// A place where a literal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LiteralHit {
    /// The offset just behind its last byte, in the piece that was searched.
    pub(crate) end: usize,
    /// The number of the literal, by the order in which they were given.
    pub(crate) literal: usize,
}

impl Literals {
    /// Compiles the literals, none of which is empty. O(total length), and the square of the
    /// number of those that have different windows, up to a few dozen.
    pub(crate) fn new(literals: &[&Literal]) -> Literals {
        let windows = Windows::choose(literals);
        let longest = literals.iter().map(|literal| literal.bytes.len()).max();
        Literals {
            fingerprints: Fingerprints::new(windows.different()),
            endings: Endings::new(literals),
            windows,
            longest: longest.unwrap_or(0),
            has_shorter_than_window: literals.iter().any(|it| it.bytes.len() < WINDOW),
        }
    }

    /// How many bytes before a piece decide what is found in it: one less than the longest has.
    pub(crate) fn lookbehind(&self) -> usize {
        self.longest.saturating_sub(1)
    }

    /// Every place in `piece` where a literal ends, in ascending order. `before` is the text before
    /// the piece: its last [`lookbehind`](Literals::lookbehind) bytes, or all there is.
    ///
    /// O(length of the piece), and for each place where a literal may stand O(length of the
    /// longest times logarithm of their number).
    pub(crate) fn find(&self, before: &[u8], piece: &[u8]) -> Vec<LiteralHit> {
        let mut hits = Vec::new();
        if self.longest == 0 {
            return hits;
        }
        self.find_across(before, piece, &mut hits);
        if self.has_shorter_than_window {
            for end in 1..=piece.len().min(WINDOW - 1) {
                if !self.endings.may_end(Tail::of(&piece[..end])) {
                    continue;
                }
                self.endings.each(piece[..end].iter().rev(), |literal, _| {
                    hits.push(LiteralHit { end, literal });
                });
            }
        }
        self.fingerprints.each_candidate(piece, &mut |at| {
            self.windows.each_at(&piece[at..], |window, behind| {
                let end = at + WINDOW + behind;
                self.add_ending(piece, end, (window, behind), &mut hits);
            });
        });
        // Windows are found in order, but literals reach behind theirs by different lengths.
        hits.sort_unstable();
        hits
    }

    /// Adds the literals that end at `end` and have this window there.
    fn add_ending(
        &self,
        piece: &[u8],
        end: usize,
        (window, behind): (usize, usize),
        hits: &mut Vec<LiteralHit>,
    ) {
        let Some(text) = piece.get(..end) else {
            return;
        };
        self.endings.each(text.iter().rev(), |literal, _| {
            if self.windows.has(literal, window, behind) {
                hits.push(LiteralHit { end, literal });
            }
        });
    }

    /// Adds the literals that begin before the piece and end in it.
    fn find_across(&self, before: &[u8], piece: &[u8], hits: &mut Vec<LiteralHit>) {
        let mut tail = Tail::of(before);
        let mut goes_on = before.last().is_some_and(|&it| self.endings.may_go_on(it));
        for (index, &byte) in piece.iter().take(self.lookbehind()).enumerate() {
            if !goes_on {
                return;
            }
            tail = tail.then(byte);
            if self.endings.may_end(tail) {
                let text = piece[..=index].iter().rev().chain(before.iter().rev());
                self.endings.each(text, |literal, length| {
                    let end = index + 1;
                    if length > end {
                        hits.push(LiteralHit { end, literal });
                    }
                });
            }
            goes_on = self.endings.may_go_on(byte);
        }
    }
}

#[cfg(test)]
mod tests;
