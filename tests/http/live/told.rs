//! What `masker serve` is told by signals and by the file of its keys, and what it says.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::wait_until;
use crate::http::process::Served;
use crate::support::command::masker;

/// Well below the five seconds in which deadlines are looked at.
const SOON: Duration = Duration::from_secs(4);

/// Statement 109: a key that a command adds is known to a service that runs, before its next sweep, and
/// whoever ran the command is the one who did it.
#[test]
fn s109_keys_of_a_command_are_known_at_once_and_told_once() {
    let served = Served::start();
    served.masker(&["keys", "rotate"]).run("").has_status(0);
    let file = served.path("token").display().to_string();
    let enqueue = [
        "job",
        "enqueue",
        "--project",
        "group/app",
        "--user",
        "alice",
    ];
    served.masker(&enqueue).run("").has_status(0);
    let start = ["job", "start", "--token-file", &file];
    served.masker(&start).run("").has_status(0);
    let token = fs::read_to_string(&file).expect("a file");
    let begun = Instant::now();
    wait_until(|| served.whose(token.trim()) == 200);
    assert!(begun.elapsed() < SOON, "it took {:?}", begun.elapsed());
    let events = served.masker(&["audit", "list", "--json"]).run("");
    let events: Value = serde_json::from_slice(&events.stdout).expect("JSON");
    let events = events.as_array().expect("a list").iter();
    let changes: Vec<_> = events.filter(|it| it["what"] == "keys_changed").collect();
    assert_eq!(changes.len(), 1, "{changes:?}");
    let who = changes[0]["who"].as_str().expect("a name");
    assert!(who.starts_with("operator:uid "), "{who}");
    assert_eq!(changes[0]["after"], json!("live=1, 2"));
}

#[test]
fn a_hang_up_ends_nothing_and_sockets_are_removed_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (public, admin) = (path("public.sock"), path("admin.sock"));
    let serve = masker(&["serve", "--dev", "--log-format", "json"]);
    let serve = serve.args(&["--listen", &format!("unix:{public}")]);
    let running = serve
        .args(&["--admin-listen", &format!("unix:{admin}")])
        .start();
    let is_there = |path: &str| std::os::unix::net::UnixStream::connect(path).is_ok();
    wait_until(|| is_there(&public) && is_there(&admin));
    // It may be starting still, and is not to be ended by that.
    running.signal(Signal::HUP);
    // Sockets take connections before other signals are heeded.
    let mut answer = String::new();
    {
        use std::io::{Read as _, Write as _};
        let mut asked = std::os::unix::net::UnixStream::connect(&public).expect("a socket");
        let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        asked.write_all(request).expect("it reads");
        asked.read_to_string(&mut answer).expect("it answers");
    }
    assert!(answer.contains("200"), "{answer}");
    running.signal(Signal::HUP);
    running.has_taken_signals();
    // What came of it is logged by a task, which the end does not wait for.
    std::thread::sleep(Duration::from_secs(1));
    assert!(is_there(&public) && is_there(&admin));
    running.signal(Signal::TERM);
    let ended = running.wait();
    ended.has_status(0).says("SIGHUP");
    let first = ended.stderr.lines().next().expect("a line");
    let first: Value = serde_json::from_str(first).expect("JSON");
    assert_eq!(
        (&first["message"], &first["store"]),
        (&json!("serving"), &json!("memory"))
    );
    let doors = format!("jobs and proxies unix:{public}, operators unix:{admin}");
    assert_eq!(first["doors"], json!(doors));
    for path in [public, admin] {
        assert!(!fs::exists(&path).expect("a folder"), "{path} stayed");
    }
}

#[test]
fn what_is_wrong_with_an_address_is_told_in_words() {
    let takes = "takes an address and a port, as 127.0.0.1:8929, [::1]:8929 or unix:PATH";
    for (flag, value) in [
        ("--listen", "127.0.0.1"),
        ("--listen", "8929"),
        ("--listen", "localhost:28929"),
        ("--listen", "127.0.0.1:99999"),
        ("--admin-listen", "admin.sock"),
    ] {
        let refused = masker(&["serve", flag, value]).run("");
        refused
            .has_status(2)
            .says(format!("{flag} {takes}"))
            .says("masker serve --help");
        // Neither of them is in the example.
        refused.hides("28929").hides("99999");
    }
    let ttl = masker(&["serve", "--registry-ttl", "10"]).run("");
    ttl.has_status(2)
        .says("--registry-ttl takes a whole number from 30 to 300");
    let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = held.local_addr().expect("an address").to_string();
    let refused = masker(&["serve", "--dev", "--listen", &address]).run("");
    refused
        .has_status(1)
        .says(format!("--listen {address}: something listens there"));
}
