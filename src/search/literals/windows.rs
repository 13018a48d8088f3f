//! The four bytes of each literal that are looked for first.

use std::collections::BTreeMap;

use super::Literal;
use super::endings::cases;
use crate::search::bit_table::BitTable;

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

/// A window of each of many literals: few different ones, and such as logs seldom have.
pub(super) struct Windows {
    different: Vec<Window>,
    /// For each of these how many bytes of literals stand behind it.
    behind: Vec<Vec<usize>>,
    /// For each literal the number of its window, and how many of its bytes stand behind that.
    of_literals: Vec<(usize, usize)>,
    /// The keys of the windows, in order, with their numbers.
    keys: Vec<(u64, usize)>,
    known_keys: BitTable<1>,
    /// Whether some window has so many places for any byte.
    has_any: [bool; WINDOW],
}

impl Windows {
    pub(super) fn choose(literals: &[&Literal]) -> Windows {
        let of_literals = choose(literals);
        let mut different: Vec<Window> = of_literals.iter().map(|&(window, _)| window).collect();
        different.sort_unstable();
        different.dedup();
        let mut behind = vec![Vec::new(); different.len()];
        let of_literals: Vec<(usize, usize)> = of_literals
            .into_iter()
            .map(|(window, length)| {
                let number = different.partition_point(|it| *it < window);
                if !behind[number].contains(&length) {
                    behind[number].push(length);
                }
                (number, length)
            })
            .collect();

        let mut known_keys = BitTable::for_entries(different.len());
        let mut has_any = [false; WINDOW];
        let mut keys: Vec<(u64, usize)> = Vec::new();
        for (number, window) in different.iter().enumerate() {
            let any = window.iter().filter(|&&place| place == Place::Any).count();
            let key = key(window.map(Place::folded), any);
            has_any[any] = true;
            known_keys.insert(key);
            keys.push((key, number));
        }
        keys.sort_unstable();
        Windows {
            different,
            behind,
            of_literals,
            keys,
            known_keys,
            has_any,
        }
    }

    pub(super) fn different(&self) -> &[Window] {
        &self.different
    }

    /// Whether a literal has this window with so many of its bytes behind.
    pub(super) fn has(&self, literal: usize, window: usize, behind: usize) -> bool {
        self.of_literals[literal] == (window, behind)
    }

    /// Calls `on_window` with the number of each window that may stand at the beginning of `text`,
    /// in some case of its letters, and each number of bytes that literals have behind it.
    pub(super) fn each_at(&self, text: &[u8], mut on_window: impl FnMut(usize, usize)) {
        let Some(&bytes) = text.first_chunk::<WINDOW>() else {
            return;
        };
        for any in (0..WINDOW).filter(|&any| self.has_any[any]) {
            let key = key(bytes, any);
            if self.known_keys.answer(key) & 1 == 0 {
                continue;
            }
            let from = self.keys.partition_point(|&(it, _)| it < key);
            for &(_, window) in self.keys[from..].iter().take_while(|(it, _)| *it == key) {
                for &behind in &self.behind[window] {
                    on_window(window, behind);
                }
            }
        }
    }
}

/// What windows are looked up by: their bytes in lower case, without the first `any`.
fn key(mut bytes: [u8; WINDOW], any: usize) -> u64 {
    bytes.make_ascii_lowercase();
    bytes[..any].fill(0);
    (any as u64) << 32 | u64::from(u32::from_le_bytes(bytes))
}

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
    let mut with_window: Vec<(f64, Window, Vec<(usize, usize)>)> = with_window
        .into_iter()
        .map(|(window, having)| (frequency_of(&window), window, having))
        .collect();
    let mut chosen = vec![None; literals.len()];
    while chosen.iter().any(Option::is_none) {
        let worth = |(frequency, _, having): &(f64, Window, Vec<_>)| {
            (having.len() as f64).powi(4) / frequency
        };
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

    /// The byte in lower case, and zero where any may stand.
    fn folded(self) -> u8 {
        match self {
            Place::Any => 0,
            Place::Byte { byte, .. } => byte.to_ascii_lowercase(),
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
