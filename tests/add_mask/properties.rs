//! Random texts, values, secrets and cuts against the oracle.

use std::ops::Range;

use masker::{Form, Forms, MaskSet, Masker, Rules, Secret, Truncated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::oracle::{self, Known};
use crate::support::events::Events;
use crate::support::{chunkers, random};

const CASES: u32 = 20_000;

#[derive(Clone, Debug)]
struct Case {
    secrets: Vec<Vec<u8>>,
    forms: Forms,
    rules: Rules,
    min_length: usize,
    text: Vec<u8>,
    cuts: Vec<usize>,
}

#[test]
fn random_lines_equal_the_oracle() {
    random::check(CASES, cases(), |case| {
        let set = case.set(true);
        let expected = case.expected();
        let whole = Events::of(&set, [&case.text[..]]);
        let output = whole.output();
        prop_assert_eq!(
            output.escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
        let single = Events::of(&set, chunkers::every(1, &case.text));
        prop_assert_eq!(&whole.0, &single.0);
        let cut = Events::of(&set, chunkers::by_cuts(&case.cuts, &case.text));
        prop_assert_eq!(&whole.0, &cut.0);
        case.what_lines_name_is_told_of_by_nobody(&whole)
    });
}

/// What is out never has to be taken back, and without a value or a beginning of a secret at its
/// end everything is out.
#[test]
fn what_comes_out_at_each_byte_is_the_beginning_of_what_comes_out_at_the_end() {
    random::check(CASES / 6, cases(), |case| {
        let expected = case.expected();
        let mut masker = Masker::new(&case.set(true));
        let mut out = Vec::new();
        for byte in &case.text {
            masker.push(std::slice::from_ref(byte), &mut out);
            prop_assert!(expected.starts_with(&out), "{}", out.escape_ascii());
        }
        Ok(())
    });
}

impl Case {
    fn set(&self, add_mask: bool) -> MaskSet {
        let secrets = self.secrets.iter().enumerate();
        let secrets = secrets.map(|(number, it)| Secret::new(format!("S{number}"), it.clone()));
        let builder = MaskSet::builder()
            .secrets(secrets)
            .min_length(self.min_length);
        let builder = builder
            .forms(self.forms)
            .rules(self.rules)
            .add_mask(add_mask);
        let builder = builder.allow_empty(true).allow_repeated(true);
        let set = builder.truncated(Truncated::Keep).build();
        set.expect("a small set with the default mask builds")
    }

    fn patterns(&self) -> impl Iterator<Item = Known> {
        let is_blank = |value: &[u8]| value.trim_ascii().is_empty();
        let long = move |it: &&Vec<u8>| it.len() >= self.min_length && !is_blank(it);
        let patterns = self.secrets.iter().filter(long);
        let patterns = patterns.flat_map(|it| self.forms.patterns(it, self.min_length));
        patterns.map(|pattern| Known {
            bytes: pattern.expose().to_vec(),
            from: 0,
        })
    }

    fn expected(&self) -> Vec<u8> {
        let known = self.patterns().collect();
        let mut ranges = oracle::masked(&self.text, known, (self.forms, self.min_length));
        ranges.extend(self.by_rules());
        oracle::render(&self.text, &ranges)
    }

    /// What rules mask in the whole text, by themselves: that they do as they should is for other
    /// tests.
    fn by_rules(&self) -> Vec<Range<usize>> {
        let alone = Case {
            secrets: Vec::new(),
            ..self.clone()
        };
        // Behind a newline nothing is in doubt, and so nothing is held.
        let text = [&self.text[..], b"\n"].concat();
        let mut gaps = Gaps {
            from: text.as_ptr() as usize,
            at: 0,
            ranges: Vec::new(),
        };
        Masker::new(&alone.set(false)).push(&text, &mut gaps);
        gaps.ranges
    }

    fn what_lines_name_is_told_of_by_nobody(&self, events: &Events) -> Result<(), TestCaseError> {
        let values = oracle::values(&self.text);
        let goes_on =
            self.text.contains(&b'%') || self.patterns().any(|it| it.bytes.contains(&b'\n'));
        for (what, offset) in events.found() {
            let at = offset as usize;
            let is_in = values.iter().any(|value| value.contains(&at));
            prop_assert!(goes_on || !is_in, "{what} at {offset}");
        }
        Ok(())
    }
}

/// Notes which bytes of one chunk do not come out.
struct Gaps {
    from: usize,
    at: usize,
    ranges: Vec<Range<usize>>,
}

impl<'chunk> masker::Sink<'chunk> for Gaps {
    fn text(&mut self, text: &'chunk [u8]) {
        let start = text.as_ptr() as usize - self.from;
        if start > self.at {
            self.ranges.push(self.at..start);
        }
        self.at = start + text.len();
    }

    fn held(&mut self, _: &[u8]) {}

    fn mask(&mut self, _: &masker::Bytes) {}
}

/// Few letters and many commands, so that nearly everything overlaps.
fn cases() -> impl Strategy<Value = Case> {
    let of_command = select(vec![
        &b"::add-mask::"[..],
        b"::add-mask::a",
        b":ab",
        b"::",
        b"add-mask",
        b"sk::ab",
        b"b\n::add",
        b"a\nb",
        b"ab\n",
        b"\n\n",
        b"b\r\n",
        b"glpat-ab",
        b"-ab",
        b"?token=",
        b"n=ab",
        b"://a:b",
        b"b@",
        b"@a",
    ]);
    let letters = vec(select(&b"ab:\n% "[..]), 1..7);
    let value = prop_oneof![of_command.prop_map(<[u8]>::to_vec), letters];
    let forms = select(vec![
        Forms::RAW,
        Forms::RAW,
        Forms::RAW.with(Form::Lines).with(Form::Hex),
        Forms::ALL,
    ]);
    let rules = select(vec![Rules::NONE, Rules::ALL]);
    (vec(value, 0..4), forms, rules, 1usize..4).prop_flat_map(
        |(secrets, forms, rules, min_length)| {
            let cuts = vec(0usize..30, 0..6);
            (vec(piece(secrets.clone()), 0..14), cuts).prop_map(move |(pieces, cuts)| Case {
                secrets: secrets.clone(),
                forms,
                rules,
                min_length,
                text: pieces.concat(),
                cuts,
            })
        },
    )
}

fn piece(secrets: Vec<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    let fixed = select(vec![
        &b"::add-mask::"[..],
        b"::add-mask::",
        b"\n::add-mask::",
        b"::add-mas",
        b"::ADD-mask::",
        b"::add-mask a",
        b"::add-mask ::",
        b"\r",
        b":",
        b"add-mask::",
        b"\n",
        b"\n",
        b"\r\n",
        b" ",
        b"%0A",
        b"%0d",
        b"%25",
        b"%",
        b"ab",
        b"aba",
        b"ba",
        b"\0\xff",
        b"6162",
        b"glpat-",
        b"?token=",
        b"://a:",
        b"@",
        b"Authorization: Bearer ",
        b"$A",
        b"61",
    ]);
    let letters = vec(select(&b"ab"[..]), 0..6);
    let fixed = fixed.prop_map(<[u8]>::to_vec);
    if secrets.is_empty() {
        return prop_oneof![3 => fixed, 1 => letters].boxed();
    }
    prop_oneof![6 => fixed, 2 => letters, 2 => select(secrets)].boxed()
}
