//! A secret that comes while a stream runs holds for every byte not yet emitted, the held ones
//! included: one that is given, and one that a line of the stream names.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use masker::io::MaskWriter;
use masker::{Forms, MaskSet, Masker, Rules, Secret, Truncated};
use masker_fuzz::add_mask::{self, Known};
use masker_fuzz::case::Case;
use masker_fuzz::same;
use masker_fuzz::support::events::Events;
use masker_fuzz::support::{chunkers, oracle};

fuzz_target!(|input: Input| match input {
    Input::Given { case, late } => given(&case, &late),
    Input::Named { case, pieces } => named(&case, &pieces),
});

#[derive(Debug)]
enum Input {
    /// Behind how many chunks each of the last secrets comes.
    Given { case: Case, late: Vec<usize> },
    /// What stands between pieces of the text.
    Named { case: Case, pieces: Vec<usize> },
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Input> {
        let (is_given, numbers) = match u.peek_bytes(5) {
            Some(b"late " | b"name ") => written(u)?,
            _ => chosen(u)?,
        };
        let mut case = Case::arbitrary(u)?;
        case.truncated = None;
        Ok(match is_given {
            true => Input::Given {
                case,
                late: numbers,
            },
            false => Input::Named {
                case,
                pieces: numbers,
            },
        })
    }
}

/// A seed that a person wrote: a line of `late` or `name` and numbers, and a case.
fn written(u: &mut Unstructured<'_>) -> Result<(bool, Vec<usize>)> {
    let mut line = Vec::new();
    while !u.is_empty() && !line.ends_with(b"\n") {
        line.push(u.arbitrary()?);
    }
    let numbers = line.split(|byte| !byte.is_ascii_digit());
    let numbers = numbers.filter_map(|it| str::from_utf8(it).ok()?.parse().ok());
    Ok((line.starts_with(b"late"), numbers.collect()))
}

fn chosen(u: &mut Unstructured<'_>) -> Result<(bool, Vec<usize>)> {
    let is_given = u.arbitrary()?;
    let mut numbers = vec![0; u.int_in_range(0..=6)?];
    for number in &mut numbers {
        *number = u.int_in_range(0..=63)?;
    }
    Ok((is_given, numbers))
}

/// The set without the last secrets, which come later.
fn set_of(case: &Case, secrets: &[Vec<u8>]) -> MaskSet {
    let case = Case {
        secrets: secrets.to_vec(),
        ..case.clone()
    };
    case.set()
}

fn given(case: &Case, late: &[usize]) {
    let early = case.secrets.len().saturating_sub(late.len());
    let mut set = set_of(case, &case.secrets[..early]);
    let known = case.secrets[..early].iter();
    let mut known: Vec<Known> = known.map(|secret| known_from(secret, 0)).collect();

    let mut masker = Masker::new(&set);
    let mut writer = MaskWriter::new(Vec::new(), &set);
    let mut out = Vec::new();
    let mut read = 0;
    for (number, chunk) in chunkers::by_cuts(&case.cuts, &case.text).iter().enumerate() {
        for (secret, _) in case.secrets[early..]
            .iter()
            .zip(late)
            .filter(|(_, at)| **at == number)
        {
            let builder = set.extend().secret(Secret::new("late", secret.clone()));
            set = builder.build().expect("small secrets build");
            masker.switch_to(&set);
            writer.switch_to(&set);
            let held = add_mask::live(&case.text[..read], &known);
            known.push(known_from(secret, read - held));
        }
        masker.push(chunk, &mut out);
        std::io::Write::write_all(&mut writer, chunk).expect("a vector takes all");
        read += chunk.len();
        // A chunk without bytes lets nothing out, not even the mask of what was found on a switch.
        if chunk.is_empty() {
            continue;
        }
        let text = &case.text[..read];
        let settled = read - add_mask::live(text, &known);
        let expected = oracle::settled_until(settled, true, &occurrences(text, &known), text);
        same(("push", read, late, case), &out, &expected);
        same(("write", read, late, case), writer.get_ref(), &expected);
    }
    masker.finish(&mut out);
    let expected = oracle::mask_all(&occurrences(&case.text, &known), &case.text);
    same(("finish", late, case), &out, &expected);
    let written = writer.finish().expect("a vector takes all");
    same(("finish of a writer", late, case), &written, &expected);
}

fn known_from(secret: &[u8], from: usize) -> Known {
    Known {
        bytes: secret.to_vec(),
        from,
    }
}

fn occurrences(text: &[u8], known: &[Known]) -> Vec<std::ops::Range<usize>> {
    let of_one = |known: &Known| {
        let found = oracle::occurrences(std::slice::from_ref(&known.bytes), text);
        let from = known.from;
        found.into_iter().filter(move |it| it.start >= from)
    };
    known.iter().flat_map(of_one).collect()
}

/// Lines that name secrets, in a text of these and of what makes such lines.
fn named(case: &Case, pieces: &[usize]) {
    const PIECES: &[&[u8]] = &[
        b"::add-mask::",
        b"\n::add-mask::",
        b"\n",
        b"\r\n",
        b"::add-",
        b":",
        b" ",
        b"%0A",
        b"%25",
        b"%",
    ];
    let mut text = Vec::new();
    let part = case.text.len() / (pieces.len() + 1) + 1;
    for (number, chunk) in case.text.chunks(part).enumerate() {
        text.extend_from_slice(chunk);
        if let Some(piece) = pieces.get(number) {
            text.extend_from_slice(PIECES[piece % PIECES.len()]);
            // Often followed by what stands elsewhere in the text.
            if let Some(secret) = case.secrets.get(piece / PIECES.len()) {
                text.extend([&secret[..], b"\n"].concat());
            }
        }
    }
    let least = 1 + pieces.len() % 3;
    let secrets = case.secrets.iter().filter(|it| it.len() >= least);
    let secrets: Vec<_> = secrets.cloned().collect();
    let builder = MaskSet::builder()
        .secrets(
            secrets
                .iter()
                .map(|value| Secret::new("fuzzed", value.clone())),
        )
        .forms(Forms::RAW)
        .rules(Rules::NONE)
        .min_length(least)
        .truncated(Truncated::Keep)
        .allow_empty(true)
        .allow_repeated(true)
        .add_mask(true);
    let set = builder.build().expect("small secrets build");

    let known = secrets.iter().map(|secret| known_from(secret, 0)).collect();
    let ranges = add_mask::masked(&text, known, (Forms::RAW, least));
    let expected = add_mask::render(&text, &ranges);
    let whole = Events::of(&set, [&text[..]]);
    same(
        ("named", text.escape_ascii().to_string(), case),
        &whole.output(),
        &expected,
    );
    for cuts in [&case.cuts[..], &[1]] {
        let cut = Events::of(&set, chunkers::by_cuts(cuts, &text));
        assert!(
            cut == whole,
            "{cut:?} is not {whole:?} of {} in {case:?}",
            text.escape_ascii()
        );
    }
}
