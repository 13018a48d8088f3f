//! Keys that are added by the admin door: statement 109.

use std::sync::{Arc, Mutex};

use masker::http::{KeyRotation, KeyRotationError};
use masker::token::directory::UserId;
use masker::token::id::KeyId;
use masker::token::journal::Actor;

use crate::http::world::World;

const ROTATE: &str = "POST /admin/keys/rotate";

/// Says what it was told to, and remembers who asked.
struct Told(Result<Vec<KeyId>, KeyRotationError>, Mutex<Vec<Actor>>);

impl KeyRotation for Told {
    fn rotate(&self, who: &Actor) -> Result<Vec<KeyId>, KeyRotationError> {
        self.1.lock().expect("nobody panicked").push(who.clone());
        self.0.clone()
    }
}

#[test]
fn only_a_service_that_knows_its_file_adds_keys() {
    let world = World::new();
    let reply = world.admin(ROTATE).send();
    assert_eq!(reply.status, 501);
    assert!(reply.text().contains("no file"), "{}", reply.text());
    let router = world.service.admin();
    assert_eq!(world.at(router, ROTATE).status(), 401);
    for (told, status, text) in [
        (Ok(vec![KeyId(2), KeyId(5)]), 201, r#""newest":5"#),
        (
            Err(KeyRotationError::Refused("retire one first".to_owned())),
            409,
            "retire one first",
        ),
        (Err(KeyRotationError::Unavailable), 503, "503"),
    ] {
        let keys = Arc::new(Told(told, Mutex::default()));
        let world = World::new();
        let service = world.service.clone().with_key_rotation(keys.clone());
        let ask = || {
            let ask = world.at(service.admin(), ROTATE);
            ask.header(
                "authorization",
                &format!("Bearer {}", crate::http::world::ADMIN),
            )
        };
        let reply = ask().send();
        assert_eq!(reply.status, status);
        assert!(reply.text().contains(text), "{}", reply.text());
        ask().header("sudo", "alice").send();
        assert_eq!(ask().header("sudo", "nobody").status(), 404);
        let asked = keys.1.lock().expect("nobody panicked").clone();
        assert_eq!(asked, [Actor::operator("admin"), Actor::User(UserId(7))]);
    }
}

/// Statement 109, over HTTP.
#[cfg(all(feature = "serve", unix))]
#[test]
fn s109_a_key_is_added_and_another_retired_while_jobs_run() {
    use serde_json::json;

    let served = crate::http::process::Served::start();
    let (_, old) = served.run();
    let (status, added) = served.admin(ROTATE, &json!(null));
    assert_eq!(
        (status, added),
        (201, json!({ "added": 2, "live": [1, 2], "newest": 2 }))
    );
    assert_eq!(served.whose(&old), 200);
    let (job, new) = served.run();
    assert_eq!((served.whose(&old), served.whose(&new)), (200, 200));
    let (_, listed) = served.admin(&format!("GET /admin/tokens?job={job}"), &json!(null));
    assert_eq!(listed[0]["key_id"], 2);
    // Other processes have the same keys, and one event tells who added this one.
    let inspected = served.masker(&["token", "inspect"]).run(&new);
    inspected.has_status(0);
    let events = served.masker(&["audit", "list", "--json"]).run("");
    let events: serde_json::Value = serde_json::from_slice(&events.stdout).expect("JSON");
    let changes: Vec<_> = events
        .as_array()
        .expect("a list")
        .iter()
        .filter(|event| event["what"] == "keys_changed")
        .map(|event| (&event["who"], &event["before"], &event["after"]))
        .collect();
    let (who, before, after) = (json!("operator:admin"), json!("live=1"), json!("live=1, 2"));
    assert_eq!(changes, [(&who, &before, &after)]);
    let retired = served.masker(&["keys", "retire", "1"]).run("");
    retired.has_status(0);
    assert_eq!((served.whose(&old), served.whose(&new)), (401, 200));
    // There is room for three. What is refused says what to do.
    for status in [201, 201, 409] {
        assert_eq!(served.admin(ROTATE, &json!(null)).0, status);
    }
    let (_, refused) = served.admin(ROTATE, &json!(null));
    let text = refused["message"].as_str().expect("a sentence");
    assert!(text.contains("retire one first"), "{text}");
    let keys = std::fs::read_to_string(served.path("keys")).expect("a file");
    for line in keys.lines().filter(|line| line.starts_with("key ")) {
        let key = line.rsplit(' ').next().expect("its digits");
        assert!(!refused.to_string().contains(key), "a key is shown");
    }
}
