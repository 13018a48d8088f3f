//! The four bytes of each literal that are looked for first.

use std::collections::BTreeMap;

use super::Literal;
use super::endings::{Endings, cases};

/// The bytes of a window.
pub(super) const WINDOW: usize = 4;

/// Four neighbouring places of a literal. A shorter literal has places that any byte may take, in
/// front.
pub(super) type Window = [Place; WINDOW];

/// The bytes that may stand at one place of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Any,
    Byte { byte: u8, any_case: bool },
}

/// Windows by their bytes, and what ends behind each.
pub(super) struct Windows {
    /// A power of two of slots, most of them empty. A window is in the first that was free from where
    /// the hash of its key says (linear probing, Knuth volume 3, section 6.4).
    slots: Box<[Slot]>,
    endings: Vec<Vec<Behind>>,
    /// How many places for any byte windows have.
    any: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    /// The number of the window.
    window: u32,
}

impl Slot {
    const EMPTY: Slot = Slot {
        // No key has more than 32 bits.
        key: u64::MAX,
        window: 0,
    };
}

/// The literals of one case that have so many bytes behind a window.
pub(super) struct Behind {
    pub(super) length: usize,
    pub(super) endings: Endings,
}

impl Windows {
    /// Chooses a window for each literal: few different ones, and such as logs seldom have. Returns
    /// them besides.
    pub(super) fn choose(literals: &[&Literal]) -> (Windows, Vec<Window>) {
        let mut groups: BTreeMap<Window, BTreeMap<(usize, bool), Vec<usize>>> = BTreeMap::new();
        for (number, (window, behind)) in choose(literals).into_iter().enumerate() {
            let group = groups.entry(window).or_default();
            let case = literals[number].any_case;
            group.entry((behind, case)).or_default().push(number);
        }
        let mut windows = Windows {
            slots: vec![Slot::EMPTY; (groups.len() * 8).next_power_of_two()].into(),
            endings: Vec::new(),
            any: Vec::new(),
        };
        for (window, group) in &groups {
            let any = window.iter().filter(|&&place| place == Place::Any).count();
            if !windows.any.contains(&any) {
                windows.any.push(any);
            }
            windows.insert(key(window.map(Place::byte), any));
            let of_group = group.iter().map(|(&(length, _), numbers)| Behind {
                length,
                endings: Endings::new(numbers.iter().map(|&number| (number, literals[number]))),
            });
            windows.endings.push(of_group.collect());
        }
        (windows, groups.into_keys().collect())
    }

    fn insert(&mut self, key: u64) {
        let window = self.endings.len() as u32;
        let mut slot = hash(key);
        while self.slot(slot).key != Slot::EMPTY.key {
            slot += 1;
        }
        let last = self.slots.len() - 1;
        self.slots[slot & last] = Slot { key, window };
    }

    #[inline]
    fn slot(&self, number: usize) -> Slot {
        self.slots[number & (self.slots.len() - 1)]
    }

    /// Calls `on_window` with what may stand behind each window that the text begins with, in some
    /// case of its letters; and seldom behind another.
    #[inline]
    pub(super) fn each_at(&self, text: &[u8], mut on_window: impl FnMut(&Behind)) {
        let Some(&bytes) = text.first_chunk::<WINDOW>() else {
            return;
        };
        for &any in &self.any {
            let key = key(bytes, any);
            let mut number = hash(key);
            loop {
                let slot = self.slot(number);
                // Windows that differ in the case of their letters have one key, and so have a few
                // others.
                if slot.key == key {
                    self.endings[slot.window as usize]
                        .iter()
                        .for_each(&mut on_window);
                } else if slot.key == Slot::EMPTY.key {
                    break;
                }
                number += 1;
            }
        }
    }
}

/// By the golden ratio, as the tables of the sampled filter.
#[inline]
fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

/// What windows are looked up by: their bytes, without the first `any` and without the bit by which
/// the cases of a letter differ. That bit is set in all that are left, so keys tell how many are.
/// Computed as one number, since the bytes one by one take as long as all the rest.
#[inline]
fn key(bytes: [u8; WINDOW], any: usize) -> u64 {
    let folded = u32::from_le_bytes(bytes) | 0x2020_2020;
    u64::from(folded >> (8 * any))
}

