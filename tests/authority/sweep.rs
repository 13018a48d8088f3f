//! `masker job sweep`: deadlines, looked at from outside.

use std::path::Path;
use std::time::Duration;

use masker::token::clock::{Clock as _, Time};
use masker::token::directory::{ProjectId, UserId};
use masker::token::lifecycle::Lifecycle;
use masker::token::store::{NewJob, SqliteStore, Store as _};
use masker::token::system::SystemClock;
use serde_json::json;

use super::{Authority, ENQUEUE};

/// Takes the store to a later time, as if so much had passed: its time never goes back.
fn pass(authority: &Authority, seconds: u64) {
    pass_in(&authority.path("store.db"), seconds);
}

/// The same, in a store of this path.
pub fn pass_in(path: &Path, seconds: u64) {
    let store = SqliteStore::open(path, Lifecycle::default());
    let store = store.expect("it is a store");
    let now = SystemClock::starting_after(store.time().expect("it works")).now();
    let later = Time::from_micros(now.micros() + seconds * 1_000_000);
    // A job that is added is kept with its time. This one waits for ever.
    let waiting = NewJob::pending(ProjectId(1), UserId(7), Duration::from_secs(60));
    store.enqueue(&waiting, later).expect("it works");
}

#[test]
fn a_sweep_tells_what_it_did() {
    let authority = Authority::new();
    authority.ask(&["job", "sweep"]).has_printed("");
    let nothing = json!({ "jobs": [], "deleted": 0 });
    assert_eq!(authority.json(0, &["job", "sweep"], b""), nothing);
    let (long, _) = authority.start();
    let enqueue = authority.call(&ENQUEUE).args(&["--timeout", "60"]);
    enqueue.run("").has_printed("2\n");
    let token = authority.ask(&["job", "start", "--print-token"]).stdout;
    // 60 seconds for the script, 5 minutes for the runner.
    pass(&authority, 400);
    let gone = authority.json(1, &["token", "inspect"], &token);
    assert_eq!(gone["reason"], "expired", "no sweep is needed for that");
    let swept = authority.json(0, &["job", "sweep"], b"");
    assert_eq!(
        swept,
        json!({ "jobs": [{ "job": 2, "state": "failed" }], "deleted": 0 })
    );
    let show = authority.json(0, &["job", "show", "2"], b"");
    assert_eq!(show["failure"], "job_execution_timeout");
    assert_eq!(authority.json(0, &["job", "sweep"], b""), nothing);
    pass(&authority, 3600);
    let swept = authority.ask(&["job", "sweep"]);
    swept
        .has_printed("job 1 missed a deadline: failed\n")
        .says_nothing();
    let show = authority.json(0, &["job", "show", &long], b"");
    assert_eq!(show["failure"], "stuck_or_timeout_failure");
    // The records of their tokens are kept for 30 days.
    pass(&authority, 31 * 24 * 3600);
    authority
        .ask(&["job", "sweep"])
        .has_printed("records deleted: 2\n");
}
