//! What proxies ask.

use masker::token::directory::Role;
use proptest::prelude::*;

use super::world::{ALICE, B, PACKAGE, World};

#[test]
fn s100_an_allowed_request_is_described() {
    let world = World::new();
    world.role(ALICE, B, Role::Reporter);
    let job = world.run();
    let line = format!("GET {PACKAGE}");
    let reply = world
        .forward(&line)
        .job(&job)
        .header("x-job-user", "root")
        .send();
    assert_eq!((reply.status, reply.text()), (200, ""));
    let (id, accessor) = (job.id.0.to_string(), job.accessor.as_str());
    for (name, value) in [
        ("x-job-id", id.as_str()),
        ("x-job-project", "g/a"),
        ("x-job-user", "alice"),
        ("x-job-user-id", "7"),
        ("x-job-pipeline", ""),
        ("x-job-target", "g/sub/b"),
        ("x-job-action", "read"),
        ("x-job-accessor", accessor),
    ] {
        assert!(
            reply.headers.contains_key(name),
            "s100: {name} replaces the client's"
        );
        assert_eq!(reply.header(name), value, "{name}");
    }
    let denied = world.forward(&line.replace("GET", "PUT")).job(&job).send();
    assert!(!denied.headers.contains_key("x-job-id"));
}

#[test]
fn s98_nginx_gets_statuses_that_it_knows() {
    let world = World::new();
    let job = world.run();
    for door in ["GET /auth/nginx", "GET /auth/forward?mode=nginx"] {
        let ask = |uri: &str| {
            let ask = world.at_door(door).header("x-original-method", "GET");
            ask.header("x-original-uri", uri)
        };
        let denied = ask(PACKAGE).job(&job).send();
        assert_eq!(
            (denied.status, denied.header("x-public-status")),
            (403, "404")
        );
        assert_eq!(denied.text(), "");
        let bad = ask("/api//v4").job(&job).send();
        assert_eq!((bad.status, bad.header("x-public-status")), (403, "400"));
        let anonymous = ask("/api/v4/job").send();
        assert_eq!(anonymous.status, 401);
        assert!(
            anonymous
                .header("www-authenticate")
                .starts_with("Basic realm=")
        );
        assert_eq!(ask("/api/v4/job").job(&job).status(), 200);
    }
}

#[test]
fn s100_without_an_original_there_is_no_answer_but_400() {
    let world = World::new();
    let job = world.run();
    assert_eq!(world.at_door("GET /auth/forward").job(&job).status(), 400);
    assert_eq!(world.at_door("GET /auth/nginx").job(&job).status(), 400);
    for (name, value) in [
        ("x-original-uri", "/api/v4/job"),
        ("x-original-method", "GET"),
        ("x-forwarded-uri", "/api/v4/job"),
    ] {
        let half = world
            .at_door("GET /auth/forward")
            .job(&job)
            .header(name, value);
        assert_eq!(half.status(), 400, "{name} alone");
    }
}

/// A client sends the headers of another proxy than the one it is behind.
#[test]
fn s100_a_second_original_that_differs_is_refused() {
    let world = World::new();
    let job = world.run();
    let forged = [
        ("x-original-method", "x-original-uri"),
        ("x-forwarded-method", "x-forwarded-uri"),
    ];
    for (method, uri) in forged {
        let behind = format!("GET /auth/forward{PACKAGE}");
        let ask = world.at_door(&behind).job(&job);
        let ask = ask.header(method, "GET").header(uri, "/api/v4/job");
        assert_eq!(ask.status(), 400, "{uri}");
    }
    let traefik = world.forward("GET /api/v4/job").job(&job);
    let traefik = traefik.header("x-forwarded-method", "PUT");
    assert_eq!(traefik.header("x-forwarded-uri", PACKAGE).status(), 400);
    let twice = world.forward("GET /api/v4/job").job(&job);
    assert_eq!(twice.header("x-original-uri", PACKAGE).status(), 400);
    // The query of a proxy that sends paths is the client's, and chooses no mode.
    let query = format!("GET /auth/forward{PACKAGE}?mode=nginx");
    assert_eq!(world.at_door(&query).job(&job).status(), 404);
}

#[test]
fn a_proxy_that_must_say_a_secret_says_it() {
    let secret = "what-the-proxy-says";
    let world = World::with(|options| {
        options.forward_secret = Some(masker::Secret::new("forward", secret));
    });
    let job = world.run();
    let ask = || world.forward("GET /api/v4/job").job(&job);
    assert_eq!(ask().status(), 403);
    assert_eq!(ask().header("x-forward-secret", "guess").status(), 403);
    assert_eq!(ask().header("x-forward-secret", secret).status(), 200);
}

fn request() -> impl Strategy<Value = (String, String)> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]);
    let piece = prop::sample::select(vec![
        "api",
        "v4",
        "projects",
        "1",
        "2",
        "9",
        "g%2Fa",
        "g%2Fsub%2Fb",
        "packages",
        "generic",
        "x",
        "..",
        "releases",
        "job",
        "jobs",
        "artifacts",
        "g",
        "a.git",
        "info",
        "refs",
        "%2e",
        "",
    ]);
    let path = prop::collection::vec(piece, 1..7).prop_map(|pieces| pieces.join("/"));
    let known = prop::sample::select(vec![
        "api/v4/job",
        "api/v4/projects/2/packages/generic/tool/1/f",
        "api/v4/projects/1/packages/generic/tool/1/f",
        "api/v4/projects/g%2Fsub%2Fb/releases",
        "api/v4/projects/1/releases/v1?job_token=x",
        "g/sub/b.git/info/refs?service=git-upload-pack",
        "g/a.git/git-receive-pack",
    ]);
    let path = prop_oneof![path, known.prop_map(str::to_owned)];
    (
        method.prop_map(str::to_owned),
        path.prop_map(|path| format!("/{path}")),
    )
}

#[test]
fn s99_all_proxies_are_told_the_same() {
    let world = World::new();
    world.role(ALICE, B, Role::Reporter);
    let job = world.run();
    let config = ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 200 });
    proptest!(config, |((method, uri) in request())| {
        let nginx = world.forward(&format!("{method} {uri}")).job(&job).send();
        let traefik = world.at_door("GET /auth/forward").job(&job);
        let traefik = traefik.header("x-forwarded-method", &method);
        let traefik = traefik.header("x-forwarded-uri", &uri).send();
        let envoy = world.at_door(&format!("{method} /auth/forward{uri}")).job(&job).send();
        prop_assert_eq!(nginx.seen(), traefik.seen());
        prop_assert_eq!(nginx.seen(), envoy.seen());
    });
}
