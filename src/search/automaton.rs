//! Aho-Corasick, and how much of the text behind each state may still become a pattern.

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::nfa::{contiguous, noncontiguous};

use super::{Hit, Patterns, TooLarge};

/// The automaton of all patterns, with the length of the live prefix of each of its states.
///
/// The *live prefix* of a state is the longest suffix of the text read so far that is a proper
/// prefix of some pattern. It is what a stream must hold back, and where it begins is the first
/// place where an occurrence that is not yet complete can begin.
pub(super) struct Automaton {
    nfa: contiguous::NFA,
    live: LivePrefixes,
    start: StateID,
}

impl Automaton {
    pub(super) fn new(patterns: &Patterns<'_>) -> Result<Automaton, TooLarge> {
        // The defaults of the first are the fastest to build, the second keeps only the start
        // state dense: measured, that walks as fast as two dense levels in 60 % of the memory.
        let nfa = noncontiguous::Builder::new()
            .prefilter(false)
            .build(patterns.iter())?;
        let nfa = contiguous::Builder::new()
            .prefilter(false)
            .dense_depth(1)
            .build_from_noncontiguous(&nfa)?;
        let start = start_of(&nfa);
        let live = LivePrefixes::new(&nfa, patterns);
        Ok(Automaton { nfa, live, start })
    }

    /// The state before any text.
    pub(super) fn start(&self) -> StateID {
        self.start
    }

    /// The length in bytes of the live prefix in `state`.
    #[inline(always)]
    pub(super) fn live(&self, state: StateID) -> usize {
        self.live.get(state)
    }

    /// Walks `haystack` from the byte at `at`, in `state`, until no live prefix begins before
    /// `until` any more, or to the end. Reports the longest pattern that ends at each place where
    /// one ends: the shorter ones that end there lie inside it.
    ///
    /// Returns the place it came to and the state there.
    #[inline(always)]
    pub(super) fn walk(
        &self,
        mut state: StateID,
        haystack: &[u8],
        mut at: usize,
        until: usize,
        on_hit: &mut impl FnMut(Hit),
    ) -> (usize, StateID) {
        while let Some(&byte) = haystack.get(at) {
            state = self.nfa.next_state(Anchored::No, state, byte);
            at += 1;
            if self.nfa.is_match(state) {
                // The crate lists a state's own pattern before those of its suffixes.
                let pattern = self.nfa.match_pattern(state, 0);
                on_hit(Hit {
                    end: at,
                    len: self.nfa.pattern_len(pattern),
                    pattern: pattern.as_u32(),
                });
            }
            if at >= until && at >= until + self.live(state) {
                break;
            }
        }
        (at, state)
    }

    /// The memory held, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.nfa.memory_usage() + size_of_val(&*self.live.lengths)
    }
}

fn start_of(nfa: &contiguous::NFA) -> StateID {
    nfa.start_state(Anchored::No)
        .expect("this kind of automaton can always search unanchored")
}

/// The length of the live prefix of each state, in a table that states index.
///
/// The automaton's states are numbers with gaps between them (they are offsets into its own
/// table), so a state's slot here is its number divided by the power of two that still tells the
/// closest two apart.
struct LivePrefixes {
    lengths: Box<[u32]>,
    shift: u32,
}

impl LivePrefixes {
    #[inline(always)]
    fn get(&self, state: StateID) -> usize {
        self.lengths[state.as_usize() >> self.shift] as usize
    }

    fn new(nfa: &contiguous::NFA, patterns: &Patterns<'_>) -> LivePrefixes {
        let start = start_of(nfa);
        let step = |state, &byte: &u8| nfa.next_state(Anchored::No, state, byte);
        // After the first bytes of a pattern, the state is the one that stands for just these.
        let paths = patterns.iter().map(|pattern| {
            pattern.iter().scan(start, |state, byte| {
                *state = step(*state, byte);
                Some(*state)
            })
        });
        let states: Vec<StateID> = paths.flatten().collect();

        let numbers = Numbers::of(states.iter().chain([&start]));
        let shift = numbers.closest().ilog2();
        let lengths = vec![0; (numbers.greatest() >> shift) + 1].into_boxed_slice();
        let mut live = LivePrefixes { lengths, shift };

        let mut rest = &states[..];
        let mut whole = Vec::new();
        for pattern in patterns.iter() {
            let (path, after) = rest.split_at(pattern.len());
            for (read, &state) in path[..pattern.len() - 1].iter().enumerate() {
                live.set(state, read + 1);
            }
            whole.push((pattern, path[pattern.len() - 1]));
            rest = after;
        }
        // A pattern that no other goes on from leaves live what its own suffixes leave. With the
        // shorter patterns first, that is known by the time it is asked for.
        whole.sort_by_key(|(pattern, _)| pattern.len());
        for (pattern, state) in whole {
            if live.get(state) == 0 {
                let suffix = pattern[1..].iter().fold(start, step);
                live.set(state, live.get(suffix));
            }
        }
        live
    }

    fn set(&mut self, state: StateID, length: usize) {
        // Every pattern is shorter than the automaton, whose states are numbered in 32 bits.
        self.lengths[state.as_usize() >> self.shift] = length as u32;
    }
}

/// The numbers of an automaton's states, as a bit for each number up to the greatest.
struct Numbers {
    words: Vec<u64>,
}

impl Numbers {
    fn of<'s>(states: impl Iterator<Item = &'s StateID> + Clone) -> Numbers {
        let greatest = states
            .clone()
            .map(|state| state.as_usize())
            .max()
            .unwrap_or(0);
        let mut words = vec![0; greatest / 64 + 1];
        for state in states {
            words[state.as_usize() / 64] |= 1 << (state.as_usize() % 64);
        }
        Numbers { words }
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let without_lowest = |bits: &u64| Some(bits & bits.wrapping_sub(1));
            std::iter::successors(Some(word), without_lowest)
                .take_while(|&bits| bits != 0)
                .map(move |bits| index * 64 + bits.trailing_zeros() as usize)
        })
    }

    fn greatest(&self) -> usize {
        self.iter().last().unwrap_or(0)
    }

    /// The smallest distance between two of them, or 1 where there are no two.
    fn closest(&self) -> usize {
        self.iter()
            .zip(self.iter().skip(1))
            .map(|(a, b)| b - a)
            .min()
            .unwrap_or(1)
    }
}
