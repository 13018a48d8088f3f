//! Where one of many windows may stand, found by looking at 32 or 64 bytes at a time.
//!
//! After the algorithm called Teddy of Hyperscan (Wang and others, "Hyperscan: A Fast
//! Multi-pattern Regex Matcher for Modern CPUs", 2019). The windows are put into eight buckets. For
//! each place of a window a table says which buckets have a byte with these lower bits there; one
//! instruction looks up as many bytes as a register holds. Where the answers of all places have a
//! bucket in common, one of its windows may stand.
//!
//! A register of 64 bytes is a table for six bits, and the processors that have one look that up as
//! fast as four, which halves the places where no window stands. All others look up four bits, and
//! of the last place the upper four besides. Letters of any case cost nothing: each case is a bit
//! in the table.
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

/// The same for each value of six bits.
type WideTable = [u8; WIDEST];

struct Tables {
    low_six: [WideTable; WINDOW],
    low: [Table; WINDOW],
    high_of_last: Table,
}

impl Fingerprints {
    pub(super) fn new(windows: &[Window]) -> Fingerprints {
        let mut tables = Tables {
            low_six: [[0; WIDEST]; WINDOW],
            low: [[0; 16]; WINDOW],
            high_of_last: [0; 16],
        };
        for (number, bucket) in Bucket::sort(windows).iter().enumerate() {
            let bit = 1 << number;
            for place in 0..WINDOW {
                set(&mut tables.low_six[place], bucket.low_six[place], bit);
                set(&mut tables.low[place], bucket.low[place], bit);
            }
            set(&mut tables.high_of_last, bucket.high_of_last, bit);
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

    /// Goes on with registers of another width than the widest there is.
    #[cfg(test)]
    pub(super) fn set_level(&mut self, level: Level) {
        self.level = level;
    }
}

/// The levels of this machine, the best last: what others have that cannot do as much.
#[cfg(test)]
pub(super) fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let lower = [
        best.as_sse2().map(Simd::level),
        best.as_sse4_2().map(Simd::level),
        best.as_avx2().map(Simd::level),
    ];
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let lower: [Option<Level>; 0] = [];
    lower.into_iter().flatten().chain([best]).collect()
}

/// Sets the bit of a bucket for each value it has.
fn set(table: &mut [u8], values: u64, bit: u8) {
    for (value, buckets) in table.iter_mut().enumerate() {
        if values >> value & 1 == 1 {
            *buckets |= bit;
        }
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
            report_block::<S>(answers, at, on_candidate);
        }
        at += BLOCK * width;
    }
    while let Some(block) = text.get(at..at + width + WINDOW - 1) {
        report(
            places::<S>(registers.answer(simd, block, 0)),
            at,
            on_candidate,
        );
        at += width;
    }
    // What is left fills less than a register. Where the text is at its end, no window begins.
    let rest = &text[at..];
    if rest.len() >= WINDOW {
        let mut padded = [0; WIDEST + WINDOW - 1];
        padded[..rest.len()].copy_from_slice(rest);
        report(
            places::<S>(registers.answer(simd, &padded, 0)),
            at,
            &mut |place| {
                if place + WINDOW <= text.len() {
                    on_candidate(place);
                }
            },
        );
    }
}

/// The candidates of a block. Mostly there is one, in any of the registers: a branch for each of them
/// would cost more than all that follows.
#[inline(always)]
fn report_block<S: Simd>(answers: [S::u8s; BLOCK], at: usize, on_candidate: &mut dyn FnMut(usize)) {
    let places = [
        places::<S>(answers[0]),
        places::<S>(answers[1]),
        places::<S>(answers[2]),
        places::<S>(answers[3]),
    ];
    let mut registers = 0u32;
    for (index, &places) in places.iter().enumerate() {
        registers |= u32::from(places != 0) << index;
    }
    while registers != 0 {
        let index = registers.trailing_zeros() as usize;
        report(places[index], at + index * S::u8s::LEN, on_candidate);
        registers &= registers - 1;
    }
}

