//! `masker run --token` on a store that outlives it: the token ends with the job, however that ends.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use super::{Authority, ENQUEUE, RUN};
use crate::run::wait_until;
use crate::support::command::{Call, Running};

fn run(authority: &Authority, flags: &[&str], script: &str) -> Call {
    let path = authority.path("leaked");
    authority
        .call(&RUN)
        .args(flags)
        .args(&["--", "bash", "-c", script])
        .env("leaked", path)
        .env("masker", env!("CARGO_BIN_EXE_masker"))
        .env(
            "store",
            format!("sqlite:{}", authority.path("store.db").display()),
        )
        .env("keys", authority.path("keys"))
}

/// Starts a job that gives its token away and goes on.
fn start(authority: &Authority, flags: &[&str], then: &str) -> (Running, Vec<u8>) {
    let script = format!("printf %s \"$CI_JOB_TOKEN\" > \"$leaked\"; echo ready; {then}");
    let mut running = run(authority, flags, &script).start();
    running.expect("ready\n");
    let token = fs::read(authority.path("leaked")).expect("the job has written it");
    let found = inspect(authority, &token);
    assert_eq!(found["valid"], true, "{found}");
    (running, token)
}

fn inspect(authority: &Authority, token: &[u8]) -> Value {
    let outcome = authority.call(&["token", "inspect", "--json"]).run(token);
    serde_json::from_slice(&outcome.stdout).expect("it prints JSON")
}

#[track_caller]
fn has_ended(authority: &Authority, token: &[u8], state: &str) {
    let found = inspect(authority, token);
    assert_eq!(found["valid"], false, "{found}");
    assert_eq!(found["job"]["state"], state, "{found}");
}

#[test]
fn the_token_ends_with_the_job() {
    let authority = Authority::new();
    for (then, status, state) in [
        ("read -r x; true", 0, "success"),
        ("read -r x; exit 3", 3, "failed"),
        ("read -r x; kill -9 $$", 137, "failed"),
    ] {
        let (running, token) = start(&authority, &[], then);
        running.end().has_status(status).hides(&token);
        has_ended(&authority, &token, state);
    }
    let live = authority.ask(&["token", "list", "--live"]);
    live.has_printed("");
}

#[test]
fn what_the_job_left_running_has_no_token() {
    let authority = Authority::new();
    let then = "read -r x; sleep 20 & exit 0";
    let (mut running, token) = start(&authority, &["--linger", "20"], then);
    running.write("\n");
    wait_until("the token has ended", || {
        inspect(&authority, &token)["valid"] == false
    });
    running.signal(Signal::TERM);
    running.wait();
    has_ended(&authority, &token, "success");
}

#[test]
fn signals_end_the_token_with_the_job() {
    let authority = Authority::new();
    let (running, token) = start(&authority, &[], "exec sleep 60");
    running.signal(Signal::TERM);
    running.wait().has_status(143);
    has_ended(&authority, &token, "failed");
}

#[test]
fn a_job_that_does_not_start_leaves_no_token() {
    let authority = Authority::new();
    let ask = |rest: &[&str]| authority.call(&RUN).args(rest).run("");
    ask(&["--", "/no/such/command"]).has_status(127);
    ask(&["--", "/"]).has_status(126);
    ask(&["--forms", "raw", "--", "true"]).has_status(2);
    ask(&["--log", "/no/such/file", "--", "true"]).has_status(2);
    ask(&["--secret-file", "/no/such/file", "--", "true"]).has_status(2);
    authority.ask(&["token", "list", "--live"]).has_printed("");
}

#[test]
fn no_other_runner_gets_the_job_and_it_gets_no_other() {
    let authority = Authority::new();
    authority.ask(&ENQUEUE).has_printed("1\n");
    run(&authority, &[], "echo $CI_JOB_ID")
        .run("")
        .has_printed("2\n");
    let waiting = authority.json(0, &["job", "show", "1"], b"");
    assert_eq!(waiting["state"], "pending");
}

#[test]
fn a_token_that_is_revoked_meanwhile_is_told_and_the_job_goes_on() {
    let authority = Authority::new();
    let (running, token) = start(&authority, &[], "read -r x; echo done");
    authority.ask(&["token", "revoke", "--all"]).has_status(0);
    assert_eq!(inspect(&authority, &token)["reason"], "revoked:admin");
    let outcome = running.end();
    outcome.has_status(0);
    assert_eq!(outcome.stdout, b"done\n");
}

#[test]
fn a_job_that_is_canceled_gets_a_signal_and_has_its_token_to_the_end() {
    let authority = Authority::new();
    let then = r#"trap '"$masker" token inspect --store "$store" --key-file "$keys" <"$leaked" >/dev/null && echo valid; exit 9' TERM
        while :; do sleep 0.1; done"#;
    let (running, token) = start(&authority, &[], then);
    authority.ask(&["job", "cancel", "1"]).has_status(0);
    let outcome = running.wait();
    outcome.has_status(9).says("canceled");
    assert_eq!(outcome.stdout, b"valid\n");
    has_ended(&authority, &token, "canceled");
}

/// Nobody can tell the store that masker was killed: the lease ends by itself.
#[test]
fn a_killed_masker_leaves_a_token_for_half_a_minute() {
    let authority = Authority::new();
    // The job ends with its input, so that nothing is left behind.
    let (mut running, token) = start(&authority, &[], "exec >/dev/null 2>&1; read -r x");
    let stdin = running.take_stdin();
    let killed = Instant::now();
    running.signal(Signal::KILL);
    running.wait();
    assert_eq!(
        inspect(&authority, &token)["valid"],
        true,
        "it ends too early to be a lease"
    );
    while inspect(&authority, &token)["valid"] == true {
        assert!(
            killed.elapsed() < Duration::from_secs(31),
            "the lease does not end"
        );
        thread::sleep(Duration::from_millis(500));
    }
    let found = inspect(&authority, &token);
    assert_eq!(found["reason"], "expired", "{found}");
    drop(stdin);
}
