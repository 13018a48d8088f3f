//! Paths that can be read in two ways, and the two names of a project: statements 85 and 86.

use masker::token::directory::Role;

use super::world::{ALICE, B, World};

/// Statement 85.
#[test]
fn s85_a_path_that_can_be_read_in_two_ways_is_400() {
    let world = World::new();
    world.role(ALICE, B, Role::Maintainer);
    let job = world.run_a();
    let paths = [
        "/api/v4/projects/2/jobs/artifacts/main/%2e%2e/download?job=test",
        "/api/v4/projects/2/jobs/artifacts//main/download?job=test",
        "/api/v4/projects/g%252Fsub%252Fb/jobs/artifacts/main/download?job=test",
        "/api/v4/projects/2/jobs/artifacts/main%2Fraw%2Fa/download?job=test",
        "/api/v4/projects/2/jobs/1/artifacts/%5C..%5Ca",
        "/api/v4/projects/2/../1/jobs/1/artifacts",
        "/api/v4/jobs/1/%2E%2E/2/artifacts",
        "/api/v4/projects/2/ref/a%2Fb/trigger/pipeline",
    ];
    for path in paths {
        for method in ["GET", "POST", "HEAD"] {
            let line = format!("{method} {path}");
            assert_eq!(world.public(&line).job(&job).status(), 400, "{line}");
            assert_eq!(world.forward(&line).job(&job).status(), 400, "{line}");
        }
    }
    // No server parses a raw backslash in a request, but a proxy may say one of the original.
    let raw = world.forward("GET /api/v4/projects/2/jobs/1/artifacts/..\\a");
    assert_eq!(raw.job(&job).status(), 400);
}

/// Statement 86.
#[test]
fn s86_the_number_and_the_path_of_a_project_are_the_same() {
    let world = World::new();
    let job = world.run_a();
    let done = world.run_b("test", "main");
    world.keep(&done, "", b"bytes");
    world.succeed(&done);
    let paths = [
        "GET /api/v4/projects/#/jobs/artifacts/main/download?job=test".to_owned(),
        format!("GET /api/v4/projects/#/jobs/{}/artifacts", done.id),
        format!(
            "POST /api/v4/projects/#/trigger/pipeline?ref=main&token={}",
            job.token()
        ),
        "GET /api/v4/projects/#/packages/generic/tool/1.0/tool".to_owned(),
    ];
    let mut seen = Vec::new();
    for role in [Role::None, Role::Guest, Role::Reporter, Role::Developer] {
        world.role(ALICE, B, role);
        for path in &paths {
            let both = ["2", "g%2Fsub%2Fb", "G%2fSUB%2fb"].map(|name| {
                let reply = world.public(&path.replace('#', name)).job(&job).send();
                reply.status
            });
            assert!(
                both.iter().all(|status| *status == both[0]),
                "{path}: {both:?}"
            );
            seen.push(both[0]);
        }
    }
    for status in [200, 201, 403, 404, 501] {
        assert!(seen.contains(&status), "{status} was never seen: {seen:?}");
    }
}
