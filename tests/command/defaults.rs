//! No flag says where the secrets are: the variables that commonly hold some.

use crate::support::command::{TOKEN, masker};

/// The two names of the contract, and one name for each pattern.
const NAMES: &[&str] = &[
    "CI_JOB_TOKEN",
    "CI_REGISTRY_PASSWORD",
    "GITHUB_TOKEN",
    "DB_PASSWORD",
    "PROXY_PASSWD",
    "CLIENT_SECRET",
    "OAUTH_SECRET_KEY",
    "SSH_PRIVATE_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "MAIL_API_KEY",
    "CLOUD_CREDENTIALS",
    "AZURE_CONNECTION_STRING",
];

#[test]
fn each_common_name_is_masked_and_named_on_standard_error() {
    for name in NAMES {
        let outcome = masker(&[]).env(name, TOKEN).run(format!("a {TOKEN} b\n"));
        outcome
            .has_printed("a [MASKED] b\n")
            .says(name)
            .hides(TOKEN);
    }
}

#[test]
fn all_common_names_are_masked_together_and_each_is_named_once() {
    let mut call = masker(&[]);
    let mut job = String::new();
    for (number, name) in NAMES.iter().enumerate() {
        let value = format!("Xyzzy-{number:04}");
        job.push_str(&format!("{name} is {value}\n"));
        call = call.env(name, value);
    }
    let outcome = call.run(&job);
    let masked: String = NAMES
        .iter()
        .map(|name| format!("{name} is [MASKED]\n"))
        .collect();
    outcome.has_printed(masked).hides("Xyzzy-");
    for name in NAMES {
        let words = outcome
            .stderr
            .split(|c: char| !c.is_ascii_uppercase() && c != '_');
        assert_eq!(
            words.filter(|word| word == name).count(),
            1,
            "{name} in {outcome:?}"
        );
    }
}

#[test]
fn names_that_only_look_alike_are_left_alone() {
    let names = [
        "TOKEN",
        "API_TOKENS",
        "MY_TOKEN_ID",
        "PASSWORDLESS",
        "HOME",
        "XTOKEN",
        "SECRET_NAME",
    ];
    let mut call = masker(&["--allow-empty"]);
    for name in names {
        call = call.env(name, TOKEN);
    }
    let outcome = call.run(TOKEN);
    outcome.has_printed(TOKEN).says_nothing();
}

#[test]
fn any_flag_that_names_secrets_takes_the_place_of_the_common_names() {
    let call = masker(&["--secret-env", "KEY"])
        .env("KEY", TOKEN)
        .env("MY_TOKEN", "not asked for");
    call.run(format!("{TOKEN}, not asked for"))
        .has_printed("[MASKED], not asked for")
        .says_nothing();
}

#[test]
fn no_secret_at_all_is_an_error_and_nothing_is_read() {
    let outcome = masker(&[]).env("HOME", "/home/somebody").run_unread();
    let outcome = outcome.is_refused().says("no secret");
    for mend in [
        "--secret-env",
        "--secret-file",
        "--secrets",
        "--secrets-fd",
        "--allow-empty",
    ] {
        outcome.says(mend);
    }
}

#[test]
fn a_common_name_with_a_short_value_is_not_said_to_be_masked() {
    let call = masker(&[])
        .env("DEBUG_TOKEN", "1")
        .env("CI_JOB_TOKEN", TOKEN);
    let outcome = call.run(format!("1 {TOKEN}"));
    outcome
        .has_printed("1 [MASKED]")
        .says("DEBUG_TOKEN is not masked");
    let masked = outcome
        .stderr
        .lines()
        .find(|line| line.contains("CI_JOB_TOKEN"));
    assert!(
        masked.is_some_and(|line| !line.contains("DEBUG_TOKEN")),
        "{outcome:?}"
    );
}
