//! The sampled filter: one look in every few bytes, and no occurrence is missed.
//!
//! Let `m` be the length of the shortest pattern and `s = m - 3` the *stride*. Of any `s`
//! neighbouring places the filter looks at one: it reads the 4 bytes there, the *sample*, and asks
//! a table whether they stand at one of the first `s` places of some pattern. Every occurrence has
//! a sample at one of its first `s` places, and that sample lies whole within its first `m` bytes;
//! so where the table says no, no occurrence begins at the `s` places up to the sample.
//!
//! Where it says yes, a second table is asked for each of these places whether the 8 bytes there
//! begin some pattern. In real logs nearly nothing passes both but what should.

use super::Patterns;
use super::bit_table::BitTable;
use super::filter::Chance;

/// The bytes of a sample.
const SAMPLE: usize = 4;
/// The bytes that the second look compares.
const PREFIX: usize = 8;
/// The greatest stride: a longer one no longer makes the search faster, but costs table.
const MAX_STRIDE: usize = 17;
/// How many samples are looked at before the one branch on all their answers.
const BLOCK: usize = 8;

pub(super) struct Sampled {
    stride: usize,
    /// The first `stride` samples of every pattern.
    samples: BitTable<1>,
    /// The first bytes of every pattern.
    prefixes: BitTable<2>,
    /// Keeps those bytes of a prefix that the shortest pattern has.
    prefix_mask: u64,
}

impl Sampled {
    /// `None` where some pattern is shorter than a sample.
    pub(super) fn new(patterns: &Patterns<'_>) -> Option<Sampled> {
        let shortest = patterns.shortest()?;
        let stride = (shortest + 1)
            .checked_sub(SAMPLE)
            .filter(|&s| s > 0)?
            .min(MAX_STRIDE);
        let prefix_mask = u64::MAX >> (8 * (PREFIX - shortest.min(PREFIX)));

        let count = patterns.iter().count();
        // Logs are full of the same few samples (blanks, dashes, zeros). A table that fits the
        // nearest cache costs nothing, and makes it unlikely that one of them is taken for ours.
        let mut samples = BitTable::for_entries((count * stride).max(2_048));
        let mut prefixes = BitTable::for_entries(count);
        for pattern in patterns.iter() {
            for place in 0..stride {
                samples.insert(sample(&pattern[place..]));
            }
            let mut prefix = [0; PREFIX];
            let known = pattern.len().min(PREFIX);
            prefix[..known].copy_from_slice(&pattern[..known]);
            prefixes.insert(u64::from_le_bytes(prefix) & prefix_mask);
        }
        Some(Sampled {
            stride,
            samples,
            prefixes,
            prefix_mask,
        })
    }

    /// As [`Filter::next_chance`](super::filter::Filter::next_chance).
    #[inline]
    pub(super) fn next_chance(&self, piece: &[u8], from: usize) -> Chance {
        // Each stride has a copy of the loop in which it is a constant, which makes the loop half
        // as fast again.
        match self.stride {
            1 => self.next_chance_at::<1>(piece, from),
            2 => self.next_chance_at::<2>(piece, from),
            3 => self.next_chance_at::<3>(piece, from),
            4 => self.next_chance_at::<4>(piece, from),
            5 => self.next_chance_at::<5>(piece, from),
            6 => self.next_chance_at::<6>(piece, from),
            7 => self.next_chance_at::<7>(piece, from),
            8 => self.next_chance_at::<8>(piece, from),
            9 => self.next_chance_at::<9>(piece, from),
            10 => self.next_chance_at::<10>(piece, from),
            11 => self.next_chance_at::<11>(piece, from),
            12 => self.next_chance_at::<12>(piece, from),
            13 => self.next_chance_at::<13>(piece, from),
            14 => self.next_chance_at::<14>(piece, from),
            15 => self.next_chance_at::<15>(piece, from),
            16 => self.next_chance_at::<16>(piece, from),
            _ => self.next_chance_at::<MAX_STRIDE>(piece, from),
        }
    }

