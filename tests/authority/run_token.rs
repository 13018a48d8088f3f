//! `masker run --token`: the job has a token, and its output has none.

use super::Authority;
use crate::support::command::{Call, Outcome, masker};

const TOKEN: [&str; 5] = ["--token", "--project", "group/app", "--user", "alice"];

/// Runs a script with a token, from a store that ends with the command.
fn run(authority: &Authority, flags: &[&str], script: &str) -> Call {
    let store = format!("memory:{}", authority.path("directory.toml").display());
    masker(&["run"])
        .args(&TOKEN)
        .args(flags)
        .args(&["--", "sh", "-c", script])
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("MASKER_STORE", store)
}

#[track_caller]
fn printed(outcome: &Outcome) -> String {
    outcome.has_status(0);
    String::from_utf8(outcome.stdout.clone()).expect("it is text")
}

#[test]
fn the_job_has_the_variables_of_a_job() {
    let authority = Authority::empty();
    let script = r#"
        echo "$CI_REGISTRY_USER $CI_JOB_ID $CI_PROJECT_ID ${#CI_JOB_TOKEN}"
        test "$CI_JOB_TOKEN" = "$CI_REGISTRY_PASSWORD" && echo same
        case $CI_JOB_TOKEN in mjt_*) echo ours;; esac
        echo "${MASKER_STORE-none} ${MASKER_KEY_FILE-none}"
    "#;
    let outcome = run(&authority, &[], script).run("");
    outcome.has_printed("gitlab-ci-token 1 1 53\nsame\nours\nnone none\n");
}

#[test]
fn the_token_is_masked_in_every_form_from_the_first_byte() {
    let authority = Authority::empty();
    let script = r#"
        echo "$CI_JOB_TOKEN"
        echo "$CI_REGISTRY_PASSWORD" >&2
        for user in gitlab-ci-token: xgitlab-ci-token: xx; do
            printf %s "$user$CI_JOB_TOKEN" | base64 -w0; echo
        done
        printf %s "$CI_JOB_TOKEN" | od -An -tx1 | tr -d ' \n'; echo
        printf '{"token":"%s"}\n' "$CI_JOB_TOKEN"
        printf %s "$CI_JOB_TOKEN" | tr a-zA-Z n-za-mN-ZA-M
    "#;
    let outcome = run(&authority, &[], script).run("");
    let text = printed(&outcome);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "[MASKED]");
    for line in &lines[1..4] {
        // What is left of the head is the user's, which is no secret.
        assert!(line.contains("[MASKED]") && line.len() < 40, "{line}");
    }
    assert_eq!(lines[4], "[MASKED]");
    assert_eq!(lines[5], r#"{"token":"[MASKED]"}"#);
    // The last line is the token by a cipher that masker does not know: with it, none of it shows.
    let rotated = |byte: u8| match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte + 13,
        b'n'..=b'z' | b'N'..=b'Z' => byte - 13,
        other => other,
    };
    let token: Vec<u8> = lines[6].bytes().map(rotated).collect();
    assert!(
        token.starts_with(b"mjt_") && token.len() == 53,
        "{}",
        lines[6]
    );
    outcome.hides(&token);
    outcome.says("[MASKED]");
}

#[test]
fn tokens_of_other_jobs_are_masked_too() {
    let authority = Authority::empty();
    let script = "echo mjt_another0123456789abcdefghijklmnop";
    let outcome = run(&authority, &["--rules", "none"], script).run("");
    assert_eq!(printed(&outcome), "mjt_[MASKED]\n");
}

/// Statement 116: `curl -v` prints what it sends, here with the token of another job, in base64.
#[test]
fn s116_tokens_of_other_jobs_are_masked_in_base64_too() {
    let authority = Authority::empty();
    let script = r#"
        token=mjt_0K3vPZ8sXq2LrT5nWb7cYd9fGh1jMm4pQa6uEi0oSxCzVtRw1
        for before in gitlab-ci-token: alice: ab: ''; do
            echo "> Authorization: Basic $(printf %s "$before$token" | base64 -w0)"
        done
        printf %s "gitlab-ci-token:$token" | base64 -w76 | head -n 1
    "#;
    for rules in ["none", "token-prefix", "all"] {
        let outcome = run(&authority, &["--rules", rules], script).run("");
        let text = printed(&outcome);
        assert_eq!(text.matches("[MASKED]").count(), 5, "{text}");
        // The end of the prefix shares a character with the token at most.
        for line in text.lines() {
            let shown = line.rsplit("[MASKED]").next().expect("a mask");
            assert!(shown.trim_end_matches('=').is_empty(), "{text}");
        }
    }
}

#[test]
fn the_status_is_the_jobs() {
    let authority = Authority::empty();
    run(&authority, &[], "exit 7").run("").has_status(7);
    run(&authority, &[], "kill -9 $$").run("").has_status(137);
    let leak = run(&authority, &["--fail-on-leak"], "echo $CI_JOB_TOKEN");
    leak.run("").has_status(3);
}

#[test]
fn without_a_token_the_job_does_not_start() {
    let authority = Authority::empty();
    let script = "echo started";
    let refused = |flags: &[&str], why: &str| {
        let outcome = run(&authority, flags, script).run("");
        outcome.is_refused().says(why);
    };
    // A token that is not masked is none.
    refused(&["--forms", "raw"], "every form");
    refused(&["--min-length", "60"], "--min-length");
    let store = |value: &str| {
        run(&authority, &[], script)
            .env("MASKER_STORE", value)
            .run("")
    };
    store("").is_refused().says("--store");
    store("memory:").is_refused().says("no such project");
    store("memory:/nowhere")
        .is_refused()
        .says("reading the file");
    store("sqlit:/nowhere").is_refused().says("--store takes");
    let keys = run(&authority, &["--key-file", "/nowhere"], script).run("");
    keys.is_refused().says("masker keys new");
    for (project, user, why) in [
        ("group/none", "alice", "no such project"),
        ("group/app", "eve", "no such user"),
    ] {
        let flags = ["--token", "--project", project, "--user", user, "--store"];
        let store = format!("memory:{}", authority.path("directory.toml").display());
        let outcome = masker(&["run"]).args(&flags).arg(store);
        let outcome = outcome.args(&["--", "echo", "started"]).run("");
        outcome.is_refused().says(why);
    }
    let incomplete = masker(&["run", "--token", "--", "true"]).run("");
    incomplete.is_refused().says("with --project and --user");
}

/// Flags that are about a token, without one: a job would run without what was meant for it.
#[test]
fn flags_of_a_token_are_not_ignored_without_one() {
    for flags in [
        &["--store", "memory:"][..],
        &["--key-file", "keys"],
        &["--token-timeout", "60"],
        &["--project", "group/app"],
        &["--user", "alice"],
        &[
            "--project",
            "group/app",
            "--user",
            "alice",
            "--store",
            "memory:",
        ],
    ] {
        let outcome = masker(&["run"])
            .args(flags)
            .args(&["--", "echo", "started"]);
        outcome.run("").is_refused().says("add --token").says("--");
    }
    let variables = masker(&["run", "--allow-empty", "--", "echo", "started"])
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("MASKER_STORE", "memory:")
        .env("MASKER_KEY_FILE", "keys");
    variables.run("").has_printed("started\n");
}
