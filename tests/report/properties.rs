//! The findings against the oracle, for random secrets, names, forms, texts and cuts.

use masker::{Form, Forms, MaskSet, Masker, Origin, Place, Report, Secret, Truncated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Event, Events, oracle};
use crate::support::{self, chunkers, random};

const CASES: u32 = 20_000;

#[derive(Clone, Debug)]
struct Case {
    secrets: Vec<(String, Vec<u8>)>,
    forms: Forms,
    min_length: usize,
    truncated: Truncated,
    text: Vec<u8>,
    cuts: Vec<usize>,
}

#[test]
fn findings_of_short_values_in_their_forms() {
    random::check(CASES, cases(b"ab\n", 1..9, 1..3), equal_the_oracle);
}

#[test]
fn findings_of_longer_values_in_their_forms() {
    random::check(CASES, cases(b"ab'", 4..20, 3..9), equal_the_oracle);
}

#[test]
fn findings_of_values_of_one_letter() {
    random::check(CASES / 4, cases(b"a", 1..20, 1..4), equal_the_oracle);
}

#[test]
fn findings_do_not_depend_on_the_cuts() {
    random::check(CASES, cases(b"abc", 1..12, 1..5), |case| {
        let set = case.set();
        let whole = Events::of(&set, [&case.text[..]]);
        let cut = Events::of(&set, chunkers::by_cuts(&case.cuts, &case.text));
        let single = Events::of(&set, chunkers::every(1, &case.text));
        prop_assert_eq!(&whole.0, &cut.0);
        prop_assert_eq!(&whole.0, &single.0);
        every_mask_has_a_finding_behind_it(&whole)
    });
}

/// Every name, form, count, offset and line, and the output; and nothing depends on the cuts.
#[test]
fn a_report_adds_up_the_findings() {
    random::check(CASES, cases(b"ab\n", 1..9, 1..3), |case| {
        let set = case.set();
        let events = Events::of(&set, chunkers::by_cuts(&case.cuts, &case.text));
        let (report, reported) = case.report(&set);
        prop_assert_eq!(&events.0, &reported.0);
        let masks = events.0.iter().filter(|event| **event == Event::Mask);
        prop_assert_eq!(report.masks(), masks.count() as u64);
        prop_assert_eq!(report.bytes(), case.text.len() as u64);

        let mut added: Vec<(_, u64, Vec<Place>)> = Vec::new();
        let mut truncated = None;
        for (origin, offset) in events.found() {
            let before = &case.text[..offset as usize];
            let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count() as u64;
            let place = Place { offset, line };
            let Some(origin) = origin else {
                truncated = Some(place);
                continue;
            };
            match added.iter_mut().find(|(other, ..)| *other == origin) {
                None => added.push((origin, 1, vec![place])),
                Some((_, count, places)) => {
                    *count += 1;
                    places.push(place);
                    places.truncate(10);
                }
            }
        }
        let leaks = report.leaks().into_iter().map(|leak| match leak.origin() {
            Origin::Secret { name, form } => {
                ((name.to_owned(), form), leak.count(), leak.first().to_vec())
            }
            other => panic!("{other:?} is not expected here"),
        });
        let mut leaks: Vec<_> = leaks.collect();
        prop_assert!(leaks.is_sorted_by_key(|(.., places)| places[0]));
        leaks.sort();
        added.sort();
        prop_assert_eq!(leaks, added);
        prop_assert_eq!(report.truncated(), truncated);
        Ok(())
    });
}

/// Chunks with thousands of occurrences, many of which no finding is told of.
#[test]
fn findings_do_not_depend_on_the_cuts_where_secrets_overlap_at_every_byte() {
    let periods = (cases(b"ab", 2..12, 1..4), 1usize..1_000);
    random::check(CASES / 20, periods, |(case, cut)| {
        let set = case.set();
        let text = [
            &case.text.repeat(cut / 20),
            &b"-"[..],
            &case.text.repeat(20),
        ]
        .concat();
        let single = Events::of(&set, chunkers::every(1, &text));
        let whole = Events::of(&set, [&text[..]]);
        prop_assert!(whole.0 == single.0, "whole");
        let cut = Events::of(&set, chunkers::every(cut, &text));
        prop_assert!(cut.0 == single.0, "cut");
        Ok(())
    });
}

