//! `--secret-env` and `--secret-file`: where one secret is.

use super::Folder;
use crate::support::command::{TOKEN, masker};

const OTHER: &str = "correct horse battery";

#[test]
fn a_named_variable_is_masked_and_no_other() {
    let call = masker(&["--secret-env", "DEPLOY_KEY"])
        .env("DEPLOY_KEY", TOKEN)
        .env("OTHER_TOKEN", OTHER);
    call.run(format!("a {TOKEN} b {OTHER}\n"))
        .has_printed(format!("a [MASKED] b {OTHER}\n"))
        .says_nothing();
}

#[test]
fn a_pattern_masks_every_variable_that_matches() {
    for pattern in ["APP_*", "*_KEY_*", "A*_*X", "APP_KEY_*", "*"] {
        let outcome = masker(&["--secret-env", pattern])
            .env("APP_KEY_1X", "first value")
            .env("APP_KEY_2X", "second value")
            .run("first value, second value.");
        outcome.has_printed("[MASKED], [MASKED].").says_nothing();
    }
}

#[test]
fn a_pattern_masks_no_variable_that_does_not_match() {
    let outcome = masker(&["--secret-env", "APP_*"])
        .env("APP_KEY", TOKEN)
        .env("MY_APP_KEY", "not of the app")
        .env("app_key", "in lower case")
        .run(format!("not of the app, in lower case, {TOKEN}"));
    if cfg!(unix) {
        outcome.has_printed("not of the app, in lower case, [MASKED]");
    }
}

#[test]
fn a_pattern_that_matches_nothing_is_no_error_beside_a_secret() {
    let call = masker(&["--secret-env", "NO_SUCH_*", "--secret-env", "KEY"]);
    call.env("KEY", TOKEN)
        .run(TOKEN)
        .has_printed("[MASKED]")
        .says_nothing();
}

#[test]
fn a_pattern_that_matches_nothing_leaves_no_secret() {
    let outcome = masker(&["--secret-env", "NO_SUCH_*"]).run_unread();
    outcome
        .is_refused()
        .says("--secret-env")
        .says("--allow-empty");
}

#[test]
fn a_variable_that_is_not_set_is_an_error_by_its_name() {
    let outcome = masker(&["--secret-env", "DEPLOY_KEY"]).run_unread();
    outcome.is_refused().says("--secret-env").says("DEPLOY_KEY");
}

#[test]
fn one_that_is_set_does_not_make_up_for_one_that_is_not() {
    let call = masker(&["--secret-env", "KEY", "--secret-env", "DEPLOY_KEY"]);
    let outcome = call.env("KEY", TOKEN).run_unread();
    outcome.is_refused().says("DEPLOY_KEY").hides(TOKEN);
}

#[test]
fn a_value_in_place_of_a_name_is_told_by_its_name_and_not_shown() {
    let outcome = masker(&["--secret-env", TOKEN])
        .env("DEPLOY_KEY", TOKEN)
        .run_unread();
    outcome
        .is_refused()
        .says("--secret-env")
        .says("DEPLOY_KEY")
        .hides(TOKEN);
}

#[test]
fn a_value_in_place_of_a_name_is_not_shown_where_no_variable_has_it() {
    let outcome = masker(&["--secret-env", TOKEN]).run_unread();
    outcome.is_refused().says("--secret-env").hides(TOKEN);
}

#[cfg(unix)]
#[test]
fn a_value_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let value = OsStr::from_bytes(b"\xff\xfe\x80 no text");
    let outcome = masker(&["--secret-env", "KEY"])
        .env("KEY", value)
        .run(b"a\xff\xfe\x80 no text\xff");
    outcome.has_printed(b"a[MASKED]\xff");
}

#[test]
fn a_file_is_a_secret_without_its_last_newline() {
    let folder = Folder::new();
    for end in ["", "\n", "\r\n"] {
        let path = folder.file("key", format!("{TOKEN}{end}"));
        let outcome = masker(&["--secret-file"])
            .arg(path)
            .run(format!("a {TOKEN} b\r\n"));
        outcome.has_printed("a [MASKED] b\r\n").says_nothing();
    }
}

/// What is left of the end is in the pattern, and so under the mask.
#[test]
fn a_file_loses_one_newline_and_no_more() {
    let folder = Folder::new();
    for (end, left) in [
        ("\n\n", "\n"),
        ("\r\n\r\n", "\r\n"),
        ("\n\r\n", "\n"),
        (" \n", " "),
        ("\r", "\r"),
    ] {
        let path = folder.file("key", format!("{TOKEN}{end}"));
        let outcome = masker(&["--secret-file"])
            .arg(path)
            .run(format!("a {TOKEN}{left}{left}b"));
        outcome.has_printed(format!("a [MASKED]{left}b"));
    }
}

#[test]
fn a_file_of_several_lines_is_one_secret() {
    let key = "-----BEGIN KEY-----\nbW9yZSB0aGFuIG9uZSBsaW5l\n-----END KEY-----";
    let folder = Folder::new();
    let path = folder.file("key.pem", format!("{key}\n"));
    let outcome = masker(&["--secret-file"])
        .arg(path)
        .run(format!("key:\n{key}\nbye\n"));
    outcome.has_printed("key:\n[MASKED]\nbye\n");
}

#[test]
fn a_file_need_not_be_text() {
    let folder = Folder::new();
    let path = folder.file("key.der", b"\0\x01\xff\xfe\x80\0\r\n\x7f");
    let outcome = masker(&["--secret-file"])
        .arg(path)
        .run(b"<\0\x01\xff\xfe\x80\0\r\n\x7f>");
    outcome.has_printed("<[MASKED]>");
}

#[test]
fn flags_that_are_repeated_add_up() {
    let folder = Folder::new();
    let outcome = masker(&["--secret-env", "FIRST", "--secret-env", "SECOND"])
        .env("FIRST", "secret one")
        .env("SECOND", "secret two")
        .arg("--secret-file")
        .arg(folder.file("3", "secret three"))
        .arg("--secret-file")
        .arg(folder.file("4", "secret four"))
        .arg("--secrets")
        .arg(folder.file("5.json", r#"{"FIVE": "secret five"}"#))
        .arg("--secrets")
        .arg(folder.file("6.env", "SIX='secret six'"))
        .run("secret one secret two secret three secret four secret five secret six secret seven");
    let masks = ["[MASKED]"; 6].join(" ");
    outcome
        .has_printed(format!("{masks} secret seven"))
        .says_nothing();
}
