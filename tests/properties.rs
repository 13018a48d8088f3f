//! The masker against the oracle, for random secrets, texts and cuts.

use std::ops::Range;

use masker::{Forms, MaskSet, Masker, Rules, Secret, Truncated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::{chunkers, oracle, random};

/// How many random cases are compared with the oracle in all.
const CASES: u32 = 100_000;

#[test]
fn short_secrets_of_two_letters() {
    random::check(CASES / 4, cases(b"ab", 1..10), equals_the_oracle);
}

#[test]
fn long_secrets_of_two_letters() {
    random::check(CASES / 4, cases(b"ab", 8..40), equals_the_oracle);
}

#[test]
fn short_secrets_of_six_letters() {
    random::check(CASES / 4, cases(b"abcdef", 1..24), equals_the_oracle);
}

#[test]
fn long_secrets_of_six_letters() {
    random::check(CASES / 4, cases(b"abcdef", 8..24), equals_the_oracle);
}

#[test]
fn tokens_in_much_other_text() {
    random::check(CASES / 20, sparse_cases(), equals_the_oracle);
}

#[test]
fn a_truncated_tail_is_masked_from_the_minimum_length_on() {
    let minimums = (cases(b"abc", 4..14), 0usize..5);
    random::check(CASES / 10, minimums, |(case, minimum)| {
        let expected = oracle::truncated(&case.secrets, &case.text, minimum);
        let set = case
            .builder()
            .truncated(Truncated::Mask)
            .min_length(minimum);
        let set = set.build().expect("secrets of four bytes and more build");
        prop_assert_eq!(case.masked_by(&set), expected);
        Ok(())
    });
}

#[test]
fn the_least_is_held_back_after_every_chunk() {
    random::check(CASES / 50, sparse_cases(), the_least_is_held_back);
    random::check(CASES / 20, cases(b"abcdef", 8..24), the_least_is_held_back);
}

#[test]
fn the_least_is_held_back_after_every_byte() {
    random::check(CASES / 10, cases(b"ab", 4..14), |case| {
        let mut masker = Masker::new(&case.set());
        let mut out = Vec::new();
        for (at, byte) in case.text.iter().enumerate() {
            masker.push(std::slice::from_ref(byte), &mut out);
            prop_assert_eq!(&out, &oracle::so_far(&case.secrets, &case.text[..=at]));
        }
        Ok(())
    });
}

/// The bytes that are out when a secret is added stay out; the rest is as if it came alone, with
/// all the secrets, but that it may go on with a run whose mask is out.
#[test]
fn a_secret_added_on_the_way_holds_for_every_byte_not_yet_emitted() {
    let added = (
        cases(b"ab", 3..12),
        vec(select(&b"ab"[..]), 3..12),
        any::<Index>(),
    );
    random::check(CASES / 10, added, |(case, late, when)| {
        let (before, after) = case.text.split_at(when.index(case.text.len() + 1));
        let mut masker = Masker::new(&case.set());
        let mut out = Vec::new();
        masker.push(before, &mut out);
        prop_assert_eq!(&out, &oracle::so_far(&case.secrets, before));

        let more = case
            .set()
            .to_builder()
            .secret(Secret::new("late", late.clone()));
        masker.switch_to(&more.build().expect("a small set builds"));
        masker.push(after, &mut out);
        masker.finish(&mut out);

        let held = oracle::live(&case.secrets, before);
        let emitted = oracle::so_far(&case.secrets, before);
        let mut secrets = case.secrets.clone();
        let already_masked = oracle::masked_of_tail(&secrets, before, held);
        secrets.push(late);
        let rest = [&before[before.len() - held..], after].concat();
        let expected = oracle::mask_behind(&secrets, &rest, already_masked);
        prop_assert_eq!(out, [emitted, expected].concat());
        Ok(())
    });
}

/// What is secret, what is printed, and how it is cut.
#[derive(Clone, Debug)]
struct Case {
    secrets: Vec<Vec<u8>>,
    text: Vec<u8>,
    cuts: Vec<usize>,
}

impl Case {
    fn builder(&self) -> masker::MaskSetBuilder {
        let secrets = self
            .secrets
            .iter()
            .map(|value| Secret::new("random", value.clone()));
        MaskSet::builder()
            .secrets(secrets)
            .min_length(1)
            .forms(Forms::RAW)
            .rules(Rules::NONE)
            .truncated(Truncated::Keep)
            .allow_empty(true)
            .allow_repeated(true)
    }

    fn set(&self) -> MaskSet {
        self.builder()
            .build()
            .expect("a small set with the default mask builds")
    }

    fn masked_by(&self, set: &MaskSet) -> Vec<u8> {
        let mut masker = Masker::new(set);
        let mut out = Vec::new();
        for chunk in chunkers::by_cuts(&self.cuts, &self.text) {
            masker.push(chunk, &mut out);
        }
        masker.finish(&mut out);
        out
    }
}

fn equals_the_oracle(case: Case) -> Result<(), TestCaseError> {
    prop_assert_eq!(
        case.masked_by(&case.set()),
        oracle::mask(&case.secrets, &case.text)
    );
    Ok(())
}

fn the_least_is_held_back(case: Case) -> Result<(), TestCaseError> {
    let mut masker = Masker::new(&case.set());
    let mut out = Vec::new();
    let mut read = 0;
    for chunk in chunkers::by_cuts(&case.cuts, &case.text) {
        masker.push(chunk, &mut out);
        read += chunk.len();
        prop_assert_eq!(&out, &oracle::so_far(&case.secrets, &case.text[..read]));
    }
    Ok(())
}

/// Secrets as tokens are, of every length around and above the filter's strides, in text that has
/// little in common with them, so that the filter does skip.
fn sparse_cases() -> impl Strategy<Value = Case> {
    let token = || vec(select(&b"abcdefghijklmnopqrstuvwxyz0123456789"[..]), 8..48);
    vec(token(), 1..7).prop_flat_map(|secrets| {
        let plain = vec(
            select(&b" .-abcdefghijklmnopqrstuvwxyz0123456789\n"[..]),
            0..400,
        );
        let piece = prop_oneof![plain, pieces_of(secrets.clone())];
        let cuts = vec(0usize..600, 0..4);
        (Just(secrets), vec(piece, 0..8), cuts).prop_map(|(secrets, pieces, cuts)| Case {
            secrets,
            text: pieces.concat(),
            cuts,
        })
    })
}

/// Secrets of few letters, and texts of the same letters and of pieces of the secrets, so that
/// nearly everything overlaps and much is nearly a secret.
fn cases(alphabet: &'static [u8], lengths: Range<usize>) -> impl Strategy<Value = Case> {
    vec(vec(select(alphabet), lengths), 0..7).prop_flat_map(move |secrets| {
        let letters = vec(select(alphabet), 0..40).boxed();
        let pieces = if secrets.is_empty() {
            vec(letters, 0..12).boxed()
        } else {
            vec(prop_oneof![letters, pieces_of(secrets.clone())], 0..12).boxed()
        };
        let cuts = vec(0usize..40, 0..6);
        (Just(secrets), pieces, cuts).prop_map(|(secrets, pieces, cuts)| Case {
            secrets,
            text: pieces.concat(),
            cuts,
        })
    })
}

/// A whole secret, or one that lacks bytes at its beginning or at its end.
fn pieces_of(secrets: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let whole = select(secrets).boxed();
    let part = (whole.clone(), any::<Index>(), any::<bool>()).prop_map(|(secret, at, front)| {
        let (head, tail) = secret.split_at(at.index(secret.len()));
        if front { head.to_vec() } else { tail.to_vec() }
    });
    prop_oneof![whole, part]
}
