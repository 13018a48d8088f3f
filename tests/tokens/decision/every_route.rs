//! An oracle says what must be decided of every endpoint in every setting.

use masker::token::routes::Route;

use super::requests::{Asking, bare, request};
use super::rows::{Reach, Row, rows};
use super::world::{Setup, World};

pub const ROLES: [&str; 7] = [
    "none",
    "guest",
    "planner",
    "reporter",
    "developer",
    "maintainer",
    "owner",
];

fn rank(role: &str) -> Option<usize> {
    ROLES.iter().position(|known| *known == role)
}

pub fn for_project(row: &Row, own: bool) -> Asking {
    let (number, path) = if own { ("1", "g/a") } else { ("2", "g/sub/b") };
    request(&row.line.replace('#', number).replace('@', path))
}

/// What must be decided on a request to B: the status. Too simple to be wrong, it is hoped.
fn expected(row: &Row, setup: &Setup<'_>, feature: &str) -> u16 {
    let Row {
        feature: of_feature,
        least_role: least,
        reach,
        ..
    } = *row;
    let is_private = setup.visibility_of_b == "private";
    let is_member = setup.role_in_b != "none";
    let sees_it = match setup.visibility_of_b {
        "public" => true,
        "internal" => is_member || !setup.external,
        _ => is_member,
    };
    let is_let_through = !setup.limited || !is_private || setup.listed;
    let has_feature = match feature {
        _ if of_feature == "-" => true,
        "disabled" => false,
        "members" => is_member,
        _ => true,
    };
    let is_public_read = reach == Reach::Public && !is_private && feature == "everyone";
    let may = is_public_read || rank(setup.role_in_b) >= rank(least);
    match (
        reach == Reach::Own,
        is_let_through && sees_it && has_feature,
        may,
    ) {
        (true, _, _) => 403,
        (_, false, _) => 404,
        (_, _, may) => {
            if may {
                200
            } else {
                403
            }
        }
    }
}

#[test]
fn every_route_decides_in_every_setting_as_the_oracle_says() {
    let rows = rows();
    let mut decided = 0;
    each_setting(|setup, feature, more_of_b| {
        let world = Setup { more_of_b, ..setup }.world();
        for row in &rows {
            let decision = world.decide(&for_project(row, false));
            let status = decision.answer().status();
            assert_eq!(
                status,
                expected(row, &setup, feature),
                "{row:?} {setup:?} {feature}",
                row = row.line
            );
            decided += 1;
        }
    });
    assert_eq!(decided, 7 * 3 * 2 * 2 * 2 * 3 * rows.len());
}

