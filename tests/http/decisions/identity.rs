//! The user whose token it is: statements 43 to 50, over HTTP.

use masker::token::directory::{Role, UserState, Visibility};
use masker::token::lifecycle::{Event, Outcome};
use serde_json::json;

use crate::http::world::{ALICE, B, BOB, NO_PROJECT, PACKAGE, World};

fn get() -> String {
    format!("GET {PACKAGE}")
}

fn put() -> String {
    format!("PUT {PACKAGE}")
}

#[test]
fn s43_a_reporter_reads_packages_and_does_not_write_them() {
    let world = World::new();
    world.role(ALICE, B, Role::Reporter);
    let job = world.run();
    assert_eq!(world.forward(&get()).job(&job).status(), 200);
    assert_eq!(world.forward(&put()).job(&job).status(), 403);
}

#[test]
fn s44_a_role_that_is_taken_away_counts_for_the_next_request() {
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run();
    assert_eq!(world.forward(&put()).job(&job).status(), 200);
    world.role(ALICE, B, Role::None);
    assert_eq!(world.forward(&put()).job(&job).status(), 404);
}

#[test]
fn s45_s46_a_project_out_of_sight_and_none_are_the_same() {
    let world = World::new();
    let job = world.run();
    let missing = get().replace("/2/", "/99/");
    for ask in [World::forward, World::public] {
        let stranger = ask(&world, &get()).job(&job).send();
        let nobody = ask(&world, &missing).job(&job).send();
        assert_eq!((stranger.status, stranger.text()), (404, NO_PROJECT));
        assert_eq!(stranger.seen(), nobody.seen());
    }
}

#[test]
fn s47_a_public_project_is_read_by_all() {
    let world = World::new();
    world.visible(B, Visibility::Public);
    let job = world.run();
    assert_eq!(world.forward(&get()).job(&job).status(), 200);
    assert_eq!(world.forward(&put()).job(&job).status(), 403);
}

#[test]
fn s48_an_internal_project_is_hidden_from_external_users_only() {
    let world = World::new();
    world.visible(B, Visibility::Internal);
    let job = world.run();
    assert_eq!(world.forward(&get()).job(&job).status(), 200);
    world.user(|user| user.external = true);
    assert_eq!(world.forward(&get()).job(&job).status(), 404);
}

/// Whoever enqueues a job says who caused it; the schedule's owner, or who started it by hand.
#[test]
fn s49_a_job_acts_as_the_user_it_was_added_for() {
    let world = World::new();
    world.role(BOB, B, Role::Reporter);
    let add = json!({ "project": "g/a", "user": "bob" });
    assert_eq!(world.admin("POST /admin/jobs").json(&add).status(), 201);
    let claimed = world.admin("POST /admin/jobs/claim").send().json();
    let token = claimed["token"].as_str().expect("a token");
    let shown = world.public("GET /api/v4/job").header("job-token", token);
    assert_eq!(shown.send().json()["user"]["username"], "bob");
    let read = world.forward(&get()).header("job-token", token);
    assert_eq!(read.status(), 200);
    let alices = world.run();
    assert_eq!(world.forward(&get()).job(&alices).status(), 404);
}

#[test]
fn s50_a_job_does_not_more_than_it_declared() {
    let world = World::new();
    let job = world.run_about(&json!({
        "project": "g/a", "user": "alice", "token_permissions": ["READ_PACKAGES"],
    }));
    let package = "/api/v4/projects/1/packages/generic/tool/1.0/tool.tar.gz";
    let ask = |method| {
        world
            .forward(&format!("{method} {package}"))
            .job(&job)
            .status()
    };
    assert_eq!((ask("GET"), ask("PUT")), (200, 403));
    let none = json!({ "project": "g/a", "user": "alice", "token_permissions": "none" });
    let none = world.run_about(&none);
    let read = world.forward(&format!("GET {package}")).job(&none);
    assert_eq!(read.status(), 403);
    let free = world.run();
    let write = world.forward(&format!("PUT {package}")).job(&free);
    assert_eq!(write.status(), 200);
}

#[test]
fn s09_s13_s15_s28_the_token_is_its_jobs_and_ends_with_it() {
    let world = World::new();
    let job = world.run();
    let ask = || world.public("GET /api/v4/job").job(&job).send();
    let shown = ask();
    assert_eq!(shown.status, 200);
    assert!(
        shown.json().get("token").is_none(),
        "s09: it is not shown again"
    );
    world.user(|user| user.state = UserState::Blocked);
    assert_eq!(ask().status, 401);
    let next = World::new();
    let job = next.run();
    next.apply(job.id, Event::Report(Outcome::Success));
    assert_eq!(next.public("GET /api/v4/job").job(&job).status(), 401);
}

#[test]
fn s05_all_tokens_that_are_not_valid_have_one_answer() {
    let world = World::new();
    let (ended, expired) = (world.run(), world.run());
    world.apply(ended.id, Event::Report(Outcome::Success));
    let answer = |token: &str| {
        let ask = world.public("GET /api/v4/job").header("job-token", token);
        ask.send().seen()
    };
    let malformed = answer("mjt_malformed");
    assert_eq!(malformed.0, 401);
    let other = World::new().run();
    assert_eq!(answer(other.token()), malformed);
    assert_eq!(answer(ended.token()), malformed);
    world.pass(2 * crate::http::world::HOUR);
    assert_eq!(answer(expired.token()), malformed);
}
