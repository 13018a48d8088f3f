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
        (
            &["keys"],
            "one of new, rotate, retire",
            "masker keys --help",
        ),
        (
            &["job", "lst"],
            "start, finish, cancel",
            "masker job --help",
        ),
        (
            &["job", "list", "--state", "lost"],
            "takes one of: created",
            "masker job list --help",
        ),
        (
            &["job", "enqueue", "--timeout", "0"],
            "--timeout takes a whole number from 1 to 31536000",
            "masker job enqueue --help",
        ),
        (&["audit", "--frob"], "unknown", "masker audit --help"),
    ] {
        masker(args).run_unread().is_refused().says(why).says(help);
    }
}

/// The address is not shown: anything may stand in its place.
#[cfg(feature = "serve")]
#[test]
fn a_wrong_address_is_told_by_what_one_looks_like() {
    for flag in ["--listen", "--forward-listen", "--admin-listen"] {
        for wrong in [
            "127.0.0.1",
            "8929",
            "localhost:28929",
            "127.0.0.1:99999",
            PASTED,
        ] {
            let outcome = masker(&["serve", flag, wrong]).run_unread();
            outcome
                .is_refused()
                .says("127.0.0.1:8929, [::1]:8929 or unix:PATH")
                .says("masker serve --help")
                .hides(PASTED);
        }
    }
    masker(&["serve", "--registry-ttl", "10"])
        .run_unread()
        .is_refused()
        .says("from 30 to 300");
}

#[test]
fn what_is_not_there_is_told_with_its_path() {
    let authority = Authority::empty();
    let load = authority.call(&["directory", "load", "/nowhere/projects.toml"]);
    load.run("").has_status(4).says("/nowhere/projects.toml");
    let broken = authority.path("broken.toml");
    let text = "[[project]]\nid = 1\npath = 'a/b'\nmembers = { dana = 'owner' }";
    fs::write(&broken, text).expect("it is ours");
    let memory = ["--store", "memory:"];
    let load = authority
        .call(&["directory", "load"])
        .arg(&broken)
        .args(&memory);
    load.run("")
        .has_status(4)
        .says("broken.toml, line 4, `members`")
        .says("(dana)")
        .says("in the store alone");
    let enqueue = ["job", "enqueue", "--project", "a/b", "--user", "c"];
    let wrong = authority
        .call(&enqueue)
        .args(&["--permissions", "READ_FOO"]);
    wrong.run("").has_status(2).says("MERGE_REQUESTS");
}

#[cfg(feature = "sqlite")]
#[test]
fn a_store_or_its_folder_that_is_not_there_is_told_with_its_path() {
    let authority = Authority::empty();
    let file = authority.path("directory.toml");
    let store = ["--store", "sqlite:/nowhere/store.db"];
    let load = authority
        .call(&["directory", "load"])
        .arg(file)
        .args(&store);
    load.run("").has_status(3).says("no folder /nowhere;");
    let list = authority.call(&["job", "list"]).args(&store);
    list.run("")
        .has_status(3)
        .says("no store at /nowhere/store.db;");
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
