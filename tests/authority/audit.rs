//! `masker audit`, and what the commands leave behind.

use std::fs;

use serde_json::{Value, json};

use super::{Authority, ENQUEUE};
use crate::support::command::masker;

#[test]
fn who_changed_what_is_listed() {
    let authority = Authority::new();
    let (_, token) = authority.start();
    let found = authority.json(0, &["token", "inspect"], &token);
    let accessor = found["token"]["accessor"].as_str().expect("a name");
    let done = |args: &[&str]| {
        authority.ask(args).has_status(0);
    };
    done(&["scope", "limit", "group/app", "on", "--as", "alice"]);
    done(&["scope", "allow", "1", "3", "--as", "alice"]);
    done(&["token", "revoke", accessor]);
    done(&["keys", "rotate"]);
    let events = authority.json(0, &["audit", "list"], b"");
    let events = events.as_array().expect("a list");
    let told: Vec<_> = events.iter().map(|it| it["what"].as_str()).collect();
    let expected = [
        "keys_changed",
        "tokens_revoked",
        "project_listed",
        "setting_changed",
    ];
    assert_eq!(told, expected.map(Some));
    let operator = events[0]["who"].as_str().expect("somebody");
    assert!(operator.starts_with("operator:"), "{operator}");
    assert_eq!(
        (&events[0]["before"], &events[0]["after"]),
        (&json!("live=1"), &json!("live=1, 2"))
    );
    assert_eq!(events[1]["accessor"], accessor);
    assert_eq!(
        (&events[2]["who"], &events[2]["after"]),
        (&json!("user:7"), &json!("3"))
    );
    let of_token = authority.json(0, &["audit", "list", "--accessor", accessor], b"");
    assert_eq!(of_token, json!([events[1].clone()]));
    let of_app = authority.ask(&["audit", "list", "--project", "group/app", "--limit", "1"]);
    of_app.has_status(0);
    let text = String::from_utf8(of_app.stdout).expect("it is text");
    assert!(
        text.ends_with("user:7  project_listed  project 1  \"\" -> \"3\"\n"),
        "{text}"
    );
    let none = authority.json(0, &["audit", "decisions", "--request", "none"], b"");
    assert_eq!(none, json!([]));
}

/// Statements 9, 12 and 108 from outside.
#[test]
fn s09_s12_s108_tokens_before_and_after_their_one_answer() {
    let authority = Authority::new();
    authority.ask(&ENQUEUE).has_status(0);
    assert_eq!(
        authority.json(0, &["token", "list", "--job", "1"], b""),
        json!([])
    );
    let no_key = ["job", "start", "--print-token", "--store"];
    let store = format!("sqlite:{}", authority.path("store.db").display());
    let refused = masker(&no_key).arg(store).run("");
    refused
        .has_status(4)
        .says("--key-file")
        .says("MASKER_KEY_FILE");
    let token = authority.ask(&["job", "start", "--print-token"]);
    token.has_status(0);
    let token = String::from_utf8(token.stdout).expect("it is text");
    let shown = authority.json(0, &["job", "show", "1"], b"");
    assert!(shown.get("token").is_none());
    let mut answers = vec![shown];
    for list in [
        &["token", "list"][..],
        &["audit", "list"],
        &["audit", "decisions"],
    ] {
        answers.push(authority.json(0, list, b""));
    }
    let all = Value::from(answers).to_string();
    assert!(!all.contains(&token.trim()[4..]) && !all.contains("mjt_"));
}

/// Statement 110 from outside: the store was copied back from before a revocation.
#[test]
fn s110_a_store_that_was_copied_back_ends_its_tokens() {
    let authority = Authority::new();
    let (_, token) = authority.start();
    let copy = |from: &str, to: &str| {
        fs::copy(authority.path(from), authority.path(to)).expect("the files are ours");
    };
    // Nobody has it open, so everything is in the one file.
    copy("store.db", "backup.db");
    authority.ask(&["token", "revoke", "--all"]).has_status(0);
    for ending in ["-wal", "-shm"] {
        fs::remove_file(authority.path(&format!("store.db{ending}"))).ok();
    }
    copy("backup.db", "store.db");
    let inspected = authority.call(&["token", "inspect"]).run(&token);
    inspected.has_status(1).says("copy from before");
    let inspected = authority.json(1, &["token", "inspect"], &token);
    assert_eq!(inspected["reason"], "revoked:restored");
}
