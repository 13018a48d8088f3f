//! What a job is about, as services and the job itself are told: section 12.3, and statement 13.

use masker::Secret;
use masker::token::directory::RefName;
use masker::token::pipelines::{Cause, NewPipeline, PipelineSink as _, Source, Variables};
use serde_json::{Value, json};

use crate::http::world::{A, ALICE, JOB, Job, World, basic};

fn world() -> World {
    World::with(|options| {
        options.clients = vec![("vault".to_owned(), Secret::new("vault", "its-own-secret"))];
    })
}

fn add(world: &World, about: Value) -> Job {
    let mut job = json!({ "project": "g/a", "user": "alice" });
    for (name, value) in about.as_object().expect("an object") {
        job[name] = value.clone();
    }
    world.run_about(&job)
}

fn introspect(world: &World, job: &Job) -> Value {
    let ask = world.public("POST /oauth/introspect");
    let ask = ask.header("authorization", &basic("vault", "its-own-secret"));
    ask.form(&[("token", job.token())]).send().json()
}

#[test]
fn s97_a_token_is_described_with_what_its_job_is_about() {
    let world = world();
    let about = json!({
        "ref": "release/1", "ref_protected": true,
        "token_permissions": ["READ_JOBS", "ADMIN_PACKAGES"],
    });
    let shown = introspect(&world, &add(&world, about));
    assert_eq!(shown["scope"], "READ_JOBS ADMIN_PACKAGES");
    assert_eq!(shown["ref"], "release/1");
    assert_eq!(shown["ref_protected"], true);
    assert_eq!(shown["pipeline_id"], Value::Null);
    // Nothing declared is no restriction, and no scope; `none` is an empty one.
    let free = introspect(&world, &add(&world, json!({ "ref": "main" })));
    assert_eq!((&free["active"], free.get("scope")), (&json!(true), None));
    assert_eq!(free["ref_protected"], false);
    let none = introspect(&world, &add(&world, json!({ "token_permissions": "none" })));
    assert_eq!((&none["scope"], &none["ref"]), (&json!(""), &Value::Null));
    assert_eq!(none["ref_protected"], Value::Null);
}

#[test]
fn s13_a_job_is_shown_with_its_name_its_ref_and_its_pipeline() {
    let world = world();
    let new = NewPipeline {
        project: A,
        git_ref: RefName::new("main").expect("a ref"),
        cause: Cause::User {
            user: ALICE,
            source: Source::Schedule,
        },
        variables: Variables::default(),
    };
    let started = world.store.start(&new, world.now());
    let pipeline = started.expect("it may start").id.0;
    let job = world.claim();
    let ask = |job: &Job| world.public(JOB).job(job).send();
    let shown = ask(&job);
    assert!(!shown.text().contains("mjt_"));
    let shown = shown.json();
    assert_eq!(
        (&shown["name"], &shown["ref"]),
        (&json!("default"), &json!("main"))
    );
    assert_eq!(
        shown["pipeline"],
        json!({ "id": pipeline, "project_id": 1, "ref": "main", "source": "schedule" })
    );
    assert_eq!(introspect(&world, &job)["pipeline_id"], pipeline);
    let alone = add(&world, json!({ "name": "build: [linux]" }));
    let alone = ask(&alone).json();
    assert_eq!(alone["name"], "build: [linux]");
    assert_eq!(
        (&alone["ref"], &alone["pipeline"]),
        (&Value::Null, &Value::Null)
    );
}
