//! Paths that can be read in one way only.

use masker::token::authorizer::Door;

use super::requests::{bare, request};
use super::world::{ALLOWED, Setup, World};

const BAD: &str = "D1 bad_path 400";

#[test]
fn s83_s85_what_is_not_canonical_is_refused_at_both_doors() {
    let world = World::with_role_in_b("owner");
    let paths = [
        "/api/v4/projects/2/packages/%2e%2e/job",
        "/%2eapi",
        "/api/v4/projects/2/packages/%2E/job",
        "/api/v4/projects/2/../1/packages",
        "/api/v4/projects/2/./packages",
        "/api/v4/projects/2/jobs/artifacts/main/raw/../../etc/passwd",
        "/api/v4/projects/2/jobs/artifacts/main/raw/a%2Fb",
        "/api/v4//job",
        "//api/v4/job",
        "/api/v4/job//",
        "/api/v4\\job",
        "/api/v4%5Cjob",
        "/api/v4%5cjob",
        "/api/v4/job%00",
        "/api/v4/job\0",
        "/api/v4/job%0d",
        "/api/v4/projects/g%252Fa/packages",
        "/api/v4/projects/g%2Fa%2F/packages",
        "/api/v4/projects/%2Fg%2Fa/packages",
        "/api/v4/projects/g%2F%2Fa/packages",
        "/api/v4/projects/x%2F..%2Fg%2Fa/packages",
        "/api/v4/projects/2%2Fpackages",
        "/api/v4/projects/2/packages%2F3",
        "/api%2Fv4/job",
        "/g%2Fa.git/info/refs",
        "/g/a%2egit/git-upload-pack",
        "/api/v4/projects/1/releases/v1%2E0",
        "/api/v4/projects/1/releases/a%252Fb",
        "/api/v4/job%",
        "/api/v4/job%2",
        "/api/v4/job%zz",
        "/api/v4/job%ff",
        "/api/v4/job#",
        "api/v4/job",
        "",
    ];
    for path in paths {
        for door in [Door::Service, Door::ForwardAuth] {
            let says = world.says(&request(&format!("GET {path}")).through(door));
            // As a namespaced id this one is canonical, and then an endpoint that is not there.
            match path {
                "/api/v4/projects/2%2Fpackages" => assert_eq!(says, "D3 endpoint_not_allowed 401"),
                _ => assert_eq!(says, BAD, "{path:?}"),
            }
        }
    }
}

#[test]
fn s86_a_number_and_a_path_decide_the_same() {
    for role_in_b in ["none", "guest", "reporter", "developer", "owner"] {
        for limited in [false, true] {
            let world = Setup {
                role_in_b,
                limited,
                ..Setup::default()
            }
            .world();
            for line in [
                "GET /api/v4/projects/#/packages",
                "POST /api/v4/projects/#/releases",
                "DELETE /api/v4/projects/#/registry/repositories/1",
            ] {
                let number = world.decide(&request(&line.replace('#', "2")));
                for path in ["g%2Fsub%2Fb", "g%2fsub%2fb", "g%2F%73ub%2Fb"] {
                    assert_eq!(world.decide(&request(&line.replace('#', path))), number);
                }
            }
        }
    }
}

#[test]
fn git_says_once_what_it_is_about_to_do() {
    let setup = Setup {
        more_of_a: "job_token_push = true",
        ..Setup::default()
    };
    let world = setup.world();
    let refs = |query: &str| world.says(&request(&format!("GET /g/a.git/info/refs{query}")));
    assert_eq!(refs("?service=git-upload-pack"), ALLOWED);
    assert_eq!(refs("?service=git-receive-pack"), ALLOWED);
    assert_eq!(refs(""), "D2 no_route 404");
    assert_eq!(
        refs("?service=git-upload-pack&service=git-receive-pack"),
        "D2 no_route 404"
    );
    let batch = request("POST /g/a.git/info/lfs/objects/batch");
    let route = |asking| world.decide(&asking).record().route;
    assert_eq!(
        route(batch.clone().body("operation", "download")),
        Some("git_fetch")
    );
    assert_eq!(
        route(batch.clone().body("operation", "upload")),
        Some("git_push")
    );
    assert_eq!(route(batch), Some("git_push"));
}

#[test]
fn the_api_is_no_repository() {
    let world = World::with_role_in_b("owner");
    let asking = bare("GET /api/v4/x.git/info/refs?service=git-upload-pack");
    assert_eq!(world.says(&asking), "D3 endpoint_not_allowed 401");
    let asking = request("GET /.git/info/refs?service=git-upload-pack");
    assert_eq!(world.says(&asking), "D2 no_route 404");
}
