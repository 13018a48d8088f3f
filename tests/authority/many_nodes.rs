//! The commands on a store in PostgreSQL, which processes on many machines share.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Authority, ENQUEUE, RUN};
use crate::support::command::{Call, masker};
use crate::support::postgres::Server;

/// A schema of a test's own, with the directory in it.
struct Node {
    authority: Authority,
    server: &'static Server,
    schema: String,
}

impl Node {
    /// Nothing, with a message, where there is no PostgreSQL.
    fn new() -> Option<Node> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let server = Server::shared()?;
        let schema = format!("commands{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.run(&format!("CREATE SCHEMA {schema}"));
        let authority = Authority::empty();
        authority.ask(&["keys", "new"]).has_status(0);
        let node = Node {
            authority,
            server,
            schema,
        };
        let load = node.by_url(&["directory", "load"]);
        let load = load.arg(node.authority.path("directory.toml")).run("");
        load.has_status(0).says_nothing();
        Some(node)
    }

    fn url(&self) -> String {
        self.server.url(&self.schema)
    }

    fn call(&self, args: &[&str]) -> Call {
        masker(args)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("MASKER_KEY_FILE", self.authority.path("keys"))
    }

    /// A command that is told the store on its command line, as a URL.
    fn by_url(&self, args: &[&str]) -> Call {
        self.call(args).args(&["--store", &self.url()])
    }

    /// One that finds it in its environment, in pairs.
    fn by_pairs(&self, args: &[&str]) -> Call {
        let pairs = self.server.config(&self.schema);
        self.call(args)
            .env("MASKER_STORE", format!("postgres:{pairs}"))
    }

    #[track_caller]
    fn inspect(&self, token: &[u8]) -> Value {
        let outcome = self.by_pairs(&["token", "inspect", "--json"]).run(token);
        serde_json::from_slice(&outcome.stdout).expect("it prints JSON")
    }
}

/// The whole life of a job, each command a process of its own, and none told alike.
#[test]
fn a_life_by_commands() {
    let Some(node) = Node::new() else { return };
    node.by_url(&ENQUEUE).run("").has_printed("1\n");
    let started = node.by_pairs(&["job", "start", "--print-token"]).run("");
    started.has_status(0).hides(&started.stdout);
    let token = started.stdout;
    let found = node.inspect(&token);
    assert_eq!(
        (&found["valid"], &found["project"]),
        (&json!(true), &json!("group/app"))
    );
    let explain = [
        "explain",
        "GET",
        "/api/v4/projects/group%2Flibrary/releases",
    ];
    node.by_url(&explain).run(&token).has_status(0);
    let limit = ["scope", "limit", "group/app", "on", "--as", "alice"];
    node.by_pairs(&limit).run("").has_status(0);
    node.by_url(&explain).run(&token).has_status(1);
    let allow = [
        "scope",
        "allow",
        "group/app",
        "group/tools",
        "--as",
        "alice",
    ];
    node.by_url(&allow).run("").has_status(0);
    node.by_url(&["keys", "rotate"]).run("").has_status(0);
    assert_eq!(node.inspect(&token)["valid"], true);
    node.by_pairs(&["job", "sweep"]).run("").has_printed("");
    let finish = ["job", "finish", "1", "success"];
    node.by_url(&finish).run("").has_status(0);
    assert_eq!(node.inspect(&token)["reason"], "job_not_running");
    node.by_pairs(&["job", "retry", "1"])
        .run("")
        .has_printed("2\n");
    let start = node.by_url(&["job", "start", "--print-token"]).run("");
    let retire = ["keys", "retire", "2", "--json"];
    let rotated = node.by_pairs(&["keys", "rotate"]).run("");
    rotated.has_status(0);
    let retired = node.by_pairs(&retire).run("");
    let retired: Value = serde_json::from_slice(&retired.stdout).expect("JSON");
    assert_eq!(retired["revoked"], 1, "{retired}");
    assert_eq!(node.inspect(&start.stdout)["valid"], false);
}

