//! Secrets, a text of pieces of them, and cuts.
//!
//! The bytes of the fuzzer are read in one of two ways. Those that begin with `cuts ` are a seed that
//! a person wrote: the sizes of the chunks, a line for each secret, an empty line, and the text,
//! byte for byte. All others choose: from small alphabets, so that nearly everything overlaps; what
//! secrets have in common; and which pieces of secrets follow each other.

use std::fmt;

use arbitrary::{Arbitrary, Result, Unstructured};
use masker::{Forms, MaskSet, MaskSetBuilder, Rules, Secret, Truncated};

use crate::cuts;

/// Beyond this an oracle that is quadratic is too slow to be worth the wait.
const MAX_TEXT: usize = 600;
const MAX_SECRETS: usize = 8;
const MAX_SECRET: usize = 300;

const ALPHABETS: &[&[u8]] = &[
    b"ab",
    b"abcdef",
    b"abcdefghijklmnopqrstuvwxyz0123456789",
    b"[MASKED]a",
    b"a\n\r\0\xff\xc3\xa4",
];

#[derive(Clone)]
pub struct Case {
    pub secrets: Vec<Vec<u8>>,
    pub text: Vec<u8>,
    /// The sizes of the chunks, over and over.
    pub cuts: Vec<usize>,
    /// From which length on the tail is masked that the end cuts short; `None` to keep it.
    pub truncated: Option<usize>,
    /// How many bytes a caller of a reader has room for, and a writer takes at once.
    pub room: usize,
}

impl Case {
    /// A set of the secrets as they are.
    pub fn builder(&self) -> MaskSetBuilder {
        let secrets = self.secrets.iter();
        MaskSet::builder()
            .secrets(secrets.map(|value| Secret::new("fuzzed", value.clone())))
            .forms(Forms::RAW)
            .rules(Rules::NONE)
            .min_length(self.truncated.unwrap_or(1))
            .truncated(self.truncated.map_or(Truncated::Keep, |_| Truncated::Mask))
            .allow_empty(true)
            .allow_repeated(true)
    }

    pub fn set(&self) -> MaskSet {
        let set = self.builder().build().expect("small secrets build");
        assert!(set.refused().is_empty(), "{self:?}: {:?}", set.refused());
        set
    }
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Case> {
        let mut case = match u.peek_bytes(5) {
            Some(b"cuts ") => written(u.bytes(u.len())?),
            _ => chosen(u)?,
        };
        case.text.truncate(MAX_TEXT);
        // Empty ones and blank ones are refused, which is for another target.
        let least = case.truncated.unwrap_or(1);
        let is_masked = |secret: &Vec<u8>| {
            (least..=MAX_SECRET).contains(&secret.len())
                && !str::from_utf8(secret).map_or(secret.trim_ascii().is_empty(), |text| {
                    text.trim().is_empty()
                })
        };
        case.secrets.retain(is_masked);
        case.secrets.truncate(MAX_SECRETS);
        Ok(case)
    }
}

