//! Requests that start a pipeline, and what its jobs see.

use std::sync::{Arc, Mutex};

use masker::token::clock::Time;
use masker::token::directory::{Role, User, UserState};
use masker::token::pipelines::{
    Cause, NewPipeline, NotStarted, Pipeline, PipelineError, PipelineSink,
};
use masker::token::store::Store as _;
use serde_json::json;

use super::{NOT_FOUND, TRIGGER, trigger, world};
use crate::http::world::{B, BOB, Part, World};

#[test]
fn s77_a_job_starts_a_pipeline_whose_jobs_see_its_source() {
    let (world, job) = world();
    let started = trigger(&world, job.token()).send();
    assert_eq!(started.status, 201);
    let shown = started.json();
    let expected = json!({
        "id": shown["id"],
        "project_id": 2,
        "ref": "main",
        "status": "pending",
        "source": "pipeline",
        "created_at": "2023-11-14T22:13:20.000Z",
        "user": { "id": 7, "username": "alice" },
    });
    assert_eq!(shown, expected);
    let next = world.claim();
    assert_eq!(next.variables["CI_PIPELINE_SOURCE"], "pipeline");
    assert_eq!(next.variables["CI_COMMIT_REF_NAME"], "main");
    assert_eq!(next.variables["CI_COMMIT_REF_PROTECTED"], "false");
    assert_eq!(next.variables["CI_PROJECT_ID"], "2");
    assert_eq!(next.variables["CI_JOB_ID"], next.id.0.to_string());
    assert_eq!(
        next.variables["CI_PIPELINE_ID"],
        shown["id"].as_u64().expect("a number").to_string()
    );
    let again = world
        .admin(&format!("GET /admin/jobs/{}", next.id.0))
        .send();
    assert_eq!(again.json()["variables"], next.variables);
    assert!(again.json().get("token").is_none());
}

#[test]
fn decisions_name_the_pipeline_of_the_job() {
    let (world, job) = world();
    let started = trigger(&world, job.token()).send().json();
    let next = world.claim();
    let allowed = world.forward("GET /api/v4/job").job(&next).send();
    let pipeline = started["id"].to_string();
    assert_eq!(allowed.header("x-job-pipeline"), pipeline);
    let id = allowed.header("x-request-id");
    let decided = world.admin(&format!("GET /admin/decisions/{id}")).send();
    assert_eq!(decided.json()[0]["pipeline_id"], started["id"]);
}

/// In every form that clients send, with the ref in the path as well.
#[test]
fn s77_every_form_of_the_request_says_the_same() {
    let (world, job) = world();
    let token = job.token();
    let of_path = "POST /api/v4/projects/g%2Fsub%2Fb/ref/main/trigger/pipeline";
    let query = format!("{TRIGGER}?token={token}&ref=main&variables[KEY]=some+value");
    let parts: [Part<'_>; 3] = [
        ("token", None, token.as_bytes()),
        ("ref", None, b"main"),
        ("variables[KEY]", None, b"some value"),
    ];
    let variables = json!({ "token": token, "ref": "main", "variables": { "KEY": "some value" } });
    let form = [
        ("token", token),
        ("ref", "main"),
        ("variables[KEY]", "some value"),
    ];
    let without_ref = [("token", token), ("variables[KEY]", "some value")];
    let asks = [
        world.public(TRIGGER).form(&form),
        world.public(TRIGGER).parts(&parts),
        world.public(TRIGGER).json(&variables),
        world.public(&query),
        world.public(of_path).form(&without_ref),
    ];
    for (number, ask) in asks.into_iter().enumerate() {
        let started = ask.send();
        assert_eq!(started.status, 201, "{number}: {}", started.text());
        assert!(!started.text().contains("some value"), "{number}");
        let next = world.claim();
        assert_eq!(next.variables["KEY"], "some value", "{number}");
        assert_eq!(next.variables["CI_PIPELINE_SOURCE"], "pipeline", "{number}");
    }
    assert_eq!(
        world.public(&query).send().header("referrer-policy"),
        "no-referrer"
    );
}

#[test]
fn a_variable_that_is_given_is_not_taken_for_one_of_ours() {
    let (world, job) = world();
    let form = [
        ("token", job.token()),
        ("ref", "main"),
        ("variables[CI_PIPELINE_SOURCE]", "push"),
        ("variables[CI_JOB_ID]", "1"),
    ];
    assert_eq!(world.public(TRIGGER).form(&form).status(), 201);
    let next = world.claim();
    assert_eq!(next.variables["CI_PIPELINE_SOURCE"], "pipeline");
    assert_eq!(next.variables["CI_JOB_ID"], next.id.0.to_string());
}

