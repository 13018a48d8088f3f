//! Where one of many windows may stand, found by looking at 32 or 64 bytes at a time.
//!
//! After the algorithm called Teddy of Hyperscan (Wang and others, "Hyperscan: A Fast
//! Multi-pattern Regex Matcher for Modern CPUs", 2019). The windows are put into eight buckets. For
//! each place of a window a table says which buckets have a byte with these lower four bits there;
//! one instruction looks up as many bytes as a register holds. Where the answers of all places have
//! a bucket in common, one of its windows may stand. The last place is also asked for its upper
//! four bits. Upper and lower case of a letter differ in the upper bits only, so letters of any
//! case cost nothing.
//!
//! The aho-corasick crate has a Teddy too. It takes 64 windows at most, each spelled out in every
//! case, and took four times as long for ours.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};

use super::windows::{Place, WINDOW, Window, frequency, frequency_of};

const BUCKETS: usize = 8;
/// How many bytes the widest register holds.
const WIDEST: usize = 64;
/// How many registers are looked up before the one branch on all their answers.
const BLOCK: usize = 4;

pub(super) struct Fingerprints {
    tables: Tables,
    level: Level,
}

/// For each value of four bits the buckets that have it, a bit each.
type Table = [u8; 16];

#[derive(Default)]
struct Tables {
    low: [Table; WINDOW],
    high_of_last: Table,
}

impl Fingerprints {
    pub(super) fn new(windows: &[Window]) -> Fingerprints {
        let mut tables = Tables::default();
        for (number, bucket) in Bucket::sort(windows).iter().enumerate() {
            for value in 0..16 {
                for (table, values) in tables.low.iter_mut().zip(bucket.low) {
                    table[value] |= ((values >> value & 1) as u8) << number;
                }
                let high = bucket.high_of_last >> value & 1;
                tables.high_of_last[value] |= (high as u8) << number;
            }
        }
        Fingerprints {
            tables,
            level: Level::new(),
        }
    }

    /// Calls `on_candidate` for each place in `text` where a window may begin, in ascending order;
    /// for all where one does, and for few others.
    pub(super) fn each_candidate(&self, text: &[u8], on_candidate: &mut dyn FnMut(usize)) {
        let tables = &self.tables;
        dispatch!(self.level, simd => scan(simd, tables, text, on_candidate));
    }
}

#[inline(always)]
fn scan<S: Simd>(simd: S, tables: &Tables, text: &[u8], on_candidate: &mut dyn FnMut(usize)) {
    let width = S::u8s::LEN;
    let registers = Registers::<S>::new(simd, tables);
    let mut at = 0;
    while let Some(block) = text.get(at..at + BLOCK * width + WINDOW - 1) {
        let answers = [
            registers.answer(simd, block, 0),
            registers.answer(simd, block, width),
            registers.answer(simd, block, 2 * width),
            registers.answer(simd, block, 3 * width),
        ];
        let any = (answers[0] | answers[1]) | (answers[2] | answers[3]);
        if !any.simd_eq(0).all_true() {
            for (index, answer) in answers.into_iter().enumerate() {
                report::<S>(answer, at + index * width, on_candidate);
            }
        }
        at += BLOCK * width;
    }
    while let Some(block) = text.get(at..at + width + WINDOW - 1) {
        report::<S>(registers.answer(simd, block, 0), at, on_candidate);
        at += width;
    }
    // What is left fills less than a register. Where the text is at its end, no window begins.
    let rest = &text[at..];
    if rest.len() >= WINDOW {
        let mut padded = [0; WIDEST + WINDOW - 1];
        padded[..rest.len()].copy_from_slice(rest);
        report::<S>(registers.answer(simd, &padded, 0), at, &mut |place| {
            if place + WINDOW <= text.len() {
                on_candidate(place);
            }
        });
    }
}

#[inline(always)]
fn report<S: Simd>(answer: S::u8s, at: usize, on_candidate: &mut dyn FnMut(usize)) {
    let all = u64::MAX >> (WIDEST - S::u8s::LEN);
    let mut candidates = !answer.simd_eq(0).to_bitmask() & all;
    while candidates != 0 {
        on_candidate(at + candidates.trailing_zeros() as usize);
        candidates &= candidates - 1;
    }
}

/// The tables, each as often as a register holds it.
struct Registers<S: Simd> {
    low: [S::u8s; WINDOW],
    high_of_last: S::u8s,
}

impl<S: Simd> Registers<S> {
    #[inline(always)]
    fn new(simd: S, tables: &Tables) -> Registers<S> {
        Registers {
            low: [
                repeated(simd, &tables.low[0]),
                repeated(simd, &tables.low[1]),
                repeated(simd, &tables.low[2]),
                repeated(simd, &tables.low[3]),
            ],
            high_of_last: repeated(simd, &tables.high_of_last),
        }
    }