/// Statement 106, between processes: what ends in one has ended in the other.
#[test]
fn s106_an_end_in_one_process_is_effective_in_another() {
    let Some(node) = Node::new() else { return };
    let path = node.authority.path("leaked");
    let script = "printf %s \"$CI_JOB_TOKEN\" > \"$leaked\"; echo ready; read -r x; \
        echo \"$CI_JOB_TOKEN ${MASKER_STORE-none}\"";
    for (end, state, reason) in [
        (
            &["job", "finish", "1", "failed"][..],
            "failed",
            "job_not_running",
        ),
        (
            &["job", "cancel", "--force", "2"],
            "canceled",
            "job_not_running",
        ),
        (
            &["token", "revoke", "--job", "3"],
            "running",
            "revoked:admin",
        ),
    ] {
        let run = node.by_pairs(&RUN).args(&["--", "sh", "-c", script]);
        let mut running = run.env("leaked", &path).start();
        running.expect("ready\n");
        let token = fs::read(&path).expect("the job has written it");
        assert_eq!(node.inspect(&token)["valid"], true);
        if end[1] == "cancel" {
            node.by_url(&["job", "cancel", end[3]])
                .run("")
                .has_status(0);
        }
        node.by_url(end).run("").has_status(0);
        let found = node.inspect(&token);
        assert_eq!(
            (&found["job"]["state"], &found["reason"]),
            (&json!(state), &json!(reason))
        );
        let outcome = running.end();
        outcome.has_status(0).hides(&token);
        assert_eq!(outcome.stdout, b"[MASKED] none\n");
    }
}

#[test]
fn a_password_is_nowhere_to_be_read() {
    let secret = "hunter2Xq9vLw4";
    let url = |host: &str| format!("postgres://masker:{secret}@{host}/db");
    let pairs = format!("postgres:host=localhost port=1 user=masker password={secret}");
    let broken = format!("postgres://masker:{secret}@localhost:port/db");
    for name in [
        &url("localhost:1"),
        &pairs,
        &broken,
        &format!("{}?sslmode=disable", url("a")),
    ] {
        let outcome = masker(&["token", "list", "--store", name]).run("");
        outcome.is_refused().says("MASKER_STORE").hides(secret);
        let run = masker(&RUN).args(&["--store", name, "--", "true"]).run("");
        run.is_refused().hides(secret);
    }
    for (name, status, why) in [
        (url("localhost:1"), 3, "refused"),
        (pairs, 3, "refused"),
        (broken, 2, "does not know"),
        (url("192.0.2.1"), 2, "sslmode=disable"),
        (
            format!("{}?sslmode=require", url("localhost:1")),
            2,
            "encryption",
        ),
        (format!("postgres:{secret}"), 2, "does not know"),
        (
            format!("mysql://root:{secret}@localhost"),
            2,
            "postgres://USER@HOST",
        ),
    ] {
        let with = |args: &[&str]| masker(args).env("MASKER_STORE", &name).run("");
        with(&["token", "list"])
            .has_status(status)
            .says(why)
            .hides(secret);
        with(&["token", "list", "--json"])
            .has_status(status)
            .hides(secret);
        let run = with(&[&RUN[..], &["--key-file", "/nowhere", "--", "true"]].concat());
        run.is_refused().says(why).hides(secret);
    }
}

/// The server trusts whoever comes: a password that is there is as good as none.
#[test]
fn a_password_in_the_environment_is_used_and_not_passed_on() {
    let Some(node) = Node::new() else { return };
    let url = node.url().replace("masker@", "masker:hunter2Xq9vLw4@");
    let script = "env; echo done";
    let run = node.call(&RUN).args(&["--", "sh", "-c", script]);
    let outcome = run.env("MASKER_STORE", url).run("");
    outcome.has_status(0).hides("hunter2Xq9vLw4");
    let printed = String::from_utf8(outcome.stdout).expect("it is text");
    assert!(
        printed.ends_with("done\n") && !printed.contains("hunter2"),
        "{printed}"
    );
}

#[test]
fn a_server_that_says_no_is_told_in_words() {
    let Some(node) = Node::new() else { return };
    let none = node.url().replace("/postgres?", "/nowhere?");
    let asked = node.call(&["token", "list", "--store", &none]).run("");
    asked.has_status(3).says("there is no such database");
    let nobody = node.url().replace("masker@", "nobody@");
    let asked = node.call(&["token", "list", "--store", &nobody]).run("");
    asked.has_status(3).says("SQLSTATE 28000");
    let unmade = node.server.url("never_made");
    let asked = node.call(&["token", "list", "--store", &unmade]).run("");
    asked.has_status(3).says("there is no schema to work in");
    node.server.run(&format!(
        "INSERT INTO {}.masker_schema VALUES (99)",
        node.schema
    ));
    let newer = node.by_url(&["token", "list"]).run("");
    newer.has_status(3).says("later version");
}
