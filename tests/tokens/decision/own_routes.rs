//! The operator's own services: R31.

use masker::token::authorizer::Door;
use masker::token::configuration::Configuration;
use masker::token::permission::Permissions;
use masker::token::routes::{Action, Method, OwnRoute, OwnRoutes};

use super::TOKEN;
use super::requests::{bare, request};
use super::rows::rows;
use super::world::{ALLOWED, Setup, World};

const ROUTES: &str = r#"
[[route]]
name = "cache_read"
methods = ["GET"]
path = "/cache/:id/+"
action = "read"
public_read = true

[[route]]
name = "cache_write"
methods = ["PUT"]
path = "/cache/:id/+"
action = "write"

[[route]]
name = "cache_wipe"
methods = ["DELETE"]
path = "/cache/:id/+"
action = "delete"
scope = "own"

[[route]]
name = "nexus"
methods = ["GET", "POST"]
path = "/nexus/*"
project = "g/sub/b"
action = "read"
role = "developer"
permission = "READ_PACKAGES"
feature = "package_registry"

[[route]]
name = "clock"
methods = ["GET"]
path = "/clock"
action = "read"
scope = "none"
carriers = ["bearer", "query"]

[[route]]
name = "all_of_g"
methods = ["GET", "POST", "PUT"]
path = "/g/*"
project = "1"
action = "read"
"#;

fn knowing(mut world: World) -> World {
    let configuration = Configuration::parse(ROUTES).expect("it is well");
    world.policy = configuration.policy().artifact_changes(true);
    world
}

#[test]
fn r31_own_rows_are_decided_as_those_of_the_table() {
    let limited = |listed| Setup {
        role_in_b: "owner",
        limited: true,
        listed,
        ..Setup::default()
    };
    let visible = |visibility_of_b| Setup {
        visibility_of_b,
        ..Setup::default()
    };
    let role_in_b = |role_in_b| Setup {
        role_in_b,
        ..Setup::default()
    };
    let without_packages = Setup {
        more_of_b: "features = { package_registry = 'disabled' }",
        ..role_in_b("owner")
    };
    let cases = [
        ("GET /cache/1/key", role_in_b("none"), ALLOWED),
        ("HEAD /cache/1/key", role_in_b("none"), ALLOWED),
        ("PUT /cache/1/some/key", role_in_b("none"), ALLOWED),
        ("PUT /cache/g%2Fa/key", role_in_b("none"), ALLOWED),
        ("PUT /cache/g%2fa/key", role_in_b("none"), ALLOWED),
        (
            "DELETE /cache/1/key",
            role_in_b("owner"),
            "D17 role_too_low 403",
        ),
        (
            "DELETE /cache/2/key",
            role_in_b("owner"),
            "D9 other_project_forbidden 403",
        ),
        (
            "DELETE /cache/99/key",
            role_in_b("owner"),
            "D9 other_project_forbidden 403",
        ),
        ("GET /cache/2/key", role_in_b("reporter"), ALLOWED),
        ("GET /cache/g%2Fsub%2Fb/key", role_in_b("reporter"), ALLOWED),
        (
            "GET /cache/2/key",
            role_in_b("guest"),
            "D17 role_too_low 403",
        ),
        (
            "GET /cache/2/key",
            role_in_b("none"),
            "D13 user_cannot_read 404",
        ),
        (
            "GET /cache/99/key",
            role_in_b("owner"),
            "D10 target_missing 404",
        ),
        (
            "PUT /cache/2/key",
            role_in_b("reporter"),
            "D17 role_too_low 403",
        ),
        ("PUT /cache/2/key", role_in_b("developer"), ALLOWED),
        ("GET /cache/2/key", visible("public"), ALLOWED),
        (
            "PUT /cache/2/key",
            visible("public"),
            "D17 role_too_low 403",
        ),
        ("GET /nexus/a/b", visible("public"), "D17 role_too_low 403"),
        ("GET /cache/2/key", limited(false), "D11 outbound_scope 404"),
        ("GET /cache/2/key", limited(true), ALLOWED),
        ("GET /nexus/a/b", limited(false), "D11 outbound_scope 404"),
        (
            "GET /nexus/a/b",
            role_in_b("reporter"),
            "D17 role_too_low 403",
        ),
        ("GET /nexus/a/b", role_in_b("developer"), ALLOWED),
        ("POST /nexus", role_in_b("developer"), ALLOWED),
        ("GET /nexus/", role_in_b("developer"), ALLOWED),
        ("GET /nexus/a", without_packages, "D16 feature_disabled 404"),
        ("PUT /nexus/a/b", role_in_b("owner"), "D2 no_route 404"),
        ("GET /nexus2/a", role_in_b("owner"), "D2 no_route 404"),
        ("GET /cache/1", role_in_b("owner"), "D2 no_route 404"),
        ("GET /cache/1/", role_in_b("owner"), "D2 no_route 404"),
        ("GET /cache/1/a/", role_in_b("owner"), "D2 no_route 404"),
        ("GET /cache/1//a", role_in_b("owner"), "D1 bad_path 400"),
        ("GET /cache/1/../2/a", role_in_b("owner"), "D1 bad_path 400"),
        (
            "GET /cache/g%2F..%2Fb/a",
            role_in_b("owner"),
            "D1 bad_path 400",
        ),
        (
            "GET /cache/g%252Fa/a",
            role_in_b("owner"),
            "D1 bad_path 400",
        ),
        ("GET /cache/1/a%2Fb", role_in_b("owner"), "D1 bad_path 400"),
        ("GET /nexus/g%2Fa", role_in_b("owner"), "D1 bad_path 400"),
        ("GET /other/g%2Fa/x", role_in_b("owner"), "D1 bad_path 400"),
    ];
    for (line, setup, expected) in cases {
        let world = knowing(setup.world());
        assert_eq!(world.says(&request(line)), expected, "{line} as {setup:?}");
    }
}

