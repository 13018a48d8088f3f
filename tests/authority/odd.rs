//! What no sane operator does, and scripts do all the same.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::Authority;
use crate::support::command::{masker, shell};
use crate::support::terminal::terminal;

/// Nobody could read it, and it is shown only once: the job stays for another.
#[test]
fn a_token_is_not_printed_to_nobody() {
    let authority = Authority::new();
    let enqueue = ["job", "enqueue", "--project", "1", "--user", "7"];
    authority.ask(&enqueue).has_status(0);
    for output in [">&-", ">/dev/null"] {
        let script = format!("\"$masker\" job start --print-token {output}");
        let store = format!("sqlite:{}", authority.path("store.db").display());
        let call = shell(&script).env("MASKER_STORE", store);
        let outcome = call.env("MASKER_KEY_FILE", authority.path("keys")).run("");
        outcome.is_refused().says("only once");
    }
    let job = authority.json(0, &["job", "show", "1"], b"");
    assert_eq!(job["state"], "pending");
}

#[test]
fn a_file_that_is_not_ours_stays_as_it_is() {
    let authority = Authority::empty();
    let foreign = authority.path("foreign.db");
    let connection = rusqlite::Connection::open(&foreign).expect("the folder is ours");
    connection
        .execute_batch("CREATE TABLE jobs (name TEXT)")
        .expect("it is new");
    drop(connection);
    let text = authority.path("text");
    fs::write(&text, "a text that is no database\n").expect("the folder is ours");
    for (path, why) in [
        (foreign.clone(), "another program"),
        (text, "not a database"),
        (PathBuf::from("/dev/null"), "no regular file"),
        (authority.path(""), "no regular file"),
    ] {
        let before = fs::metadata(&path).expect("it is there");
        let content = fs::read(&path).unwrap_or_default();
        if before.is_file() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
        }
        let mode = || {
            fs::metadata(&path)
                .expect("it is there")
                .permissions()
                .mode()
        };
        let before = mode();
        for command in [
            &["token", "list"][..],
            &["directory", "load", "directory.toml"],
        ] {
            let store = format!("sqlite:{}", path.display());
            let file = authority.path("directory.toml");
            let mut args = command.to_vec();
            if args.len() == 3 {
                args[2] = file.to_str().expect("it is text");
            }
            let outcome = masker(&args).args(&["--store", &store]).run("");
            outcome.has_status(3).says(why);
        }
        assert_eq!(
            (mode(), fs::read(&path).unwrap_or_default()),
            (before, content)
        );
    }
}

/// Names that mean something else to SQLite are names of files here.
#[test]
fn a_store_is_always_a_file() {
    let authority = Authority::empty();
    let script = r#"cd "$folder" && for name in :memory: 'file:x?mode=memory'; do
        "$masker" directory load directory.toml --store "sqlite:$name" || exit
        "$masker" scope show group/app --store "sqlite:$name" || exit
        test -s "$name" || exit
    done"#;
    let outcome = shell(script).env("folder", authority.path("")).run("");
    outcome.has_status(0).says_nothing();
}

#[test]
fn names_and_files_that_are_none_are_refused() {
    let authority = Authority::empty();
    let load = |path: &str| masker(&["directory", "load", path, "--store", "memory:"]).run("");
    load("/dev/zero").has_status(4).says("64 MiB");
    for name in ["", "7", "a\\nb", "a\\u001b[31mb", "a\\u009bb"] {
        let file = authority.path("names.toml");
        let text = format!("[[user]]\nid = 9\nname = \"{name}\"\n");
        fs::write(&file, text).expect("the folder is ours");
        let outcome = load(file.to_str().expect("it is text"));
        outcome.has_status(4).says("line 3, `name`");
    }
}

/// A limit on the size of files is an error, not a signal that ends masker without a word.
#[test]
fn a_store_that_cannot_grow_is_told() {
    let authority = Authority::new();
    let store = format!("sqlite:{}", authority.path("store.db").display());
    let limited = |command: &str| {
        let call = shell(&format!("ulimit -f 1; \"$masker\" {command}"));
        let call = call.env("MASKER_STORE", &store);
        call.env("MASKER_KEY_FILE", authority.path("keys")).run("")
    };
    let enqueue = limited("job enqueue --project 1 --user 7");
    enqueue.has_status(3).says("cannot be read or written");
    let run = limited("run --token --project 1 --user 7 -- echo started");
    run.is_refused().says("cannot be read or written");
}

/// Between the change of the file and that of the store nobody looks: the store would seem restored
/// from a backup, and every token would end.
#[test]
fn keys_that_change_under_way_end_no_token() {
    let authority = Authority::new();
    let (_, token) = authority.start();
    let mut running = Vec::new();
    for _ in 0..6 {
        for _ in 0..4 {
            running.push(authority.call(&["keys", "rotate"]).start());
            let mut inspect = authority.call(&["token", "inspect"]).start();
            inspect.write(&token);
            running.push(inspect);
        }
        for call in running.drain(..) {
            let outcome = call.end();
            assert!(!outcome.stderr.contains("epoch"), "{outcome:?}");
        }
        // Room for the next: the first key is that of the token, the last one that of none.
        let live = authority.ask(&["keys", "retire", "99"]).stderr;
        let key = live.trim_end().split(", ").nth(1).expect("three are live");
        authority.ask(&["keys", "retire", key]).has_status(0);
    }
    authority
        .call(&["token", "inspect"])
        .run(&token)
        .has_status(0);
}

#[test]
fn a_token_on_a_terminal_is_warned_of() {
    let authority = Authority::new();
    let enqueue = ["job", "enqueue", "--project", "1", "--user", "7"];
    authority.ask(&enqueue).has_status(0);
    let (person, program) = terminal();
    let call = authority.call(&["job", "start", "--print-token"]);
    let outcome = call.stdout(program).run("");
    outcome.has_status(0).says("shows on this terminal");
    drop(person);
}
