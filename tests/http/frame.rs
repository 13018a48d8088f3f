//! What every answer has, whatever becomes of the request.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use masker::http::{Decided, DecisionLog, Options, Service};
use masker::token::clock::Time;
use serde_json::json;

use super::world::{Reply, World};

#[track_caller]
fn is_framed(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("x-request-id").len(), 32);
    if !reply.body.is_empty() && status >= 400 {
        let message = reply.json()["message"]
            .as_str()
            .expect("a message")
            .to_owned();
        assert!(message.starts_with(&format!("{status} ")), "{message}");
    }
}

#[test]
fn every_answer_has_a_name_and_is_not_stored() {
    let world = World::new();
    let job = world.run();
    is_framed(&world.public("GET /api/v4/job").job(&job).send(), 200);
    is_framed(&world.public("GET /api/v4/job").send(), 401);
    is_framed(&world.public("GET /nowhere").send(), 404);
    is_framed(&world.public("DELETE /healthz").send(), 404);
    is_framed(&world.public("PROPFIND /api/v4/job").send(), 401);
    is_framed(&world.admin("GET /nowhere").send(), 404);
    is_framed(&world.admin("DELETE /admin/jobs").send(), 405);
    is_framed(&world.at_door("GET /nowhere").send(), 404);
    is_framed(&world.at_door("GET /auth/forward").send(), 400);
    world.store.fail(true);
    is_framed(&world.public("GET /readyz").send(), 503);
}

#[test]
fn what_is_too_large_is_413_and_what_is_too_slow_408() {
    let world = World::with(|options| options.read_timeout = Duration::from_millis(20));
    let large = "x".repeat(17 * 1024);
    let headers = world
        .public("GET /healthz")
        .header("x-large", &large)
        .send();
    is_framed(&headers, 413);
    let body = json!({ "project": "x".repeat(1024 * 1024), "user": 1 });
    is_framed(&world.admin("POST /admin/jobs").json(&body).send(), 413);
    let trigger = "POST /api/v4/projects/1/trigger/pipeline";
    let announced = world.public(trigger).header("content-length", "2000000");
    let kind = "application/x-www-form-urlencoded";
    is_framed(&announced.body(kind, "").send(), 413);
    let stream = tokio_stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
    let slow = world.public(trigger).body(kind, Body::from_stream(stream));
    is_framed(&slow.send(), 408);
    // A path that nothing is known of is answered without a look at the body.
    let stream = tokio_stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
    let unread = world
        .public("POST /nowhere")
        .body(kind, Body::from_stream(stream));
    is_framed(&unread.send(), 404);
}

#[test]
fn the_clients_name_for_a_request_is_kept_if_it_is_a_word() {
    let world = World::new();
    let named = |name: &str| {
        let reply = world
            .public("GET /healthz")
            .header("x-request-id", name)
            .send();
        reply.header("x-request-id").to_owned()
    };
    let long = "ab-_09".repeat(8);
    for name in ["a", "ab-C_9", &long] {
        assert_eq!(named(name), name);
    }
    let job = world.run();
    let longer = "a-".repeat(65);
    for name in ["", "a b", "a\u{e4}", "a;b", &longer, job.token()] {
        assert_eq!(named(name).len(), 32, "a name of our own");
    }
}

struct Panics;

impl DecisionLog for Panics {
    fn decided(&self, _: &Decided) {
        panic!("this is what the test is about");
    }
}

#[test]
fn a_panic_is_answered() {
    let world = World::new();
    let clock = Arc::new(|| Time::from_micros(1_700_000_000_000_000));
    let (issuer, store) = (world.issuer.clone(), world.store.clone());
    let service = Service::with_log(issuer, store, clock, Options::default(), Arc::new(Panics));
    let ask = world.at(service.public(), "GET /api/v4/job");
    is_framed(&ask.send(), 500);
}
