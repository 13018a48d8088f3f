//! `masker serve`, run as a process and asked with curl.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use rustix::process::Signal;

use super::trial::{Trial, curl, paste, status};
use super::{has_curl, wait_until};
use crate::support::command::masker;

#[test]
fn s06_s35_a_trial_prints_lines_that_work_and_logs_no_token() {
    if !has_curl() {
        return;
    }
    let trial = Trial::start(&["--log-format", "json"]);
    let lines = trial.lines();
    let [job, read, write, hidden, why, finish] = lines[..] else {
        panic!("{} lines", lines.len());
    };
    assert!(paste(job).contains(r#""username":"alice""#));
    for (line, status) in [(read, "200"), (write, "403"), (hidden, "404")] {
        let answered = paste(line);
        assert_eq!(answered.split(' ').nth(1), Some(status), "{answered}");
    }
    assert!(paste(why).contains("user_cannot_read"));
    let query = format!("{}/api/v4/job?job_token={}", trial.base(), trial.token());
    assert_eq!(status(&[&query]), "200");
    assert_eq!(status(&[&format!("{}/healthz", trial.base())]), "200");
    let in_path = format!("{}/api/v4/{}", trial.base(), trial.token());
    assert_eq!(status(&[&in_path]), "401");
    let own_job = format!("{}/api/v4/job", trial.base());
    assert_eq!(status(&["-X", trial.token(), &own_job]), "401");
    assert!(paste(finish).contains(r#""status":"success""#));
    assert!(paste(job).contains("401 Unauthorized"));
    let token = trial.token().to_owned();
    trial.running.signal(Signal::TERM);
    let ended = trial.running.wait();
    ended.has_status(0);
    assert!(ended.stderr.contains("job_token=[FILTERED]"), "s35");
    assert!(!ended.stderr.contains(&token[4..]), "a token is in the log");
    for line in ended.stderr.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert!(event["timestamp"].is_string());
    }
}

#[test]
fn it_ends_when_it_is_told_to_and_answers_first() {
    if !has_curl() {
        return;
    }
    for signal in [Signal::TERM, Signal::INT] {
        let trial = Trial::start(&[]);
        let url = format!("{}/healthz", trial.base());
        assert_eq!(status(&[&url]), "200");
        trial.running.signal(signal);
        trial.running.wait().has_status(0);
        assert_eq!(status(&[&url]), "000", "nobody listens any more");
    }
}

#[test]
fn it_listens_where_nobody_else_reads_along() {
    for place in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        for flag in ["--listen", "--forward-listen"] {
            let refused = masker(&["serve", "--dev", flag, place]).run("");
            refused.has_status(2);
            assert!(
                refused.stderr.contains("--insecure-http"),
                "{}",
                refused.stderr
            );
        }
        let admin = masker(&["serve", "--dev", "--insecure-http", "--admin-listen", place]).run("");
        admin.has_status(2);
    }
    let believed = [
        "serve",
        "--dev",
        "--insecure-http",
        "--forward-listen",
        "0.0.0.0:0",
    ];
    let refused = masker(&believed).run("");
    refused.has_status(2);
    assert!(refused.stderr.contains("--forward-secret-file"));
}

#[test]
fn s108_without_a_key_it_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store.db");
    fs::write(folder.path().join("projects.toml"), "").expect("a file");
    let store = format!("sqlite:{}", store.display());
    let projects = folder.path().join("projects.toml");
    let load = masker(&["directory", "load", "--store", &store]).arg(&projects);
    load.run("").has_status(0);
    let serve = || masker(&["serve", "--listen", "127.0.0.1:0", "--store", &store]);
    let refused = serve().run("");
    refused.has_status(4);
    assert!(refused.stderr.contains("--key-file"), "{}", refused.stderr);
    let missing = serve().args(&["--key-file", "/nonexistent/keys"]).run("");
    missing.has_status(4);
    let nowhere = masker(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--store",
        "sqlite:/nonexistent/x",
    ]);
    nowhere.run("").has_status(3);
    masker(&["serve", "--listen", "127.0.0.1:0"])
        .run("")
        .has_status(2);
    let keys = folder.path().join("keys");
    masker(&["keys", "new", "--key-file"])
        .arg(&keys)
        .run("")
        .has_status(0);
    let open = serve()
        .args(&["--admin-listen", "127.0.0.1:0", "--key-file"])
        .arg(&keys)
        .run("");
    open.has_status(2);
    assert!(open.stderr.contains("MASKER_ADMIN_TOKEN"));
    let short = serve()
        .args(&["--key-file"])
        .arg(&keys)
        .env("MASKER_ADMIN_TOKEN", "short")
        .run("");
    short.has_status(4);
    assert!(!short.stderr.contains("short\n"));
}

