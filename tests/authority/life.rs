//! The life of a job and its token, one command at a time.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::{Authority, ENQUEUE};
use crate::support::command::shell;

#[test]
fn a_token_lives_as_long_as_its_job_runs() {
    let authority = Authority::new();
    let (job, token) = authority.start();
    let valid = authority.json(0, &["token", "inspect"], &token);
    assert_eq!(valid["valid"], true);
    assert_eq!(
        (&valid["project"], &valid["user"]),
        (&json!("group/app"), &json!("alice"))
    );
    assert_eq!(valid["job"]["state"], "running");
    let finished = authority.json(0, &["job", "finish", &job, "success"], b"");
    assert_eq!(finished["state"], "success");
    let ended = authority.json(1, &["token", "inspect"], &token);
    assert_eq!(
        (&ended["valid"], &ended["reason"]),
        (&json!(false), &json!("job_not_running"))
    );
    assert_eq!(ended["token"]["revoked"], "job_success");
    // Again changes nothing; another end is refused.
    authority.json(0, &["job", "finish", &job, "success"], b"");
    authority
        .ask(&["job", "finish", &job, "failed"])
        .has_status(1)
        .says("success");
}

#[test]
fn the_token_goes_where_it_is_wanted_and_nowhere_else() {
    let authority = Authority::new();
    let path = authority.path("token");
    let enqueue = || {
        let enqueue = authority.call(&ENQUEUE).args(&["--timeout", "60"]);
        enqueue.run("").has_status(0);
    };
    enqueue();
    let start = authority
        .call(&["job", "start", "--token-file"])
        .arg(&path)
        .run("");
    start.has_status(0).says_nothing();
    let token = fs::read(&path).expect("it is there");
    let mode = fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(token.starts_with(b"mjt_") && token.len() == 54);
    let shown = String::from_utf8_lossy(&start.stdout).into_owned();
    assert!(shown.contains("mja_") && !shown.contains("mjt_"), "{shown}");
    authority
        .call(&["token", "inspect"])
        .run(&token)
        .has_status(0);

    enqueue();
    let script = r#""$masker" job start --token-fd 5 5>&1 >&2"#;
    let call = shell(script)
        .env(
            "MASKER_STORE",
            format!("sqlite:{}", authority.path("store.db").display()),
        )
        .env("MASKER_KEY_FILE", authority.path("keys"));
    let started = call.run("");
    started.has_status(0).hides(&started.stdout);
    authority
        .call(&["token", "inspect"])
        .run(&started.stdout)
        .has_status(0);

    enqueue();
    let printed = authority.json(0, &["job", "start", "--print-token"], b"");
    let token = printed["token"].as_str().expect("it was asked for");
    authority
        .call(&["token", "inspect"])
        .run(token)
        .has_status(0);

    let list = authority.json(0, &["token", "list", "--live"], b"");
    let list = list.as_array().expect("a list");
    assert_eq!(list.len(), 3);
    assert!(!Value::from(list.clone()).to_string().contains("mjt_"));
    for file in ["store.db", "store.db-wal"] {
        let bytes = fs::read(authority.path(file)).unwrap_or_default();
        assert!(!bytes.windows(4).any(|window| window == b"mjt_"), "{file}");
    }
}

#[test]
fn a_token_that_nobody_gets_is_told_as_lost() {
    let authority = Authority::new();
    let enqueue = ["job", "enqueue", "--project", "1", "--user", "7"];
    authority.ask(&enqueue).has_status(0);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let start = authority.call(&["job", "start", "--print-token"]);
    start.stdout(writer).run("").has_status(1).says("is lost");
    let job = authority.json(0, &["job", "show", "1"], b"");
    // No runner has given a sign, so a sweep makes it wait again.
    assert_eq!(
        (&job["state"], &job["last_call_at"]),
        (&json!("running"), &Value::Null)
    );
}

#[test]
fn tokens_are_ended_by_what_names_them() {
    let authority = Authority::new();
    let accessor = |token: &[u8]| {
        let found = authority.json(0, &["token", "inspect"], token);
        found["token"]["accessor"]
            .as_str()
            .expect("a name")
            .to_owned()
    };
    let why = |token: &[u8]| authority.json(1, &["token", "inspect"], token)["reason"].clone();
    let (job, token) = authority.start();
    let name = accessor(&token);
    let revoke = authority.json(0, &["token", "revoke", &name], b"");
    assert_eq!(revoke["revoked"], 1);
    assert_eq!(why(&token), "revoked:admin");
    assert_eq!(
        authority.json(0, &["token", "revoke", &name], b"")["revoked"],
        0
    );
    assert_eq!(
        authority.json(0, &["job", "show", &job], b"")["state"],
        "running"
    );
    for which in [
        &["--job", "2"][..],
        &["--project", "group/app"],
        &["--user", "alice"],
        &["--all"],
    ] {
        let (_, token) = authority.start();
        let args = [&["token", "revoke"], which].concat();
        assert_eq!(authority.json(0, &args, b"")["revoked"], 1, "{which:?}");
        assert_eq!(why(&token), "revoked:admin");
    }
    let live = authority.json(0, &["token", "list", "--live"], b"");
    assert_eq!(live, json!([]));
    let all = authority.json(0, &["token", "list", "--project", "1"], b"");
    assert_eq!(all.as_array().map(Vec::len), Some(5));
}

