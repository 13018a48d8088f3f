//! What operators do, and nobody else.

use masker::token::directory::Role;
use serde_json::json;

use super::world::{ADMIN, ALICE, B, PACKAGE, World};

const JOB: &str = "GET /api/v4/job";

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
fn s12_s13_s14_a_job_is_added_claimed_and_shown() {
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

#[test]
fn s25_a_retry_is_another_job() {
    let world = World::new();
    let job = world.run();
    let retry = format!("POST /admin/jobs/{}/retry", job.id.0);
    assert_eq!(world.admin(&retry).status(), 409, "it still runs");
    world
        .admin(&format!("POST /admin/jobs/{}/cancel", job.id.0))
        .send();
    let retried = world.admin(&retry).send();
    assert_eq!(retried.status, 201);
    assert_ne!(retried.json()["id"], job.id.0);
    assert_eq!(world.public(JOB).job(&job).status(), 401);
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
fn s28_blocking_the_user_ends_the_token_for_good() {
    let world = World::new();
    let job = world.run();
    assert_eq!(
        world.admin("POST /admin/users/alice/block").send().json()["state"],
        "blocked"
    );
    assert_eq!(world.public(JOB).job(&job).status(), 401);
    assert_eq!(world.admin("POST /admin/users/7/unblock").status(), 200);
    assert_eq!(world.public(JOB).job(&job).status(), 401);
}

#[test]
fn s29_an_accessor_ends_a_token_and_not_its_job() {
    let world = World::new();
    let job = world.run();
    let revoke = format!("DELETE /admin/tokens/{}", job.accessor);
    assert_eq!(world.admin(&revoke).status(), 204);
    assert_eq!(world.public(JOB).job(&job).status(), 401);
    let shown = world.admin(&format!("GET /admin/jobs/{}", job.id.0)).send();
    assert_eq!(shown.json()["status"], "running");
    let listed = world
        .admin("GET /admin/tokens?user=alice&live=false")
        .send()
        .json();
    assert_eq!(listed[0]["revoke_reason"], "admin");
    assert_eq!(
        world.admin("GET /admin/tokens?live=true").send().json(),
        json!([])
    );
    assert_eq!(
        world
            .admin("DELETE /admin/tokens/mja_0123456789abcdef")
            .status(),
        404
    );
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
    assert_eq!(push(), 404);
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
    assert_eq!(push(), 404);
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

#[test]
fn s06_metrics_count_and_show_nobody() {
    let world = World::new();
    let job = world.run();
    world.public(JOB).job(&job).send();
    world.public(JOB).header("job-token", "mjt_guess").send();
    world.forward(&format!("GET {PACKAGE}")).job(&job).send();
    world
        .admin(&format!("DELETE /admin/tokens/{}", job.accessor))
        .send();
    let page = world.admin("GET /metrics").send();
    assert_eq!(page.status, 200);
    for line in [
        r#"jobtoken_decisions_total{outcome="allowed",step="D18",route="job"} 1"#,
        r#"jobtoken_decisions_total{outcome="denied",step="D13",route="package_registry_read"} 1"#,
        r#"jobtoken_auth_failures_total{reason="malformed"} 1"#,
        r#"jobtoken_revoked_total{reason="admin"} 1"#,
        "jobtoken_decision_seconds_count 3",
    ] {
        assert!(
            page.text().contains(line),
            "{line} is not in {}",
            page.text()
        );
    }
    for name in ["mjt_", "mja_", "alice", "g/a"] {
        assert!(!page.text().contains(name));
    }
}

/// What the log's mask shows is told by whoever masks it: here, the test.
#[test]
fn s115_a_token_in_the_log_of_another_job_ends() {
    let world = World::new();
    let (job, other) = (world.run(), world.run());
    let leaks = |policy: &str, token: &str| {
        let line = format!("POST /admin/jobs/{}/leaks", other.id.0);
        let body = json!({ "token": token, "on_leak": policy });
        world.admin(&line).json(&body).send()
    };
    let own = leaks("revoke_foreign", other.token());
    assert_eq!((own.status, &own.json()["revoked"]), (200, &json!(false)));
    let logged = leaks("log", job.token());
    assert_eq!(logged.json()["accessor"], job.accessor);
    assert_eq!(world.public(JOB).job(&job).status(), 200);
    let foreign = leaks("revoke_foreign", job.token());
    assert_eq!(foreign.json()["revoked"], true);
    assert!(!foreign.text().contains("mjt_"));
    assert_eq!(world.public(JOB).job(&job).status(), 401);
    assert_eq!(world.public(JOB).job(&other).status(), 200);
    assert_eq!(leaks("log", "no token").status, 400);
    assert_eq!(leaks("forget", job.token()).status, 400);
    let metrics = world.admin("GET /metrics").send();
    let counted = "jobtoken_leaks_total 3\n";
    assert!(metrics.text().contains(counted), "{}", metrics.text());
}
