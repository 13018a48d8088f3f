//! Who operators are, projects and settings, and slips.

use masker::token::directory::Role;
use serde_json::json;

use crate::http::world::{ADMIN, ALICE, B, JOB, PACKAGE, World};

#[test]
fn whoever_does_not_say_the_token_is_no_operator() {
    let world = World::new();
    let mut guesses = 1..=255;
    for line in [
        "GET /admin/jobs/1",
        "POST /admin/jobs",
        "POST /admin/jobs/claim",
        "GET /admin/tokens",
        "GET /admin/decisions",
        "POST /admin/users/7/block",
        "GET /api/v4/projects/1/job_token_scope",
    ] {
        let router = world.service.admin();
        for authorization in ["", "Bearer guess", &format!("Basic {ADMIN}")] {
            let guess = guesses.next().expect("there are numbers enough");
            let ask = world.at(router.clone(), line);
            // Each from another client: guesses are limited.
            let ask = ask.from(&format!("192.0.2.{guess}"));
            let reply = ask.header("authorization", authorization).send();
            assert_eq!(reply.status, 401, "{line}");
        }
        // And what operators do is not where jobs ask.
        let elsewhere = world
            .public(line)
            .header("authorization", &format!("Bearer {ADMIN}"));
        assert!([401, 404].contains(&elsewhere.status()), "{line}");
    }
}

#[test]
fn s27_a_project_that_is_being_deleted_is_gone_for_tokens() {
    let world = World::new();
    world.role(ALICE, B, Role::Owner);
    let job = world.run();
    let read = || world.forward(&format!("GET {PACKAGE}")).job(&job).status();
    assert_eq!(read(), 200);
    assert_eq!(
        world
            .admin("POST /admin/projects/2/pending-delete")
            .status(),
        200
    );
    assert_eq!(read(), 404);
    assert_eq!(
        world
            .admin("POST /admin/projects/g%2Fa/pending-delete")
            .status(),
        200
    );
    assert_eq!(read(), 401);
    world
        .admin("POST /admin/jobs")
        .json(&json!({ "project": "g/a", "user": 7 }))
        .send();
    assert_eq!(world.admin("POST /admin/jobs/claim").status(), 204);
}

#[test]
fn settings_change_what_they_name() {
    let world = World::new();
    let job = world.run();
    let push = || {
        world
            .forward("GET /g/a.git/info/refs?service=git-receive-pack")
            .job(&job)
            .status()
    };
    assert_eq!(push(), 403);
    let set = json!({ "job_token_push": true, "visibility": "internal" });
    let shown = world
        .admin("POST /admin/projects/1/settings")
        .json(&set)
        .send()
        .json();
    assert_eq!(
        (&shown["job_token_push"], &shown["visibility"]),
        (&json!(true), &json!("internal"))
    );
    assert_eq!(push(), 200);
    let off = json!({ "features": { "repository": "disabled" } });
    world
        .admin("POST /admin/projects/1/settings")
        .json(&off)
        .send();
    assert_eq!(push(), 403);
}

#[test]
fn slips_are_told() {
    let world = World::new();
    let job = world.run();
    let post = |line: &str, body| world.admin(line).json(&body).status();
    let finish = format!("POST /admin/jobs/{}/finish", job.id.0);
    assert_eq!(post(&finish, json!({ "state": "done" })), 400);
    assert_eq!(
        post(
            &finish,
            json!({ "state": "failed", "failure_reason": "bad" })
        ),
        400
    );
    assert_eq!(post(&finish, json!({ "stat": "success" })), 400);
    assert_eq!(post("POST /admin/jobs/99/cancel", json!({})), 404);
    assert_eq!(post("POST /admin/jobs/x/cancel", json!({})), 404);
    assert_eq!(
        post(&format!("POST /admin/jobs/{}/dance", job.id.0), json!({})),
        404
    );
    assert_eq!(
        post(
            "POST /admin/jobs",
            json!({ "project": "g/none", "user": 7 })
        ),
        404
    );
    assert_eq!(
        post(
            "POST /admin/jobs",
            json!({ "project": 1, "user": "nobody" })
        ),
        404
    );
    assert_eq!(
        post(
            "POST /admin/jobs",
            json!({ "project": 1, "user": 7, "timeout": 0 })
        ),
        400
    );
    assert_eq!(world.admin("GET /admin/tokens?jobs=1").status(), 400);
    assert_eq!(world.admin("GET /admin/tokens?job=1&user=7").status(), 400);
    assert_eq!(world.admin(&finish.replace("POST", "GET")).status(), 405);
    assert_eq!(
        world.public(JOB).job(&job).status(),
        200,
        "nothing of it was done"
    );
}
