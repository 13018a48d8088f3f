//! `masker check-config`: what `masker serve` would refuse, told without a change of anything.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::SystemTime;

use super::Authority;
use crate::support::command::Outcome;

fn check(authority: &Authority, args: &[&str]) -> Outcome {
    authority.call(&["check-config"]).args(args).run("")
}

/// The line about something.
#[track_caller]
fn line(outcome: &Outcome, about: &str) -> String {
    let text = String::from_utf8(outcome.stdout.clone()).expect("UTF-8");
    let found = text.lines().find(|line| line[7..].starts_with(about));
    found.unwrap_or_else(|| panic!("{outcome:?}")).to_owned()
}

/// Every file, with its content and when it was written.
fn files(authority: &Authority) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let folder = fs::read_dir(authority.0.path()).expect("a folder");
    folder
        .map(|entry| {
            let entry = entry.expect("it can be read");
            let name = entry.file_name().into_string().expect("UTF-8");
            let written = entry.metadata().and_then(|it| it.modified());
            let content = fs::read(entry.path()).unwrap_or_default();
            (name, (content, written.expect("it has a time")))
        })
        .collect()
}

/// A file that only its owner can read.
fn private(path: PathBuf, text: &str) -> io::Result<()> {
    fs::write(&path, text)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))
}

#[test]
fn what_serve_would_take_is_right_and_nothing_is_changed() {
    let authority = Authority::new();
    let path = |name: &str| authority.path(name).display().to_string();
    private(authority.path("admin"), "a token of some length").expect("a file");
    private(authority.path("clients"), "vault:a secret of some length").expect("a file");
    let before = files(&authority);
    let admin = format!("unix:{}", path("admin.sock"));
    let checked = check(
        &authority,
        &[
            "--listen",
            "127.0.0.1:1",
            "--admin-listen",
            &admin,
            "--admin-token-file",
            &path("admin"),
            "--clients-file",
            &path("clients"),
            "--registry-key",
            &path("registry.key"),
            "--registry-certificate",
            &path("registry.crt"),
            "--artifacts",
            &path("artifacts"),
        ],
    );
    checked.has_status(0);
    for about in [
        "keys: live: 1",
        "store: its schema is this version's",
        "admin token: given",
        "forward secret: none",
        "clients: 1",
        "registry key: made at the start",
        "artifacts: made at the start",
        "addresses: --listen 127.0.0.1:1, --admin-listen unix:",
    ] {
        assert!(line(&checked, about).starts_with("ok "), "{about}");
    }
    assert!(files(&authority) == before, "a file was made or changed");
}

#[test]
fn what_serve_would_refuse_is_wrong() {
    let authority = Authority::new();
    let path = |name: &str| authority.path(name).display().to_string();
    private(authority.path("short"), "short").expect("a file");
    fs::write(authority.path("open"), "name:a secret of some length").expect("a file");
    let open = Permissions::from_mode(0o644);
    fs::set_permissions(authority.path("open"), open).expect("a file");
    fs::write(authority.path("folder"), "none").expect("a file");
    for (args, about, says) in [
        (
            &["--key-file", "/nonexistent/keys"][..],
            "keys",
            "masker keys new",
        ),
        (&["--admin-token-file", &path("short")], "admin token", "16"),
        (
            &["--forward-secret-file", "/nonexistent/secret"],
            "forward secret",
            "No such file",
        ),
        (
            &["--clients-file", &path("short")],
            "clients",
            "NAME:SECRET",
        ),
        (&["--artifacts", &path("folder")], "artifacts", "no folder"),
        (
            &["--artifacts", "gs://a"],
            "artifacts",
            "s3://BUCKET/PREFIX",
        ),
        (
            &["--admin-token-file", &path("open")],
            "admin token",
            "chmod 600",
        ),
        (
            &["--forward-secret-file", &path("open")],
            "forward secret",
            "chmod 600",
        ),
        (&["--clients-file", &path("open")], "clients", "chmod 600"),
        (&["--listen", "0.0.0.0:1"], "addresses", "--insecure-http"),
        (
            &["--admin-listen", "127.0.0.1:1"],
            "addresses",
            "MASKER_ADMIN_TOKEN",
        ),
        (
            &["--admin-listen", "unix:/nonexistent/admin.sock"],
            "addresses",
            "no such folder",
        ),
        (
            &[
                "--registry-key",
                &path("short"),
                "--registry-certificate",
                &path("short"),
            ],
            "registry key",
            "--registry-key",
        ),
    ] {
        let checked = check(&authority, args);
        checked.has_status(4);
        let line = line(&checked, about);
        assert!(line.starts_with("wrong "), "{line}");
        assert!(line.contains(says), "{line}");
        // The rest is looked at all the same.
        let text = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert_eq!(text.matches("wrong ").count(), 1, "{text}");
    }
    let usage = check(&authority, &["--registry-ttl", "5"]);
    usage.has_status(2);
}