#[test]
fn operators_ask_at_a_socket_of_their_own() {
    if !has_curl() {
        return;
    }
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let (store, keys, socket) = (path("store.db"), path("keys"), path("admin.sock"));
    let store = format!("sqlite:{}", store.display());
    fs::write(path("projects.toml"), DIRECTORY).expect("a file");
    masker(&["keys", "new", "--key-file"])
        .arg(&keys)
        .run("")
        .has_status(0);
    let load = masker(&["directory", "load", "--store", &store]);
    load.arg(path("projects.toml")).run("").has_status(0);
    // What a killed service left is in nobody's way.
    drop(std::os::unix::net::UnixListener::bind(&socket).expect("a socket"));
    let start = || {
        let serve = masker(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--store",
            &store,
            "--key-file",
        ]);
        let serve = serve.arg(&keys).arg("--admin-listen");
        let place = format!("unix:{}", socket.display());
        serve
            .arg(place)
            .args(&["--registry-key"])
            .arg(path("r.key"))
            .args(&["--registry-certificate"])
            .arg(path("r.crt"))
            .start()
    };
    let running = start();
    wait_for(&socket);
    let mode = fs::metadata(&socket)
        .expect("a socket")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let mode = fs::metadata(path("r.key"))
        .expect("a key")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let place = socket.display().to_string();
    let ask = |args: &[&str]| curl(&[&["--unix-socket", &place], args].concat());
    let added = ask(&[
        "-d",
        r#"{"project":"group/app","user":"alice"}"#,
        "http://x/admin/jobs",
    ]);
    assert!(added.contains(r#""status":"pending""#), "{added}");
    let claimed = ask(&["-d", "{}", "http://x/admin/jobs/claim"]);
    assert!(claimed.contains(r#""token":"mjt_"#));
    running.signal(Signal::TERM);
    running.wait().has_status(0);
    // What was acknowledged is there after a restart, and the same key of the registry.
    let key = fs::read(path("r.key")).expect("a key");
    let running = start();
    wait_for(&socket);
    assert!(ask(&["http://x/admin/jobs/1"]).contains(r#""status":"running""#));
    assert_eq!(fs::read(path("r.key")).expect("a key"), key);
    running.signal(Signal::TERM);
    running.wait().has_status(0);
}

const DIRECTORY: &str = r#"
user = [{ id = 7, name = "alice" }]
project = [{ id = 1, path = "group/app", members = { alice = "developer" } }]
"#;

/// Waits until somebody answers at a socket.
fn wait_for(socket: &Path) {
    let path = socket.display().to_string();
    let probe = ["--unix-socket", &path, "http://x/readyz"];
    wait_until(|| status(&probe) == "200");
}

#[test]
fn a_slow_or_broken_client_holds_up_nobody() {
    use std::io::Write as _;
    if !has_curl() {
        return;
    }
    let trial = Trial::start(&[]);
    let address = trial.base().strip_prefix("http://").expect("a URL");
    let mut slow = std::net::TcpStream::connect(address).expect("it listens");
    slow.write_all(b"GET /healthz HT").expect("it reads");
    let mut broken = std::net::TcpStream::connect(address).expect("it listens");
    broken.write_all(b"\0\r\n\r\n").expect("it reads");
    let mut answered = Vec::new();
    broken.read_to_end(&mut answered).ok();
    assert!(answered.is_empty() || answered.starts_with(b"HTTP/1.1 400"));
    assert_eq!(status(&[&format!("{}/healthz", trial.base())]), "200");
    trial.running.signal(Signal::TERM);
    trial.running.wait().has_status(0);
}
