//! Values and lines beyond all measure.

use masker::{MaskSet, Masker, Refusal};

const LONGEST: usize = 64 << 10;

fn masker() -> Masker {
    let set = MaskSet::builder().add_mask(true).allow_empty(true).build();
    Masker::new(&set.expect("an empty set builds"))
}

fn value(length: usize) -> String {
    (0..)
        .flat_map(|number| format!("{number:06}.").into_bytes())
        .take(length)
        .map(char::from)
        .collect()
}

#[test]
fn a_value_of_64_kib_is_taken_and_a_longer_one_is_told() {
    for (length, is_taken) in [(LONGEST, true), (LONGEST + 1, false)] {
        let set = MaskSet::builder().add_mask(true).allow_empty(true);
        let set = set
            .forms(masker::Forms::RAW)
            .build()
            .expect("an empty set builds");
        let (mut masker, mut out) = (Masker::new(&set), Vec::new());
        let value = value(length);
        for chunk in format!("::add-mask::{value}\n<{value}>")
            .as_bytes()
            .chunks(10_007)
        {
            masker.push(chunk, &mut out);
        }
        assert_eq!(masker.set().is_empty(), !is_taken);
        let shown = out.len() < 100;
        assert_eq!(shown, is_taken);
        let refused: Vec<_> = masker
            .set()
            .refused()
            .iter()
            .map(|it| it.reason())
            .collect();
        assert_eq!(refused, [Refusal::TooLong][usize::from(is_taken)..]);
    }
}

/// A job that names a value in each of its steps names one value.
#[test]
fn a_value_that_is_named_again_and_again_counts_once() {
    let (mut masker, mut out) = (masker(), Vec::new());
    for _ in 0..50_000 {
        masker.push(b"::add-mask::hunter2hunter2\n", &mut out);
    }
    masker.push(b"::add-mask::another-one\n", &mut out);
    assert!(masker.set().refused().is_empty());
    assert_eq!(masker.set().names().count(), 2);
}

/// Each value costs time and memory, however short it is.
#[test]
fn lines_without_number_are_followed_in_time() {
    let (mut masker, mut out) = (masker(), Vec::new());
    for number in 0..100_000 {
        masker.push(format!("::add-mask::{number:05}\n").as_bytes(), &mut out);
        assert!(out.ends_with(b"::add-mask::[MASKED]\n"));
        out.clear();
    }
    let refused = masker.set().refused();
    assert!(refused.len() <= 2_049, "{} are kept", refused.len());
    assert_eq!(refused[0].reason(), Refusal::TooLong);
    assert!(
        refused
            .iter()
            .skip(1)
            .all(|it| it.reason() == Refusal::TooShort)
    );
}

#[test]
fn a_line_without_end_is_masked_as_it_comes() {
    let mut masker = masker();
    let mut out = Vec::new();
    masker.push(b"::add-mask::", &mut out);
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..64 {
        masker.push(&chunk, &mut out);
    }
    masker.push(b"\nx", &mut out);
    masker.finish(&mut out);
    assert_eq!(out, b"::add-mask::[MASKED]\nx");
}

/// A job must not end its masker by what is made of the values that it names.
#[test]
fn values_with_more_patterns_than_a_set_may_have_are_told() {
    let noise = (0u32..).map(|at| (at.wrapping_mul(0x9e37_79b9) >> 13) as u8);
    let noise = noise.filter(|byte| !b"\r\n".contains(byte));
    let noise: Vec<u8> = noise.take((48 << 10) - 8).collect();
    let (mut masker, mut out) = (masker(), Vec::new());
    for number in 0..12 {
        let line = [format!("::add-mask::{number:08}").as_bytes(), &noise, b"\n"].concat();
        masker.push(&line, &mut out);
        assert!(out == b"::add-mask::[MASKED]\n");
        out.clear();
        if number == 0 {
            masker.push(b"::add-mask::hunter2hunter2\n<hunter2hunter2>", &mut out);
            assert!(out.ends_with(b"<[MASKED]>"));
            out.clear();
        }
    }
    assert!(masker.set().names().eq(["add-mask-2"]));
    let refused = masker.set().refused();
    assert!(refused.iter().all(|it| it.reason() == Refusal::TooLong));
    let names: Vec<_> = refused.iter().map(|it| it.name()).collect();
    let [of_one @ .., of_all] = &names[..] else {
        panic!("none is told to be refused");
    };
    assert_eq!(of_one[0], "add-mask-1");
    // Each takes its 48 KiB, 256 bytes and 8 KiB for the time that it took in vain.
    assert_eq!(of_one.len(), 9);
    assert!(of_all.ends_with(" and of all new ones behind it"));
}
