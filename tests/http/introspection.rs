//! What a token stands for, for services that are known: statement 97.

use masker::Secret;
use masker::token::directory::Role;
use masker::token::lifecycle::{Event, Outcome};
use serde_json::json;

use super::world::{ALICE, B, PACKAGE, Reply, World, basic};

const INACTIVE: &str = r#"{"active":false}"#;

fn world() -> World {
    World::with(|options| {
        options.issuer = "https://ci.example".to_owned();
        options.clients = vec![("vault".to_owned(), Secret::new("vault", "its-own-secret"))];
    })
}

fn ask(world: &World, form: &str) -> Reply {
    let client = basic("vault", "its-own-secret");
    let ask = world
        .public("POST /oauth/introspect")
        .header("authorization", &client);
    let kind = "application/x-www-form-urlencoded";
    ask.body(kind, form.to_owned()).send()
}

#[test]
fn s97_only_known_services_are_told() {
    let world = world();
    let job = world.run();
    let form = format!("token={}", job.token());
    let kind = "application/x-www-form-urlencoded";
    for client in [
        None,
        Some(basic("vault", "guess")),
        Some(basic("other", "its-own-secret")),
    ] {
        let ask = world
            .public("POST /oauth/introspect")
            .body(kind, form.clone());
        let ask = match client {
            Some(client) => ask.header("authorization", &client),
            None => ask,
        };
        let reply = ask.send();
        assert_eq!(reply.status, 401);
        assert!(!reply.header("www-authenticate").is_empty());
    }
    let nobody = World::new();
    let job = nobody.run();
    let ask = nobody
        .public("POST /oauth/introspect")
        .body(kind, format!("token={}", job.token()));
    assert_eq!(ask.header("authorization", &basic("", "")).status(), 401);
}

#[test]
fn s97_a_live_token_is_described_and_anything_else_is_not_active() {
    let world = world();
    let job = world.run();
    let form = format!("token={}&token_type_hint=access_token", job.token());
    let shown = ask(&world, &form).json();
    let start = world.now().micros() / 1_000_000;
    for (field, value) in [
        ("active", json!(true)),
        ("token_type", json!("job_token")),
        ("sub", json!(format!("job:{}", job.id.0))),
        ("username", json!("alice")),
        ("iss", json!("https://ci.example")),
        ("jti", json!(job.accessor.clone())),
        ("iat", json!(start)),
        ("exp", json!((start + 3600))),
        ("job_id", json!(job.id.0)),
        ("project_id", json!(1)),
        ("project_path", json!("g/a")),
        ("job_status", json!("running")),
        ("user_id", json!(7)),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let twice = format!("token={0}&token={0}", job.token());
    for form in [
        "",
        "token=",
        "token=mjt_x",
        &format!("token={}", job.accessor),
        &twice,
    ] {
        let reply = ask(&world, form);
        assert_eq!((reply.status, reply.text()), (200, INACTIVE));
    }
    world.apply(job.id, Event::Report(Outcome::Success));
    let reply = ask(&world, &form);
    assert_eq!((reply.status, reply.text()), (200, INACTIVE));
}

#[test]
fn s97_with_an_action_it_is_a_decision() {
    let world = world();
    world.role(ALICE, B, Role::Reporter);
    let job = world.run();
    let active = |more: &str| {
        let form = format!("token={}&{more}", job.token());
        ask(&world, &form).json()["active"] == true
    };
    assert!(active(&format!("action=GET {PACKAGE}")));
    assert!(active(&format!("action=GET {PACKAGE}&project=g/sub/b")));
    assert!(!active(&format!("action=GET {PACKAGE}&project=1")));
    assert!(!active(&format!("action=PUT {PACKAGE}")));
    assert!(!active("action=push"));
    assert!(active("project=1"));
    assert!(!active("project=2"));
    assert!(active("audience=https://ci.example"));
    assert!(!active("audience=https://other.example"));
}
