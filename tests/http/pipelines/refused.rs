//! Requests that start no pipeline.

use masker::token::directory::{Role, Visibility};
use serde_json::{Value, json};

use super::{NOT_FOUND, TRIGGER, trigger, world};
use crate::http::world::{A, ALICE, B, Reply, World};

#[test]
fn s79_a_job_that_has_ended_starts_nothing_and_is_told_why() {
    let (world, job) = world();
    world.succeed(&job);
    let text = "{\"message\":\"401 Job is not running\"}";
    // Neither in another project nor in its own.
    for line in [TRIGGER, &TRIGGER.replace("/2/", "/1/")] {
        let ask = world.public(line);
        let refused = ask.form(&[("token", job.token()), ("ref", "main")]).send();
        assert_eq!((refused.status, refused.text()), (401, text));
    }
    assert_eq!(world.waiting(), 0);
}

/// And no project at all is the same.
#[test]
fn s80_a_project_out_of_sight_is_not_found() {
    let world = World::new();
    let job = world.run();
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
    world.visible(B, Visibility::Public);
    assert_eq!(
        trigger(&world, job.token()).status(),
        403,
        "seen, and no Developer"
    );
    assert_eq!(world.waiting(), 0);
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
    let other = world.run_about(&json!({ "project": A.0, "user": "alice" }));
    let both = world
        .public(&format!("{TRIGGER}?token={}", other.token()))
        .form(&[("token", job.token()), ("ref", "main")]);
    assert_eq!(both.status(), 401);
    assert_eq!(world.public(TRIGGER).form(&[("ref", "main")]).status(), 401);
    assert_eq!(world.waiting(), 0);
}