    #[inline(never)]
    fn next_chance_at<const STRIDE: usize>(&self, piece: &[u8], from: usize) -> Chance {
        let mut at = from + STRIDE - 1;
        while let Some(block) = piece.get(at..at + (BLOCK - 1) * STRIDE + SAMPLE) {
            let answers = (0..BLOCK).map(|index| self.answer(&block[index * STRIDE..]));
            if answers.fold(0, |joined, answer| joined | answer) & 1 != 0
                && let Some(chance) = self.chance_in_block::<STRIDE>(piece, at, block)
            {
                return chance;
            }
            at += BLOCK * STRIDE;
        }
        while let Some(rest) = piece.get(at..).filter(|rest| rest.len() >= SAMPLE) {
            if self.answer(rest) & 1 != 0
                && let Some(chance) = self.chance_at_sample::<STRIDE>(piece, at)
            {
                return chance;
            }
            at += STRIDE;
        }
        self.chance_in_tail(piece, at + 1 - STRIDE)
    }

    /// The first chance in a block, of which some sample was said to be one of ours.
    #[inline(always)]
    fn chance_in_block<const STRIDE: usize>(
        &self,
        piece: &[u8],
        at: usize,
        block: &[u8],
    ) -> Option<Chance> {
        // All are asked again before any is looked at: a branch for each would be mispredicted.
        let mut ours = 0u32;
        for index in 0..BLOCK {
            ours |= ((self.answer(&block[index * STRIDE..]) & 1) as u32) << index;
        }
        while ours != 0 {
            let index = ours.trailing_zeros() as usize;
            let chance = self.chance_at_sample::<STRIDE>(piece, at + index * STRIDE);
            if chance.is_some() {
                return chance;
            }
            ours &= ours - 1;
        }
        None
    }

    /// The chance that the sample at `at` stands for, if the second table knows one.
    #[inline(always)]
    fn chance_at_sample<const STRIDE: usize>(&self, piece: &[u8], at: usize) -> Option<Chance> {
        let first = at + 1 - STRIDE;
        if let Some(window) = piece.get(first..first + STRIDE - 1 + PREFIX) {
            let answers = window
                .windows(PREFIX)
                .map(|prefix| self.begins_pattern(prefix));
            if answers.fold(0, |joined, answer| joined | answer) & 1 == 0 {
                return None;
            }
        }
        // Where the piece ends before a prefix does, that prefix may go on to be a pattern's.
        let may_begin = |place: &usize| {
            piece
                .get(*place..*place + PREFIX)
                .is_none_or(|it| self.begins_pattern(it) & 1 != 0)
        };
        let from = (first..=at).find(may_begin)?;
        Some(Chance {
            from,
            until: at + 1,
        })
    }

    /// The chance in the last bytes, which are fewer than the shortest pattern has. Where four are
    /// left they must be the first of some pattern, so commonly only the last three are walked.
    #[inline(always)]
    fn chance_in_tail(&self, piece: &[u8], from: usize) -> Chance {
        let mut from = from;
        while piece
            .get(from..from + SAMPLE)
            .is_some_and(|it| self.answer(it) & 1 == 0)
        {
            from += 1;
        }
        Chance {
            from: from.min(piece.len()),
            until: piece.len(),
        }
    }

    /// Whether the sample at the beginning of `text` is one of ours, as a table answers.
    #[inline(always)]
    fn answer(&self, text: &[u8]) -> u64 {
        self.samples.answer(sample(text))
    }

    /// Whether `prefix` may be that of a pattern, as a table answers.
    #[inline(always)]
    fn begins_pattern(&self, prefix: &[u8]) -> u64 {
        let bytes = prefix
            .try_into()
            .expect("the caller cuts prefixes of 8 bytes");
        self.prefixes
            .answer(u64::from_le_bytes(bytes) & self.prefix_mask)
    }

    pub(super) fn memory(&self) -> usize {
        self.samples.memory() + self.prefixes.memory()
    }
}

#[inline(always)]
fn sample(text: &[u8]) -> u64 {
    u64::from(u32::from_le_bytes([text[0], text[1], text[2], text[3]]))
}
