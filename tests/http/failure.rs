//! What happens when something does not work, or somebody tries too often.

use std::time::{Duration, Instant};

use masker::token::lifecycle::{Event, Outcome};
use serde_json::json;

use super::world::{JOB, PACKAGE, World};

#[test]
fn s104_without_the_store_nothing_is_decided_and_it_goes_on_by_itself() {
    let world = World::new();
    let job = world.run();
    let statuses = || {
        [
            world.public(JOB).job(&job).status(),
            world.forward(JOB).job(&job).status(),
            world
                .at_door("GET /auth/nginx")
                .header("x-original-method", "GET")
                .header("x-original-uri", "/api/v4/job")
                .job(&job)
                .status(),
            world.public("GET /readyz").status(),
            world.admin("GET /admin/jobs/1").status(),
        ]
    };
    assert_eq!(statuses(), [200; 5]);
    world.store.fail(true);
    assert_eq!(statuses(), [503; 5]);
    let reply = world
        .public(JOB)
        .job(&job)
        .header("x-request-id", "down")
        .send();
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(world.public("GET /healthz").status(), 200);
    let decided = world.admin("GET /admin/decisions/down").send().json();
    assert_eq!(decided[0]["reason"], "unavailable");
    world.store.fail(false);
    assert_eq!(statuses(), [200; 5]);
}

#[test]
fn s104_a_store_that_hangs_is_as_one_that_fails() {
    let world = World::with(|options| options.decision_timeout = Duration::from_millis(50));
    let job = world.run();
    let gate = world.store.hang();
    let started = Instant::now();
    assert_eq!(world.public(JOB).job(&job).status(), 503);
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "it waited for the store"
    );
    assert_eq!(world.public("GET /readyz").status(), 503);
    drop(gate);
    // The look-ups that were given up end now; until then the next may wait.
    let is_back = || world.public(JOB).job(&job).status() == 200;
    assert!((0..200).any(|_| is_back()));
}

#[test]
fn s104_a_store_that_hangs_gathers_no_threads() {
    let world = World::with(|options| {
        options.decision_timeout = Duration::from_millis(5);
        options.max_lookups = 4;
    });
    let job = world.run();
    let before = world.store.calls();
    let gate = world.store.hang();
    for _ in 0..50 {
        assert_eq!(world.public(JOB).job(&job).status(), 503);
    }
    let waiting = world.store.calls() - before;
    assert!(waiting <= 4, "{waiting} look-ups wait");
    drop(gate);
    assert!((0..200).any(|_| world.public(JOB).job(&job).status() == 200));
}

#[test]
fn s105_wrong_tokens_are_limited_and_a_valid_one_is_not() {
    let world = World::new();
    let (job, stranger) = (world.run(), World::new().run());
    let mut limited = 0;
    for attempt in 0..1000 {
        let wrong = match attempt % 2 {
            0 => "mjt_guess",
            _ => stranger.token(),
        };
        let reply = world.public(JOB).header("job-token", wrong).send();
        match reply.status {
            401 => assert!(attempt < 20, "too late: {attempt}"),
            429 => {
                let wait: u32 = reply.header("retry-after").parse().expect("seconds");
                assert!((1..=20).contains(&wait));
                limited += 1;
            }
            other => panic!("{other}"),
        }
        if attempt % 100 == 0 {
            assert_eq!(world.public(JOB).job(&job).status(), 200);
        }
    }
    assert_eq!(limited, 980);
    let elsewhere = || {
        world
            .public(JOB)
            .header("job-token", "mjt_guess")
            .from("192.0.2.2")
    };
    assert_eq!(
        elsewhere().status(),
        401,
        "another client has its own count"
    );
    world.pass(Duration::from_secs(1));
    let again = || world.public(JOB).header("job-token", "mjt_guess").status();
    assert_eq!((again(), again()), (401, 429));
}

/// A whole network of version 6 is one client: whoever has one address has all of them.
#[test]
fn s105_a_client_has_one_network() {
    let world = World::new();
    let guess = |host: u32, network: u32| {
        let client = format!("2001:db8:0:{network:x}::{host:x}");
        world
            .public(JOB)
            .header("job-token", "mjt_guess")
            .from(&client)
            .status()
    };
    assert!((1..=20).all(|host| guess(host, 1) == 401));
    assert_eq!(guess(21, 1), 429);
    assert_eq!(guess(1, 2), 401);
}

#[test]
fn s105_an_ended_token_is_not_counted() {
    let world = World::new();
    let job = world.run();
    world.apply(job.id, Event::Report(Outcome::Success));
    assert!((0..50).all(|_| world.public(JOB).job(&job).status() == 401));
}

/// Half of what the statement asks: each kind takes one look at the store, so none is told from the
/// others by what has to be read. Times of single requests say little on a machine under test.
#[test]
fn s107_unknown_revoked_and_expired_take_the_same_look_at_the_store() {
    let world = World::new();
    let (revoked, expired) = (
        world.run(),
        world.run_for(
            super::world::A,
            super::world::ALICE,
            Duration::from_secs(60),
        ),
    );
    let unknown = World::new().run();
    world.apply(revoked.id, Event::Cancel);
    world.pass(Duration::from_secs(90));
    for token in [&unknown, &revoked, &expired] {
        let before = world.store.calls();
        assert_eq!(
            world.public(&format!("GET {PACKAGE}")).job(token).status(),
            401
        );
        assert_eq!(world.store.calls() - before, 1);
    }
}

#[test]
fn guesses_at_other_secrets_are_limited_too() {
    let world = World::new();
    let guess = || {
        let body = json!({});
        world
            .public("POST /oauth/introspect")
            .header("authorization", "Basic eDp5")
            .json(&body)
            .status()
    };
    assert!((0..20).all(|_| guess() == 401));
    assert_eq!(guess(), 429);
}
