//! The masker against the oracle of the rules, for random texts, secrets and cuts.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use masker::{Forms, MaskSet, MaskSetBuilder, Masker, Secret, Truncated};
use proptest::prelude::*;
use proptest::sample::Index;

use super::fragments::{Case, cases};
use super::oracle::{self, Rules};
use crate::support::events::Events;
use crate::support::{chunkers, random};

/// How many random cases are compared with the oracle in all.
const CASES: u32 = 100_000;

#[test]
fn every_cut_gives_what_the_oracle_gives() {
    random::check(CASES / 2, cases(lengths()), |case| {
        let expected = oracle::mask(&case.rules(), &case.secrets, &case.text, None);
        let set = case.set();
        for cuts in [&case.cuts[..], &[1], &[usize::MAX]] {
            prop_assert_eq!(shown(&masked(&set, cuts, &case.text)), shown(&expected));
        }
        Ok(())
    });
}

#[test]
fn the_least_is_held_back_after_every_chunk() {
    random::check(CASES / 5, cases(lengths()), |case| {
        let (rules, set) = (case.rules(), case.set());
        let mut masker = Masker::new(&set);
        let mut out = Vec::new();
        let mut read = 0;
        for chunk in chunkers::by_cuts(&case.cuts, &case.text) {
            masker.push(chunk, &mut out);
            read += chunk.len();
            let expected = oracle::so_far(&rules, &case.secrets, &case.text[..read]);
            prop_assert_eq!(shown(&out), shown(&expected));
        }
        Ok(())
    });
}

#[test]
fn what_the_end_cuts_short_is_masked_from_the_minimum_length_on() {
    let minimums = (cases(lengths()), 0usize..9);
    random::check(CASES * 3 / 10, minimums, |(case, minimum)| {
        let rules = case.rules();
        let secrets = case.secrets.iter().filter(|it| it.len() >= minimum);
        let secrets: Vec<_> = secrets.cloned().collect();
        let expected = oracle::mask(&rules, &secrets, &case.text, Some(minimum));
        let set = case.builder().truncated(Truncated::Mask);
        let set = set.min_length(minimum).build().expect("small sets build");
        prop_assert_eq!(
            shown(&masked(&set, &case.cuts, &case.text)),
            shown(&expected)
        );
        Ok(())
    });
}

#[test]
fn runs_of_any_length_come_out_as_one_mask() {
    let lengths = prop_oneof![0usize..20, 240usize..270, Just(10_000usize)];
    random::check(CASES / 250, cases(lengths), |case| {
        let expected = oracle::mask(&case.rules(), &case.secrets, &case.text, None);
        let set = case.set();
        for cuts in [&case.cuts[..], &[1], &[4_096], &[usize::MAX]] {
            let same = masked(&set, cuts, &case.text) == expected;
            prop_assert!(same, "in chunks of {:?}", cuts);
        }
        Ok(())
    });
}

/// A long chunk is searched in pieces, of so many bytes.
const PIECE: usize = 128 << 10;

#[test]
fn where_long_chunks_are_searched_in_pieces_nothing_is_missed() {
    let borders = (cases(lengths()), any::<Index>(), any::<bool>());
    random::check(CASES / 100, borders, |(case, border, add_mask)| {
        let set = case.builder().add_mask(add_mask);
        let set = set.build().expect("small sets build");
        let border = border.index(case.text.len() + 1);
        // No rule, no secret and no command has such a byte.
        let before = vec![1; PIECE - border];
        let behind = &[1; PIECE][..PIECE - 7 * (border % 2)];
        let text = [&before, &case.text, behind, &case.text].concat();
        let whole = Events::of(&set, [&text[..]]);
        let cut = Events::of(&set, chunkers::every(4_096, &text));
        prop_assert!(whole.0 == cut.0, "{:?}", case);
        let alone = oracle::mask(&case.rules(), &case.secrets, &case.text, None);
        let expected = [&before, &alone, behind, &alone].concat();
        prop_assert!(whole.output() == expected, "{:?}", case);
        Ok(())
    });
}

/// Lengths around those at which something changes.
fn lengths() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![
        3 => 1usize..6,
        3 => 14usize..19,
        2 => 60usize..70,
        1 => 250usize..261,
    ]
}

impl Case {
    fn builder(&self) -> MaskSetBuilder {
        let secrets = self.secrets.iter();
        let secrets = secrets.map(|value| Secret::new("random", value.clone()));
        let builder = MaskSet::builder()
            .secrets(secrets)
            .min_length(1)
            .forms(Forms::RAW)
            .truncated(Truncated::Keep)
            .allow_repeated(true)
            .allow_empty(true);
        let prefixes = self.prefixes.iter();
        prefixes.fold(builder, |builder, prefix| builder.token_prefix(prefix))
    }

    fn set(&self) -> MaskSet {
        self.builder().build().expect("small sets build")
    }

    /// Compiled once for each choice of prefixes: that takes longer than a case.
    fn rules(&self) -> Arc<Rules> {
        static COMPILED: LazyLock<Mutex<HashMap<Vec<String>, Arc<Rules>>>> =
            LazyLock::new(Mutex::default);
        let mut compiled = COMPILED.lock().unwrap_or_else(|it| it.into_inner());
        let rules = compiled.entry(self.prefixes.clone());
        let rules = rules.or_insert_with(|| Arc::new(Rules::new(&self.prefixes)));
        Arc::clone(rules)
    }
}

fn masked(set: &MaskSet, cuts: &[usize], text: &[u8]) -> Vec<u8> {
    let mut masker = Masker::new(set);
    let mut out = Vec::new();
    for chunk in chunkers::by_cuts(cuts, text) {
        masker.push(chunk, &mut out);
    }
    masker.finish(&mut out);
    out
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
