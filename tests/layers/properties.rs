//! Random secrets in layers against one set of all and the oracle.

use masker::{Form, Forms, MaskSet, Masker, Report, Rules, Secret, SetErrorKind, Truncated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::events::Events;
use crate::support::{chunkers, oracle, random};

const CASES: u32 = 20_000;

/// Named values, how many of them are added at a time, what is printed, and how it is cut.
#[derive(Clone, Debug)]
struct Case {
    secrets: Vec<(&'static str, Vec<u8>)>,
    layers: Vec<usize>,
    forms: Forms,
    min_length: usize,
    truncated: Truncated,
    text: Vec<u8>,
    cuts: Vec<usize>,
}

#[test]
fn short_values_in_layers_equal_one_set() {
    random::check(CASES, cases(b"ab\n", 1..9, 1..3), equals_one_set);
}

#[test]
fn longer_values_in_layers_equal_one_set() {
    // Each compiles a dozen values in all forms, twice, and more than once.
    random::check(CASES / 5, cases(b"ab'", 4..20, 3..9), equals_one_set);
    random::check(CASES / 20, cases(b"abcdefgh", 8..30, 8..9), equals_one_set);
}

#[test]
fn values_of_one_letter_in_layers_equal_one_set() {
    random::check(CASES / 4, cases(b"a", 1..20, 1..4), equals_one_set);
}

/// Thousands of occurrences in a chunk.
#[test]
fn layers_equal_one_set_where_secrets_overlap_at_every_byte() {
    let times = (cases(b"ab", 2..12, 1..4), 1usize..100);
    random::check(CASES / 20, times, |(mut case, times)| {
        case.text = case.text.repeat(times);
        let [one, layered] = [case.one_set(), case.layered()];
        let whole = Events::of(&one, [&case.text[..]]);
        prop_assert!(whole == Events::of(&layered, [&case.text[..]]));
        let cut = chunkers::by_cuts(&case.cuts, &case.text);
        prop_assert!(whole == Events::of(&layered, cut));
        Ok(())
    });
}

/// Whatever has been compiled again on the way.
#[test]
fn secrets_that_come_late_in_layers_equal_those_of_one_set() {
    random::check(CASES, cases(b"ab", 1..9, 1..3), |case| {
        let mut parts = case.parts().into_iter();
        let first = parts.next().unwrap_or_default();
        let mut one = case.builder().secrets(first).build()?;
        let mut layered = one.clone();
        let [mut of_one, mut of_layered] = [Masker::new(&one), Masker::new(&layered)];
        let [mut expected, mut events] = [Events::default(), Events::default()];
        for chunk in chunkers::by_cuts(&case.cuts, &case.text) {
            of_one.push(chunk, &mut expected);
            of_layered.push(chunk, &mut events);
            prop_assert_eq!(&events, &expected);
            if let Some(more) = parts.next() {
                let copy = more.iter().map(|it| Secret::new(it.name(), it.expose()));
                one = one.to_builder().secrets(copy).build()?;
                layered = layered.extend().secrets(more).build()?;
                of_one.switch_to(&one);
                of_layered.switch_to(&layered);
            }
        }
        of_one.finish(&mut expected);
        of_layered.finish(&mut events);
        prop_assert_eq!(events, expected);
        Ok(())
    });
}

#[test]
fn a_mask_is_as_safe_in_layers_as_in_one_set() {
    let mask = || vec(select(&b"ab-"[..]), 0..8);
    let masks = (cases(b"ab", 1..9, 1..5), mask(), mask(), any::<bool>());
    random::check(CASES, masks, |(case, before, after, is_changed)| {
        let after = if is_changed { after } else { before.clone() };
        let kind = |builder: masker::MaskSetBuilder| builder.build().map_err(|it| it.kind());
        let mut parts = case.parts().into_iter();
        let first = parts.next().unwrap_or_default();
        let of_one = kind(case.one_builder().mask(after.clone())).map(drop);
        let Ok(base) = kind(case.builder().secrets(first).mask(before)) else {
            prop_assert!(is_changed || of_one == Err(SetErrorKind::UnsafeMask));
            return Ok(());
        };
        let last = parts.next_back().unwrap_or_default();
        let mut set = base;
        for part in parts {
            match kind(set.extend().secrets(part)) {
                Ok(extended) => set = extended,
                Err(_) if is_changed => return Ok(()),
                Err(kind) => {
                    prop_assert_eq!(of_one, Err(kind));
                    return Ok(());
                }
            }
        }
        let of_layers = kind(set.extend().secrets(last).mask(after)).map(drop);
        prop_assert_eq!(of_layers, of_one);
        Ok(())
    });
}

/// Every event after every chunk, names, refusals and reports; and the output is the oracle's.
fn equals_one_set(case: Case) -> Result<(), TestCaseError> {
    let [one, layered] = [case.one_set(), case.layered()];
    prop_assert!(one.names().eq(layered.names()));
    prop_assert_eq!(one.refused(), layered.refused());

    let patterns = case.patterns();
    let [mut of_one, mut of_layered] = [Masker::new(&one), Masker::new(&layered)];
    let [mut expected, mut events] = [Events::default(), Events::default()];
    let [mut expected_report, mut report] = [Report::new(), Report::new()];
    let mut read = 0;
    for chunk in chunkers::by_cuts(&case.cuts, &case.text) {
        expected_report.push(&mut of_one, chunk, &mut expected);
        report.push(&mut of_layered, chunk, &mut events);
        prop_assert_eq!(&events, &expected);
        read += chunk.len();
        let so_far = oracle::so_far(&patterns, &case.text[..read]);
        prop_assert_eq!(events.output(), so_far);
    }
    expected_report.finish(of_one, &mut expected);
    report.finish(of_layered, &mut events);
    prop_assert_eq!(&events, &expected);
    let output = match case.truncated {
        Truncated::Mask => oracle::truncated(&patterns, &case.text, case.min_length),
        _ => oracle::mask(&patterns, &case.text),
    };
    prop_assert_eq!(events.output(), output);
    let shown = |report: &Report| format!("{:?} {}", report.leaks(), report.masks());
    prop_assert_eq!(shown(&report), shown(&expected_report));
    Ok(())
}

impl Case {
    fn builder(&self) -> masker::MaskSetBuilder {
        MaskSet::builder()
            .forms(self.forms)
            .min_length(self.min_length)
            .rules(Rules::NONE)
            .truncated(self.truncated)
            .allow_empty(true)
            .allow_repeated(true)
    }

    fn one_builder(&self) -> masker::MaskSetBuilder {
        let secrets = self.parts().into_iter().flatten();
        self.builder().secrets(secrets)
    }

    fn one_set(&self) -> MaskSet {
        let set = self.one_builder().build();
        set.expect("a small set with the default mask builds")
    }

    fn layered(&self) -> MaskSet {
        let mut parts = self.parts().into_iter();
        let first = self.builder().secrets(parts.next().unwrap_or_default());
        let first = first.build().expect("a small set builds");
        parts.fold(first, |set, part| {
            let more = set.extend().secrets(part);
            more.build().expect("a small set builds")
        })
    }

    /// The secrets that are added at a time; the last are all that are left.
    fn parts(&self) -> Vec<Vec<Secret>> {
        let secrets = self.secrets.iter();
        let mut secrets = secrets.map(|(name, value)| Secret::new(*name, value.clone()));
        let mut parts: Vec<Vec<_>> = self
            .layers
            .iter()
            .map(|&count| secrets.by_ref().take(count).collect())
            .collect();
        parts.push(secrets.collect());
        parts
    }

    fn patterns(&self) -> Vec<Vec<u8>> {
        let is_masked =
            |value: &&Vec<u8>| value.len() >= self.min_length && !value.trim_ascii().is_empty();
        let values = self.secrets.iter().map(|(_, value)| value);
        values
            .filter(is_masked)
            .flat_map(|value| self.forms.patterns(value, self.min_length))
            .map(|pattern| pattern.expose().to_vec())
            .collect()
    }
}

/// Few letters and few names, so that nearly everything overlaps and layers have patterns and names
/// in common; and numbers of secrets that do stay layers, each less than half as many as the one below.
fn cases(
    alphabet: &'static [u8],
    lengths: std::ops::Range<usize>,
    minimums: std::ops::Range<usize>,
) -> impl Strategy<Value = Case> {
    let name = select(vec!["A", "B", "C", "D"]);
    let secrets = vec((name, vec(select(alphabet), lengths)), 1..13);
    let layers = prop_oneof![
        select(vec![
            vec![],
            vec![1, 7, 3],
            vec![2, 3],
            vec![0, 5, 2],
            vec![3]
        ]),
        vec(0usize..5, 0..4),
    ];
    let forms = vec![
        Forms::RAW,
        Forms::RAW.with(Form::Lines),
        Forms::RAW.with(Form::Hex).with(Form::Shell),
        Forms::ALL,
    ];
    let truncated = select(vec![Truncated::Mask, Truncated::Keep]);
    (secrets, layers, select(forms), minimums, truncated).prop_flat_map(
        move |(secrets, layers, forms, min_length, truncated)| {
            let case = Case {
                secrets,
                layers,
                forms,
                min_length,
                truncated,
                text: Vec::new(),
                cuts: Vec::new(),
            };
            let pieces = vec(random::piece(alphabet, case.patterns()), 0..10);
            (Just(case), pieces, vec(0usize..30, 0..6)).prop_map(|(case, pieces, cuts)| Case {
                text: pieces.concat(),
                cuts,
                ..case
            })
        },
    )
}
