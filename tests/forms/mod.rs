//! Secrets as real programs write them.
//!
//! What of an encoding must not survive is found without asking the code under test: a secret is
//! encoded with several neighbours of the same length on both sides, and the longest run of places
//! between them where all these encodings agree is what the secret alone determines. (A character of base64 at
//! the edge, which shares bits with a neighbour, differs from one encoding to another.) No 6 bytes
//! of that run may be anywhere in the output of the masker, but for those that the program writes
//! where there is no secret, too.

mod controls;
mod curl;
mod folded;
mod lines;
mod messages;
mod pieces;
mod programs;
#[cfg(feature = "cli")]
mod through_the_binary;

use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use masker::{Form, Forms, MaskSet, Masker, Secret};

use crate::support::random::{self, Dice};
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
    /// What the program makes of the same neighbours without the secret.
    without: Vec<Vec<u8>>,
}

impl Sample {
    /// What is telling and left in the output for one of the encodings.
    fn survivor(&self, output: &[u8]) -> Option<&[u8]> {
        let pieces = between_masks(output);
        let stands_in = |text: &[u8], piece: &[u8]| text.windows(TELLING).any(|it| it == piece);
        self.determined
            .windows(TELLING)
            .filter(|telling| !self.without.iter().any(|text| stands_in(text, telling)))
            // Not with the end of a mask, which says nothing of what it stands for.
            .find(|telling| pieces.iter().any(|piece| stands_in(piece, telling)))
    }

    /// Checks that the output for one of the encodings tells nothing.
    #[cfg(feature = "cli")]
    fn check(&self, output: &[u8]) {
        assert!(self.survivor(output).is_none(), "{}", self.failure(output));
    }

    fn failure(&self, output: &[u8]) -> String {
        format!(
            "{}: of the secret {:?}\n{} is left in\n{}\nwhich was\n{}\nMASKER_TEST_SEED={}",
            self.program,
            String::from_utf8_lossy(&secrets()[self.secret]),
            self.survivor(output).unwrap_or_default().escape_ascii(),
            output.escape_ascii(),
            self.encoded[0].escape_ascii(),
            seed(),
        )
    }
}

#[test]
fn nothing_telling_of_a_secret_survives_any_program() {
    // One failure of each program: what one does, its relations do, too.
    let mut failed: Vec<&str> = Vec::new();
    for sample in samples() {
        let set = set(&secrets()[sample.secret], Forms::ALL);
        for encoded in &sample.encoded {
            let output = mask(&set, encoded);
            if sample.survivor(&output).is_some() && !failed.contains(&sample.program) {
                failed.push(sample.program);
                println!("{}", sample.failure(&output));
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{failed:?} leave something telling, see above"
    );
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

/// What stands before, between and behind the masks of an output.
fn between_masks(output: &[u8]) -> Vec<&[u8]> {
    const MASK: &[u8] = masker::DEFAULT_MASK.as_bytes();
    let mut pieces = Vec::new();
    let mut rest = output;
    while let Some(at) = rest.windows(MASK.len()).position(|it| it == MASK) {
        pieces.push(&rest[..at]);
        rest = &rest[at + MASK.len()..];
    }
    pieces.push(rest);
    pieces
}

/// The seed of the secrets: always the same, unless one is given. The programs have more ways than
/// anyone knows; a new one should be found by who looks for it, not by whose change comes next.
fn seed() -> u64 {
    random::given_seed().unwrap_or(20_261_122)
}

/// The secrets of this run: 8 to 64 bytes, of what makes trouble somewhere.
fn secrets() -> &'static [Vec<u8>] {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ALL.get_or_init(|| {
        println!("MASKER_TEST_SEED={}", seed());
        let mut dice = Dice::new(seed());
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
        // Two at a time: with all at once, tests beside these that take times would fail.
        let next = AtomicUsize::new(0);
        let work = || {
            let programs = std::iter::from_fn(|| PROGRAMS.get(next.fetch_add(1, Relaxed)));
            programs
                .flat_map(|program| samples_of(program, &flat))
                .collect()
        };
        std::thread::scope(|scope| {
            let running = [scope.spawn(work), scope.spawn(work)];
            let samples: [Vec<Sample>; 2] =
                running.map(|thread| thread.join().expect("a program that is there works"));
            samples.into_iter().flatten().collect()
        })
    })
}

fn samples_of(program: &Program, texts: &[Vec<u8>]) -> Vec<Sample> {
    let Some(encoded) = program.encode(texts) else {
        return Vec::new();
    };
    let of_secrets = encoded.chunks(NEIGHBOURS + 5).enumerate();
    let sample = |(secret, encoded): (usize, &[Vec<u8>])| Sample {
        program: program.name,
        secret,
        encoded: [&encoded[..1], &encoded[NEIGHBOURS..NEIGHBOURS + 2]].concat(),
        without: encoded[NEIGHBOURS + 2..].to_vec(),
        determined: determined(&encoded[..NEIGHBOURS]),
    };
    of_secrets.map(sample).collect()
}

/// For each secret the texts to encode: with neighbours, with a newline behind, with nothing
/// behind, and without the secret. The number of bytes before it goes through all of the alignments.
fn texts() -> Vec<Vec<Vec<u8>>> {
    let mut dice = Dice::new(seed().rotate_left(32));
    let with_neighbours = |(number, secret): (usize, &Vec<u8>)| {
        let mut letters = |count| -> Vec<u8> { (0..count).map(|_| dice.letter() as u8).collect() };
        let mut neighbours: Vec<_> = (0..NEIGHBOURS)
            .map(|_| (letters(3 + number % 3), letters(4)))
            .collect();
        neighbours.push((letters(3 + number % 3), b"\n".to_vec()));
        neighbours.push((letters(3 + number % 3), Vec::new()));
        let around = |secret: &[u8], (before, behind): &(Vec<u8>, Vec<u8>)| {
            [before, secret, behind].concat()
        };
        let with = neighbours
            .iter()
            .map(|neighbours| around(secret, neighbours));
        let without = |at: usize, edge: &[u8]| around(edge, &neighbours[at]);
        // A quote at the end of a secret and the newline behind it are written as such a pair is
        // anywhere, perhaps within the secret too. One character does not tell it.
        let last = secret
            .utf8_chunks()
            .last()
            .map_or("", |chunk| chunk.valid());
        let last = last.chars().next_back().map_or(0, char::len_utf8);
        let checked = [
            without(0, b""),
            without(NEIGHBOURS, &secret[secret.len() - last..]),
            without(NEIGHBOURS + 1, b""),
        ];
        with.chain(checked).collect()
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
