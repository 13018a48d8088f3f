//! Artifacts that jobs keep for good and delete (R12), which is off unless an operator turns it on.

use std::time::Duration;

use masker::token::directory::Role;
use masker::token::lifecycle::Event;

use crate::http::asking::Reply;
use crate::http::world::{A, ALICE, B, Job, NO_PROJECT, World};

fn world(is_on: bool) -> World {
    World::with(|options| options.artifact_changes = is_on)
}

/// A job of B that has ended and left something for a day.
fn left(world: &World) -> Job {
    let job = world.run_b("test", "main");
    world.keep(&job, "?expire_in=1day", b"bytes");
    world.succeed(&job);
    job
}

fn lines(project: u64, job: &Job) -> [String; 2] {
    let path = format!("/api/v4/projects/{project}/jobs/{}/artifacts", job.id.0);
    [format!("POST {path}/keep"), format!("DELETE {path}")]
}

fn get(world: &World, job: &Job, by: &Job) -> Reply {
    let line = format!("GET /api/v4/projects/2/jobs/{}/artifacts", job.id.0);
    world.public(&line).job(by).send()
}

/// Off, both are as any endpoint that takes no job tokens.
#[test]
fn off_they_take_no_job_tokens() {
    let world = world(false);
    let done = left(&world);
    world.role(ALICE, B, Role::Owner);
    let job = world.run();
    let other = world.public("GET /api/v4/projects/1").job(&job).send();
    for line in lines(2, &done) {
        let reply = world.public(&line).job(&job).send();
        assert_eq!((reply.status, reply.seen()), (401, other.seen()), "{line}");
        assert_eq!(world.forward(&line).job(&job).status(), 401, "{line}");
    }
    assert_eq!(get(&world, &done, &job).status, 200);
}

#[test]
fn what_is_kept_stays() {
    let world = world(true);
    let (done, expiring) = (left(&world), left(&world));
    world.role(ALICE, B, Role::Developer);
    let keep = &lines(2, &done)[0];
    let job = world.run();
    let kept = world.public(keep).job(&job).send();
    assert_eq!(kept.status, 200, "{}", kept.text());
    let shown = kept.json();
    assert_eq!(shown["id"], done.id.0);
    assert_eq!(shown["artifacts_file"]["size"], 5);
    assert!(shown["artifacts_expire_at"].is_null());
    world.pass(Duration::from_secs(2 * 24 * 3600));
    let later = world.run();
    assert_eq!(get(&world, &done, &later).bytes(), b"bytes");
    assert_eq!(get(&world, &expiring, &later).status, 404);
    // What is over is not kept any more.
    let late = world.public(&lines(2, &expiring)[0]).job(&later).send();
    assert_eq!(late.status, 404);
}

#[test]
fn what_is_deleted_is_gone_at_once() {
    let world = world(true);
    let (done, other) = (left(&world), left(&world));
    world.role(ALICE, B, Role::Maintainer);
    let job = world.run();
    let delete = &lines(2, &done)[1];
    let deleted = world.public(delete).job(&job).send();
    assert_eq!((deleted.status, deleted.bytes()), (204, &b""[..]));
    assert_eq!(get(&world, &done, &job).status, 404);
    assert_eq!(get(&world, &other, &job).status, 200);
    assert_eq!(world.public(delete).job(&job).status(), 404, "once only");
    assert_eq!(world.files().len(), 1, "the bytes of the other");
    // Nothing is left to be swept.
    let swept = world.service.sweep().expect("the store works");
    assert!(swept.artifacts.is_empty());
}

#[test]
fn each_role_may_what_is_said() {
    let roles = [
        (Role::None, [404, 404]),
        (Role::Guest, [403, 403]),
        (Role::Reporter, [403, 403]),
        (Role::Developer, [200, 403]),
        (Role::Maintainer, [200, 204]),
        (Role::Owner, [200, 204]),
    ];
    for (role, expected) in roles {
        let world = world(true);
        let done = left(&world);
        world.role(ALICE, B, role);
        let job = world.run();
        for (line, expected) in lines(2, &done).iter().zip(expected) {
            // A proxy is told the same, but for what the endpoint does.
            let allowed = if expected < 300 { 200 } else { expected };
            assert_eq!(world.forward(line).job(&job).status(), allowed, "{line}");
            assert_eq!(
                world.public(line).job(&job).status(),
                expected,
                "{role:?} {line}"
            );
        }
    }
}

/// The job of another project, one that was erased, one without artifacts, and none.
#[test]
fn what_is_not_there_is_not_found() {
    let world = world(true);
    let (done, erased) = (left(&world), left(&world));
    world.apply(erased.id, Event::Erase);
    for project in [A, B] {
        world.role(ALICE, project, Role::Maintainer);
    }
    let job = world.run();
    let bare = world.run();
    for line in [lines(1, &done), lines(2, &erased), lines(1, &bare)].concat() {
        assert_eq!(world.public(&line).job(&job).status(), 404, "{line}");
    }
    let none = "POST /api/v4/projects/2/jobs/999/artifacts/keep";
    assert_eq!(world.public(none).job(&job).status(), 404);
    let nowhere = world.public(&lines(9, &done)[1]).job(&job).send();
    assert_eq!((nowhere.status, nowhere.text()), (404, NO_PROJECT));
    assert_eq!(get(&world, &done, &job).status, 200, "nothing was changed");
}

/// C1 and C3, and neither a query nor a password.
#[test]
fn the_token_is_taken_from_a_header_or_a_body() {
    let world = world(true);
    let done = left(&world);
    world.role(ALICE, B, Role::Developer);
    let job = world.run();
    let keep = &lines(2, &done)[0];
    let form = format!("job_token={}", job.token());
    let kind = "application/x-www-form-urlencoded";
    assert_eq!(world.public(keep).body(kind, form.clone()).status(), 200);
    assert_eq!(world.public(&format!("{keep}?{form}")).status(), 401);
    let basic = world.public(keep).header("authorization", &job.basic());
    assert_eq!(basic.status(), 401);
}
