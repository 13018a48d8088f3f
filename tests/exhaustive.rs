//! Every small case there is: all secrets of up to 4 letters of 2, alone and in pairs, in all texts of
//! up to 9, cut in every way. What no generator thinks of is among these.
//!
//! By itself it tries every cutting for single secrets, and for pairs every single cut and a cut behind
//! every byte. With `MASKER_TEST_EXHAUSTIVE` set it tries every cutting for pairs too, which takes
//! minutes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use masker::{Forms, MaskSet, Masker, Rules, Secret, Truncated};

use crate::support::oracle;

const LETTERS: [u8; 2] = *b"ab";
const MAX_SECRET: usize = 4;
const MAX_TEXT: usize = 9;

#[test]
fn every_small_case_in_every_cutting() {
    let secrets: Vec<_> = words(MAX_SECRET).into_iter().skip(1).collect();
    let singles = secrets.iter().map(|it| vec![it.clone()]);
    let pairs = secrets.iter().enumerate().flat_map(|(number, first)| {
        let others = &secrets[number + 1..];
        others.iter().map(|it| vec![first.clone(), it.clone()])
    });
    let sets: Vec<_> = singles.chain(pairs).collect();
    let is_long = std::env::var_os("MASKER_TEST_EXHAUSTIVE").is_some();
    let texts = words(MAX_TEXT);

    let (next, streams) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some(secrets) = sets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let every_cutting = is_long || secrets.len() == 1;
            let tried = Known::new(secrets, &texts).check(every_cutting);
            streams.fetch_add(tried, Ordering::Relaxed);
        }
    };
    // Two at a time: with all at once, tests beside this that take times would fail.
    thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    println!("{streams:?} streams");
}

/// All words of up to so many letters, the empty one first, and each at the place that
/// [`place`] tells.
fn words(longest: usize) -> Vec<Vec<u8>> {
    let word = |length: usize, bits: usize| {
        let letter = |at: usize| LETTERS[bits >> (length - 1 - at) & 1];
        (0..length).map(letter).collect()
    };
    let of_length = |length| (0..1usize << length).map(move |bits| word(length, bits));
    (0..=longest).flat_map(of_length).collect()
}

/// The place of a word among all [`words`]: those that are shorter stand before it.
fn place(word: &[u8]) -> usize {
    let bit = |byte: &u8| usize::from(*byte == LETTERS[1]);
    word.iter().fold(1, |bits, byte| bits << 1 | bit(byte)) - 1
}

/// Some secrets, and what the oracle says of every text. The first bytes of a text are a text
/// themselves, so it is asked once for each.
struct Known<'t> {
    secrets: &'t [Vec<u8>],
    set: MaskSet,
    texts: &'t [Vec<u8>],
    so_far: Vec<Vec<u8>>,
    output: Vec<Vec<u8>>,
}

impl<'t> Known<'t> {
    fn new(secrets: &'t [Vec<u8>], texts: &'t [Vec<u8>]) -> Known<'t> {
        let builder = MaskSet::builder()
            .secrets(secrets.iter().map(|it| Secret::new("small", it.clone())))
            .min_length(1)
            .allow_repeated(true)
            .forms(Forms::RAW)
            .rules(Rules::NONE)
            .truncated(Truncated::Keep);
        let of_all = |oracle: fn(&[Vec<u8>], &[u8]) -> Vec<u8>| {
            texts.iter().map(|text| oracle(secrets, text)).collect()
        };
        Known {
            secrets,
            set: builder.build().expect("small secrets build"),
            texts,
            so_far: of_all(oracle::so_far),
            output: of_all(oracle::mask),
        }
    }

    /// Returns how many streams it has tried.
    fn check(&self, every_cutting: bool) -> usize {
        let mut tried = 0;
        for text in self.texts {
            // A bit for each place where there may be a cut.
            let ways = 1 << text.len().saturating_sub(1);
            let is_tried =
                |cuts: &usize| every_cutting || cuts.count_ones() <= 1 || *cuts == ways - 1;
            for cuts in (0..ways).filter(is_tried) {
                self.check_cut(text, cuts);
                tried += 1;
            }
        }
        tried
    }

    fn check_cut(&self, text: &[u8], cuts: usize) {
        let mut masker = Masker::new(&self.set);
        let mut out = Vec::with_capacity(64);
        let mut from = 0;
        for end in 1..=text.len() {
            if cuts >> (end - 1) & 1 == 1 || end == text.len() {
                masker.push(&text[from..end], &mut out);
                let expected = &self.so_far[place(&text[..end])];
                assert!(out == *expected, "{}", self.failure(text, cuts, &out));
                from = end;
            }
        }
        masker.finish(&mut out);
        let expected = &self.output[place(text)];
        assert!(out == *expected, "{}", self.failure(text, cuts, &out));
    }

    fn failure(&self, text: &[u8], cuts: usize, out: &[u8]) -> String {
        let secrets: Vec<_> = self.secrets.iter().map(|it| it.escape_ascii()).collect();
        format!(
            "{secrets:?} in {}, cut behind the bytes of {cuts:#b}: {}",
            text.escape_ascii(),
            out.escape_ascii()
        )
    }
}

#[test]
fn words_are_at_their_places() {
    let words = words(3);
    assert_eq!(
        words[..4],
        [&b""[..], b"a", b"b", b"aa"].map(<[u8]>::to_vec)
    );
    for (at, word) in words.iter().enumerate() {
        assert_eq!(place(word), at);
    }
}
