//! Claims whose answers are lost, and jobs that end though their tokens have: statements 24 and 26.

use std::time::Duration;

use serde_json::{Value, json};

use crate::http::world::{JOB, World};

fn add(world: &World) -> u64 {
    let add = json!({ "project": 1, "user": "alice", "timeout": 10_000 });
    let added = world.admin("POST /admin/jobs").json(&add).send();
    added.json()["id"].as_u64().expect("a number")
}

fn claim(world: &World, body: &Value) -> String {
    let claimed = world.admin("POST /admin/jobs/claim").json(body).send();
    assert_eq!(claimed.status, 201);
    let claimed = claimed.json();
    claimed["token"].as_str().expect("a token").to_owned()
}

fn minutes_pass(world: &World, minutes: u64) {
    world.pass(Duration::from_secs(60 * minutes));
    world.service.sweep().expect("it works");
}

fn status(world: &World, job: u64) -> Value {
    let shown = world.admin(&format!("GET /admin/jobs/{job}")).send();
    shown.json()["status"].clone()
}

/// Statement 24, over HTTP.
#[test]
fn s24_a_claim_whose_answer_is_lost_is_made_again() {
    let world = World::new();
    let job = add(&world);
    let lost = claim(&world, &json!({}));
    minutes_pass(&world, 2);
    assert_eq!(status(&world, job), "pending");
    assert_eq!(world.public(JOB).header("job-token", &lost).status(), 401);
    let arrived = claim(&world, &json!({}));
    assert_ne!(arrived, lost);
    let acknowledge = format!("POST /admin/jobs/{job}/acknowledge");
    assert_eq!(world.admin(&acknowledge).status(), 200);
    minutes_pass(&world, 2);
    assert_eq!(status(&world, job), "running");
    // Each sign is worth an hour.
    minutes_pass(&world, 57);
    assert_eq!(world.admin(&acknowledge).status(), 200);
    minutes_pass(&world, 59);
    assert_eq!(
        world.public(JOB).header("job-token", &arrived).status(),
        200
    );
    minutes_pass(&world, 1);
    assert_eq!(status(&world, job), "failed", "s23");
    assert_eq!(world.admin(&acknowledge).status(), 409);
}

#[test]
fn a_claim_may_be_its_own_sign() {
    let world = World::new();
    let job = add(&world);
    claim(&world, &json!({ "acknowledge": true }));
    minutes_pass(&world, 59);
    assert_eq!(status(&world, job), "running");
}

/// Statement 26, and what becomes of the job.
#[test]
fn s26_a_job_whose_token_has_ended_is_finished_all_the_same() {
    let world = World::new();
    for end in ["erase", "revoke"] {
        let job = world.run();
        let (line, status) = match end {
            "erase" => (format!("POST /admin/jobs/{}/erase", job.id.0), 200),
            _ => (format!("DELETE /admin/tokens/{}", job.accessor), 204),
        };
        assert_eq!(world.admin(&line).status(), status);
        assert_eq!(world.public(JOB).job(&job).status(), 401);
        assert_eq!(self::status(&world, job.id.0), "running");
        let finish = format!("POST /admin/jobs/{}/finish", job.id.0);
        let finish = |state| world.admin(&finish).json(&json!({ "state": state })).send();
        let done = finish("success");
        assert_eq!(
            (done.status, &done.json()["status"]),
            (200, &json!("success"))
        );
        assert_eq!(finish("success").status, 200, "twice is once");
        assert_eq!(finish("failed").status, 409);
        assert_eq!(world.public(JOB).job(&job).status(), 401);
        let listed = format!("GET /admin/tokens?job={}", job.id.0);
        let listed = world.admin(&listed).send().json();
        let why = if end == "erase" {
            "job_erased"
        } else {
            "admin"
        };
        assert_eq!(listed[0]["revoke_reason"], why, "the first reason stays");
    }
}
