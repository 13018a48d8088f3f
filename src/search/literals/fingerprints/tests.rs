use super::super::Literal;
use super::super::windows::Windows;
use super::*;
use crate::search::tests::Random;

/// Words of which job logs are full.
const WORDS: &[&str] = &[
    "Compiling",
    "Downloaded",
    "INFO",
    "WARN",
    "error:",
    "test",
    "ok",
    "in",
    "0.42s",
    "v1.2.3",
    "src/lib.rs",
    "2024-05-06T07:08:09Z",
    "[3/12]",
    "--release",
    "sha256:9f86d081884c7d65",
    "PASSED",
    "the",
    "of",
    "step",
    "https",
    "registry",
    "node_modules/.bin/tsc",
    "====",
    "exit",
    "code",
    "\n",
    "key",
    "name=value",
];

/// Such as rules look for; those of small letters in any case.
const LITERALS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "authorization",
    "bearer ",
    "private",
    "pwd",
    "GHP_",
    "GLPAT-",
    "AKIA",
    "XOXB-",
    "SK_LIVE_",
    "NPM_",
    "DOP_V1_",
    "SG.",
    "EYJ",
    "HVS.",
    "://",
    "-----BEGIN",
];

fn log(length: usize) -> Vec<u8> {
    let mut random = Random(11);
    let mut text = Vec::new();
    while text.len() < length {
        text.extend_from_slice(WORDS[random.below(WORDS.len())].as_bytes());
        text.push(b' ');
        for _ in 0..random.below(9) {
            let letters =
                b"eeeeaaiinnoorrssttcdlmpubfghkvwyxjqz0123456789/-_.:=ABCDEFGHIJKLMNOPQRSTUVWXYZ";
            text.push(letters[random.below(letters.len())]);
        }
        text.push(b' ');
    }
    text
}

fn width<S: Simd>(_: S) -> usize {
    S::u8s::LEN
}

#[test]
fn few_places_of_a_log_are_candidates() {
    let literals = LITERALS.iter().map(|text| Literal {
        bytes: text.to_lowercase().into(),
        any_case: text.bytes().any(|byte| byte.is_ascii_lowercase()),
    });
    let literals: Vec<_> = literals.collect();
    let (_, windows) = Windows::choose(&literals.iter().collect::<Vec<_>>());
    let mut fingerprints = Fingerprints::new(&windows);
    let text = log(1 << 17);
    for level in levels() {
        fingerprints.set_level(level);
        let mut candidates = 0;
        fingerprints.each_candidate(&text, &mut |_| candidates += 1);
        // Tables of four bits tell less than those of six.
        let wide = dispatch!(level, simd => width(simd)) == WIDEST;
        let most = if wide { 12 } else { 500 };
        assert!(candidates < most, "{candidates} at {level:?}");
    }
}