#[test]
fn a_store_is_looked_at_and_not_opened() {
    let authority = Authority::new();
    let missing = ["--store", "sqlite:/nonexistent/store.db"];
    let checked = check(&authority, &missing);
    checked.has_status(3);
    assert!(line(&checked, "store").contains("masker directory load"));
    let path = |name: &str| authority.path(name).display().to_string();
    let store = |name: &str| format!("sqlite:{}", path(name));
    fs::write(authority.path("text"), "no database").expect("a file");
    check(&authority, &["--store", &store("text")]).has_status(3);
    // One of another version, by the number that SQLite keeps at this place.
    let bytes = fs::read(authority.path("store.db")).expect("a file");
    let with_schema = |name: &str, version: u32| {
        let mut bytes = bytes.clone();
        bytes[60..64].copy_from_slice(&version.to_be_bytes());
        fs::write(authority.path(name), &bytes).expect("a file");
        check(&authority, &["--store", &store(name)])
    };
    let newer = with_schema("newer", 99);
    newer.has_status(3);
    assert!(line(&newer, "store").contains("later version"));
    let older = with_schema("older", 1);
    older.has_status(0);
    assert!(line(&older, "store").contains("older one"));
    let written = fs::read(authority.path("older")).expect("a file");
    assert_eq!(written[60..64], 1u32.to_be_bytes(), "it is not migrated");
    fs::write(authority.path("empty"), "").expect("a file");
    let empty = check(&authority, &["--store", &store("empty")]);
    empty.has_status(0);
    assert!(line(&empty, "store").contains("empty"));
    let in_memory = format!("memory:{}", path("directory.toml"));
    check(&authority, &["--store", &in_memory]).has_status(0);
    let nowhere = check(&authority, &["--store", "memory:/nonexistent"]);
    nowhere.has_status(4);
    check(&authority, &["--dev"]).has_status(0);
}

#[test]
fn keys_of_another_store_are_told() {
    let authority = Authority::new();
    let other = authority.path("other").display().to_string();
    let new = authority
        .call(&["keys", "new", "--key-file", &other])
        .run("");
    new.has_status(0);
    let checked = check(&authority, &["--key-file", &other]);
    checked.has_status(4);
    assert!(line(&checked, "store").contains("not the file of keys that this store knows"));
    check(&authority, &[]).has_status(0);
}

#[test]
fn a_store_and_keys_that_are_not_of_one_time_are_told() {
    let authority = Authority::new();
    let copy = |from: &str, to: &str| {
        fs::copy(authority.path(from), authority.path(to)).expect("a file");
    };
    // A key takes both further.
    authority.ask(&["token", "list"]).has_status(0);
    authority.ask(&["job", "sweep"]).has_status(0);
    copy("keys", "old-keys");
    authority.ask(&["keys", "rotate"]).has_status(0);
    copy("store.db", "old.db");
    authority.ask(&["keys", "rotate"]).has_status(0);
    check(&authority, &[]).has_status(0);
    let old = authority.path("old-keys").display().to_string();
    let checked = check(&authority, &["--key-file", &old]);
    checked.has_status(4);
    assert!(line(&checked, "store").contains("copy the current one"));
    let old = format!("sqlite:{}", authority.path("old.db").display());
    let checked = check(&authority, &["--store", &old]);
    checked.has_status(0);
    assert!(line(&checked, "store").contains("live tokens are revoked"));
}

#[cfg(feature = "postgres")]
#[test]
fn a_database_of_postgresql_is_looked_at_too() {
    use crate::support::postgres::Server;
    let Some(server) = Server::shared() else {
        return;
    };
    server.run("CREATE SCHEMA checked");
    let authority = Authority::new();
    let url = server.url("checked");
    let checked = check(&authority, &["--store", &url]);
    checked.has_status(0);
    assert!(line(&checked, "store").contains("empty"));
    // It is so still, and not any more once it was opened.
    let load = authority.call(&["directory", "load", "--store", &url]);
    let again = check(&authority, &["--store", &url]);
    assert!(line(&again, "store").contains("empty"));
    load.arg(authority.path("directory.toml"))
        .run("")
        .has_status(0);
    let checked = check(&authority, &["--store", &url]);
    checked.has_status(0);
    assert!(line(&checked, "store").contains("this version's"));
    server.run("INSERT INTO checked.masker_schema (version) VALUES (99)");
    let newer = check(&authority, &["--store", &url]);
    newer.has_status(3);
    assert!(line(&newer, "store").contains("later version"));
}

#[test]
fn a_bucket_is_named_and_not_asked() {
    let authority = Authority::new();
    let checked = check(&authority, &["--artifacts", "s3://bucket/prefix"]);
    checked.has_status(0);
    assert!(line(&checked, "artifacts").contains("tried at the start"));
    assert!(!authority.path("s3:").exists());
}
