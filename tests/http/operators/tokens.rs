//! Tokens that operators end, and what they are told of tokens.

use serde_json::json;

use crate::http::world::{JOB, PACKAGE, World};

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
