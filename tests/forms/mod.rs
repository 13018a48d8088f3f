//! Secrets as real programs write them.
//!
//! What of an encoding must not survive is found without asking the code under test: a secret is
//! encoded with several neighbours of the same length on both sides, and the longest run of places
//! between them where all these encodings agree is what the secret alone determines. (A character of base64 at
//! the edge, which shares bits with a neighbour, differs from one encoding to another.) No 6 bytes
//! of that run may be anywhere in the output of the masker, but for those that the program writes
//! where there is no secret, too.

mod folded;
mod lines;
mod programs;
#[cfg(feature = "cli")]
mod through_the_binary;

use std::sync::OnceLock;

use masker::{Form, Forms, MaskSet, Masker, Secret};

use crate::support::random;
use programs::{PROGRAMS, Program};

/// How many random secrets are encoded by each program.
const SECRETS: usize = 200;
/// How many neighbours a secret is encoded with, to see what depends on them.
const NEIGHBOURS: usize = 3;
/// What tells nothing: fewer characters than these may survive.
const TELLING: usize = 6;

/// A secret, what a program makes of it, and what of that the secret alone determines.
struct Sample {
    program: &'static str,
    secret: usize,
    /// With neighbours on both sides, with a newline behind it, with nothing behind it.
    encoded: Vec<Vec<u8>>,
    determined: Vec<u8>,
    /// What the program makes of neighbours and a newline without the secret.
    without: Vec<u8>,
}

impl Sample {
    /// What is telling and left in the output for one of the encodings.
    fn survivor(&self, output: &[u8]) -> Option<&[u8]> {
        let stands_in = |text: &[u8], piece: &[u8]| text.windows(TELLING).any(|it| it == piece);
        self.determined
            .windows(TELLING)
            .filter(|telling| !stands_in(&self.without, telling))
            .find(|telling| stands_in(output, telling))
    }

    /// Checks that the output for one of the encodings tells nothing.
    fn check(&self, output: &[u8]) {
        let telling = self.survivor(output);
        assert!(
            telling.is_none(),
            "{}: of the secret {:?}\n{} is left in\n{}\nwhich was\n{}\nMASKER_TEST_SEED={}",
            self.program,
            String::from_utf8_lossy(&secrets()[self.secret]),
            telling.unwrap_or_default().escape_ascii(),
            output.escape_ascii(),
            self.encoded[0].escape_ascii(),
            random::seed(),
        );
    }
}

#[test]
fn nothing_telling_of_a_secret_survives_any_program() {
    for sample in samples() {
        let set = set(&secrets()[sample.secret], Forms::ALL);
        for encoded in &sample.encoded {
            sample.check(&mask(&set, encoded));
        }
    }
}

/// The test can fail: of each kind of program some encoding tells the secret, unless its form is
/// searched for.
#[test]
fn each_form_is_needed() {
    for form in Forms::ALL
        .iter()
        .filter(|&form| form != Form::Raw && form != Form::Lines)
    {
        let others = Forms::ALL.iter().filter(|&other| other != form);
        let others: Forms = others.collect();
        let leaks = samples().iter().any(|sample| {
            let set = set(&secrets()[sample.secret], others);
            let output = mask(&set, &sample.encoded[0]);
            sample.survivor(&output).is_some()
        });
        assert!(leaks, "no program of those here writes the form {form}");
    }
}

fn set(secret: &[u8], forms: Forms) -> MaskSet {
    let builder = MaskSet::builder().secret(Secret::new("random", secret));
    builder.forms(forms).build().expect("one secret builds")
}

fn mask(set: &MaskSet, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut masker = Masker::new(set);
    masker.push(text, &mut out);
    masker.finish(&mut out);
    out
}

/// The secrets of this run: 8 to 64 bytes, of what makes trouble somewhere.
fn secrets() -> &'static [Vec<u8>] {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ALL.get_or_init(|| {
        println!("MASKER_TEST_SEED={}", random::seed());
        let mut dice = Dice(random::seed() | 1);
        (0..SECRETS).map(|_| secret(&mut dice)).collect()
    })
}

