//! Jobs: how they are added, claimed and ended, and who they act as.

use masker::token::directory::RefName;
use masker::token::pipelines::{Cause, NewPipeline, PipelineSink, Source, Variables};
use serde_json::json;

use crate::http::world::{ALICE, B, BOB, JOB, World};

#[test]
fn s08_s09_s11_s12_s13_s14_a_job_is_added_claimed_and_shown() {
    let world = World::new();
    let add = json!({ "project": 1, "user": "alice", "timeout": 60 });
    let added = world.admin("POST /admin/jobs").json(&add).send();
    assert_eq!(
        (added.status, &added.json()["status"]),
        (201, &json!("pending"))
    );
    let id = added.json()["id"].as_u64().expect("a number");
    let tokens = format!("GET /admin/tokens?job={id}");
    assert_eq!(world.admin(&tokens).send().json(), json!([]));
    let claimed = world.admin("POST /admin/jobs/claim").send();
    assert_eq!(claimed.status, 201);
    let (claimed, token) = (claimed.json(), claimed.json()["token"].clone());
    // Statement 11, for a prefix that is the default one.
    assert_eq!(claimed["features"]["token_mask_prefixes"], json!(["mjt_"]));
    let token = token.as_str().expect("a token");
    assert_eq!(
        (&claimed["id"], &claimed["status"]),
        (&json!(id), &json!("running"))
    );
    assert_eq!(
        world.public(JOB).header("job-token", token).send().json()["id"],
        id
    );
    let listed = world.admin(&tokens).send();
    assert_eq!(listed.json()[0]["accessor"], claimed["accessor"]);
    let shown = world.admin(&format!("GET /admin/jobs/{id}")).send();
    for reply in [&listed, &shown] {
        assert!(!reply.text().contains("mjt_"), "s08, s09: it is shown once");
    }
    let accessor = claimed["accessor"].as_str().expect("an accessor");
    assert_eq!(
        world.public(JOB).header("job-token", accessor).status(),
        401,
        "s08"
    );
    assert_eq!(world.admin("POST /admin/jobs/claim").status(), 204);
}

#[test]
fn s15_s16_s17_s26_what_ends_a_job_ends_its_token() {
    let world = World::new();
    for (verb, body, status) in [
        ("finish", json!({ "state": "success" }), "success"),
        ("finish", json!({ "state": "failed" }), "failed"),
        ("cancel", json!({}), "canceled"),
        ("erase", json!({}), "running"),
    ] {
        let job = world.run();
        assert_eq!(world.public(JOB).job(&job).status(), 200);
        let line = format!("POST /admin/jobs/{}/{verb}", job.id.0);
        let done = world.admin(&line).json(&body).send();
        assert_eq!((done.status, &done.json()["status"]), (200, &json!(status)));
        assert_eq!(world.public(JOB).job(&job).status(), 401, "{verb}");
    }
}

/// After any end, and not before it.
#[test]
fn s25_a_retry_is_another_job_with_another_token() {
    let world = World::new();
    for (verb, body) in [
        ("cancel", json!({})),
        ("finish", json!({ "state": "success" })),
    ] {
        let job = world.run();
        let of_job = |verb: &str| world.admin(&format!("POST /admin/jobs/{}/{verb}", job.id.0));
        assert_eq!(of_job("retry").status(), 409, "it still runs");
        assert_eq!(of_job(verb).json(&body).status(), 200, "{verb}");
        // With a body and without one.
        let retry = of_job("retry");
        let retried = match verb {
            "cancel" => retry.send(),
            _ => retry.json(&json!({})).send(),
        };
        assert_eq!(retried.status, 201, "{verb}");
        let next = world.claim();
        assert_ne!(next.id, job.id);
        assert_eq!(retried.json()["id"], next.id.0);
        assert_eq!(world.public(JOB).job(&job).status(), 401, "{verb}");
        let shown = world.public(JOB).job(&next).send();
        assert_eq!(
            (shown.status, &shown.json()["id"]),
            (200, &json!(next.id.0))
        );
    }
}

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
    assert_eq!(job.id.0, id);
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
    assert_eq!(job.id.0, id);
    assert_eq!(ready(), 409, "it runs already");
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
