//! Where a token may be.

use masker::token::directory::Role;

use crate::http::world::{A, ALICE, B, FORM, JOB, PACKAGE, PARTS, World, basic, multipart};

#[test]
fn s34_the_name_of_the_header_has_no_case() {
    let world = World::new();
    let job = world.run();
    for name in ["JOB-TOKEN", "job-token", "Job-Token"] {
        let reply = world.public(JOB).header(name, job.token()).send();
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["id"], job.id.0);
    }
}

#[test]
fn s35_a_query_works_for_artifacts_and_s41_unless_that_is_denied() {
    let artifacts = "/api/v4/projects/1/jobs/artifacts/main/download?job=test&job_token=";
    let world = World::new();
    let job = world.run();
    let line = format!("GET {artifacts}{}", job.token());
    let reply = world.forward(&line).send();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    let strict = World::with(|options| options.deny_query_tokens = true);
    let job = strict.run();
    let line = format!("GET {artifacts}{}", job.token());
    assert_eq!(strict.forward(&line).status(), 401);
    assert_eq!(strict.public(&line).status(), 401);
}

#[test]
fn s36_the_trigger_takes_a_form_and_the_job_takes_no_such_parameter() {
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run();
    let form = format!("token={}&ref=main", job.token());
    let parts = multipart(&[
        ("token", None, job.token().as_bytes()),
        ("ref", None, b"main"),
    ]);
    let json = format!(r#"{{"token":"{}","ref":"main"}}"#, job.token());
    for project in [A, B] {
        let trigger = format!("POST /api/v4/projects/{}/trigger/pipeline", project.0);
        for (kind, body) in [
            (FORM, form.as_bytes()),
            (PARTS, &parts),
            ("application/json", json.as_bytes()),
        ] {
            let reply = world.public(&trigger).bytes(kind, body).send();
            assert_eq!(reply.status, 201, "{kind}: {reply:?}");
        }
        // A type that carries no token is not looked at.
        let text = world.public(&trigger).body("text/plain", form.clone());
        assert_eq!(text.status(), 401);
    }
    let line = format!("{JOB}?token={}", job.token());
    let query = world.public(&line).send();
    assert_eq!(query.status, 401);
    assert_eq!(query.header("referrer-policy"), "no-referrer");
}

#[test]
fn s36_what_is_far_behind_in_a_body_is_not_looked_at() {
    let world = World::new();
    let job = world.run();
    let trigger = "POST /api/v4/projects/1/trigger/pipeline";
    let far = format!("x={}&token={}", "y".repeat(64 * 1024), job.token());
    assert_eq!(world.public(trigger).body(FORM, far).status(), 401);
}

#[test]
fn s37_basic_works_with_the_one_user() {
    let world = World::new();
    world.role(ALICE, B, Role::Reporter);
    let job = world.run();
    let git = "GET /g/sub/b.git/info/refs?service=git-upload-pack";
    for line in [git, &format!("GET {PACKAGE}")] {
        let ours = world.forward(line).header("authorization", &job.basic());
        assert_eq!(ours.status(), 200, "{line}");
        let other = basic("alice", job.token());
        let reply = world.forward(line).header("authorization", &other).send();
        assert_eq!(reply.status, 401, "{line}");
        assert!(reply.header("www-authenticate").starts_with("Basic "));
    }
}

#[test]
fn s38_a_bearer_token_works_for_packages() {
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run();
    let publish = "PUT /api/v4/projects/2/packages/npm/@g%2ftool";
    let bearer = format!("bearer {}", job.token());
    let reply = world.forward(publish).header("authorization", &bearer);
    assert_eq!(reply.status(), 200);
}

#[test]
fn s39_the_same_token_twice_is_one_and_two_are_a_conflict() {
    let world = World::new();
    let (job, other) = (world.run(), world.run());
    let twice = world
        .public(JOB)
        .job(&job)
        .header("authorization", &format!("Bearer {}", job.token()));
    assert_eq!(twice.status(), 200);
    let two = world
        .public(JOB)
        .job(&job)
        .job(&other)
        .header("x-request-id", "two")
        .send();
    assert_eq!(two.status, 401);
    let decided = world.admin("GET /admin/decisions/two").send().json();
    assert_eq!(decided[0]["reason"], "carrier_conflict");
}

#[test]
fn s40_a_private_token_is_none() {
    let world = World::new();
    let job = world.run();
    let ask = world.public(JOB).header("PRIVATE-TOKEN", job.token());
    assert_eq!(ask.status(), 401);
}

#[test]
fn s42_an_endpoint_that_takes_no_job_tokens_is_401() {
    let world = World::new();
    let job = world.run();
    for line in [
        "GET /api/v4/projects/1",
        "DELETE /api/v4/job",
        "GET /api/v4/user",
    ] {
        assert_eq!(world.public(line).job(&job).status(), 401, "{line}");
        assert_eq!(world.forward(line).job(&job).status(), 401, "{line}");
    }
}

#[test]
fn s10_what_is_too_long_is_refused_without_a_look_at_the_store() {
    let world = World::new();
    world.run();
    let before = world.store.calls();
    for length in [129, 10_000] {
        let long = format!("mjt_{}", "x".repeat(length - 4));
        assert_eq!(world.public(JOB).header("job-token", &long).status(), 401);
    }
    let longer = "x".repeat(10 << 20);
    assert_eq!(world.public(JOB).header("job-token", &longer).status(), 413);
    assert_eq!(world.store.calls(), before);
}
