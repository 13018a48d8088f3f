//! Slips that put a secret on the command line: refused, and never repeated in the message, which
//! goes to the very log the secret must not be in.

use crate::support::command::masker;

/// Secrets of all looks, each with something that confuses the parsing of arguments.
const SECRETS: &[&str] = &[
    "Tr0ub4dor&3-horse",
    "glpat-AbCdEfGh12345678",
    "d41d8cd98f00b204e9800998ecf8427e",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1Rq5",
    "--Hunter2Hunter2",
    "-Hunter2Hunter2",
    "p4ss w0rd 'n' blanks",
    "c2VjcmV0OnNlY3JldA==",
    "pässwörd-mit-ümläuten",
    "/Ab3dEf6hIj9lMn2pQr5t+",
];

/// Command lines that are wrong, whatever stands for `{}`.
const LINES: &[&[&str]] = &[
    &["{}"],
    &["--", "{}"],
    &["--allow-empty", "{}"],
    &["--secret-env", "NO_SUCH_*", "{}"],
    &["--token={}"],
    &["--token", "{}"],
    &["--secret={}"],
    &["--secret-fil={}"],
    &["-t{}"],
    &["-t", "{}"],
    &["--allow-empty={}"],
    &["--secret-env", "{}"],
    &["--secret-env={}"],
    &["--secret-file", "{}"],
    &["--secret-file={}"],
    &["--secrets", "{}"],
    &["--secrets={}"],
    &["--secrets-fd", "{}"],
    &["--secrets-fd={}"],
    &["--secrets-format", "{}"],
    &["--secrets-format={}"],
    &["--min-length", "{}"],
    &["--min-length={}"],
    &["--on-short", "{}"],
    &["--on-short={}"],
    &["--truncated", "{}"],
    &["--truncated={}"],
    &["--mask", "{}"],
    &["--mask={}"],
    &["--summary={}"],
    &["--fail-on-leak={}"],
    &["--control={}", "--min-length", "0"],
    &["add", "{}"],
    &["add", "--control", "x", "{}"],
    &["add", "--control", "x", "--token={}"],
    &["add", "--control", "x", "--secret-env", "{}"],
    &["add", "--control", "x", "--secret-file", "{}"],
    &["add", "--control", "x", "--timeout", "{}"],
    &["add", "--control={}", "--secret-env", "NONE"],
    &["add", "--name={}", "--control", "x", "--secret-env", "NONE"],
    &["completions", "{}"],
    &["completions", "bash", "{}"],
    &["man", "{}"],
    &["help", "{}"],
];

/// Each line with each secret. It is set in `variable` too, so that `--mask` finds it and
/// `--secret-env "$TOKEN"` may be told from a name.
fn check(variable: &str) {
    for secret in SECRETS {
        for line in LINES {
            let mut call = masker(&[]).env(variable, secret);
            for word in *line {
                call = call.arg(word.replace("{}", secret));
            }
            let outcome = call.run_unread();
            println!("{line:?} with {secret:?}: {outcome:?}");
            outcome.is_refused().says("masker: error: ").hides(secret);
        }
    }
}

#[test]
fn no_message_shows_a_secret_that_is_in_the_environment() {
    check("CI_JOB_TOKEN");
}

#[test]
fn no_message_shows_a_secret_that_nothing_else_knows() {
    check("UNRELATED");
}

#[test]
fn a_mistyped_flag_is_shown_with_the_one_that_is_meant() {
    let outcome = masker(&["--secret-fiel", "key"]).run_unread();
    outcome
        .is_refused()
        .says("--secret-fiel")
        .says("--secret-file meant")
        .says("masker --help");
}

#[test]
fn a_wrong_word_is_told_with_the_right_ones() {
    for (flag, words) in [
        ("--on-short", "warn, fail, ignore"),
        ("--truncated", "mask, keep"),
        ("--secrets-format", "json, env, lines"),
    ] {
        let outcome = masker(&[flag, "perhaps"]).run_unread();
        outcome.is_refused().says(flag).says(words);
    }
}

#[test]
fn a_flag_without_its_value_is_refused_by_name() {
    for flag in [
        "--secret-env",
        "--secret-file",
        "--secrets",
        "--secrets-fd",
        "--mask",
        "--min-length",
    ] {
        masker(&[flag]).run_unread().is_refused().says(flag);
    }
}

#[test]
fn a_flag_that_may_stand_once_is_refused_the_second_time() {
    for (flag, value) in [
        ("--mask", "x"),
        ("--min-length", "9"),
        ("--truncated", "keep"),
        ("--on-short", "fail"),
    ] {
        let outcome = masker(&[flag, value, flag, value]).run_unread();
        outcome.is_refused().says(flag);
    }
}

/// A line of base64 in a file that is read as `NAME=value` ends in what passes for an empty value.
#[test]
fn a_secret_that_reads_like_a_name_in_an_env_file_is_not_shown() {
    let folder = super::Folder::new();
    for secret in ["c2VjcmV0c2VjcmV0dG9rZW4=", "Zm9vYmFyYmF6cXV4Zm9vYg=="] {
        let path = folder.file("tokens.env", format!("{secret}\n"));
        masker(&["--secrets"])
            .arg(path)
            .run_unread()
            .is_refused()
            .hides(secret);
    }
}