fn each_setting(mut each: impl FnMut(Setup<'_>, &str, &str)) {
    let switches = [(false, false), (false, true), (true, false), (true, true)];
    for role_in_b in ROLES {
        for visibility_of_b in ["private", "internal", "public"] {
            for (limited, listed) in switches {
                for (external, feature) in [false, true]
                    .into_iter()
                    .flat_map(|external| ["disabled", "members", "everyone"].map(|f| (external, f)))
                {
                    let features = [
                        "repository",
                        "builds",
                        "container_registry",
                        "package_registry",
                        "releases",
                        "environments",
                    ]
                    .map(|name| format!("{name} = '{feature}'"));
                    let more = format!("features = {{ {} }}", features.join(", "));
                    let setup = Setup {
                        role_in_b,
                        visibility_of_b,
                        external,
                        limited,
                        listed,
                        ..Setup::default()
                    };
                    each(setup, feature, &more);
                }
            }
        }
    }
}

/// In the job's own project, with the limit on: only the role counts.
#[test]
fn every_route_is_allowed_and_denied_in_the_own_project() {
    let rows = rows();
    for role_in_a in ROLES {
        let more_of_a = "job_token_push = true";
        let world = Setup {
            role_in_a,
            limited: true,
            more_of_a,
            ..Setup::default()
        }
        .world();
        for row in &rows {
            let least = if row.number == 5 {
                "guest"
            } else {
                row.least_role
            };
            let expected = match rank(role_in_a) {
                Some(0) => 404,
                role if role >= rank(least) => 200,
                _ => 403,
            };
            let decision = world.decide(&for_project(row, true));
            assert_eq!(
                decision.answer().status(),
                expected,
                "{} as {role_in_a}",
                row.line
            );
        }
    }
}

#[test]
fn every_route_has_a_row_and_each_row_is_of_its_number() {
    let rows = rows();
    let world = World::with_role_in_b("owner");
    for row in &rows {
        let name = world
            .decide(&for_project(row, false))
            .record()
            .route
            .expect("a route");
        let mut named = Route::all().iter().filter(|route| route.name == name);
        assert_eq!(
            named.next().map(|route| route.number),
            Some(row.number),
            "{}",
            row.line
        );
        assert!(named.next().is_none(), "two routes are called {name}");
    }
    // Those two name no project: they have tests of their own.
    for route in Route::all()
        .iter()
        .filter(|route| ![13, 30].contains(&route.number))
    {
        assert!(
            rows.iter().any(|row| row.number == route.number),
            "R{}",
            route.number
        );
    }
    let numbers: Vec<u8> = Route::all().iter().map(|route| route.number).collect();
    assert!((1..=21).all(|number| numbers.contains(&number)));
}

#[test]
fn the_job_of_a_token_is_told_to_whoever_holds_it() {
    let world = Setup {
        role_in_a: "none",
        ..Setup::default()
    }
    .world();
    assert_eq!(
        world.decide(&request("GET /api/v4/job")).answer().status(),
        200
    );
    assert_eq!(
        world.decide(&bare("GET /api/v4/job")).answer().status(),
        401
    );
}

#[test]
fn s70_of_another_registry_nothing_is_said() {
    let world = World::with_role_in_b("none");
    let line = "GET /api/v4/projects/#/registry/repositories";
    let there = world.decide(&request(&line.replace('#', "2")));
    let missing = world.decide(&request(&line.replace('#', "99")));
    assert_eq!(there.answer(), missing.answer());
    assert_eq!(there.answer().status(), 403);
}

#[test]
fn settings_of_a_project_turn_endpoints_off() {
    let off = Setup {
        more_of_a: "container_registry_api = false",
        ..Setup::default()
    }
    .world();
    let asking = request("GET /api/v4/projects/1/registry/repositories");
    assert_eq!(off.says(&asking), "D16 feature_disabled 404");
    // It is the job's own project: there is nothing to hide, and something to set.
    let asking = request("POST /g/a.git/git-receive-pack");
    assert_eq!(off.says(&asking), "D16 feature_disabled 403");
    assert!(
        off.decide(&asking)
            .answer()
            .body()
            .contains("job_token_push")
    );
}

#[test]
fn artifacts_are_for_guests_where_pipelines_are_public_and_for_developers_where_private() {
    let artifact = request("GET /api/v4/projects/2/jobs/3/artifacts");
    let least = |setup: Setup<'_>, private_artifact| {
        ROLES.into_iter().find(|role_in_b| {
            let mut world = Setup { role_in_b, ..setup }.world();
            world.private_artifact = private_artifact;
            world.decide(&artifact).is_allowed()
        })
    };
    let public_pipelines = Setup {
        more_of_b: "public_pipelines = true",
        ..Setup::default()
    };
    let public = Setup {
        visibility_of_b: "public",
        ..Setup::default()
    };
    assert_eq!(least(Setup::default(), false), Some("reporter"));
    assert_eq!(least(public_pipelines, false), Some("guest"));
    assert_eq!(least(public, false), Some("none"));
    for setup in [Setup::default(), public_pipelines, public] {
        assert_eq!(least(setup, true), Some("developer"));
    }
}

/// The file of the tests knows of no packages, so what it does not know is not there.
#[test]
fn packages_of_groups_and_instances_are_of_a_project_that_must_be_found() {
    let world = World::with_role_in_b("owner");
    for path in [
        "groups/g%2Fsub/-/packages/npm/@g%2Ftool",
        "packages/conan/v1/ping",
    ] {
        let says = world.says(&request(&format!("GET /api/v4/{path}")));
        assert_eq!(says, "D10 target_missing 404", "{path}");
    }
}
