//! The forms of runners: statement 84.

use masker::token::directory::Role;
use masker::token::lifecycle::{Event, Failure, Outcome};
use serde_json::json;

use crate::http::world::{ALICE, B, Job, Part, World};

fn get(world: &World, of: u64, job: &Job) -> u16 {
    let line = format!("GET /api/v4/jobs/{of}/artifacts");
    world.public(&line).job(job).status()
}

#[test]
fn s84_a_running_job_that_depends_on_another_has_its_artifacts() {
    let world = World::new();
    let built = world.run_b("build", "main");
    world.keep(&built, "", b"bytes");
    assert_eq!(
        get(&world, built.id.0, &built),
        200,
        "its own, while it runs"
    );
    world.succeed(&built);
    assert_eq!(
        get(&world, built.id.0, &built),
        401,
        "its own, when it has ended"
    );

    let dependent = world.run_b("test", "main");
    let line = format!(
        "GET /api/v4/jobs/{}/artifacts?direct_download=true",
        built.id.0
    );
    let got = world.public(&line).job(&dependent).send();
    assert_eq!((got.status, got.bytes()), (200, &b"bytes"[..]));
    let by_query = format!("{line}&token={}", dependent.token());
    let got = world.public(&by_query).send();
    assert_eq!(
        (got.status, got.header("referrer-policy")),
        (200, "no-referrer")
    );

    let stranger = world.run();
    assert_eq!(get(&world, built.id.0, &stranger), 403, "a stranger's");
    assert_eq!(get(&world, 99, &stranger), 403, "and of no job at all");
    world.role(ALICE, B, Role::Reporter);
    assert_eq!(
        get(&world, built.id.0, &stranger),
        200,
        "another project's, that it may read"
    );
    assert_eq!(
        get(&world, stranger.id.0, &stranger),
        404,
        "a job that has left nothing"
    );
    let limit = world.admin("POST /admin/projects/1/settings");
    assert_eq!(limit.json(&json!({ "outbound_limit": true })).status(), 200);
    assert_eq!(get(&world, built.id.0, &stranger), 403, "out of the scope");

    let modest = json!({ "project": 2, "user": "bob", "token_permissions": ["READ_PACKAGES"] });
    let modest = world.run_about(&modest);
    assert_eq!(
        get(&world, built.id.0, &modest),
        403,
        "it did not declare READ_JOBS"
    );
    world.apply(
        dependent.id,
        Event::Report(Outcome::Failed(Failure::Script)),
    );
    assert_eq!(
        get(&world, built.id.0, &dependent),
        401,
        "of a job that has ended"
    );
    let line = format!("GET /api/v4/jobs/{}/artifacts", built.id.0);
    assert_eq!(world.public(&line).status(), 401, "without a token");
}

#[test]
fn s94_a_token_of_another_job_uploads_nothing_and_learns_nothing() {
    let world = World::new();
    let (job, other) = (world.run(), world.run());
    let line = format!("POST /api/v4/jobs/{}/artifacts", job.id.0);
    let parts: [Part<'_>; 1] = [("file", Some("a.zip"), b"bytes")];
    let mixed_up = world.public(&line).job(&other).parts(&parts).send();
    assert_eq!((mixed_up.status, mixed_up.header("job-status")), (403, ""));
    let nobodys = world.public(&line.replace(&job.id.0.to_string(), "99"));
    let nobodys = nobodys.job(&other).parts(&parts).send();
    assert_eq!((nobodys.status, nobodys.text()), (403, mixed_up.text()));
    world.succeed(&other);
    let ended = world.public(&line).job(&other).parts(&parts).send();
    assert_eq!((ended.status, ended.header("job-status")), (403, ""));
    assert_eq!(world.public(&line).parts(&parts).status(), 401);
    assert_eq!(world.files(), []);
}

/// A canceled job is told so by whatever it asks.
#[test]
fn s94_the_runner_is_told_how_its_job_is() {
    let world = World::new();
    let job = world.run();
    world.apply(job.id, Event::Cancel);
    let line = format!("POST /api/v4/jobs/{}/artifacts", job.id.0);
    let sent = world.public(&line).job(&job);
    let sent = sent.parts(&[("file", Some("a.zip"), b"bytes")]).send();
    assert_eq!((sent.status, sent.header("job-status")), (403, "canceled"));
}
