//! Hostile input: the time is linear in the text.

use std::time::{Duration, Instant};

use masker::{MaskSet, Masker, Secret};

/// What is secret, and a text that is nearly that, over and over.
struct Hostile {
    name: &'static str,
    secrets: Vec<Vec<u8>>,
    text: Vec<u8>,
}

const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

fn hostile() -> Vec<Hostile> {
    let cut_short = |length: usize| [vec![b'a'; length], b"b".to_vec()].concat();
    let on_a = |name, secrets| Hostile {
        name,
        secrets,
        text: vec![b'a'; 1 << 18],
    };
    vec![
        on_a("one of 40", vec![cut_short(39)]),
        on_a("one of 4,000", vec![cut_short(3_999)]),
        on_a("a run in a run", vec![cut_short(3_999), vec![b'a'; 8]]),
        on_a("100 alike", (30..130).map(cut_short).collect()),
        on_a(
            "nested",
            (8..200).map(|length| vec![b'a'; length]).collect(),
        ),
        Hostile {
            name: "each goes on in the next",
            secrets: (0..26)
                .map(|turn| [&ALPHABET[turn..], &ALPHABET[..turn]].concat())
                .collect(),
            text: ALPHABET.repeat(10_000),
        },
        Hostile {
            name: "a digit too few",
            secrets: vec![
                b"01234567890123456789012345678901".to_vec(),
                b"89012345".to_vec(),
            ],
            text: b"0123456789012345678901234567890".repeat(1 << 13),
        },
        Hostile {
            name: "what rules find, while all is held",
            secrets: vec![[b"://a:b@".repeat(1 << 16), b"!".to_vec()].concat()],
            text: b"://a:b@".repeat(1 << 15),
        },
    ]
}

fn set(secrets: &[Vec<u8>]) -> MaskSet {
    let secrets = secrets
        .iter()
        .map(|value| Secret::new("hostile", value.clone()));
    MaskSet::builder()
        .secrets(secrets)
        .allow_repeated(true)
        .forms(masker::Forms::RAW)
        .build()
        .expect("long enough secrets build")
}

/// The shortest of five times in which the text is masked so often: noise only adds.
fn time(set: &MaskSet, text: &[u8], chunk: usize, often: usize) -> Duration {
    let once = || {
        let start = Instant::now();
        for _ in 0..often {
            let mut out = Vec::new();
            let mut masker = Masker::new(set);
            for chunk in text.chunks(chunk) {
                masker.push(chunk, &mut out);
            }
            masker.finish(&mut out);
        }
        start.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap_or_default()
}

#[test]
fn sixteen_times_the_text_takes_about_sixteen_times_as_long() {
    for Hostile {
        name,
        secrets,
        text,
    } in hostile()
    {
        let set = set(&secrets);
        for chunk in [1, 80, 65_536] {
            // Both are of the same text in all, so that a busy machine meets both alike: a time short
            // enough to pass without an interruption would seem sixteen times shorter than it is.
            let parts = time(&set, &text[..text.len() / 16], chunk, 16);
            let whole = time(&set, &text, chunk, 1);
            // A quadratic step anywhere would make it 16 times.
            assert!(
                whole < 4 * parts,
                "{name} in chunks of {chunk}: {parts:?}, then {whole:?}"
            );
        }
    }
}
