//! Lines and values one by one, in all ways to cut them.

use masker::{Forms, MaskSet, MaskSetBuilder, Masker, Refusal, Rules, Secret, Truncated};

use super::COMMAND;
use crate::support::chunkers;
use crate::support::events::Events;

fn builder() -> MaskSetBuilder {
    let builder = MaskSet::builder().add_mask(true).allow_empty(true);
    builder.truncated(Truncated::Keep)
}

/// What comes out, in chunks of each length.
#[track_caller]
fn masks(builder: &MaskSetBuilder, text: impl AsRef<[u8]>, expected: impl AsRef<[u8]>) {
    let (text, expected) = (text.as_ref(), expected.as_ref());
    let set = builder.clone().build().expect("a small set builds");
    for size in 1..=text.len() {
        let mut masker = Masker::new(&set);
        let mut out = Vec::new();
        let chunks = chunkers::every(size, text);
        chunks.iter().for_each(|chunk| masker.push(chunk, &mut out));
        masker.finish(&mut out);
        let (out, expected) = (out.escape_ascii(), expected.escape_ascii());
        assert_eq!(out.to_string(), expected.to_string(), "in chunks of {size}");
    }
}

fn after(text: impl AsRef<[u8]>) -> Masker {
    let mut masker = Masker::new(&builder().build().expect("an empty set builds"));
    masker.push(text.as_ref(), &mut Vec::new());
    masker
}

#[test]
fn a_value_is_masked_on_its_line_and_from_the_next_on() {
    let text = "hunter2hunter2\n::add-mask::hunter2hunter2\nhunter2hunter2!";
    masks(
        &builder(),
        text,
        "hunter2hunter2\n::add-mask::[MASKED]\n[MASKED]!",
    );
    // Anywhere on a line, and once.
    let text = "12:00 ::add-mask::hunter2hunter2\n::add-mask::::add-mask::other-one\nother-one";
    let masked = "12:00 ::add-mask::[MASKED]\n::add-mask::[MASKED]\nother-one";
    masks(&builder(), text, masked);
    masks(
        &builder(),
        "::add-mask::::add-mask::x\n::add-mask::x",
        "::add-mask::[MASKED]\n[MASKED]",
    );
}

#[test]
fn where_it_is_not_asked_for_such_a_line_is_text() {
    let text = "::add-mask::hunter2hunter2\nhunter2hunter2\n";
    masks(&builder().add_mask(false), text, text);
}

#[test]
fn what_is_no_command_is_text() {
    for text in [
        "::add-mask:",
        ":add-mask::hunter2hunter2\nhunter2hunter2",
        "::add_mask::hunter2\n",
        "::add-masks::hunter2\n",
        "::add-mask:hunter2::\n",
        "::add-mask\t::hunter2\n",
        "::add-mask x=y\n::hunter2hunter2\nhunter2hunter2",
        "::add-mask::\n::add-mask::",
    ] {
        masks(&builder(), text, text);
    }
}

#[test]
fn what_is_not_finished_is_masked() {
    for value in [
        "h",
        "hunter2hunter2",
        "a\rb",
        "%0",
        "::add-mask::",
        "\0\u{fffd}",
    ] {
        masks(
            &builder(),
            format!("x ::add-mask::{value}"),
            "x ::add-mask::[MASKED]",
        );
    }
}

#[test]
fn escapes_ends_of_lines_and_blanks_are_as_runners_have_them() {
    let mask = |written: &str, value: &str| {
        let text = format!("::add-mask::{written}\n<{value}>");
        masks(&builder(), text, "::add-mask::[MASKED]\n<[MASKED]>");
    };
    mask("first%0Asecond", "first\nsecond");
    mask("first%0D%0asecond", "first\r\nsecond");
    mask("hundred%25of", "hundred%of");
    mask("hundred%250A", "hundred%0A");
    mask("not%2Gan%escape%", "not%2Gan%escape%");
    mask(" \tin blanks \t", "in blanks");
}