fn secret(dice: &mut Dice) -> Vec<u8> {
    const ODD: [&str; 32] = [
        "\"", "'", " ", "%", "&", "<", ">", "\\", "ä", "😀", "\n", "/", "+", "=", "$", "`", "!",
        "#", "~", "?", "*", "(", ";", ",", "|", "^", "{", "]", "@", ":", "\t", "é",
    ];
    let length = 8 + dice.below(57);
    let oddness = 1 + dice.below(8);
    let mut secret = String::new();
    while secret.len() < length {
        if dice.below(oddness) == 0 {
            secret.push_str(ODD[dice.below(ODD.len())]);
        } else {
            secret.push(dice.letter());
        }
    }
    while secret.len() > 64 {
        secret.pop();
    }
    // What is nothing but white space, or little else, is not for this test.
    match secret.split_whitespace().any(|word| word.len() >= 8) || !secret.contains(['\n', '\t']) {
        true if secret.trim().len() >= 8 => secret.into_bytes(),
        _ => self::secret(dice),
    }
}

/// What every program here makes of every secret. Made once, for all tests.
fn samples() -> &'static [Sample] {
    static ALL: OnceLock<Vec<Sample>> = OnceLock::new();
    ALL.get_or_init(|| {
        let texts = texts();
        let flat: Vec<Vec<u8>> = texts.concat();
        std::thread::scope(|scope| {
            let running: Vec<_> = PROGRAMS
                .iter()
                .map(|program| scope.spawn(|| samples_of(program, &flat)))
                .collect();
            running
                .into_iter()
                .flat_map(|thread| thread.join().expect("a program that is there works"))
                .collect()
        })
    })
}

fn samples_of(program: &Program, texts: &[Vec<u8>]) -> Vec<Sample> {
    let Some(encoded) = program.encode(texts) else {
        return Vec::new();
    };
    let of_secrets = encoded.chunks(NEIGHBOURS + 3).enumerate();
    let sample = |(secret, encoded): (usize, &[Vec<u8>])| Sample {
        program: program.name,
        secret,
        encoded: [&encoded[..1], &encoded[NEIGHBOURS..NEIGHBOURS + 2]].concat(),
        without: encoded[NEIGHBOURS + 2].clone(),
        determined: determined(&encoded[..NEIGHBOURS]),
    };
    of_secrets.map(sample).collect()
}

/// For each secret the texts to encode: with neighbours, with a newline behind, with nothing
/// behind, and without the secret. The number of bytes before it goes through all of the alignments.
fn texts() -> Vec<Vec<Vec<u8>>> {
    let mut dice = Dice(random::seed().rotate_left(32) | 1);
    let with_neighbours = |(number, secret): (usize, &Vec<u8>)| {
        let mut text = |behind: usize| {
            let mut text: Vec<u8> = (0..3 + number % 3).map(|_| dice.letter() as u8).collect();
            text.extend_from_slice(secret);
            text.extend((0..behind).map(|_| dice.letter() as u8));
            text
        };
        let mut texts: Vec<_> = (0..NEIGHBOURS).map(|_| text(4)).collect();
        texts.push([text(0), b"\n".to_vec()].concat());
        texts.push(text(0));
        texts.push(b"Neighbour\n".to_vec());
        texts
    };
    secrets().iter().enumerate().map(with_neighbours).collect()
}

/// The longest run of places where all of these agree, between places where they do not.
fn determined(encoded: &[Vec<u8>]) -> Vec<u8> {
    let (first, others) = encoded.split_first().expect("there are several");
    assert!(
        others.iter().all(|other| other.len() == first.len()),
        "neighbours of the same length are encoded in the same length: {}",
        first.escape_ascii()
    );
    let agree = |at: &usize| others.iter().all(|other| other[*at] == first[*at]);
    let differ = |at: &usize| !agree(at);
    let begin = (0..first.len())
        .find(differ)
        .expect("they differ before the secret");
    let end = (0..first.len())
        .rfind(differ)
        .expect("they differ behind the secret");
    let places: Vec<usize> = (begin..end).filter(agree).collect();
    let runs = places.chunk_by(|a, b| a + 1 == *b);
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    longest.iter().map(|&at| first[at]).collect()
}

/// A small generator of numbers that look random (Marsaglia, "Xorshift RNGs", 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn letter(&mut self) -> char {
        const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        char::from(LETTERS[self.below(LETTERS.len())])
    }
}
