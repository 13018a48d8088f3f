//! Finds every occurrence of a set of byte strings in a text that comes in pieces.
//!
//! This floor knows bytes and patterns. It knows nothing of secrets, masks or streams: whoever
//! searches keeps the [`State`] between the pieces.
//!
//! A filter that looks at one sample in every few bytes says where an occurrence may begin; from
//! there the Aho-Corasick automaton walks until nothing that began there is alive. So nearly all
//! of a text is never walked, and yet every byte that matters is.

mod automaton;
mod bit_table;
mod filter;
mod literals;
mod sampled;
mod trie;

use std::ops::Range;

use automaton::{Automaton, Position};
use filter::Filter;
pub(crate) use literals::{Literal, Literals};

/// A compiled set of patterns.
pub(crate) struct Search {
    automaton: Automaton,
    filter: Filter,
}

/// One place where a pattern ends.
#[derive(Clone, Copy)]
pub(crate) struct Hit {
    /// The offset just behind its last byte, in the piece that was searched.
    pub(crate) end: usize,
    /// The length of the longest pattern that ends there. It may reach into earlier pieces.
    pub(crate) len: usize,
    /// The number of that pattern.
    pub(crate) pattern: u32,
}

impl Hit {
    /// Where the pattern stands, in the text whose piece begins at `base`.
    #[inline]
    pub(crate) fn range(&self, base: u64) -> Range<u64> {
        let end = base + self.end as u64;
        end - self.len as u64..end
    }
}

/// Where a search stands between two pieces of a text.
#[derive(Clone, Copy)]
pub(crate) struct State(Position);

/// The patterns need more states than the automaton can number.
#[derive(Debug)]
pub(crate) struct TooLarge;

impl Search {
    /// Compiles `patterns`. Empty ones and repetitions are left out; the others are numbered in
    /// the order of their bytes.
    ///
    /// O(total length of the patterns), in time and in memory.
    pub(crate) fn new<'p>(
        patterns: impl IntoIterator<Item = &'p [u8]>,
    ) -> Result<Search, TooLarge> {
        let patterns = Patterns::new(patterns);
        Ok(Search {
            automaton: Automaton::new(&patterns)?,
            filter: Filter::new(&patterns),
        })
    }

    /// The state before the first piece.
    pub(crate) fn start(&self) -> State {
        State(self.automaton.start())
    }

    /// How many of the last bytes searched may be the beginning of an occurrence: the length of
    /// the longest suffix of the text that is a proper prefix of a pattern.
    pub(crate) fn live(&self, state: State) -> usize {
        self.automaton.live(state.0)
    }

    /// Searches the next piece of the text, and returns the state behind it.
    ///
    /// Calls `on_hit` for each place in `piece` where a pattern ends, in ascending order. No byte
    /// is walked twice, and the filter looks at each only a bounded number of times; so the time
    /// is linear in the piece, for every text and all patterns.
    pub(crate) fn search(&self, state: State, piece: &[u8], mut on_hit: impl FnMut(Hit)) -> State {
        let State(mut state) = state;
        let mut at = 0;
        // What earlier pieces left live must be followed until it is dead or inside this piece.
        let mut until = 0;
        loop {
            if self.automaton.live(state) + until > at {
                (at, state) = self.automaton.walk(state, piece, at, until, &mut on_hit);
            }
            if at == piece.len() {
                return State(state);
            }
            let unresolved = at - self.automaton.live(state);
            let chance = self.filter.next_chance(piece, unresolved);
            if chance.from > at {
                (at, state) = (chance.from, self.automaton.start());
                until = chance.until;
            } else {
                // The walk has passed the place already. Where chances come this thick, asking
                // for each costs more than walking on.
                until = chance.until.max(unresolved + WALK_AT_LEAST);
            }
        }
    }

    /// The memory held, in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.automaton.memory() + self.filter.memory()
    }
}

/// How far to walk on where a chance lies behind the walk, in bytes.
const WALK_AT_LEAST: usize = 64;

/// Patterns to compile: none empty, none twice, in the order of their bytes.
struct Patterns<'p> {
    sorted: Vec<&'p [u8]>,
}

impl<'p> Patterns<'p> {
    fn new(patterns: impl IntoIterator<Item = &'p [u8]>) -> Patterns<'p> {
        let mut sorted: Vec<_> = patterns
            .into_iter()
            .filter(|pattern| !pattern.is_empty())
            .collect();
        sorted.sort_unstable();
        sorted.dedup();
        Patterns { sorted }
    }

    fn iter(&self) -> impl Iterator<Item = &'p [u8]> {
        self.sorted.iter().copied()
    }

    /// The length of the shortest, in bytes; `None` where there is no pattern.
    fn shortest(&self) -> Option<usize> {
        self.sorted.iter().map(|pattern| pattern.len()).min()
    }
}

#[cfg(test)]
mod tests;