/// And what an operator does with tokens of this kind.
#[test]
fn s78_a_trigger_token_starts_a_pipeline_of_its_owner() {
    let world = World::new();
    world.role(BOB, B, Role::Developer);
    let made = world
        .admin("POST /admin/projects/2/triggers")
        .json(&json!({ "owner": "bob" }));
    let made = made.send();
    assert_eq!(made.status, 201);
    let made = made.json();
    let token = made["token"].as_str().expect("a token");
    let started = trigger(&world, token).send();
    assert_eq!(started.status, 201);
    assert_eq!(started.json()["source"], "trigger");
    assert_eq!(started.json()["user"]["username"], "bob");
    assert_eq!(world.claim().variables["CI_PIPELINE_SOURCE"], "trigger");

    let list = world.admin("GET /admin/projects/2/triggers").send();
    assert_eq!(list.json()[0]["accessor"], made["accessor"]);
    assert!(!list.text().contains(token), "it is shown once");
    let other = world.public("POST /api/v4/projects/1/trigger/pipeline");
    let other = other.form(&[("token", token), ("ref", "main")]).send();
    assert_eq!((other.status, other.text()), (404, NOT_FOUND));
    // It is no token of a job, and a proxy is told of jobs.
    let whose = world.public("GET /api/v4/job").header("job-token", token);
    assert_eq!(whose.status(), 401);
    assert_eq!(
        world.forward(&format!("{TRIGGER}?token={token}")).status(),
        401
    );

    world.role(BOB, B, Role::Reporter);
    assert_eq!(trigger(&world, token).status(), 403);
    world.role(BOB, B, Role::Developer);
    let mut bob = User::new(BOB, "bob");
    bob.state = UserState::Blocked;
    world.store.put_user(&bob, world.now()).expect("it works");
    let blocked = trigger(&world, token).send();
    assert_eq!(
        (blocked.status, blocked.text()),
        (401, "{\"message\":\"401 User is not active\"}")
    );
    bob.state = UserState::Active;
    world.store.put_user(&bob, world.now()).expect("it works");
    assert_eq!(trigger(&world, token).status(), 201);

    let line = format!(
        "DELETE /admin/triggers/{}",
        made["accessor"].as_str().expect("a name")
    );
    assert_eq!(world.admin(&line).status(), 204);
    assert_eq!(world.admin(&line).status(), 404);
    assert_eq!(trigger(&world, token).status(), 401);
    assert_eq!(world.waiting(), 1, "what was refused has started nothing");
}

/// An application that runs pipelines itself, and refuses the first for one reason, the next for
/// another.
struct Elsewhere(Mutex<Vec<NewPipeline>>);

impl PipelineSink for Elsewhere {
    fn start(&self, pipeline: &NewPipeline, _: Time) -> Result<Pipeline, PipelineError> {
        let mut asked = self.0.lock().expect("nobody panicked");
        asked.push(pipeline.clone());
        match asked.len() {
            1 => Err(NotStarted::TooDeep.into()),
            2 => Err(NotStarted::ProjectGone.into()),
            _ => Err(PipelineError::unavailable("it was told to fail")),
        }
    }
}

#[test]
fn pipelines_are_started_where_the_application_says() {
    let (world, job) = world();
    let elsewhere = Arc::new(Elsewhere(Mutex::default()));
    let service = world.service.clone().with_pipelines(elsewhere.clone());
    // The first counts.
    let other = Arc::new(Elsewhere(Mutex::default()));
    drop(service.with_pipelines(other.clone()));
    let statuses = [(); 3].map(|()| trigger(&world, job.token()).status());
    assert_eq!(statuses, [400, 404, 503]);
    let asked = elsewhere.0.lock().expect("nobody panicked");
    assert_eq!(asked.len(), 3);
    assert!(matches!(asked[0].cause, Cause::Job(id) if id == job.id));
    assert_eq!((asked[0].project, asked[0].git_ref.as_str()), (B, "main"));
    assert!(other.0.lock().expect("nobody panicked").is_empty());
    drop(asked);
    assert_eq!(world.waiting(), 0);
}
