//! Why a request was denied: for operators, and for nobody else.

use masker::token::directory::{Role, Visibility};
use masker::token::lifecycle::{Event, Outcome};
use masker::token::store::Store as _;
use serde_json::{Value, json};

use crate::http::world::{A, ALICE, Ask, B, Job, PACKAGE, Reply, World};

fn explained(world: &World, job: &Job, line: &str) -> Value {
    let (method, path) = line.split_once(' ').expect("a method and a path");
    let body = json!({ "accessor": job.accessor, "method": method, "path": path });
    let reply = world.admin("POST /admin/explain").json(&body).send();
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[test]
fn s111_s112_the_reason_is_in_one_record_and_not_in_the_answer() {
    let world = World::new();
    let job = world.run();
    for (line, reason) in [
        (format!("GET {PACKAGE}"), "user_cannot_read"),
        (
            format!("GET {}", PACKAGE.replace("/2/", "/9/")),
            "target_missing",
        ),
        ("GET /api/v4/user".to_owned(), "endpoint_not_allowed"),
    ] {
        let reply = world.public(&line).job(&job).send();
        let id = reply.header("x-request-id");
        let found = world
            .admin(&format!("GET /admin/decisions/{id}"))
            .send()
            .json();
        assert_eq!(found.as_array().map(Vec::len), Some(1));
        assert_eq!(found[0]["reason"], reason);
        assert_eq!(found[0]["request_id"], id);
        assert_eq!(found[0]["client"], "192.0.2.1");
        let shown = format!("{:?}", reply.seen());
        assert!(!shown.contains(reason), "{shown}");
    }
    assert_eq!(world.admin("GET /admin/decisions/none").status(), 404);
    let denied = world
        .admin("GET /admin/decisions?reason=target_missing")
        .send();
    assert_eq!(denied.json().as_array().map(Vec::len), Some(1));
}

/// Explains a request and makes it: the explanation is what is decided, and changes nothing.
fn agree(world: &World, job: &Job, line: &str, ask: Ask<'_>) -> (Value, Reply) {
    let before = format!("{:?}", world.store.job(job.id));
    let told = explained(world, job, line);
    assert_eq!(format!("{:?}", world.store.job(job.id)), before);
    let reply = ask.job(job).send();
    let id = reply.header("x-request-id");
    let decided = world.admin(&format!("GET /admin/decisions/{id}"));
    let decided = decided.send().json();
    assert_eq!(decided.as_array().map(Vec::len), Some(1), "{line}");
    for field in [
        "status",
        "step",
        "reason",
        "route",
        "source_project_id",
        "target_project_id",
    ] {
        assert_eq!(told[field], decided[0][field], "{line}: {field}");
    }
    (told, reply)
}

#[test]
fn s113_what_is_explained_is_what_happens_and_nothing_else_happens() {
    let world = World::new();
    let job = world.run();
    let lines = [
        "GET /api/v4/job".to_owned(),
        "GET /api/v4/user".to_owned(),
        "GET /api//v4".to_owned(),
        "GET /elsewhere".to_owned(),
        format!("GET {PACKAGE}"),
        format!("PUT {PACKAGE}"),
        format!("GET {}", PACKAGE.replace("/2/", "/9/")),
        "GET /g/sub/b.git/info/refs?service=git-upload-pack".to_owned(),
        "POST /api/v4/projects/1/terraform/state/main".to_owned(),
    ];
    let agree = |state: &str| {
        for line in &lines {
            let (told, reply) = agree(&world, &job, line, world.forward(line));
            assert_eq!(told["status"], reply.status, "{state}: {line}");
            assert_eq!(told["public"]["status"], reply.status, "{state}: {line}");
        }
    };
    agree("a stranger to B");
    world.role(ALICE, B, Role::Reporter);
    agree("a reporter of B");
    world.project(A, |project| project.outbound_limit = true);
    agree("limited");
    world.visible(B, Visibility::Public);
    agree("public");
    world.apply(job.id, Event::Report(Outcome::Success));
    agree("ended");
}

/// Of requests whose project or whose artifact the path does not name.
#[cfg(feature = "artifacts")]
#[test]
fn s113_what_is_explained_of_artifacts_is_what_happens_too() {
    let world = World::new();
    let built = world.run_b("build", "main");
    world.keep(&built, "?private=true", b"bytes");
    world.succeed(&built);
    let job = world.run();
    let lines = [
        format!("GET /api/v4/jobs/{}/artifacts", built.id.0),
        format!("GET /api/v4/jobs/{}/artifacts", job.id.0),
        "GET /api/v4/jobs/99/artifacts".to_owned(),
        format!("GET /api/v4/projects/2/jobs/{}/artifacts", built.id.0),
        "GET /api/v4/projects/2/jobs/artifacts/main/download?job=build".to_owned(),
        format!("POST /api/v4/jobs/{}/artifacts", job.id.0),
        format!("POST /api/v4/jobs/{}/artifacts", built.id.0),
    ];
    let mut seen = Vec::new();
    for role in [Role::None, Role::Reporter, Role::Developer] {
        world.role(ALICE, B, role);
        for line in &lines {
            let (told, _) = agree(&world, &job, line, world.public(line));
            seen.push(told["reason"].clone());
        }
    }
    for reason in [
        "allowed",
        "role_too_low",
        "user_cannot_read",
        "target_missing",
        "unknown",
    ] {
        assert!(
            seen.contains(&json!(reason)),
            "{reason} was never seen: {seen:?}"
        );
    }
}

#[test]
fn s08_s113_every_step_is_explained() {
    let world = World::new();
    let job = world.run();
    let told = explained(&world, &job, &format!("PUT {PACKAGE}"));
    let steps = told["steps"].as_array().expect("steps");
    let outcome = |name: &str| {
        let step = steps.iter().find(|step| step["step"] == name);
        step.expect("each is there")["outcome"].clone()
    };
    assert_eq!(outcome("D8"), "passed");
    assert_eq!(outcome("D13"), "failed");
    assert_eq!(outcome("D17"), "failed");
    let unknown =
        json!({ "accessor": "mja_0123456789abcdef", "method": "GET", "path": "/api/v4/job" });
    let told = world
        .admin("POST /admin/explain")
        .json(&unknown)
        .send()
        .json();
    assert_eq!(told["reason"], "unknown");
    let bad = json!({ "accessor": job.token(), "method": "GET", "path": "/api/v4/job" });
    let reply = world.admin("POST /admin/explain").json(&bad).send();
    assert_eq!(reply.status, 400);
    assert!(
        !reply.text().contains("mjt_"),
        "s08: a token is no accessor, and is not shown"
    );
}
