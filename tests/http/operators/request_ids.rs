//! Requests are found by the names that their clients gave them, however long those may be: statement 111.

use std::sync::Arc;

use masker::http::{Options, Service, WrittenDecisions};
use masker::token::journal::{DecisionFilter, RequestId};
use masker::token::store::Store as _;

use crate::http::world::{ADMIN, JOB, World};

#[test]
fn s111_a_request_with_a_long_name_is_found_in_the_journal() {
    let world = World::new();
    let log = Arc::new(WrittenDecisions::begin(world.store.clone()).expect("threads"));
    let now = world.now();
    let mut options = Options::default();
    options.admin_token = Some(masker::Secret::new("admin", ADMIN));
    // Memory has the last one only, which is another.
    options.recent_decisions = 1;
    let service = |log| {
        let clock = Arc::new(move || now);
        Service::with_log(
            world.issuer.clone(),
            world.store.clone(),
            clock,
            options,
            log,
        )
    };
    let service = service(log.clone());
    // Words of ten, as a name without an end may be a token.
    let long = |length: usize| "abcdefghi-".repeat(13)[..length].to_owned();
    let names = [long(64), long(65), long(100), long(128)];
    let deny = |name: &str| {
        let ask = world.at(service.public(), JOB);
        let reply = ask.header("x-request-id", name).send();
        assert_eq!(reply.status, 401);
        reply.header("x-request-id").to_owned()
    };
    for name in &names {
        assert_eq!(&deny(name), name);
    }
    // One more is too long for a name, and the request gets another.
    assert_ne!(deny(&long(129)), long(129));
    let ask = |name: &str| {
        let ask = world.at(service.admin(), &format!("GET /admin/decisions/{name}"));
        ask.header("authorization", &format!("Bearer {ADMIN}"))
    };
    // Another thread writes, some tenth of a second behind.
    let written = |name: &str| {
        let which = DecisionFilter {
            request_id: Some(RequestId::new(name)),
            ..DecisionFilter::default()
        };
        world.store.decisions(&which, 10).expect("it works")
    };
    let is_written = (0..2_000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        !written(&names[3]).is_empty()
    });
    assert!(is_written, "the last one is in the journal");
    for name in &names {
        let found = ask(name).send();
        assert_eq!(found.status, 200, "{name}");
        let found = found.json();
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{name}");
        assert_eq!(found[0]["reason"], "no_credential");
        assert_eq!(found[0]["request_id"], name.as_str());
    }
}