#[test]
fn the_carriage_return_of_a_line_comes_out() {
    for value in ["hunter2hunter2", " hunter2hunter2 \t", "hunter2hunter2\r"] {
        let text = format!("::add-mask::{value}\r\n<hunter2hunter2>");
        masks(&builder(), text, "::add-mask::[MASKED]\r\n<[MASKED]>");
    }
    masks(
        &builder(),
        "::add-mask::\r\n::add-mask::a\rb\n",
        "::add-mask::\r\n::add-mask::[MASKED]\n",
    );
    // The end of the stream may have come between the two.
    masks(&builder(), "::add-mask::a\r", "::add-mask::[MASKED]\r");
    let too_long = [b"::add-mask::", &[b'x'; 70_000][..], b"\r\n"].concat();
    let mut out = Vec::new();
    let mut masker = after("");
    masker.push(&too_long, &mut out);
    assert_eq!(out, b"::add-mask::[MASKED]\r\n");
}

/// As the runner of GitHub Actions takes it.
#[test]
fn the_command_may_have_any_case_and_properties() {
    for command in [
        "::ADD-MASK::",
        "  ::Add-Mask::",
        "::add-mask ::",
        "::add-mask  file=a.js,line=1::",
        "::add-mask a:b::",
        ":::add-mask::",
    ] {
        let text = format!("{command}hunter2hunter2\n<hunter2hunter2>");
        masks(&builder(), text, format!("{command}[MASKED]\n<[MASKED]>"));
    }
}

#[test]
fn a_value_may_have_any_bytes() {
    let mut line = COMMAND.as_bytes().to_vec();
    let value = b"\0\xff\xfe\x80\x01\x7f\x1b[1m";
    line.extend_from_slice(value);
    line.extend_from_slice(b"\nx");
    line.extend_from_slice(value);
    masks(&builder(), line, "::add-mask::[MASKED]\nx[MASKED]");
}

#[test]
fn a_value_is_masked_in_all_forms() {
    let text = "::add-mask::it's <1> ä\naXQncyA8MT4gw6Q= it%27s+%3C1%3E+%C3%A4 6974277320\
                3c313e20c3a4 it&#39;s &lt;1&gt; &auml; it's <1> ä\n";
    let masked = "::add-mask::[MASKED]\n[MASKED]Q= [MASKED] [MASKED] [MASKED] [MASKED]\n";
    masks(&builder(), text, masked);
    let raw = text
        .replacen("it's <1> ä", "[MASKED]", 1)
        .replace("it's <1> ä", "[MASKED]");
    masks(&builder().forms(Forms::RAW), text, raw);
}

#[test]
fn with_a_minimum_of_1_each_byte_can_be_named() {
    let builder = builder().min_length(1).forms(Forms::RAW).rules(Rules::NONE);
    masks(
        &builder,
        "::add-mask::x\nxax",
        "::add-mask::[MASKED]\n[MASKED]a[MASKED]",
    );
    let colon = "::add-mask:::\na:\n::add-mask::b\nb:";
    let masked = "::add-mask::[MASKED]\na[MASKED]\n[MASKED][MASKED]add-mask[MASKED][MASKED][MASKED]\n[MASKED][MASKED]";
    masks(&builder, colon, masked);
    // The default mask is never searched.
    masks(
        &builder,
        "::add-mask::MASKED\nMASKED [",
        "::add-mask::[MASKED]\n[MASKED] [",
    );
    masks(
        &builder,
        "::add-mask::[\n[MASKED]",
        "::add-mask::[MASKED]\n[MASKED]MASKED]",
    );
}

#[test]
fn a_mask_that_a_value_stands_in_goes_and_not_the_value() {
    let text =
        "::add-mask::another-value\n::add-mask::hunter2hunter2\nanother-value hunter2hunter2";
    for mask in ["<hunter2hunter2>", "unter2hunter2", "hunter2hunter"] {
        let masked = format!("::add-mask::{mask}\n::add-mask::{mask}\n[MASKED] [MASKED]");
        masks(&builder().mask(mask), text, masked);
    }
}

