//! Each pattern of a form, decoded, is the secret; and where an encoder that is not ours has written
//! the secret, all that stands for it is masked.
#![no_main]

use std::collections::HashSet;
use std::ops::Range;

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use masker::{DEFAULT_MIN_LENGTH, Form, Forms, MaskSet, Masker, Rules, Secret, Truncated};
use masker_fuzz::support::{chunkers, oracle};
use masker_fuzz::{cuts, decode, encode, same};

fuzz_target!(|case: Case| {
    if case.secret.len() >= DEFAULT_MIN_LENGTH && !case.secret.trim_ascii().is_empty() {
        every_pattern_says_the_secret(&case.secret);
        no_encoding_of_the_secret_is_left(&case);
    }
});

/// Makes trouble somewhere, in some way of writing.
const ODD: &[&str] = &[
    "\"",
    "'",
    " ",
    "%",
    "&",
    "<",
    ">",
    "\\",
    "\u{e4}",
    "\u{1f600}",
    "\n",
    "/",
    "+",
    "=",
    "$",
    "`",
    "!",
    "#",
    "~",
    "?",
    "*",
    "(",
    ";",
    ",",
    "|",
    "^",
    "{",
    "]",
    "@",
    ":",
    "\t",
    "\u{e9}",
    "\r\n",
    "\0",
    "\x1b",
    "\x7f",
    "\u{20ac}",
    "\u{2028}",
    "M-",
    "\\n",
    "&amp;",
    "%41",
    "\\u00e4",
    "''",
];

#[derive(Debug)]
struct Case {
    secret: Vec<u8>,
    before: String,
    behind: String,
    cuts: Vec<usize>,
}

/// A seed that begins with `secret` and a newline is the secret itself, byte for byte. All others
/// choose characters.
impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Case> {
        if u.peek_bytes(7) == Some(b"secret\n") {
            let secret = &u.bytes(u.len())?[7..];
            return Ok(Case {
                secret: secret[..secret.len().min(64)].to_vec(),
                before: "x".to_owned(),
                behind: "'y".to_owned(),
                cuts: vec![5],
            });
        }
        let cuts = cuts::arbitrary(u, &[])?;
        let (before, behind) = (text(u, 3)?, text(u, 3)?);
        let is_text = !u.ratio(1, 8)?;
        let secret = match is_text {
            true => text(u, 24)?.into_bytes(),
            false => u.bytes(u.len().min(24))?.to_vec(),
        };
        Ok(Case {
            secret,
            before,
            behind,
            cuts,
        })
    }
}

fn text(u: &mut Unstructured<'_>, most: usize) -> Result<String> {
    let mut text = String::new();
    for _ in 0..u.int_in_range(0..=most)? {
        match u.int_in_range(0..=7)? {
            0..=3 => text.push(char::from(u.int_in_range(b'!'..=b'~')?)),
            4..=6 => text.push_str(u.choose(ODD)?),
            _ => text.push(u.arbitrary()?),
        }
    }
    Ok(text)
}

fn every_pattern_says_the_secret(secret: &[u8]) {
    let forms = Forms::ALL.with(Form::Folded);
    let texts = texts(secret);
    for pattern in forms.patterns(secret, DEFAULT_MIN_LENGTH) {
        let (form, bytes) = (pattern.form(), pattern.expose());
        assert!(
            decode::says(form, bytes, &texts) != Some(false),
            "{} is not {} as {form} has it",
            bytes.escape_ascii(),
            secret.escape_ascii(),
        );
    }
}

/// What may be written: the secret, without the white space around it and at the ends of its lines,
/// without the quotes around it, and each of its lines.
fn texts(secret: &[u8]) -> Vec<Vec<u8>> {
    let lines = secret.trim_ascii().split(|&byte| byte == b'\n');
    let lines: Vec<_> = lines
        .map(|it| it.strip_suffix(b"\r").unwrap_or(it))
        .collect();
    let whole = lines.join(&b'\n');
    let lines = lines.iter().map(|line| line.trim_ascii().to_vec());
    let mut texts: Vec<Vec<u8>> = lines.chain([secret.to_vec(), whole]).collect();
    let quoted = texts.clone();
    texts.extend(quoted.iter().map(|it| without_quotes(it).to_vec()));
    texts.sort_unstable();
    texts.dedup();
    texts.retain(|text| text.len() > 2);
    texts
}

fn without_quotes(mut text: &[u8]) -> &[u8] {
    while let Some(shorter) = text.strip_prefix(b"'") {
        text = shorter;
    }
    while let Some(shorter) = text.strip_suffix(b"'") {
        text = shorter;
    }
    text
}

fn no_encoding_of_the_secret_is_left(case: &Case) {
    let set = MaskSet::builder()
        .secret(Secret::new("fuzzed", case.secret.clone()))
        .rules(Rules::NONE)
        .truncated(Truncated::Keep)
        .allow_repeated(true);
    // What is white space beyond ASCII too is refused.
    let Ok(set) = set.build() else { return };
    let patterns = Forms::ALL.patterns(&case.secret, DEFAULT_MIN_LENGTH);
    let patterns: Vec<_> = patterns.iter().map(|it| it.expose().to_vec()).collect();
    let check = |name: &str, encoded: &[u8], stands: Range<usize>| {
        check(case, &set, &patterns, (name, encoded, stands));
    };

    if let Ok(secret) = str::from_utf8(&case.secret) {
        for (name, encode) in encode::OF_TEXT {
            let encoded = [&case.before, secret, &case.behind].map(encode);
            let from = encoded[0].len();
            check(
                name,
                encoded.concat().as_bytes(),
                from..from + encoded[1].len(),
            );
        }
    }
    let text = [case.before.as_bytes(), &case.secret, case.behind.as_bytes()].concat();
    let (before, length) = (case.before.len(), case.secret.len());
    for (name, encode) in encode::OF_BYTES {
        check(
            name,
            encode(&text).as_bytes(),
            2 * before..2 * (before + length),
        );
    }
    for (name, encode) in encode::BASE64 {
        check(
            name,
            encode(&text).as_bytes(),
            encode::of_base64(before, length),
        );
    }
}

/// Checks that nothing of what stands for the secret comes out.
fn check(
    case: &Case,
    set: &MaskSet,
    patterns: &[Vec<u8>],
    (name, encoded, stands): (&str, &[u8], Range<usize>),
) {
    // Nearly all patterns stand nowhere, which their first bytes tell faster than the oracle.
    let begins: HashSet<_> = encoded.windows(DEFAULT_MIN_LENGTH).collect();
    let may_stand = |it: &&Vec<u8>| begins.contains(&it[..DEFAULT_MIN_LENGTH]);
    let patterns: Vec<_> = patterns.iter().filter(may_stand).cloned().collect();
    let covered = oracle::occurrences(&patterns, encoded);
    let is_left = |at: &usize| !covered.iter().any(|it| it.contains(at));
    let left = stands.clone().find(is_left);
    assert!(
        left.is_none(),
        "{name}: of {} the byte at {left:?} is left, and {stands:?} stands for the secret of {case:?}",
        encoded.escape_ascii()
    );
    let mut masker = Masker::new(set);
    let mut out = Vec::new();
    for chunk in chunkers::by_cuts(&case.cuts, encoded) {
        masker.push(chunk, &mut out);
    }
    masker.finish(&mut out);
    same((name, case), &out, &oracle::mask_all(&covered, encoded));
}
