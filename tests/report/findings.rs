//! What counts as one finding, case by case.

use masker::{Form, Forms, MaskSet, MaskSetBuilder, Masker, Secret, Truncated};

use super::{Event, Events, Told};
use crate::support::chunkers;

fn builder(secrets: &[(&str, &str)]) -> MaskSetBuilder {
    let secrets = secrets.iter();
    let secrets = secrets.map(|&(name, value)| Secret::new(name, value));
    MaskSet::builder().secrets(secrets).min_length(1)
}

fn raw(name: &str, offset: u64) -> Told {
    (Some((name.to_owned(), Form::Raw)), offset)
}

/// What is found of these secrets as they are, in chunks of every length.
#[track_caller]
fn finds(secrets: &[(&str, &str)], text: &str, expected: &[Told]) {
    let set = builder(secrets)
        .forms(Forms::RAW)
        .truncated(Truncated::Keep);
    let set = set.build().expect("a few secrets build");
    for size in 1..=text.len() {
        let events = Events::of(&set, chunkers::every(size, text.as_bytes()));
        assert_eq!(events.found(), expected, "in chunks of {size}");
    }
}

#[test]
fn each_mask_counts() {
    let secrets = [("A", "secrets")];
    finds(&secrets, "none", &[]);
    finds(&secrets, "secrets", &[raw("A", 0)]);
    finds(&secrets, "my secrets.", &[raw("A", 3)]);
    finds(&secrets, "secretssecrets", &[raw("A", 0), raw("A", 7)]);
    finds(
        &secrets,
        "\nsecrets\n\nsecrets\n",
        &[raw("A", 1), raw("A", 10)],
    );
}

#[test]
fn a_secret_counts_once_in_a_mask() {
    finds(&[("A", "aa")], "aaaa", &[raw("A", 0)]);
    finds(&[("A", "aa")], "aaaabaa", &[raw("A", 0), raw("A", 5)]);
    finds(&[("A", "abab")], "-abababababab-", &[raw("A", 1)]);
    let two = [("A", "aba"), ("B", "bab")];
    finds(&two, "ababababab", &[raw("A", 0), raw("B", 1)]);
}

#[test]
fn two_that_overlap_are_both_told() {
    let secrets = [("A", "abcdef"), ("B", "defghi")];
    finds(&secrets, "-abcdefghi-", &[raw("A", 1), raw("B", 4)]);
    finds(&secrets, "-defghiabcdef-", &[raw("B", 1), raw("A", 7)]);
}

#[test]
fn what_lies_inside_a_longer_one_is_told_where_it_stands_alone() {
    let secrets = [("SHORT", "pass"), ("LONG", "password123"), ("END", "123")];
    finds(&secrets, "password123", &[raw("LONG", 0)]);
    let apart = [raw("SHORT", 0), raw("LONG", 9), raw("END", 21)];
    finds(&secrets, "password password123 123", &apart);
    let middle = [("IN", "cde"), ("AROUND", "abcdefgh")];
    finds(
        &middle,
        "abcdefgXabcdefgh",
        &[raw("IN", 2), raw("AROUND", 8)],
    );
}

#[test]
fn a_value_of_two_names_is_told_for_both() {
    let secrets = [("B", "password"), ("A", "password"), ("B", "password")];
    finds(&secrets, "a password", &[raw("B", 2), raw("A", 2)]);
}

#[test]
fn two_values_of_one_name_are_one() {
    let secrets = [("A", "abcdef"), ("A", "defghi")];
    finds(&secrets, "abcdefghi abcdef", &[raw("A", 0), raw("A", 10)]);
}

const KEY: &str = "-----BEGIN KEY-----\nline-number-one\nline-number-two\n-----END KEY-----\n";

#[test]
fn a_secret_of_several_lines_that_is_printed_whole_is_one_finding() {
    let set = builder(&[("KEY", KEY)]).min_length(8).build();
    let set = set.expect("one secret builds");
    let found = |text: &str| Events::of(&set, [text.as_bytes()]).found();
    assert_eq!(
        found(&format!("{KEY}and {KEY}")),
        [raw("KEY", 0), raw("KEY", 74)]
    );
    let form = |form, offset| (Some(("KEY".to_owned(), form)), offset);
    // Not one a line, in any other way of writing it whole.
    let crlf = KEY.replace('\n', "\r\n");
    assert_eq!(found(&crlf), [form(Form::Lines, 0)]);
    assert_eq!(found(&KEY.replace('\n', "\\n")), [form(Form::Json, 0)]);
    // A line is one mask, and so each counts.
    let indented = KEY.replace('\n', "\n  ");
    assert_eq!(
        found(&indented),
        [form(Form::Lines, 22), form(Form::Lines, 40)]
    );
}

