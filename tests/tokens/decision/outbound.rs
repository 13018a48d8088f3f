//! The limit on where the tokens of a project go.

use super::requests::{Asking, request};
use super::world::{ALLOWED, Setup};

fn read_b() -> Asking {
    request("GET /api/v4/projects/2/packages")
}

const LIMITED: &str = "D11 outbound_scope 404";

#[test]
fn s51_without_a_limit_a_private_project_is_reached() {
    let world = Setup {
        role_in_b: "reporter",
        ..Setup::default()
    }
    .world();
    assert_eq!(world.says(&read_b()), ALLOWED);
}

#[test]
fn s52_s53_with_a_limit_only_listed_projects_are() {
    let limited = Setup {
        role_in_b: "reporter",
        limited: true,
        ..Setup::default()
    };
    assert_eq!(limited.world().says(&read_b()), LIMITED);
    let listed = Setup {
        listed: true,
        ..limited
    };
    assert_eq!(listed.world().says(&read_b()), ALLOWED);
    assert_eq!(limited.world().says(&read_b()), LIMITED);
}

#[test]
fn s54_public_and_internal_projects_need_no_listing() {
    for visibility_of_b in ["public", "internal"] {
        let world = Setup {
            visibility_of_b,
            limited: true,
            ..Setup::default()
        }
        .world();
        assert_eq!(world.says(&read_b()), ALLOWED);
    }
}

#[test]
fn s55_the_own_project_is_always_in() {
    let world = Setup {
        limited: true,
        ..Setup::default()
    }
    .world();
    assert_eq!(
        world.says(&request("GET /api/v4/projects/1/packages")),
        ALLOWED
    );
    assert_eq!(world.says(&request("repository:g/a/image:push")), ALLOWED);
}

#[test]
fn s56_to_be_listed_grants_nothing() {
    let world = Setup {
        limited: true,
        listed: true,
        ..Setup::default()
    }
    .world();
    assert_eq!(world.says(&read_b()), "D13 user_cannot_read 404");
}

#[test]
fn s57_nor_does_it_raise_a_role() {
    let listed = Setup {
        role_in_b: "reporter",
        limited: true,
        listed: true,
        ..Setup::default()
    };
    let release = request("POST /api/v4/projects/2/releases");
    assert_eq!(listed.world().says(&release), "D17 role_too_low 403");
}

#[test]
fn s60_a_limit_is_on_what_goes_out() {
    let world = Setup {
        role_in_b: "reporter",
        limited: true,
        ..Setup::default()
    }
    .world();
    let decision = world.decide_for("g/sub/b", &request("GET /api/v4/projects/1/packages"));
    assert!(decision.is_allowed());
}

#[test]
fn s61_no_job_token_edits_a_list_or_a_setting() {
    let world = Setup {
        role_in_a: "owner",
        ..Setup::default()
    }
    .world();
    let lines = [
        "PATCH /api/v4/projects/1/job_token_scope",
        "GET /api/v4/projects/1/job_token_scope",
        "POST /api/v4/projects/1/job_token_scope/allowlist",
        "POST /api/v4/projects/1/job_token_scope/outbound_allowlist",
        "DELETE /api/v4/projects/1/job_token_scope/allowlist/2",
        "PUT /api/v4/projects/1",
    ];
    for line in lines {
        assert_eq!(
            world.says(&request(line)),
            "D3 endpoint_not_allowed 401",
            "{line}"
        );
    }
}
