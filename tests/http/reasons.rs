//! Why a request was denied: for operators, and for nobody else.

use masker::token::directory::{Role, Visibility};
use masker::token::lifecycle::{Event, Outcome};
use masker::token::store::Store as _;
use serde_json::{Value, json};

use super::world::{A, ALICE, B, Job, PACKAGE, World};

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
            let before = format!("{:?}", world.store.job(job.id));
            let told = explained(&world, &job, line);
            assert_eq!(format!("{:?}", world.store.job(job.id)), before);
            let ask = world.forward(line).job(&job).header("x-request-id", "real");
            let reply = ask.send();
            assert_eq!(told["status"], reply.status, "{state}: {line}");
            assert_eq!(told["public"]["status"], reply.status);
            let decided = world.admin("GET /admin/decisions/real").send().json();
            let last = decided
                .as_array()
                .and_then(|all| all.last())
                .expect("a decision");
            for field in [
                "step",
                "reason",
                "route",
                "source_project_id",
                "target_project_id",
            ] {
                assert_eq!(told[field], last[field], "{state}: {line}: {field}");
            }
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

#[test]
fn every_step_is_explained() {
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
