//! Two files of keys and one store: only the file that the store knows is taken, wherever it lies.

use std::fs;

use super::{Authority, ENQUEUE, RUN};
use crate::support::command::{Outcome, shell};

const REFUSED: &str = "this is not the file of keys that this store knows";

impl Authority {
    /// A command that is told of another file of keys, on its command line.
    fn with_keys(&self, args: &[&str], name: &str) -> Outcome {
        let path = self.path(name).display().to_string();
        let (args, job) =
            args.split_at(args.iter().position(|it| *it == "--").unwrap_or(args.len()));
        let call = self.call(args).env("MASKER_KEY_FILE", "");
        call.args(&["--key-file", &path]).args(job).run("")
    }
}

#[test]
fn another_file_of_keys_is_refused_by_every_command() {
    let authority = Authority::new();
    authority.ask(&ENQUEUE).has_status(0);
    let made = authority.with_keys(&["keys", "new"], "other");
    made.has_status(0);
    let run = [&RUN[..], &["--", "true"]].concat();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for args in [
        &run[..],
        &serve,
        &["job", "start", "--print-token"],
        &["keys", "rotate"],
        &["keys", "retire", "1"],
    ] {
        let refused = authority.with_keys(args, "other");
        refused.says(REFUSED);
        assert_ne!(refused.status.code(), Some(0), "{args:?}");
    }
    // Whoever finds the file in the environment is told so by every command.
    for args in [
        &["job", "show", "1"][..],
        &["token", "list"],
        &["audit", "list"],
        &ENQUEUE,
    ] {
        let call = authority.call(args);
        let refused = call.env("MASKER_KEY_FILE", authority.path("other")).run("");
        refused.has_status(4).says(REFUSED);
    }
    // Nothing was changed: neither the file, nor anything beside it, nor the store.
    let files = fs::read_dir(authority.path("")).expect("a folder");
    let names = files.map(|it| {
        it.expect("a file")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    let names: Vec<_> = names.filter(|it| it.starts_with("other")).collect();
    assert_eq!(names, ["other"]);
    authority.ask(&["job", "show", "1"]).has_status(0);
    authority.ask(&run).has_status(0);
}

#[test]
fn a_store_whose_file_of_keys_is_lost_takes_another() {
    let authority = Authority::new();
    authority.ask(&ENQUEUE).has_status(0);
    let started = authority.ask(&["job", "start", "--print-token"]);
    fs::remove_file(authority.path("keys")).expect("it was there");
    authority.with_keys(&["keys", "new"], "other").has_status(0);
    let adopted = authority.with_keys(&["keys", "adopt"], "other");
    adopted.has_printed("key 1 adopted; live: 1; tokens revoked: 1\n");
    let token = authority.call(&["token", "inspect"]);
    let inspected = token
        .env("MASKER_KEY_FILE", authority.path("other"))
        .run(started.stdout);
    inspected.has_status(1);
    let run = [&RUN[..], &["--", "true"]].concat();
    authority.with_keys(&run, "other").has_status(0);
    let audited = authority.call(&["audit", "list"]);
    let audited = audited
        .env("MASKER_KEY_FILE", authority.path("other"))
        .run("");
    let audited = String::from_utf8(audited.stdout).expect("text");
    assert!(audited.contains("keys_changed") && audited.contains("adopted"));
}

#[test]
fn a_file_of_keys_may_be_copied_and_moved() {
    let authority = Authority::new();
    authority.ask(&["keys", "rotate"]).has_status(0);
    fs::copy(authority.path("keys"), authority.path("copied")).expect("a file");
    let run = [&RUN[..], &["--", "true"]].concat();
    authority.with_keys(&run, "copied").has_status(0);
    fs::rename(authority.path("keys"), authority.path("moved")).expect("a file");
    authority.with_keys(&run, "moved").has_status(0);
    // A copy that was left behind is told from another file.
    authority
        .with_keys(&["keys", "rotate"], "moved")
        .has_status(0);
    let behind = authority.with_keys(&["keys", "rotate"], "copied");
    behind
        .has_status(4)
        .says("older than the store: copy the current one");
}

/// As the README names it: from the folder in which it lies.
#[test]
fn a_file_of_keys_may_be_named_without_a_folder() {
    let authority = Authority::empty();
    let script = r#"
        cd "$FOLDER" && export MASKER_STORE=sqlite:s.db MASKER_KEY_FILE=k &&
        "$MASKER" keys new && "$MASKER" directory load directory.toml && "$MASKER" token list
    "#;
    let call = shell(script).env("FOLDER", authority.path(""));
    let outcome = call.env("MASKER", env!("CARGO_BIN_EXE_masker")).run("");
    outcome.has_status(0).says_nothing();
}