#[test]
fn jobs_are_canceled_erased_and_done_again() {
    let authority = Authority::new();
    let (job, token) = authority.start();
    let canceled = authority.json(0, &["job", "cancel", &job], b"");
    assert_eq!(canceled["state"], "canceled");
    authority
        .call(&["token", "inspect"])
        .run(&token)
        .has_status(1);
    let again = authority.json(0, &["job", "retry", &job], b"");
    assert_eq!(again, json!({ "job": 2 }));
    assert_eq!(
        authority.json(0, &["job", "show", "2"], b"")["state"],
        "pending"
    );
    authority
        .ask(&["job", "retry", "2"])
        .has_status(1)
        .says("pending");
    let start = ["job", "start", "--print-token", "--cancels-gracefully"];
    let token = authority.ask(&start).stdout;
    assert_eq!(
        authority.json(0, &["job", "cancel", "2"], b"")["state"],
        "canceling"
    );
    authority
        .call(&["token", "inspect"])
        .run(&token)
        .has_status(0);
    let erased = authority.json(0, &["job", "erase", "2"], b"");
    assert_eq!(erased["erased"], true);
    let why = authority.json(1, &["token", "inspect"], &token);
    assert_eq!(why["reason"], "job_erased");
    let forced = authority.json(0, &["job", "cancel", "--force", "2"], b"");
    assert_eq!(forced["state"], "canceled");
    authority
        .ask(&["job", "start", "--print-token"])
        .has_status(1)
        .says("no job waits");
}

#[test]
fn what_is_no_token_is_told_without_showing_it() {
    let authority = Authority::new();
    let (_, token) = authority.start();
    let other: &[u8] = if token[10] == b'0' { b"1" } else { b"0" };
    for (text, reason) in [
        (&b""[..], "malformed"),
        (b"mjt_short", "malformed"),
        (&[b'x'; 100_000], "malformed"),
        (&[&token[..10], other, &token[11..]].concat(), "malformed"),
        (
            b"mjt_0000000000000000000000000000000000000000000000000",
            "malformed",
        ),
    ] {
        let found = authority.json(1, &["token", "inspect"], text);
        assert_eq!(found, json!({ "valid": false, "reason": reason }));
    }
    // A token of keys that are elsewhere.
    let other = Authority::new();
    let found = other.json(1, &["token", "inspect"], &token);
    assert_eq!(found, json!({ "valid": false, "reason": "unknown" }));
}

#[test]
fn a_key_ends_with_the_tokens_under_it() {
    let authority = Authority::new();
    let (_, old) = authority.start();
    let rotated = authority.json(0, &["keys", "rotate"], b"");
    assert_eq!(
        (&rotated["added"], &rotated["revoked"]),
        (&json!(2), &json!(0))
    );
    let (_, new) = authority.start();
    for token in [&old, &new] {
        authority
            .call(&["token", "inspect"])
            .run(token)
            .has_status(0);
    }
    let before = fs::read(authority.path("keys")).expect("it is there");
    let retired = authority.json(0, &["keys", "retire", "1"], b"");
    assert_eq!(retired["revoked"], 1);
    authority
        .call(&["token", "inspect"])
        .run(&old)
        .has_status(1);
    authority
        .call(&["token", "inspect"])
        .run(&new)
        .has_status(0);
    // Keys from a backup are refused: they would bring the old one back.
    fs::write(authority.path("keys"), before).expect("it is ours");
    authority
        .call(&["token", "inspect"])
        .run(&new)
        .has_status(4)
        .says("--key-file");
}

#[test]
fn a_store_from_a_backup_has_no_live_tokens() {
    let authority = Authority::new();
    let (_, token) = authority.start();
    let store = authority.path("store.db");
    let backup = fs::read(&store).expect("it is there");
    authority.ask(&["keys", "rotate"]).has_status(0);
    fs::write(&store, backup).expect("it is ours");
    let found = authority.json(1, &["token", "inspect"], &token);
    assert_eq!(found["reason"], "revoked:restored");
}