    /// The buckets of which a window may begin at each of the places from `at` on.
    #[inline(always)]
    fn answer(&self, simd: S, block: &[u8], at: usize) -> S::u8s {
        let last = bytes(simd, block, at + 3);
        // Lookups of values above 15 differ from machine to machine, so the bits above are cut off.
        self.low[0].swizzle_dyn_within_blocks(bytes(simd, block, at) & 15)
            & self.low[1].swizzle_dyn_within_blocks(bytes(simd, block, at + 1) & 15)
            & self.low[2].swizzle_dyn_within_blocks(bytes(simd, block, at + 2) & 15)
            & self.low[3].swizzle_dyn_within_blocks(last & 15)
            & self.high_of_last.swizzle_dyn_within_blocks(last >> 4)
    }
}

/// As many bytes as a register holds. A function, since closures are not compiled for the wide
/// registers of the function around them.
#[inline(always)]
fn bytes<S: Simd>(simd: S, block: &[u8], at: usize) -> S::u8s {
    S::u8s::from_slice(simd, &block[at..at + S::u8s::LEN])
}

#[inline(always)]
fn repeated<S: Simd>(simd: S, table: &Table) -> S::u8s {
    let mut bytes = [0; WIDEST];
    for part in bytes.chunks_exact_mut(table.len()) {
        part.copy_from_slice(table);
    }
    S::u8s::from_slice(simd, &bytes[..S::u8s::LEN])
}

/// Windows that share a bit of the tables: for each place the values that theirs have, as a set of
/// bits. More than theirs agree with that, by mixing them.
#[derive(Clone, Copy, Default)]
struct Bucket {
    low: [u16; WINDOW],
    high_of_last: u16,
}

impl Bucket {
    /// Puts each window where it adds least to what agrees by mistake, the most frequent first; and
    /// again, when it is known what else is there. More rounds than four found nothing better.
    fn sort(windows: &[Window]) -> [Bucket; BUCKETS] {
        let mut windows = windows.to_vec();
        windows.sort_by(|a, b| f64::total_cmp(&frequency_of(b), &frequency_of(a)));
        let of_low = frequencies_of_low();
        let mut sorted: [Vec<Window>; BUCKETS] = Default::default();
        for _ in 0..4 {
            for window in &windows {
                for bucket in &mut sorted {
                    bucket.retain(|it| it != window);
                }
                let added = |bucket: &&mut Vec<Window>| {
                    let bucket = Bucket::of(bucket);
                    bucket.with(window).frequency(&of_low) - bucket.frequency(&of_low)
                };
                let best = sorted.iter_mut().map(|bucket| (added(&bucket), bucket));
                let best = best.min_by(|a, b| f64::total_cmp(&a.0, &b.0));
                best.expect("there are buckets").1.push(*window);
            }
        }
        sorted.map(|bucket| Bucket::of(&bucket))
    }

    fn of(windows: &[Window]) -> Bucket {
        windows.iter().fold(Bucket::default(), Bucket::with)
    }

    fn with(mut self, window: &Window) -> Bucket {
        for (values, &place) in self.low.iter_mut().zip(window) {
            *values |= values_of(place, |byte| byte & 15);
        }
        self.high_of_last |= values_of(window[WINDOW - 1], |byte| byte >> 4);
        self
    }

    /// How often four bytes of a log agree with the bucket, if each came by itself.
    fn frequency(&self, of_low: &[f64; 16]) -> f64 {
        let inner = self.low[..WINDOW - 1].iter().map(|values| -> f64 {
            let agreeing = (0..16).filter(|value| values >> value & 1 == 1);
            agreeing.map(|value: usize| of_low[value]).sum()
        });
        let last: f64 = (0..=u8::MAX)
            .filter(|byte| self.low[WINDOW - 1] >> (byte & 15) & 1 == 1)
            .filter(|byte| self.high_of_last >> (byte >> 4) & 1 == 1)
            .map(frequency)
            .sum();
        inner.product::<f64>() * last
    }
}

/// How often bytes with these lower four bits stand in logs, of 1.
fn frequencies_of_low() -> [f64; 16] {
    let mut frequencies = [0.0; 16];
    for byte in 0..=u8::MAX {
        frequencies[usize::from(byte & 15)] += frequency(byte);
    }
    frequencies
}

fn values_of(place: Place, bits: impl Fn(u8) -> u8) -> u16 {
    place
        .bytes()
        .fold(0, |values, byte| values | 1 << bits(byte))
}