fn equal_the_oracle(case: Case) -> Result<(), TestCaseError> {
    let known = oracle::known(&case.secrets, case.forms, case.min_length);
    let patterns: Vec<_> = known.iter().map(|known| known.bytes.clone()).collect();
    let live = support::oracle::live(&patterns, &case.text);
    let is_masked = case.truncated == Truncated::Mask && live >= case.min_length;
    let tail = if is_masked { live } else { 0 };
    let events = Events::of(&case.set(), chunkers::by_cuts(&case.cuts, &case.text));
    prop_assert_eq!(events.found(), oracle::findings(&known, &case.text, tail));
    Ok(())
}

fn every_mask_has_a_finding_behind_it(events: &Events) -> Result<(), TestCaseError> {
    for (at, event) in events.0.iter().enumerate() {
        let behind = events.0.get(at + 1);
        let is_found = matches!(behind, Some(Event::Found(_)));
        prop_assert!(*event != Event::Mask || is_found, "{:?}", events.0);
        // And no finding is without a mask.
        let is_text = matches!(event, Event::Text(_));
        prop_assert!(!(is_text && is_found), "{:?}", events.0);
    }
    Ok(())
}

impl Case {
    /// What a report tells, and what comes out beside it.
    fn report(&self, set: &MaskSet) -> (Report, Events) {
        let mut masker = Masker::new(set);
        let (mut report, mut events) = (Report::new(), Events::default());
        for chunk in chunkers::by_cuts(&self.cuts, &self.text) {
            report.push(&mut masker, chunk, &mut events);
        }
        report.finish(masker, &mut events);
        (report, events)
    }

    fn set(&self) -> MaskSet {
        let secrets = self.secrets.iter();
        let secrets = secrets.map(|(name, value)| Secret::new(name, value.clone()));
        let builder = MaskSet::builder().secrets(secrets).forms(self.forms);
        let builder = builder
            .min_length(self.min_length)
            .truncated(self.truncated);
        builder
            .allow_empty(true)
            .allow_repeated(true)
            .build()
            .expect("a small set builds")
    }
}

/// Few letters, so that nearly everything overlaps, and few names, so that some are shared.
fn cases(
    alphabet: &'static [u8],
    lengths: std::ops::Range<usize>,
    minimums: std::ops::Range<usize>,
) -> impl Strategy<Value = Case> {
    let name = select(vec!["A", "B", "C"]).prop_map(str::to_owned);
    let value = vec(select(alphabet), lengths);
    let forms = select(vec![
        Forms::RAW,
        Forms::RAW.with(Form::Lines),
        Forms::RAW.with(Form::Json).with(Form::Shell),
        Forms::ALL,
    ]);
    let truncated = select(vec![Truncated::Mask, Truncated::Keep]);
    (vec((name, value), 1..6), forms, minimums, truncated).prop_flat_map(
        move |(mut secrets, forms, min_length, truncated)| {
            // The set refuses these, and the oracle knows of no refusals.
            secrets
                .retain(|(_, value)| value.len() >= min_length && !value.trim_ascii().is_empty());
            let patterns = oracle::known(&secrets, forms, min_length);
            let patterns: Vec<_> = patterns.into_iter().map(|known| known.bytes).collect();
            let pieces = vec(random::piece(alphabet, patterns), 0..10);
            let cuts = vec(0usize..30, 0..6);
            (pieces, cuts).prop_map(move |(pieces, cuts)| Case {
                secrets: secrets.clone(),
                forms,
                min_length,
                truncated,
                text: pieces.concat(),
                cuts,
            })
        },
    )
}
