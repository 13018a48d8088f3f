//! What the public is told at each step of a decision.

use masker::token::directory::{FeatureVisibility, Role};
use masker::token::lifecycle::{Event, Outcome};

use crate::http::world::{A, ALICE, B, PACKAGE, World};

/// A case: what is asked, the status, the step and the reason.
#[track_caller]
fn expect(world: &World, job: &crate::http::world::Job, line: &str, expected: (u16, &str, &str)) {
    let reply = world.forward(line).job(job).send();
    let id = reply.header("x-request-id").to_owned();
    let decided = world
        .admin(&format!("GET /admin/decisions/{id}"))
        .send()
        .json();
    assert_eq!(decided.as_array().map(Vec::len), Some(1), "{line}");
    let (step, reason) = (&decided[0]["step"], &decided[0]["reason"]);
    assert_eq!(
        (reply.status, step.as_str(), reason.as_str()),
        (expected.0, Some(expected.1), Some(expected.2)),
        "{line}"
    );
    assert_eq!(decided[0]["status"], expected.0);
}

#[test]
fn s111_each_step_has_its_answer_and_its_reason() {
    let world = World::new();
    let job = world.run();
    let get = format!("GET {PACKAGE}");
    expect(&world, &job, "GET /api//v4", (400, "D1", "bad_path"));
    expect(&world, &job, "GET /g/a/-/settings", (404, "D2", "no_route"));
    expect(
        &world,
        &job,
        "GET /api/v4/user",
        (401, "D3", "endpoint_not_allowed"),
    );
    expect(
        &world,
        &job,
        &get.replace("/2/", "/9/"),
        (404, "D10", "target_missing"),
    );
    expect(&world, &job, &get, (404, "D13", "user_cannot_read"));
    world.role(ALICE, B, Role::Reporter);
    expect(&world, &job, &get, (200, "D18", "allowed"));
    expect(
        &world,
        &job,
        &get.replace("GET", "PUT"),
        (403, "D17", "role_too_low"),
    );
    world.project(A, |project| project.outbound_limit = true);
    expect(&world, &job, &get, (404, "D11", "outbound_scope"));
    world.project(A, |project| project.outbound_limit = false);
    world.project(B, |project| {
        project.features.package_registry = FeatureVisibility::Disabled
    });
    expect(&world, &job, &get, (404, "D16", "feature_disabled"));
    world.apply(job.id, Event::Report(Outcome::Success));
    expect(&world, &job, &get, (401, "D8", "job_not_running"));
}

#[test]
fn s70_the_registry_of_another_project_and_of_none_are_forbidden() {
    let world = World::new();
    let job = world.run();
    let forbidden = (403, "D9", "other_project_forbidden");
    for line in [
        "GET /api/v4/projects/2/registry/repositories",
        "DELETE /api/v4/projects/2/registry/repositories/1",
    ] {
        expect(&world, &job, line, forbidden);
        let nowhere = line.replace("/2/", "/9/");
        expect(&world, &job, &nowhere, forbidden);
        let bodies = [line, &nowhere].map(|line| world.public(line).job(&job).send().seen());
        assert_eq!(bodies[0], bodies[1], "{line}");
    }
}

#[test]
fn s111_a_token_that_is_none_or_unknown_has_its_step() {
    let world = World::new();
    let stranger = World::new().run();
    expect(&world, &stranger, "GET /api/v4/job", (401, "D7", "unknown"));
    let reply = world.public("GET /api/v4/job").header("job-token", "mjt_x");
    let reply = reply.header("x-request-id", "malformed").send();
    assert_eq!(reply.status, 401);
    let decided = world.admin("GET /admin/decisions/malformed").send().json();
    assert_eq!(
        (&decided[0]["step"], &decided[0]["reason"]),
        (&"D6".into(), &"malformed".into())
    );
    let anonymous = world
        .public("GET /api/v4/job")
        .header("x-request-id", "nobody")
        .send();
    assert_eq!(anonymous.status, 401);
    assert!(!anonymous.header("www-authenticate").is_empty());
    let decided = world.admin("GET /admin/decisions/nobody").send().json();
    assert_eq!(
        (&decided[0]["step"], &decided[0]["reason"]),
        (&"D4".into(), &"no_credential".into())
    );
}

#[test]
fn s73_s74_git_is_answered_in_its_words() {
    let world = World::new();
    let job = world.run();
    let fetch = "GET /g/sub/b.git/info/refs?service=git-upload-pack";
    let first = world.forward(fetch).send();
    assert_eq!(first.status, 401);
    assert!(first.header("www-authenticate").starts_with("Basic realm="));
    let hidden = world
        .forward(fetch)
        .header("authorization", &job.basic())
        .send();
    assert_eq!(hidden.status, 404);
    assert!(
        hidden
            .text()
            .starts_with("The project you were looking for could not be found")
    );
    let own = "GET /g/a.git/info/refs?service=git-";
    let fetch = world.forward(&format!("{own}upload-pack")).job(&job);
    assert_eq!(fetch.status(), 200);
    let push = || world.forward(&format!("{own}receive-pack")).job(&job);
    let off = push().send();
    assert_eq!(off.status, 403, "it is off by default");
    assert!(off.text().contains("job_token_push"), "{}", off.text());
    world.project(A, |project| project.job_token_push = true);
    assert_eq!(push().status(), 200, "s74");
}