#[test]
fn secrets_that_overlap_the_command_or_the_value() {
    let with = |value: &str| {
        let secret = Secret::new("KNOWN", value.to_owned());
        builder().secret(secret).min_length(4).rules(Rules::NONE)
    };
    masks(
        &with("::add-mask::"),
        "::add-mask::hunter2\nhunter2",
        "[MASKED][MASKED]\n[MASKED]",
    );
    masks(
        &with("mask::hun"),
        "::add-mask::hunter2\nhunter2",
        "::add-[MASKED]\n[MASKED]",
    );
    masks(
        &with("nter"),
        "::add-mask::hunter2\nhunter2",
        "::add-mask::[MASKED]\n[MASKED]",
    );
    masks(
        &with("r2\nhun"),
        "::add-mask::hunter2\nhunter2",
        "::add-mask::[MASKED]",
    );
    masks(
        &with("\n::add"),
        "\n::add-mask::hunter2\n::add",
        "[MASKED]-mask::[MASKED][MASKED]",
    );
}

/// The bytes that a named secret holds back belong to the value too.
#[test]
fn a_value_that_is_held_is_masked() {
    let known = Secret::new("KNOWN", "hunter2hunter2\nand more");
    let builder = builder().secret(known).forms(Forms::RAW);
    let text = "::add-mask::hunter2hunter2\nand hunter2hunter2\n";
    masks(&builder, text, "::add-mask::[MASKED]\nand [MASKED]\n");
    // Of what is held at the end of the line, a new one is found too.
    let text = "::add-mask::xxhunter2hunter2%0Aand less\nhunter2hunter2\nand less";
    masks(
        &builder,
        text,
        "::add-mask::[MASKED]\nhunter2hunter2\nand less",
    );
}

#[test]
fn what_is_refused_is_listed_once_and_by_name() {
    let masker = after("::add-mask::pin\n::add-mask::  \n::add-mask::xxxxxxxxx\n::add-mask::pin\n");
    let refused = masker.set().refused().iter();
    let refused: Vec<_> = refused.map(|it| (it.name(), it.reason())).collect();
    let expected = [
        ("add-mask-1", Refusal::TooShort),
        ("add-mask-2", Refusal::Blank),
        ("add-mask-3", Refusal::Repeated),
    ];
    assert_eq!(refused, expected);
}

#[test]
fn what_is_known_already_is_not_added() {
    let secret = Secret::new("KNOWN", "hunter2hunter2");
    let set = builder().secret(secret).build().expect("one builds");
    let mut masker = Masker::new(&set);
    masker.push(
        b"::add-mask::hunter2hunter2\n::add-mask::other-one\n::add-mask::other-one\n",
        &mut Vec::new(),
    );
    assert_eq!(
        masker.set().names().collect::<Vec<_>>(),
        ["KNOWN", "add-mask-2"]
    );
}

#[test]
fn a_line_that_names_a_known_value_is_no_leak_and_a_print_is() {
    let secret = Secret::new("KNOWN", "hunter2hunter2");
    let set = builder().secret(secret).build().expect("one builds");
    let text = b"::add-mask::hunter2hunter2\n::add-mask::x hunter2hunter2 y\nhunter2hunter2\n";
    for size in 1..=text.len() {
        let events = Events::of(&set, chunkers::every(size, text));
        let expected = "Secret { name: \"KNOWN\", form: Raw }";
        assert_eq!(events.found(), [(expected, 58)], "in chunks of {size}");
    }
}

/// The end of the stream shows that it is one: behind the `@` no image's digest comes any more.
#[test]
fn a_password_at_the_end_is_a_leak_unless_a_line_names_it() {
    let set = builder().build().expect("an empty set builds");
    let found = |text: &str| Events::of(&set, [text.as_bytes()]).found().len();
    assert_eq!(found("https://u:p@sha"), 1);
    assert_eq!(found("::add-mask::https://u:p@sha"), 0);
    assert_eq!(found("https://u:::add-mask::p@sha"), 1);
}
