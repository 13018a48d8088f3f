//! What jobs are about, and who they act as: statements 25, 49 and 50.

use masker::token::directory::RefName;
use masker::token::pipelines::{Cause, NewPipeline, PipelineSink, Source, Variables};
use serde_json::json;

use super::world::{ALICE, B, BOB, World};

/// Statement 25.
#[test]
fn s25_a_retry_is_another_job_with_another_token() {
    let world = World::new();
    let job = world.run_a();
    world.succeed(&job);
    let retried = world.admin(&format!("POST /admin/jobs/{}/retry", job.id));
    let retried = retried.json(&json!({})).send();
    assert_eq!(retried.status, 201);
    assert_ne!(retried.json()["id"], job.id);
    let next = world.claim();
    assert_eq!(retried.json()["id"], next.id);
    let whose = |token: &str| {
        let ask = world.public("GET /api/v4/job").header("job-token", token);
        ask.send()
    };
    assert_eq!(whose(job.token()).status, 401);
    let shown = whose(next.token());
    assert_eq!((shown.status, &shown.json()["id"]), (200, &json!(next.id)));
}

/// Statement 49, the job of a schedule.
#[test]
fn s49_the_job_of_a_schedule_acts_as_its_owner() {
    let world = World::new();
    let new = NewPipeline {
        project: B,
        git_ref: RefName::new("main").expect("a ref"),
        cause: Cause::User {
            user: BOB,
            source: Source::Schedule,
        },
        variables: Variables::default(),
    };
    let started = world.store.start(&new, world.now());
    started.expect("it may start");
    let job = world.claim();
    assert_eq!(job.variables["CI_PIPELINE_SOURCE"], "schedule");
    let whose = world.public("GET /api/v4/job").job(&job).send();
    assert_eq!(whose.json()["user"]["username"], "bob");
}

/// Statement 49, a manual job.
#[test]
fn s49_a_manual_job_acts_as_who_started_it() {
    let world = World::new();
    let manual = json!({ "project": "g/a", "user": "alice", "state": "manual" });
    let added = world.admin("POST /admin/jobs").json(&manual).send();
    assert_eq!(
        (added.status, &added.json()["status"]),
        (201, &json!("manual"))
    );
    let id = added.json()["id"].as_u64().expect("a number");
    assert_eq!(world.waiting(), 0, "it waits for somebody");
    let play = || world.admin(&format!("POST /admin/jobs/{id}/play"));
    assert_eq!(play().json(&json!({})).status(), 400, "nobody said who");
    assert_eq!(play().json(&json!({ "user": "nobody" })).status(), 404);
    let played = play().json(&json!({ "user": "bob" })).send();
    assert_eq!(
        (played.status, &played.json()["status"]),
        (200, &json!("pending"))
    );
    let job = world.claim();
    assert_eq!(job.id, id);
    let whose = world.public("GET /api/v4/job").job(&job).send();
    assert_eq!(whose.json()["user"]["id"], BOB.0);
    assert_ne!(whose.json()["user"]["id"], ALICE.0);
}

#[test]
fn a_job_that_waits_for_something_else_is_made_ready() {
    let world = World::new();
    let created = json!({ "project": "g/a", "user": "alice", "state": "created" });
    let added = world.admin("POST /admin/jobs").json(&created).send().json();
    assert_eq!(world.waiting(), 0);
    let id = added["id"].as_u64().expect("a number");
    let ready = || {
        world
            .admin(&format!("POST /admin/jobs/{id}/ready"))
            .json(&json!({}))
            .status()
    };
    assert_eq!(ready(), 200);
    let job = world.claim();
    assert_eq!(job.id, id);
    assert_eq!(ready(), 409, "it runs already");
}

/// Statement 50.
#[test]
fn s50_a_job_does_not_more_than_it_declared() {
    let world = World::new();
    let job = world.run(json!({
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
    let none = world.run(none);
    let read = world.forward(&format!("GET {package}")).job(&none);
    assert_eq!(read.status(), 403);
    let free = world.run_a();
    let write = world.forward(&format!("PUT {package}")).job(&free);
    assert_eq!(write.status(), 200);
}

#[test]
fn what_a_job_is_about_is_shown_and_checked() {
    let world = World::new();
    let added = world.admin("POST /admin/jobs").json(&json!({
        "project": "g/a", "user": "alice", "name": "build: [linux]", "ref": "release/1",
        "ref_protected": true, "token_permissions": ["READ_JOBS", "ADMIN_PACKAGES"],
    }));
    let added = added.send().json();
    assert_eq!(added["name"], "build: [linux]");
    assert_eq!(added["ref"], "release/1");
    assert_eq!(added["ref_protected"], true);
    assert_eq!(
        added["token_permissions"],
        json!(["READ_JOBS", "ADMIN_PACKAGES"])
    );
    assert_eq!(added["variables"]["CI_COMMIT_REF_PROTECTED"], "true");
    assert_eq!(added["variables"]["CI_JOB_NAME"], "build: [linux]");
    for (what, wrong) in [
        ("name", json!("")),
        ("ref", json!("a..b")),
        ("state", json!("running")),
        ("state", json!("asleep")),
        ("token_permissions", json!(["READ_EVERYTHING"])),
        ("token_permissions", json!("all")),
    ] {
        let mut job = json!({ "project": "g/a", "user": "alice" });
        job[what] = wrong;
        let status = world.admin("POST /admin/jobs").json(&job).status();
        assert!(status == 400 || status == 409, "{what}: {status}");
    }
    let lost = json!({ "project": "g/a", "user": "alice", "pipeline": 99 });
    assert_eq!(world.admin("POST /admin/jobs").json(&lost).status(), 404);
}