#[test]
fn a_directory_is_loaded_again_and_only_what_differs_changes() {
    let authority = Authority::new();
    let file = authority.path("directory.toml");
    let load = || {
        let outcome = authority
            .call(&["directory", "load", "--json"])
            .arg(&file)
            .run("");
        outcome.has_status(0);
        serde_json::from_slice::<Value>(&outcome.stdout).expect("JSON")
    };
    assert_eq!(load(), json!({ "users": 2, "projects": 3, "changes": 0 }));
    let (_, token) = authority.start();
    let text = fs::read_to_string(&file).expect("it is there");
    let blocked = text.replace("name = \"alice\"", "name = \"alice\"\nstate = \"blocked\"");
    fs::write(&file, blocked).expect("it is ours");
    assert_eq!(load()["changes"], 1);
    let found = authority.json(1, &["token", "inspect"], &token);
    assert_eq!(found["reason"], "user_inactive");
    assert_eq!(found["token"]["revoked"], "user_blocked");
    let scope = "members = { alice = \"maintainer\" }\nscope = { limit = true, projects = [\"group/library\"] }";
    let listed = text.replacen("members = { alice = \"maintainer\" }", scope, 1);
    fs::write(&file, listed).expect("it is ours");
    // The user is active again, the limit is on, and a project is listed.
    assert_eq!(load()["changes"], 3);
    let found = authority.json(1, &["token", "inspect"], &token);
    assert_eq!(found["reason"], "revoked:user_blocked");
    fs::write(&file, text).expect("it is ours");
    assert_eq!(load()["changes"], 2);
}

#[test]
fn a_store_that_cannot_be_used_is_told_apart() {
    let authority = Authority::new();
    let ask = |store: &str| authority.call(&["token", "list", "--store", store]).run("");
    let missing = format!("sqlite:{}", authority.path("none.db").display());
    ask(&missing).has_status(3).says("directory load");
    assert!(!authority.path("none.db").exists());
    let foreign = format!("sqlite:{}", authority.path("directory.toml").display());
    ask(&foreign).has_status(3);
    ask("sqlite:").has_status(2).says("sqlite:PATH");
}

#[test]
fn a_job_is_added_with_what_it_is_about() {
    let authority = Authority::new();
    let add = |more: &[&str]| {
        let added = authority.json(0, &[&ENQUEUE, more].concat(), b"");
        added["job"].to_string()
    };
    let plain = add(&[]);
    let shown = authority.json(0, &["job", "show", &plain], b"");
    assert_eq!(
        (&shown["name"], &shown["ref"], &shown["permissions"]),
        (&json!("default"), &Value::Null, &Value::Null)
    );
    let about = ["--name", "build", "--ref", "v1", "--protected", "--manual"];
    let permissions = ["--permissions", "READ_PACKAGES,ADMIN_JOBS"];
    let manual = add(&[&about[..], &permissions].concat());
    let shown = authority.json(0, &["job", "show", &manual], b"");
    assert_eq!(
        (&shown["name"], &shown["ref"], &shown["ref_protected"]),
        (&json!("build"), &json!("v1"), &json!(true))
    );
    assert_eq!(shown["permissions"], json!(["READ_PACKAGES", "ADMIN_JOBS"]));
    assert_eq!(shown["state"], "manual");
    let played = authority.json(0, &["job", "play", &manual, "--user", "alice"], b"");
    assert_eq!(played["state"], "pending");
    let none = add(&["--permissions", "none"]);
    let shown = authority.json(0, &["job", "show", &none], b"");
    assert_eq!(shown["permissions"], json!([]));
    for wrong in [
        ["--ref", "a..b"],
        ["--name", ""],
        ["--permissions", "WRITE_ALL"],
    ] {
        authority
            .ask(&[&ENQUEUE[..], &wrong].concat())
            .has_status(2);
    }
}

/// As the help has it: the keys and the store are named without a folder.
#[test]
fn the_example_of_the_help_works() {
    let authority = Authority::empty();
    let script = r#"
        cd "$folder" || exit
        "$masker" keys new && "$masker" directory load directory.toml || exit
        "$masker" job enqueue --project group/app --user alice || exit
        "$masker" run --token --claim -- sh -c 'echo "job $CI_JOB_ID"' || exit
        "$masker" job list
    "#;
    let outcome = shell(script)
        .env("folder", authority.path(""))
        .env("masker", env!("CARGO_BIN_EXE_masker"))
        .env("MASKER_STORE", "sqlite:store.db")
        .env("MASKER_KEY_FILE", "keys")
        .run("");
    outcome.has_status(0);
    let text = String::from_utf8(outcome.stdout.clone()).expect("it is text");
    let end = "1\njob 1\n1  success  group/app  alice  default\n";
    assert!(text.ends_with(end), "{text}");
}