#[test]
fn r31_a_row_names_what_a_job_must_have_declared() {
    let mut world = knowing(World::with_role_in_b("owner"));
    let declared = |name: &str| Some(Permissions::from_iter([name.parse().expect("a name")]));
    world.permissions = declared("ADMIN_PACKAGES");
    assert_eq!(world.says(&request("GET /nexus/a")), ALLOWED);
    // A row without one has nothing that a job could declare.
    assert_eq!(
        world.says(&request("GET /cache/1/a")),
        "D15 job_permission 403"
    );
    world.permissions = declared("READ_JOBS");
    assert_eq!(
        world.says(&request("GET /nexus/a")),
        "D15 job_permission 403"
    );
}

#[test]
fn r31_a_row_takes_a_token_where_it_says_so_and_nowhere_else() {
    let world = knowing(World::with_role_in_b("owner"));
    let query = bare(&format!("GET /clock?job_token={TOKEN}"));
    for (asking, clock, cache) in [
        (bare("").header("JOB-TOKEN", TOKEN), false, true),
        (bare("").basic("gitlab-ci-token", TOKEN), false, true),
        (bare("").bearer(TOKEN), true, true),
        (bare("").body("job_token", TOKEN), false, false),
    ] {
        for door in [Door::Service, Door::ForwardAuth] {
            for (line, is_taken) in [("GET /clock", clock), ("GET /cache/1/key", cache)] {
                let asking = asking.clone().at(line).through(door);
                let expected = if is_taken {
                    ALLOWED
                } else {
                    "D4 no_credential 401"
                };
                assert_eq!(world.says(&asking), expected, "{line} by {asking:?}");
            }
        }
    }
    assert_eq!(world.says(&query), ALLOWED);
    let mut denying = knowing(World::with_role_in_b("owner"));
    denying.policy = denying.policy.deny_query_tokens(true);
    assert_eq!(denying.says(&query), "D4 no_credential 401");
}

/// Whatever an operator writes down, the table says what it said: also of paths as git has them, and
/// a path like those is of git or of nobody.
#[test]
fn r31_rows_of_the_table_win() {
    let more_of_a = "job_token_push = true";
    let setup = Setup {
        role_in_a: "owner",
        more_of_a,
        ..Setup::default()
    };
    let (plain, world) = (setup.world(), knowing(setup.world()));
    let mut of_git = 0;
    for row in rows() {
        let line = row.line.replace('#', "1").replace('@', "g/a");
        of_git += usize::from(line.contains(" /g/"));
        assert_eq!(
            world.decide(&request(&line)),
            plain.decide(&request(&line)),
            "{line}"
        );
    }
    assert!(of_git > 0, "no row has a path that an own row would take");
    for line in [
        "GET /g/a.git/objects/1",
        "GET /g/a.git",
        "GET /g/a.git/info/refs",
        "GET /g/x/y.git/z",
    ] {
        assert_eq!(world.says(&request(line)), "D2 no_route 404", "{line}");
    }
    assert_eq!(world.says(&request("GET /g/a.gi/objects/1")), ALLOWED);
    assert_eq!(
        world.says(&request("GET /api/v4/projects/1")),
        "D3 endpoint_not_allowed 401"
    );
}

fn taken(method: Method, path: &str) -> Result<OwnRoutes, String> {
    let row = OwnRoute::new("own", &[method], path, Action::Read);
    let has_project = path.contains(":id");
    let row = OwnRoute {
        project: (!has_project).then(|| "g/a".to_owned()),
        ..row
    };
    OwnRoutes::new(vec![row]).map_err(|error| format!("{}: {error}", error.key()))
}

/// Each path that the table takes, with parts of it left open in all ways: no own row has it.
#[test]
fn r31_a_row_with_paths_of_the_table_is_refused_by_name() {
    let mut tried = 0;
    for row in rows() {
        let line = row.line.replace('#', "1");
        let Some((method, path)) = line.split_once(" /api/") else {
            continue;
        };
        let path = path.split('?').next().expect("a path");
        let path = path
            .trim_end_matches('/')
            .replace("%2F", "-")
            .replace("%2f", "-");
        let parts: Vec<&str> = path.split('/').collect();
        for open in 0..1_u32 << parts.len() {
            let part = |(at, part): (usize, &&str)| match open >> at & 1 {
                0 => (*part).to_owned(),
                _ => ":name".to_owned(),
            };
            let mut parts: Vec<String> = parts.iter().enumerate().map(part).collect();
            for tail in ["", "+", "*"] {
                if !tail.is_empty() {
                    parts.pop();
                    parts.push(tail.to_owned());
                }
                let path = format!("/api/{}", parts.join("/"));
                let refused = taken(Method::named(method), &path).expect_err(&path);
                assert!(
                    refused.starts_with("path: it has paths of the built-in row "),
                    "{refused}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 1000, "only {tried}");
}

#[test]
fn r31_a_row_beside_the_table_is_taken() {
    for path in [
        "/nexus/*",
        "/nexus/:name/+/x",
        "/api/v2/*",
        "/api/v4/projects/:id/wikis/*",
        "/api/v4/job/1",
        "/cache/:number/:id/*",
        "/@scope/~user/a-b_c.d",
    ] {
        taken(Method::Get, path).expect(path);
    }
    // The same paths with a method that the table does not take there.
    taken(Method::Patch, "/api/v4/projects/:id/releases/:name").expect("nobody has it");
    taken(Method::Head, "/api/v4/job").expect_err("what takes GET takes HEAD");
}
