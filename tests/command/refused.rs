//! Values that are too short or blank: `--min-length`, `--on-short` and `--allow-empty`.

use crate::support::command::{Call, Outcome, TOKEN, masker, masker_of_token};

/// A call that masks two variables: one that is long enough in any case, and this one.
fn beside_a_token(value: &str, args: &[&str]) -> Call {
    masker_of_token(&["--secret-env", "PIN"])
        .args(args)
        .env("PIN", value)
}

#[test]
fn a_value_of_eight_bytes_is_masked_and_one_of_seven_is_not() {
    let outcome = beside_a_token("12345678", &[]).run(format!("12345678 {TOKEN}"));
    outcome.has_printed("[MASKED] [MASKED]").says_nothing();

    let outcome = beside_a_token("1234567", &[]).run(format!("1234567 {TOKEN}"));
    outcome
        .has_printed("1234567 [MASKED]")
        .says("PIN is not masked")
        .hides("1234567");
}

#[test]
fn length_counts_bytes_and_not_characters() {
    beside_a_token("päßwör", &[])
        .run("<päßwör>")
        .has_printed("<[MASKED]>")
        .says_nothing();
}

#[test]
fn the_minimum_length_can_be_set() {
    let outcome = beside_a_token("4711", &["--min-length", "4"]).run("pin 4711.");
    outcome.has_printed("pin [MASKED].").says_nothing();

    // Raw, since the last letter may begin a form of the token, and one byte is a beginning here.
    let one = ["--min-length", "1", "--forms", "raw"];
    let outcome = beside_a_token("x", &one).run("axxb");
    outcome.has_printed("a[MASKED][MASKED]b").says_nothing();

    let outcome = beside_a_token("1234567890", &["--min-length", "11"]).run("pin 1234567890.");
    outcome
        .has_printed("pin 1234567890.")
        .says("PIN")
        .hides("1234567890");
}

#[test]
fn a_minimum_that_is_no_number_above_zero_is_refused() {
    for length in ["0", "eight", "", "1.5", "99999999999999999999"] {
        let outcome = beside_a_token("4711", &["--min-length", length]).run_unread();
        outcome.is_refused().says("--min-length");
    }
}

/// Short and blank values, with a word for the reason.
const REFUSED: &[(&str, &str)] = &[
    ("4711", "shorter"),
    ("", "empty"),
    ("            ", "white space"),
    ("\t\r\n \t\r\n \t\r\n", "white space"),
    ("********", "one character"),
    ("••••••••••", "one character"),
    ("xxxxxxxxxxxxxxxx\n", "one character"),
];

#[test]
fn what_is_refused_is_told_by_name_with_the_reason() {
    for (value, reason) in REFUSED {
        for args in [&[][..], &["--on-short", "warn"]] {
            let outcome = beside_a_token(value, args).run(format!("<{value}> {TOKEN}"));
            outcome.has_printed(format!("<{value}> [MASKED]"));
            outcome
                .says("warning")
                .says("PIN")
                .says(reason)
                .hides("4711");
        }
    }
}

#[test]
fn what_is_refused_can_be_made_an_error() {
    for (value, reason) in REFUSED {
        let outcome = beside_a_token(value, &["--on-short", "fail"]).run_unread();
        outcome
            .is_refused()
            .says("PIN")
            .says(reason)
            .says("--on-short")
            .hides("4711");
    }
}

#[test]
fn what_is_refused_can_be_ignored() {
    for (value, _) in REFUSED {
        let outcome = beside_a_token(value, &["--on-short", "ignore"]).run(format!("<{value}>"));
        outcome.has_printed(format!("<{value}>")).says_nothing();
    }
}

#[test]
fn nothing_is_said_where_nothing_is_refused() {
    for what in ["warn", "fail", "ignore"] {
        let outcome = masker_of_token(&["--on-short", what]).run(TOKEN);
        outcome.has_printed("[MASKED]").says_nothing();
    }
}

/// Each space of a log would become a mask.
#[test]
fn a_blank_value_is_refused_whatever_the_minimum_length_is() {
    for blank in ["", " ", "  ", "\n"] {
        let outcome = beside_a_token(blank, &["--min-length", "1"]).run(format!("a b\n{TOKEN}\n"));
        outcome.has_printed("a b\n[MASKED]\n").says("PIN");
    }
}

#[test]
fn nothing_but_refused_values_is_an_error_and_nothing_is_read() {
    for what in ["warn", "fail", "ignore"] {
        let call = masker(&["--secret-env", "PIN", "--on-short", what]).env("PIN", "4711");
        let outcome = call.run_unread();
        outcome.is_refused().says("--min-length").hides("4711");
    }
}

#[test]
fn everything_passes_where_that_was_asked_for() {
    let job = "4711 and nothing to hide\n";
    let passes = |outcome: Outcome| {
        outcome.has_printed(job).hides("4711");
    };
    passes(masker(&["--allow-empty"]).run(job));
    passes(masker(&["--allow-empty", "--secret-env", "NO_SUCH_*"]).run(job));
    passes(
        masker(&["--allow-empty", "--secret-env", "PIN"])
            .env("PIN", "4711")
            .run(job),
    );
}

#[test]
fn a_secret_is_masked_where_none_was_needed() {
    masker_of_token(&["--allow-empty"])
        .run(TOKEN)
        .has_printed("[MASKED]");
}

#[test]
fn short_values_of_a_file_are_named_by_their_lines() {
    let folder = super::Folder::new();
    let path = folder.file("tokens.txt", format!("{TOKEN}\n4711\n"));
    let outcome = masker(&["--secrets"])
        .arg(path)
        .run(format!("4711 {TOKEN}"));
    outcome
        .has_printed("4711 [MASKED]")
        .says("tokens.txt:2 is not masked")
        .hides("4711");
}
