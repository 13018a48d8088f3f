//! What programs are told under `--json` when something is wrong.

use serde_json::Value;

use super::Authority;
use crate::support::command::{Call, Outcome, masker};

/// The one line of standard error: the kind and the message.
#[track_caller]
fn error_of(outcome: &Outcome) -> (String, String) {
    let lines: Vec<_> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{outcome:?}");
    let told: Value = serde_json::from_str(lines[0]).expect("it is JSON");
    let error = told["error"].as_object().expect("an object");
    assert_eq!(
        (told.as_object().map(|it| it.len()), error.len()),
        (Some(1), 2)
    );
    let text = |name: &str| error[name].as_str().expect("a text").to_owned();
    (text("kind"), text("message"))
}

#[test]
fn each_kind_of_failure_has_a_word_and_a_status() {
    let authority = Authority::empty();
    let memory = ["--store", "memory:"];
    let asks = |args: &[&str]| authority.call(args).args(&memory).arg("--json");
    let cases: [(Call, i32, &str, &str); 7] = [
        (asks(&["job", "show", "1"]), 1, "denied", "no such job"),
        (
            asks(&["scope", "show", "a/b"]),
            1,
            "denied",
            "no such project",
        ),
        (asks(&["token", "revoke"]), 2, "usage", "--all"),
        (asks(&["job", "start"]), 2, "usage", "--token-file"),
        (
            asks(&["directory", "load", "/nowhere"]),
            4,
            "config",
            "reading the file",
        ),
        (
            asks(&["job", "start", "--token-fd", "9", "--key-file", "/nowhere"]),
            2,
            "usage",
            "--token-fd",
        ),
        (
            masker(&["token", "list", "--json", "--store", "memory:/nowhere"]),
            4,
            "config",
            "reading the file",
        ),
    ];
    for (call, status, kind, message) in cases {
        let outcome = call.run("");
        outcome.has_status(status);
        assert!(outcome.stdout.is_empty(), "{outcome:?}");
        let (told, text) = error_of(&outcome);
        assert_eq!(told, kind, "{text}");
        assert!(text.contains(message), "{text}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn a_store_that_fails_has_a_word_of_its_own() {
    let none = masker(&[
        "token",
        "list",
        "--json",
        "--store",
        "sqlite:/nowhere/store.db",
    ])
    .run("");
    none.has_status(3);
    assert_eq!(error_of(&none).0, "store");
}

/// The command line cannot be read, and all the same the answer is JSON: wherever the flag stands.
#[test]
fn a_wrong_command_line_is_told_in_json_too() {
    for args in [
        &["job", "--json"][..],
        &["job", "show", "--json"],
        &["job", "show", "--json", "mjt_0K3vPZ8sXq2LrT5nWb7cYd9f"],
        &["keys", "retire", "99999999999999999999", "--json"],
        &["token", "list", "--frob", "--json"],
        &["explain", "--json", "GET"],
    ] {
        let outcome = masker(args).run_unread();
        outcome.is_refused().hides("mjt_0K3vPZ8sXq2LrT5nWb7cYd9f");
        assert_eq!(error_of(&outcome).0, "usage", "{args:?}");
    }
    // The filter has no such flag, and speaks to people.
    for args in [
        &["--json"][..],
        &["add", "--json"],
        &["run", "--json", "--", "true"],
    ] {
        masker(args)
            .run_unread()
            .is_refused()
            .says("masker: error: ");
    }
}

/// A no is an answer, and stands where answers do.
#[test]
fn a_no_is_an_answer() {
    let authority = Authority::empty();
    authority.ask(&["keys", "new"]).has_status(0);
    let inspect = authority.call(&["token", "inspect", "--json", "--store", "memory:"]);
    let outcome = inspect.run("mjt_nothing");
    outcome.has_status(1).says_nothing();
    let told: Value = serde_json::from_slice(&outcome.stdout).expect("it is JSON");
    assert_eq!(told["valid"], false);
}

/// Done, and nobody can be told: neither a yes nor a no.
#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_told_as_that() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full");
    let authority = Authority::empty();
    let keys = authority.call(&["keys", "new", "--json"]);
    let outcome = keys.stdout(full().expect("Linux has it")).run("");
    outcome.has_status(1);
    assert_eq!(error_of(&outcome).0, "output");
    assert!(authority.path("keys").exists());
}
