//! Pipelines that tokens start: statements 36 and 77 to 80.

use std::sync::{Arc, Mutex};

use masker::token::clock::Time;
use masker::token::directory::{Role, User, UserState, Visibility};
use masker::token::lifecycle::{Event, Outcome};
use masker::token::pipelines::{
    Cause, NewPipeline, NotStarted, Pipeline, PipelineError, PipelineSink,
};
use masker::token::store::Store as _;
use serde_json::{Value, json};

use super::world::{A, ALICE, Ask, B, BOB, Job, Part, Reply, World};

const TRIGGER: &str = "POST /api/v4/projects/2/trigger/pipeline";

fn world() -> (World, Job) {
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run_a();
    (world, job)
}

fn trigger<'w>(world: &'w World, token: &str) -> Ask<'w> {
    let ask = world.public(TRIGGER);
    ask.form(&[("token", token), ("ref", "main")])
}

/// Statement 77.
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
    assert_eq!(next.variables["CI_JOB_ID"], next.id.to_string());
    assert_eq!(
        next.variables["CI_PIPELINE_ID"],
        shown["id"].as_u64().expect("a number").to_string()
    );
    let again = world.admin(&format!("GET /admin/jobs/{}", next.id)).send();
    assert_eq!(again.json()["variables"], next.variables);
    assert!(again.json().get("token").is_none());
}

/// Statement 77: in every form that clients send, with the ref in the path as well.
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
    assert_eq!(next.variables["CI_JOB_ID"], next.id.to_string());
}

/// Statement 78, and what an operator does with tokens of this kind.
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

/// Statement 79.
#[test]
fn s79_a_job_that_has_ended_starts_nothing_and_is_told_why() {
    let (world, job) = world();
    world.apply(&job, Event::Report(Outcome::Success));
    let refused = trigger(&world, job.token()).send();
    let text = "{\"message\":\"401 Job is not running\"}";
    assert_eq!((refused.status, refused.text()), (401, text));
    assert_eq!(world.waiting(), 0);
}

const NOT_FOUND: &str = "{\"message\":\"404 Not Found\"}";

/// Statement 80, and the same for no project at all.
#[test]
fn s80_a_project_out_of_sight_is_not_found() {
    let world = World::new();
    let job = world.run_a();
    let unseen = trigger(&world, job.token()).send();
    assert_eq!((unseen.status, unseen.text()), (404, NOT_FOUND));
    let nowhere = world.public("POST /api/v4/projects/99/trigger/pipeline");
    let nowhere = nowhere
        .form(&[("token", job.token()), ("ref", "main")])
        .send();
    assert_eq!((nowhere.status, nowhere.text()), (404, NOT_FOUND));
    // What is wrong with the rest of the request is for those who may make it.
    let empty = world.public(TRIGGER).form(&[("token", job.token())]).send();
    assert_eq!((empty.status, empty.text()), (404, NOT_FOUND));
    world.visible(B, "g/sub/b", Visibility::Public);
    assert_eq!(
        trigger(&world, job.token()).status(),
        403,
        "seen, and no Developer"
    );
    assert_eq!(world.waiting(), 0);
}

/// Statement 36, first half.
#[test]
fn s36_the_form_parameter_counts_for_triggers_and_not_for_consumers() {
    let (world, job) = world();
    assert_eq!(trigger(&world, job.token()).status(), 201);
    let query = format!("GET /api/v4/job?token={}", job.token());
    let answer = world.public(&query).send();
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
}

#[test]
fn what_no_pipeline_can_be_made_of_is_400_and_starts_nothing() {
    let (world, job) = world();
    let token = job.token();
    let form = |more: &[(&str, &str)]| {
        let pairs = [&[("token", token)], more].concat();
        world.public(TRIGGER).form(&pairs).send()
    };
    let with = |variables: Value| {
        let body = json!({ "token": token, "ref": "main", "variables": variables });
        world.public(TRIGGER).json(&body).send()
    };
    let wrong: Vec<(&str, Reply)> = vec![
        ("no ref", form(&[])),
        ("an empty ref", form(&[("ref", "")])),
        ("an unknown ref", form(&[("ref", "other")])),
        ("no ref at all", form(&[("ref", "../main")])),
        ("two refs", form(&[("ref", "main"), ("ref", "release/1")])),
        ("nested", form(&[("ref", "main"), ("variables[A][B]", "1")])),
        ("a list", form(&[("ref", "main"), ("variables[]", "1")])),
        ("a text", form(&[("ref", "main"), ("variables", "1")])),
        ("no name", form(&[("ref", "main"), ("variables[A B]", "1")])),
        ("nested JSON", with(json!({ "A": { "B": "1" } }))),
        ("a number", with(json!({ "A": 1 }))),
        (
            "a list in JSON",
            with(json!([{ "key": "A", "value": "1" }])),
        ),
        ("a text in JSON", with(json!("A=1"))),
    ];
    for (what, reply) in wrong {
        assert_eq!(reply.status, 400, "{what}: {}", reply.text());
        assert!(
            reply.text().starts_with("{\"message\":\"400 Bad Request: "),
            "{what}"
        );
    }
    assert_eq!(with(json!(null)).status, 201, "no variables");
    assert_eq!(world.waiting(), 1);
}

#[test]
fn a_protected_ref_takes_a_maintainer() {
    let (world, job) = world();
    let ask = || {
        let ask = world.public(TRIGGER);
        ask.form(&[("token", job.token()), ("ref", "release/1")])
            .status()
    };
    assert_eq!(ask(), 403);
    world.role(ALICE, B, Role::Maintainer);
    assert_eq!(ask(), 201);
    assert_eq!(world.waiting(), 1);
}

#[test]
fn a_chain_of_triggers_has_an_end() {
    let (world, first) = world();
    let mut job = first;
    for depth in 1..=32 {
        assert_eq!(trigger(&world, job.token()).status(), 201, "{depth}");
        job = world.claim();
    }
    let reply = trigger(&world, job.token()).send();
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert_eq!(world.waiting(), 0);
}

#[test]
fn two_tokens_are_none() {
    let (world, job) = world();
    let other = world.run(json!({ "project": A.0, "user": "alice" }));
    let both = world
        .public(&format!("{TRIGGER}?token={}", other.token()))
        .form(&[("token", job.token()), ("ref", "main")]);
    assert_eq!(both.status(), 401);
    assert_eq!(world.public(TRIGGER).form(&[("ref", "main")]).status(), 401);
    assert_eq!(world.waiting(), 0);
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
    assert!(matches!(asked[0].cause, Cause::Job(id) if id.0 == job.id));
    assert_eq!((asked[0].project, asked[0].git_ref.as_str()), (B, "main"));
    assert!(other.0.lock().expect("nobody panicked").is_empty());
    drop(asked);
    assert_eq!(world.waiting(), 0);
}