#[inline(always)]
fn report(mut places: u64, at: usize, on_candidate: &mut dyn FnMut(usize)) {
    while places != 0 {
        on_candidate(at + places.trailing_zeros() as usize);
        places &= places - 1;
    }
}

/// Where an answer has a bucket, a bit for each byte of the register.
#[inline(always)]
fn places<S: Simd>(answer: S::u8s) -> u64 {
    let all = u64::MAX >> (WIDEST - S::u8s::LEN);
    !answer.simd_eq(0).to_bitmask() & all
}

/// The tables, each as often as a register holds it.
struct Registers<S: Simd> {
    low_six: [S::u8s; WINDOW],
    low: [S::u8s; WINDOW],
    high_of_last: S::u8s,
}

impl<S: Simd> Registers<S> {
    #[inline(always)]
    fn new(simd: S, tables: &Tables) -> Registers<S> {
        Registers {
            // Narrow registers hold a part of these, and do without.
            low_six: [
                bytes(simd, &tables.low_six[0], 0),
                bytes(simd, &tables.low_six[1], 0),
                bytes(simd, &tables.low_six[2], 0),
                bytes(simd, &tables.low_six[3], 0),
            ],
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
        // The instruction for tables of 64 bytes leaves out the two upper bits by itself.
        if S::u8s::LEN == WIDEST {
            return self.low_six[0].swizzle_dyn(bytes(simd, block, at))
                & self.low_six[1].swizzle_dyn(bytes(simd, block, at + 1))
                & self.low_six[2].swizzle_dyn(bytes(simd, block, at + 2))
                & self.low_six[3].swizzle_dyn(bytes(simd, block, at + 3));
        }
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
    low_six: [u64; WINDOW],
    low: [u64; WINDOW],
    high_of_last: u64,
}

impl Bucket {
    /// Puts each window where it adds least to what agrees by mistake, the most frequent first; and
    /// again, when it is known what else is there. More rounds than four found nothing better.
    fn sort(windows: &[Window]) -> [Bucket; BUCKETS] {
        let mut windows = windows.to_vec();
        windows.sort_by(|a, b| f64::total_cmp(&frequency_of(b), &frequency_of(a)));
        let of_low_six = frequencies_of_low_six();
        let mut sorted: [Vec<Window>; BUCKETS] = Default::default();
        for _ in 0..4 {
            for window in &windows {
                for bucket in &mut sorted {
                    bucket.retain(|it| it != window);
                }
                let added = |bucket: &&mut Vec<Window>| {
                    let bucket = Bucket::of(bucket);
                    bucket.with(window).frequency(&of_low_six) - bucket.frequency(&of_low_six)
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
        for (number, &place) in window.iter().enumerate() {
            self.low_six[number] |= values_of(place, |byte| byte & 63);
            self.low[number] |= values_of(place, |byte| byte & 15);
        }
        self.high_of_last |= values_of(window[WINDOW - 1], |byte| byte >> 4);
        self
    }

    /// How often four bytes of a log agree with the bucket in six bits, if each came by itself.
    fn frequency(&self, of_low_six: &[f64; WIDEST]) -> f64 {
        let of_place = |values: &u64| -> f64 {
            let agreeing = (0..WIDEST).filter(|value| values >> value & 1 == 1);
            agreeing.map(|value| of_low_six[value]).sum()
        };
        self.low_six.iter().map(of_place).product()
    }
}

/// How often bytes with these lower six bits stand in logs, of 1.
fn frequencies_of_low_six() -> [f64; WIDEST] {
    let mut frequencies = [0.0; WIDEST];
    for byte in 0..=u8::MAX {
        frequencies[usize::from(byte & 63)] += frequency(byte);
    }
    frequencies
}

fn values_of(place: Place, bits: impl Fn(u8) -> u8) -> u64 {
    place
        .bytes()
        .fold(0, |values, byte| values | 1 << bits(byte))
}

#[cfg(test)]
mod tests;