/// A window with its frequency, the literals that have it, and how many bytes each has behind it.
type Candidate = (f64, Window, Vec<(usize, usize)>);

/// Takes again and again the window that is in most of the literals left, for how often it is found
/// by chance: the greedy way to cover a set. The number of literals counts for much, since each
/// different window also makes the buckets coarser that they are put into.
fn choose(literals: &[&Literal]) -> Vec<(Window, usize)> {
    let mut with_window: BTreeMap<Window, Vec<(usize, usize)>> = BTreeMap::new();
    for (number, literal) in literals.iter().enumerate() {
        for (window, behind) in windows_of(literal) {
            let having = with_window.entry(window).or_default();
            having.push((number, behind));
        }
    }
    let mut with_window: Vec<Candidate> = with_window
        .into_iter()
        .map(|(window, having)| (frequency_of(&window), window, having))
        .collect();
    let mut chosen = vec![None; literals.len()];
    while chosen.iter().any(Option::is_none) {
        let worth = |(frequency, _, having): &Candidate| (having.len() as f64).powi(4) / frequency;
        let best = with_window
            .iter()
            .max_by(|a, b| f64::total_cmp(&worth(a), &worth(b)));
        let (_, window, having) = best.expect("each literal has a window").clone();
        for (number, behind) in having {
            chosen[number] = Some((window, behind));
        }
        for (_, _, having) in &mut with_window {
            having.retain(|&(number, _)| chosen[number].is_none());
        }
    }
    chosen.into_iter().flatten().collect()
}

/// The windows of a literal, each with the number of bytes behind it.
fn windows_of(literal: &Literal) -> impl Iterator<Item = (Window, usize)> {
    (0..=literal.bytes.len().saturating_sub(WINDOW)).map(|behind| {
        let end = literal.bytes.len() - behind;
        let mut window = [Place::Any; WINDOW];
        let bytes = literal.bytes[..end].iter().rev();
        for (place, &byte) in window.iter_mut().rev().zip(bytes) {
            let any_case = literal.any_case && byte.is_ascii_alphabetic();
            let byte = if any_case {
                byte.to_ascii_lowercase()
            } else {
                byte
            };
            *place = Place::Byte { byte, any_case };
        }
        (window, behind)
    })
}

impl Place {
    /// The bytes that may stand here.
    pub(super) fn bytes(self) -> impl Iterator<Item = u8> {
        let (any, one) = match self {
            Place::Any => (Some(0..=u8::MAX), None),
            Place::Byte { byte, any_case } => (None, Some(cases(byte, any_case))),
        };
        any.into_iter().flatten().chain(one.into_iter().flatten())
    }

    /// The byte, in one case of any, and zero where any byte may stand.
    fn byte(self) -> u8 {
        match self {
            Place::Any => 0,
            Place::Byte { byte, .. } => byte,
        }
    }

    fn frequency(self) -> f64 {
        self.bytes().map(frequency).sum()
    }
}

/// How often four bytes of a log are this window, if each came by itself.
pub(super) fn frequency_of(window: &Window) -> f64 {
    window.iter().map(|place| place.frequency()).product()
}

/// Roughly how often a byte stands in job logs, of 1. It decides on speed alone.
pub(super) fn frequency(byte: u8) -> f64 {
    let in_thousand = match byte {
        b' ' => 140.0,
        b'e' => 55.0,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 40.0,
        b'/' | b'-' => 30.0,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 22.0,
        b'_' | b'.' | b'0'..=b'9' | b'\n' => 18.0,
        b'b' | b'f' | b'g' | b'h' | b'k' | b'v' | b'w' | b'y' => 12.0,
        b'x' | b':' | b'=' | b';' | b'[' | b'"' | b',' => 5.0,
        b'A'..=b'Z' | b'j' | b'q' | b'z' => 3.0,
        b'!'..=b'~' | b'\t' | b'\r' | 0x1b => 1.0,
        _ => 0.3,
    };
    in_thousand / 1000.0
}

#[cfg(test)]
mod tests;
