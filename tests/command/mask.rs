//! What stands in the place of a secret: `--mask` and `--truncated`.

use crate::support::command::{TOKEN, masker_of_token};

#[test]
fn the_mask_can_be_any_text() {
    for mask in [
        "***",
        "x",
        "[secret]",
        "$0 %s \\n {}",
        "two\nlines",
        "[MASKED]",
        "ünïcödé 😀",
        " ",
    ] {
        let outcome = masker_of_token(&["--mask", mask]).run(format!("a {TOKEN} b"));
        outcome.has_printed(format!("a {mask} b")).says_nothing();
    }
}

#[cfg(unix)]
#[test]
fn the_mask_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let call = masker_of_token(&["--mask"]).arg(OsStr::from_bytes(b"\xff\xfe"));
    call.run(format!("a {TOKEN} b"))
        .has_printed(b"a \xff\xfe b");
}

#[test]
fn a_mask_that_contains_a_secret_is_refused() {
    for mask in [
        TOKEN.to_owned(),
        format!("<{TOKEN}>"),
        format!("{TOKEN}{TOKEN}"),
    ] {
        let outcome = masker_of_token(&["--mask", &mask]).run_unread();
        outcome.is_refused().says("--mask").hides(TOKEN);
    }
}

/// It would join what stands on both sides of a secret, perhaps to a secret again.
#[test]
fn an_empty_mask_is_refused() {
    let outcome = masker_of_token(&["--mask", ""]).run_unread();
    outcome.is_refused().says("--mask").hides(TOKEN);
}

/// Whoever has no secret in the mask but only a piece of one has chosen it so.
#[test]
fn a_mask_that_is_a_piece_of_a_secret_is_taken() {
    let outcome = masker_of_token(&["--mask", &TOKEN[..4]]).run(format!("a {TOKEN} b"));
    outcome.has_printed(format!("a {} b", &TOKEN[..4]));
}

#[test]
fn the_default_mask_is_never_refused() {
    for secret in [
        "[MASKED]",
        "MASKED]x and more",
        "[MASKED",
        "x[MASKED]",
        "ASKED",
    ] {
        for args in [
            &["--min-length", "5"][..],
            &["--min-length", "5", "--mask", "[MASKED]"],
        ] {
            let call = masker_of_token(&["--secret-env", "ODD"])
                .args(args)
                .env("ODD", secret);
            let outcome = call.run(format!("a {TOKEN} b {secret} c"));
            outcome
                .has_printed("a [MASKED] b [MASKED] c")
                .says_nothing();
        }
    }
}

/// `[MASKED]` and what follows it read like the other secret, which nobody printed.
#[test]
fn a_mask_is_never_searched_itself() {
    let call = masker_of_token(&["--secret-env", "ODD"]).env("ODD", "MASKED]xyz");
    call.run(format!("{TOKEN}xyz")).has_printed("[MASKED]xyz");

    let call = masker_of_token(&["--secret-env", "ODD", "--mask", "<>"]).env("ODD", "<><><><>");
    call.run([TOKEN; 4].concat()).has_printed("<><><><>");
}

#[test]
fn the_beginning_of_a_secret_at_the_end_is_masked_from_the_minimum_length_on() {
    for length in 1..TOKEN.len() {
        let beginning = &TOKEN[..length];
        for args in [&[][..], &["--truncated", "mask"]] {
            let outcome = masker_of_token(args).run(format!("killed: {beginning}"));
            let shown = if length < 8 { beginning } else { "[MASKED]" };
            outcome
                .has_printed(format!("killed: {shown}"))
                .says_nothing();
        }
    }
}

#[test]
fn the_beginning_of_a_secret_at_the_end_can_be_kept() {
    for length in 1..TOKEN.len() {
        let job = format!("killed: {}", &TOKEN[..length]);
        masker_of_token(&["--truncated", "keep"])
            .run(&job)
            .has_printed(&job);
    }
}

#[test]
fn the_minimum_length_holds_for_the_beginning_of_a_secret_too() {
    let job = format!("killed: {}", &TOKEN[..8]);
    masker_of_token(&["--min-length", "9"])
        .run(&job)
        .has_printed(&job);
    masker_of_token(&["--min-length", "2"])
        .run("killed: de")
        .has_printed("killed: [MASKED]");
}

#[test]
fn a_whole_secret_is_masked_whatever_is_truncated() {
    let outcome = masker_of_token(&["--truncated", "keep"]).run(format!("{TOKEN}\n{TOKEN}"));
    outcome.has_printed("[MASKED]\n[MASKED]");
}

#[test]
fn the_end_of_the_output_has_the_mask_that_was_asked_for() {
    let outcome = masker_of_token(&["--mask", "***"]).run(format!("killed: {}", &TOKEN[..12]));
    outcome.has_printed("killed: ***");
}