#[test]
fn the_form_is_the_first_that_writes_it_so() {
    let set = builder(&[("A", "abc'de"), ("B", "616263276465")]).build();
    let set = set.expect("two secrets build");
    let found = |text: &str| Events::of(&set, [text.as_bytes()]).found();
    let form = |name: &str, form, offset| (Some((name.to_owned(), form)), offset);
    assert_eq!(found("abc'de"), [raw("A", 0)]);
    assert_eq!(found("abc''de"), [form("A", Form::Quoted, 0)]);
    let both = [form("A", Form::Hex, 1), form("B", Form::Raw, 1)];
    assert_eq!(found("-616263276465"), both);
}

#[test]
fn a_secret_cut_short_is_told_where_it_begins_and_not_whose_it_is() {
    let found = |secrets: &[(&str, &str)], text: &str, truncated| {
        let set = builder(secrets).forms(Forms::RAW).truncated(truncated);
        let set = set.build().expect("a few secrets build");
        let events = Events::of(&set, chunkers::every(2, text.as_bytes()));
        let masks = events.0.iter().filter(|event| **event == Event::Mask);
        (masks.count(), events.found())
    };
    let secrets = [("A", "password")];
    assert_eq!(
        found(&secrets, "a passw", Truncated::Mask),
        (1, vec![(None, 2)])
    );
    assert_eq!(found(&secrets, "a passw", Truncated::Keep), (0, vec![]));
    // In the mask of another.
    let two = [("A", "abcd"), ("B", "cdef")];
    assert_eq!(
        found(&two, "abcde", Truncated::Mask),
        (1, vec![raw("A", 0), (None, 2)])
    );
    // What lies in it is certain, and told too.
    let inside = [("IN", "cd"), ("AROUND", "abcdef")];
    assert_eq!(
        found(&inside, "abcde", Truncated::Mask),
        (1, vec![(None, 0), raw("IN", 2)])
    );
    // What is masked anyway is no sign that something was cut short.
    let doubled = [("ONCE", "hunter22"), ("TWICE", "hunter22hunter23")];
    assert_eq!(
        found(&doubled, "hunter22", Truncated::Mask),
        (1, vec![raw("ONCE", 0)])
    );
}

#[test]
fn a_finding_comes_behind_its_mask_and_before_other_text() {
    let set = builder(&[("A", "abc"), ("B", "bcd"), ("LONG", "bcdefgh")]);
    let set = set.forms(Forms::RAW).build().expect("three build");
    let mut masker = Masker::new(&set);
    let mut events = Events::default();
    masker.push(b"-abcd", &mut events);
    // `bcd` may yet be a part of something longer, so it is not told.
    let text = |text: &str| Event::Text(text.as_bytes().to_vec());
    let mut expected = vec![text("-"), Event::Mask, Event::Found(raw("A", 1))];
    assert_eq!(events.0, expected);
    masker.push(b"!abc!", &mut events);
    expected.extend([Event::Found(raw("B", 2)), text("!")]);
    expected.extend([Event::Mask, Event::Found(raw("A", 6)), text("!")]);
    assert_eq!(events.0, expected);
}

#[test]
fn a_secret_that_comes_late_is_told_of_bytes_that_were_held() {
    let set = builder(&[("FIRST", "abcdefgh"), ("IN", "cd")]).forms(Forms::RAW);
    let set = set.build().expect("two build");
    let mut masker = Masker::new(&set);
    let mut events = Events::default();
    masker.push(b"..abcdef", &mut events);
    let more = set.to_builder().secret(Secret::new("0", "bcde"));
    masker.switch_to(&more.build().expect("three build"));
    masker.push(b"!cd", &mut events);
    masker.finish(&mut events);
    // In the new set, all patterns have other numbers.
    assert_eq!(events.found(), [raw("0", 3), raw("IN", 9)]);
}
