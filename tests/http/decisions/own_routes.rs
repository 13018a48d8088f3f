//! The operator's own services behind a proxy: R31.

use masker::Secret;
use masker::http::Options;
use masker::token::configuration::Configuration;
use masker::token::directory::Role;
use masker::token::lifecycle::{Event, Outcome};
use serde_json::json;

use crate::http::world::{ALICE, B, FORM, NO_PROJECT, World, basic};

const ROUTES: &str = r#"
[[route]]
name = "cache_read"
methods = ["GET"]
path = "/cache/:id/+"
action = "read"

[[route]]
name = "cache_write"
methods = ["PUT"]
path = "/cache/:id/+"
action = "write"
carriers = ["basic"]
"#;

fn choose(options: &mut Options) {
    options.own_routes = Configuration::parse(ROUTES).expect("it is well").own_routes;
    options.clients = vec![("vault".to_owned(), Secret::new("vault", "its-own-secret"))];
}

#[test]
fn r31_every_proxy_is_answered_alike() {
    let world = World::with(choose);
    world.role(ALICE, B, Role::Reporter);
    let job = world.run();
    let cases = [
        ("GET", "/cache/1/key", 200),
        ("PUT", "/cache/1/key", 200),
        ("GET", "/cache/g%2Fsub%2Fb/some/key", 200),
        ("PUT", "/cache/2/key", 403),
        ("GET", "/cache/99/key", 404),
        ("DELETE", "/cache/1/key", 404),
        ("GET", "/cache/1/../2/key", 400),
        ("GET", "/cache/1/a%2fb", 400),
    ];
    for (method, uri, status) in cases {
        let password = job.basic();
        let nginx = world.forward(&format!("{method} {uri}"));
        let nginx = nginx.header("authorization", &password).send();
        let traefik = world.at_door("GET /auth/forward");
        let traefik = traefik.header("authorization", &password);
        let traefik = traefik.header("x-forwarded-method", method);
        let traefik = traefik.header("x-forwarded-uri", uri).send();
        let envoy = world.at_door(&format!("{method} /auth/forward{uri}"));
        let envoy = envoy.header("authorization", &password).send();
        assert_eq!(nginx.status, status, "{method} {uri}");
        assert_eq!(nginx.seen(), traefik.seen(), "{method} {uri}");
        assert_eq!(nginx.seen(), envoy.seen(), "{method} {uri}");
    }
    let read = world.forward("GET /cache/2/key").job(&job).send();
    assert_eq!(read.header("x-job-target"), "g/sub/b");
    assert_eq!(read.header("x-job-action"), "read");
    // A row that takes a password alone has no other carriers for a proxy either.
    assert_eq!(world.forward("PUT /cache/1/key").job(&job).status(), 401);
    let missing = world.forward("GET /cache/99/key").job(&job).send();
    assert_eq!(missing.text(), NO_PROJECT);
    let nginx = world.at_door("GET /auth/nginx").job(&job);
    let nginx = nginx.header("x-original-method", "GET");
    let nginx = nginx.header("x-original-uri", "/cache/99/key").send();
    assert_eq!(
        (nginx.status, nginx.header("x-public-status")),
        (403, "404")
    );
    world.apply(job.id, Event::Report(Outcome::Success));
    assert_eq!(world.forward("GET /cache/1/key").job(&job).status(), 401);
}

#[test]
fn r31_the_authority_has_no_such_service_itself() {
    let world = World::with(choose);
    let job = world.run();
    assert_eq!(world.public("GET /cache/1/key").job(&job).status(), 501);
    assert_eq!(world.public("GET /cache/2/key").job(&job).status(), 404);
    assert_eq!(world.public("GET /cache/1/key").status(), 401);
    // Nobody has said that there is one.
    let plain = World::new();
    let job = plain.run();
    assert_eq!(plain.forward("GET /cache/1/key").job(&job).status(), 404);
}

#[test]
fn r31_operators_and_services_are_told_too() {
    let world = World::with(choose);
    let job = world.run();
    let supposed = |method: &str, path: &str| {
        let asked = json!({ "accessor": job.accessor, "method": method, "path": path });
        world
            .admin("POST /admin/explain")
            .json(&asked)
            .send()
            .json()
    };
    let write = supposed("PUT", "/cache/1/key");
    assert_eq!(
        (&write["allowed"], &write["route"]),
        (&json!(true), &json!("cache_write"))
    );
    let denied = supposed("GET", "/cache/2/key");
    assert_eq!(denied["reason"], "user_cannot_read");
    for (action, active) in [("PUT+/cache/1/key", true), ("GET+/cache/2/key", false)] {
        let form = format!("token={}&action={action}", job.token());
        let ask = world.public("POST /oauth/introspect").body(FORM, form);
        let ask = ask.header("authorization", &basic("vault", "its-own-secret"));
        assert_eq!(ask.send().json()["active"], active, "{action}");
    }
}
