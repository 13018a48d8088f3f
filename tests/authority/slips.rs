//! What is typed wrong: told with what to do, and without what was typed.

use std::fs;

use super::Authority;
use crate::support::command::masker;

/// As it would be pasted by mistake.
const PASTED: &str = "mjt_0K3vPZ8sXq2LrT5nWb7cYd9fGh1jMm4pQa6uEi0oSxCzVt";

#[test]
fn a_token_on_the_command_line_is_not_shown() {
    let authority = Authority::empty();
    for args in [
        &["token", "revoke", PASTED][..],
        &["token", "inspect", PASTED],
        &["token", "list", "--job", PASTED],
        &["token", PASTED],
        &["job", "show", PASTED],
        &["job", "finish", "1", PASTED],
        &["keys", "retire", PASTED],
        &["explain", "GET", "/api/v4/job", "--accessor", PASTED],
        &["explain", "GET", &format!("/api/v4/job?job_token={PASTED}")],
        &["explain", PASTED, "/api/v4/job"],
        &[
            "run",
            "--token",
            PASTED,
            "--project",
            "a/b",
            "--user",
            "c",
            "--",
            "true",
        ],
    ] {
        let outcome = authority.ask(args);
        outcome.is_refused().hides(PASTED);
    }
    for args in [
        &["job", "enqueue", "--project", PASTED, "--user", "alice"][..],
        &["scope", "show", PASTED],
        &["scope", "limit", "group/app", "on", "--as", PASTED],
    ] {
        let outcome = authority.ask(args);
        assert!(outcome.stdout.is_empty());
        outcome.hides(PASTED);
    }
}

#[test]
fn errors_say_what_is_missing_and_whose_help_to_read() {
    for (args, why, help) in [
        (&["keys"][..], "say what to do", "masker keys --help"),
        (
            &["job", "enqueue"],
            "--project <PROJECT>, --user <USER>",
            "masker job enqueue --help",
        ),
        (&["job", "show"], "<JOB>", "masker job show --help"),
        (
            &["scope", "limit", "a/b", "on"],
            "--as <USER>",
            "masker scope limit --help",
        ),
        (
            &["directory", "load"],
            "<FILE>",
            "masker directory load --help",
        ),
        (&["explain", "GET"], "<PATH>", "masker explain --help"),
        (
            &["token", "list", "--frob"],
            "unknown",
            "masker token list --help",
        ),
        (
            &["job", "finish", "1", "well"],
            "success, failed",
            "masker job finish --help",
        ),
    ] {
        masker(args).run_unread().is_refused().says(why).says(help);
    }
}

#[test]
fn each_kind_of_failure_has_its_status() {
    let authority = Authority::empty();
    let memory = ["--store", "memory:"];
    let ask = |args: &[&str]| authority.call(args).args(&memory).run("");
    ask(&["job", "show", "1"]).has_status(1).says("no such job");
    ask(&["job", "start"]).has_status(2).says("--token-file");
    ask(&["job", "start", "--token-fd", "1"])
        .has_status(2)
        .says("--print-token");
    ask(&["token", "revoke"]).has_status(2).says("--all");
    ask(&["token", "revoke", "mja_0123456789abcdef"]).has_status(1);
    let none = masker(&["token", "list"]).run("");
    none.has_status(2).says("MASKER_STORE");
    ask(&["directory", "load", "/nowhere"]).has_status(4);
    let broken = authority.path("broken.toml");
    fs::write(&broken, "[[user]]\nid = 1\nname = 'eve'\ncolour = 'red'").expect("it is ours");
    let loaded = authority
        .call(&["directory", "load"])
        .arg(broken)
        .args(&memory);
    loaded
        .run("")
        .has_status(4)
        .says("line 4, `colour`")
        .hides("red");
}

#[test]
fn nothing_is_claimed_for_a_file_that_cannot_be_made() {
    let authority = Authority::empty();
    let taken = authority.path("taken");
    fs::write(&taken, "mine").expect("a file can be written");
    let memory = ["--store", "memory:"];
    let start = authority.call(&["job", "start", "--token-file"]);
    start
        .arg(&taken)
        .args(&memory)
        .run("")
        .has_status(2)
        .says("remove it");
    assert_eq!(fs::read(&taken).expect("it is there"), b"mine");
    // A file that waited for a token and got none is removed.
    let free = authority.path("free");
    authority.ask(&["keys", "new"]).has_status(0);
    let start = authority.call(&["job", "start", "--token-file"]);
    start
        .arg(&free)
        .args(&memory)
        .run("")
        .has_status(1)
        .says("no job waits");
    assert!(!free.exists());
}

#[test]
fn every_command_has_a_page_and_completions() {
    let bash = masker(&["completions", "bash"]).run("");
    let bash = String::from_utf8(bash.stdout).expect("it is text");
    for (command, part, flag) in [
        ("directory", "load", "--store"),
        ("keys", "retire", "--key-file"),
        ("job", "start", "--token-file"),
        ("token", "revoke", "--all"),
        ("scope", "allow", "--as"),
    ] {
        let page = masker(&["man", command]).run("");
        let page = String::from_utf8(page.stdout).expect("it is text");
        assert!(page.contains(&format!(".TH masker-{command} 1")), "{page}");
        assert!(page.contains("Exit status:"), "{page}");
        let page = masker(&["man", command, part]).run("");
        let page = String::from_utf8(page.stdout).expect("it is text");
        assert!(page.contains(&flag.replace('-', "\\-")), "{page}");
        assert!(bash.contains(&format!("masker__{command}__{part}")) || bash.contains(part));
        assert!(bash.contains(flag), "{flag}");
    }
    masker(&["man", "job", "none"]).run("").is_refused();
    let page = masker(&["man", "explain"]).run("");
    page.has_status(0);
}
