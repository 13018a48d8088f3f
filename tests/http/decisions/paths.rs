//! Paths that can be read in two ways, and the two names of a project: statements 85 and 86.

use masker::token::directory::Role;

use crate::http::world::{ALICE, Ask, B, PACKAGE, World};

#[test]
fn s85_a_path_that_can_be_read_in_two_ways_is_400() {
    let world = World::new();
    world.role(ALICE, B, Role::Maintainer);
    let job = world.run();
    let paths = [
        "/api/v4/projects/1/../2/releases",
        "/api/v4/projects/1/%2e%2e/2/releases",
        "/api/v4/projects/1/.%2E/2/releases",
        "/api/v4//job",
        "/api/v4/job%5c",
        "/api/v4/projects/g%252Fa/releases",
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
            let behind = format!("{method} /auth/forward{path}");
            assert_eq!(world.at_door(&behind).job(&job).status(), 400, "{behind}");
        }
    }
    // No server parses a raw backslash in a request, but a proxy may say one of the original.
    for path in [
        "/api/v4/projects\\1",
        "/api/v4/projects/2/jobs/1/artifacts/..\\a",
    ] {
        let raw = world.forward(&format!("GET {path}"));
        assert_eq!(raw.job(&job).status(), 400, "{path}");
    }
}

#[test]
fn s86_the_number_and_the_path_of_a_project_are_the_same() {
    let world = World::new();
    let job = world.run();
    let done = world.run_b("test", "main");
    #[cfg(feature = "artifacts")]
    world.keep(&done, "", b"bytes");
    world.succeed(&done);
    let package = PACKAGE.replace("/2/", "/#/");
    let lines = [
        format!("GET {package}"),
        format!("PUT {package}"),
        "GET /api/v4/projects/#/jobs/artifacts/main/download?job=test".to_owned(),
        format!("GET /api/v4/projects/#/jobs/{}/artifacts", done.id.0),
        format!(
            "POST /api/v4/projects/#/trigger/pipeline?ref=main&token={}",
            job.token()
        ),
    ];
    let there = ["2", "g%2Fsub%2Fb", "G%2fSUB%2fb"];
    let nowhere = ["3", "g%2Fsub%2Fc", "G%2fSUB%2fc"];
    // What each door answers, once at least.
    let public: &[u16] = match cfg!(feature = "artifacts") {
        true => &[200, 201, 403, 404, 501],
        false => &[201, 403, 404, 501],
    };
    for (door, expected) in [
        (
            World::public as for<'w> fn(&'w World, &str) -> Ask<'w>,
            public,
        ),
        (World::forward, &[200, 403, 404]),
    ] {
        let mut seen = Vec::new();
        for role in [Role::None, Role::Guest, Role::Reporter, Role::Developer] {
            world.role(ALICE, B, role);
            for line in &lines {
                for names in [there, nowhere] {
                    let statuses =
                        names.map(|name| door(&world, &line.replace('#', name)).job(&job).status());
                    assert_eq!(statuses, [statuses[0]; 3], "{line} {role:?}");
                    seen.push(statuses[0]);
                }
            }
        }
        for status in expected {
            assert!(seen.contains(status), "{status} was never seen: {seen:?}");
        }
    }
}
