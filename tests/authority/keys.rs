//! `masker keys`: a file for its owner alone, changed as a whole, and never printed.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::Authority;
use crate::support::command::{Outcome, masker};

/// No line of the file shows but its heading: neither a key nor a piece of one.
#[track_caller]
fn shows_no_key(authority: &Authority, outcome: &Outcome) {
    let file = fs::read_to_string(authority.path("keys")).expect("a file of text");
    let keys: Vec<_> = file
        .lines()
        .filter(|line| line.starts_with("key "))
        .collect();
    assert!(!keys.is_empty());
    for line in keys {
        let key = line.rsplit(' ').next().expect("its digits");
        outcome.hides(key);
        let shown = String::from_utf8_lossy(&outcome.stdout);
        assert!(!shown.contains(&key[..8]), "{outcome:?}");
    }
}

/// A command that knows the keys and no store.
fn ask(authority: &Authority, args: &[&str]) -> Outcome {
    let call = masker(args).env("MASKER_KEY_FILE", authority.path("keys"));
    call.run("")
}

#[test]
fn keys_are_made_once_and_for_their_owner_alone() {
    let authority = Authority::empty();
    let made = ask(&authority, &["keys", "new"]);
    made.has_printed("key 1 made; live: 1; tokens revoked: 0\n");
    shows_no_key(&authority, &made);
    let path = authority.path("keys");
    let mode = fs::metadata(&path)
        .expect("the file is there")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let before = fs::read(&path).expect("the file is there");
    let again = ask(&authority, &["keys", "new"]);
    again.has_status(1).says("rotate");
    assert_eq!(fs::read(&path).expect("the file is there"), before);
}

#[test]
fn there_are_three_keys_at_most_and_the_newest_stays() {
    let authority = Authority::empty();
    let path = authority.path("keys");
    let keys = |args: &[&str]| {
        let outcome = masker(&["keys"]).args(args).arg("--key-file").arg(&path);
        let outcome = outcome.arg("--json").run("");
        if path.exists() {
            shows_no_key(&authority, &outcome);
        }
        outcome
    };
    let says = |outcome: &Outcome| {
        outcome.has_status(0);
        serde_json::from_slice::<serde_json::Value>(&outcome.stdout).expect("JSON")
    };
    keys(&["new"]).has_status(0);
    let added = says(&keys(&["rotate"]));
    assert_eq!(
        added,
        json!({ "added": 2, "live": [1, 2], "newest": 2, "revoked": 0 })
    );
    keys(&["rotate"]).has_status(0);
    keys(&["rotate"]).has_status(4).says("retire one first");
    keys(&["retire", "3"]).has_status(1).says("rotate before");
    keys(&["retire", "9"]).has_status(1).says("1, 2, 3");
    let retired = says(&keys(&["retire", "1"]));
    assert_eq!(
        retired,
        json!({ "retired": 1, "live": [2, 3], "newest": 3, "revoked": 0 })
    );
    // A number is not used again.
    assert_eq!(says(&keys(&["rotate"]))["added"], 4);
}

#[test]
fn what_cannot_be_keys_is_told_apart() {
    let authority = Authority::empty();
    let path = authority.path("keys");
    let rotate = || ask(&authority, &["keys", "rotate"]);
    rotate().has_status(4).says("masker keys new");
    ask(&authority, &["keys", "new"]).has_status(0);
    let keys = fs::read(&path).expect("the file is there");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("it is ours");
    let open = rotate();
    open.has_status(4).says("chmod 600");
    shows_no_key(&authority, &open);
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("it is ours");
    fs::write(&path, b"").expect("it is ours");
    rotate().has_status(4).says("no key");
    fs::write(&path, [&keys[..], b"key x 00\n"].concat()).expect("it is ours");
    rotate().has_status(4).says("no key ring");
    masker(&["keys", "new"])
        .run("")
        .has_status(4)
        .says("--key-file");
}

#[test]
fn a_change_does_not_begin_while_another_goes_on() {
    let authority = Authority::empty();
    ask(&authority, &["keys", "new"]).has_status(0);
    let path = authority.path("keys");
    let before = fs::read(&path).expect("the file is there");
    fs::write(authority.path("keys.new"), b"").expect("a file can be written");
    let refused = ask(&authority, &["keys", "rotate"]);
    refused.has_status(1).says(".new");
    assert_eq!(fs::read(&path).expect("the file is there"), before);
    fs::remove_file(authority.path("keys.new")).expect("it is there");
    ask(&authority, &["keys", "rotate"]).has_status(0);
    // What is refused leaves nothing in the way of the next.
    ask(&authority, &["keys", "retire", "9"]).has_status(1);
    ask(&authority, &["keys", "retire", "1"]).has_status(0);
}

/// A key file that is a link stays one: whoever names the file behind it has the new keys too.
#[test]
fn keys_behind_a_link_are_changed_where_they_are() {
    let authority = Authority::empty();
    authority.ask(&["keys", "new"]).has_status(0);
    let (file, link) = (authority.path("keys"), authority.path("link"));
    std::os::unix::fs::symlink("keys", &link).expect("a link can be made");
    let rotated = masker(&["keys", "rotate"]).env("MASKER_KEY_FILE", &link);
    rotated.run("").has_status(0);
    assert!(link.is_symlink(), "the link was replaced");
    let keys = fs::read_to_string(&file).expect("a file of text");
    let keys = keys.lines().filter(|line| line.starts_with("key "));
    assert_eq!(keys.count(), 2);
}