fn written(seed: &[u8]) -> Case {
    let mut lines = seed.split_inclusive(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let cuts = first.split(|byte| !byte.is_ascii_digit());
    let cuts = cuts.filter_map(|size| str::from_utf8(size).ok()?.parse().ok());
    let mut case = Case {
        secrets: Vec::new(),
        text: Vec::new(),
        cuts: cuts.collect(),
        truncated: None,
        room: 7,
    };
    for line in lines.by_ref() {
        match line.strip_suffix(b"\n").unwrap_or(line) {
            b"" => break,
            secret => case.secrets.push(secret.to_vec()),
        }
    }
    case.text = lines.flatten().copied().collect();
    case
}

fn chosen(u: &mut Unstructured<'_>) -> Result<Case> {
    let letters = *u.choose(ALPHABETS)?;
    let truncated = match u.int_in_range(0..=3)? {
        3 => Some(u.int_in_range(1..=8)?),
        _ => None,
    };
    let room = *u.choose(&[1, 2, 5, 64, 1_000])?;
    let shortest = *u.choose(&[1, 4, 8, 8, 20])?;
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for _ in 0..u.int_in_range(0..=MAX_SECRETS - 1)? {
        let secret = secret(u, letters, shortest, &secrets)?;
        secrets.push(secret);
    }
    // As many cuts as are chosen below are chosen with what is left at the end.
    let (text, marks) = text(u, letters, &secrets)?;
    Ok(Case {
        cuts: cuts::arbitrary(u, &marks)?,
        secrets,
        text,
        truncated,
        room,
    })
}

/// One that often begins as another ends.
fn secret(
    u: &mut Unstructured<'_>,
    letters: &[u8],
    shortest: usize,
    others: &[Vec<u8>],
) -> Result<Vec<u8>> {
    let mut secret = match u.int_in_range(0..=3)? {
        0 | 1 => Vec::new(),
        2 => part(u, others)?,
        _ => part(u, others)?.repeat(u.int_in_range(1..=3)?),
    };
    let most = *u.choose(&[2, 9, 24])?;
    let wanted = shortest.max(secret.len()) + u.int_in_range(0..=most)?;
    secret.extend(some_of(u, letters, wanted - secret.len())?);
    Ok(secret)
}

/// So many letters, each by choice; or all by one choice, since the first inputs that the fuzzer tries
/// are short, and what the search does with long secrets should not have to wait for long ones.
fn some_of(u: &mut Unstructured<'_>, letters: &[u8], count: usize) -> Result<Vec<u8>> {
    if u.ratio(1, 3)? {
        let dice = u64::from(u.arbitrary::<u8>()?);
        // Knuth's constants for a generator of numbers that look random.
        let next = |dice: &u64| {
            let next = dice.wrapping_mul(6_364_136_223_846_793_005);
            Some(next.wrapping_add(1_442_695_040_888_963_407))
        };
        let thrown = std::iter::successors(Some(dice), next).skip(1).take(count);
        let letter = |it: u64| letters[(it >> 33) as usize % letters.len()];
        return Ok(thrown.map(letter).collect());
    }
    (0..count).map(|_| Ok(*u.choose(letters)?)).collect()
}

/// A text, and the places where its pieces begin.
fn text(
    u: &mut Unstructured<'_>,
    letters: &[u8],
    secrets: &[Vec<u8>],
) -> Result<(Vec<u8>, Vec<usize>)> {
    let (mut text, mut marks) = (Vec::new(), Vec::new());
    // Some bytes are left for the cuts.
    while u.len() > 8 && text.len() < MAX_TEXT {
        marks.push(text.len());
        match u.int_in_range(0..=9)? {
            0..=2 => text.extend(part(u, secrets)?),
            3..=5 if !secrets.is_empty() => text.extend(u.choose(secrets)?),
            3..=7 => {
                let count = u.int_in_range(1..=12)?;
                text.extend(some_of(u, letters, count)?);
            }
            // So much else that the filter skips it, in blocks and in single samples.
            8 => text.resize(text.len() + usize::from(u.arbitrary::<u8>()?), b'.'),
            _ => text.push(u.arbitrary()?),
        }
    }
    marks.push(text.len());
    Ok((text, marks))
}

/// What a secret has at its beginning, or at its end.
fn part(u: &mut Unstructured<'_>, secrets: &[Vec<u8>]) -> Result<Vec<u8>> {
    if secrets.is_empty() {
        return Ok(Vec::new());
    }
    let secret = u.choose(secrets)?;
    let (head, tail) = secret.split_at(u.int_in_range(0..=secret.len())?);
    Ok(if u.arbitrary()? { head } else { tail }.to_vec())
}

/// Shows bytes as a reader can take them in, and as a row of the table of cases has them.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |bytes: &Vec<u8>| format!("b\"{}\"", bytes.escape_ascii());
        let secrets: Vec<_> = self.secrets.iter().map(shown).collect();
        write!(f, "[{}], {}", secrets.join(", "), shown(&self.text))?;
        write!(f, ", cuts {:?}, room {}", self.cuts, self.room)?;
        write!(f, ", truncated {:?}", self.truncated)
    }
}
