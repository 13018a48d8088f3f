//! Finds many short literals, some in any case of their letters, in a text that comes in pieces.
//!
//! The sampled filter of patterns needs long ones to skip text. Literals of four bytes leave it
//! nothing to skip, and letters in any case would be thousands of patterns; so these have a search
//! of their own, that looks at every byte, but at many bytes in one instruction: [`fingerprints`]
//! tell where one of the literals may stand, and [`endings`] whether one does.

mod endings;
mod fingerprints;
mod windows;

use super::bit_table::BitTable;
use endings::{Endings, Tail, cases};
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
    windows: Windows,
    /// All of them, those of one case and those of any.
    endings: [Endings; 2],
    /// The last bytes of each, and whether some literal has fewer.
    tails: BitTable<1>,
    has_short_tail: bool,
    /// Whether some literal has a byte before its last.
    goes_on: [bool; 256],
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
        let (windows, different) = Windows::choose(literals);
        let of_case = |any_case: bool| {
            let numbered = literals.iter().map(|it| &**it).enumerate();
            Endings::new(numbered.filter(|(_, literal)| literal.any_case == any_case))
        };
        let mut tails = BitTable::for_entries(4 * literals.len());
        let mut goes_on = [false; 256];
        for literal in literals {
            tails.insert(Tail::of(&literal.bytes).number());
            for &byte in &literal.bytes[..literal.bytes.len() - 1] {
                cases(byte, literal.any_case).for_each(|it| goes_on[usize::from(it)] = true);
            }
        }
        let lengths = || literals.iter().map(|literal| literal.bytes.len());
        Literals {
            fingerprints: Fingerprints::new(&different),
            windows,
            endings: [of_case(false), of_case(true)],
            tails,
            has_short_tail: lengths().any(|length| length < Tail::LEN),
            goes_on,
            longest: lengths().max().unwrap_or(0),
            has_shorter_than_window: lengths().any(|length| length < WINDOW),
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
                self.add_endings(&piece[..end], end, |_| true, &mut hits);
            }
        }
        self.fingerprints.each_candidate(piece, &mut |at| {
            self.windows.each_at(&piece[at..], |behind| {
                let end = at + WINDOW + behind.length;
                if let Some(text) = piece.get(..end) {
                    behind.endings.each(text, |literal, _| {
                        hits.push(LiteralHit { end, literal });
                    });
                }
            });
        });
        // Windows are found in order, but literals reach behind theirs by different lengths.
        hits.sort_unstable();
        hits
    }

    /// Adds the literals that begin before the piece and end in it.
    fn find_across(&self, before: &[u8], piece: &[u8], hits: &mut Vec<LiteralHit>) {
        let may_go_on = |byte: u8| self.goes_on[usize::from(byte)];
        let mut tail = Tail::of(before);
        let mut goes_on = before.last().is_some_and(|&byte| may_go_on(byte));
        for (index, &byte) in piece.iter().take(self.lookbehind()).enumerate() {
            if !goes_on {
                return;
            }
            tail = tail.then(byte);
            if self.has_short_tail || self.tails.answer(tail.number()) & 1 != 0 {
                let end = index + 1;
                let text = [before, &piece[..end]].concat();
                self.add_endings(&text, end, |length| length > end, hits);
            }
            goes_on = may_go_on(byte);
        }
    }

    /// Adds the literals of such a length that end at `end`, as the text does.
    fn add_endings(
        &self,
        text: &[u8],
        end: usize,
        is_counted: impl Fn(usize) -> bool,
        hits: &mut Vec<LiteralHit>,
    ) {
        for endings in &self.endings {
            endings.each(text, |literal, length| {
                if is_counted(length) {
                    hits.push(LiteralHit { end, literal });
                }
            });
        }
    }
}

#[cfg(test)]
mod tests;
