//! The scope limit and who may change it: statements 51 to 61, over HTTP.

use masker::token::directory::{Project, ProjectId, Role, Visibility};
use masker::token::journal::{Actor, AuditFilter};
use masker::token::store::Store as _;
use serde_json::json;

use crate::http::world::{A, ALICE, B, BOB, NO_PROJECT, PACKAGE, World};

const SCOPE: &str = "/api/v4/projects/g%2Fa/job_token_scope";

/// Bob is Maintainer of both and edits; Alice is Reporter of B, and her job asks.
fn world() -> World {
    let world = World::new();
    world.role(ALICE, B, Role::Reporter);
    world.role(BOB, A, Role::Maintainer);
    world.role(BOB, B, Role::Maintainer);
    world
}

fn limit(world: &World, project: u64, on: bool) {
    let line = format!("PATCH /api/v4/projects/{project}/job_token_scope");
    let ask = world.admin(&line).header("sudo", "bob");
    assert_eq!(ask.json(&json!({ "outbound_enabled": on })).status(), 204);
}

fn list(world: &World, user: &str, target: u64) -> u16 {
    let line = format!("POST {SCOPE}/outbound_allowlist");
    let ask = world.admin(&line).header("sudo", user);
    ask.json(&json!({ "target_project_id": target })).status()
}

fn unlist(world: &World, user: &str, target: u64) -> u16 {
    let line = format!("DELETE {SCOPE}/outbound_allowlist/{target}");
    world.admin(&line).header("sudo", user).status()
}

#[test]
fn s51_s52_s53_s54_the_limit_is_off_at_first_and_holds_for_the_same_token() {
    let world = world();
    let job = world.run();
    let read = || world.forward(&format!("GET {PACKAGE}")).job(&job).send();
    assert_eq!(read().status, 200);
    limit(&world, 1, true);
    let denied = read();
    assert_eq!((denied.status, denied.text()), (404, NO_PROJECT));
    assert_eq!(list(&world, "bob", 2), 201);
    assert_eq!(read().status, 200);
    assert_eq!(unlist(&world, "bob", 2), 204);
    assert_eq!(read().status, 404);
    for visibility in [Visibility::Internal, Visibility::Public] {
        world.visible(B, visibility);
        assert_eq!(read().status, 200, "{visibility:?}");
    }
}

#[test]
fn s55_the_project_itself_is_in_its_scope_and_not_on_its_list() {
    let world = world();
    limit(&world, 1, true);
    let job = world.run();
    let own = format!("GET {}", PACKAGE.replace("/2/", "/1/"));
    assert_eq!(world.forward(&own).job(&job).status(), 200);
    assert_eq!(list(&world, "bob", 1), 422);
}

#[test]
fn s56_s57_to_be_listed_grants_nothing() {
    let world = world();
    limit(&world, 1, true);
    assert_eq!(list(&world, "bob", 2), 201);
    let job = world.run();
    let put = format!("PUT {PACKAGE}");
    assert_eq!(world.forward(&put).job(&job).status(), 403);
    world.role(ALICE, B, Role::None);
    assert_eq!(world.forward(&put).job(&job).status(), 404);
}

#[test]
fn s58_only_a_maintainer_of_both_lists() {
    let world = world();
    world.role(BOB, B, Role::Developer);
    assert_eq!(list(&world, "bob", 2), 403);
    world.role(BOB, B, Role::None);
    assert_eq!(list(&world, "bob", 2), 404);
    world.role(BOB, A, Role::Developer);
    world.role(BOB, B, Role::Maintainer);
    assert_eq!(list(&world, "bob", 2), 403);
    world.role(BOB, A, Role::None);
    assert_eq!(list(&world, "bob", 2), 404);
    assert_eq!(list(&world, "bob", 99), 404);
    world.role(BOB, A, Role::Maintainer);
    assert_eq!(list(&world, "bob", 2), 201);
    assert_eq!(list(&world, "bob", 2), 422);
    assert_eq!(unlist(&world, "alice", 2), 403);
    assert_eq!(unlist(&world, "bob", 2), 204);
    assert_eq!(unlist(&world, "bob", 2), 404);
}

#[test]
fn s59_the_201st_is_too_many() {
    let world = world();
    for id in 100..301 {
        let project = Project::new(ProjectId(id), format!("many/{id}"));
        world
            .store
            .put_project(&project, world.now())
            .expect("it is new");
        world.role(BOB, ProjectId(id), Role::Maintainer);
    }
    for id in 100..300 {
        assert_eq!(list(&world, "bob", id), 201);
    }
    assert_eq!(list(&world, "bob", 300), 422);
    let line = format!("GET {SCOPE}/outbound_allowlist");
    let listed = world.admin(&line).header("sudo", "bob").send().json();
    assert_eq!(listed.as_array().map(Vec::len), Some(200));
}

#[test]
fn s60_a_limit_is_on_what_goes_out() {
    let world = world();
    limit(&world, 1, true);
    world.role(ALICE, A, Role::Reporter);
    let job = world.run_for(B, ALICE, crate::http::world::HOUR);
    let into_a = format!("GET {}", PACKAGE.replace("/2/", "/1/"));
    assert_eq!(world.forward(&into_a).job(&job).status(), 200);
}

#[test]
fn s61_a_job_token_edits_nothing() {
    let world = world();
    world.role(ALICE, A, Role::Owner);
    let job = world.run();
    for line in [
        format!("GET {SCOPE}"),
        format!("PATCH {SCOPE}"),
        format!("POST {SCOPE}/outbound_allowlist"),
        format!("DELETE {SCOPE}/outbound_allowlist/2"),
        format!("POST {SCOPE}/allowlist"),
        format!("DELETE {SCOPE}/groups_allowlist/2"),
    ] {
        assert_eq!(world.public(&line).job(&job).status(), 401, "{line}");
        assert_eq!(world.forward(&line).job(&job).status(), 401, "{line}");
    }
    let body = json!({ "outbound_enabled": true });
    // Not even where operators ask, and whoever else is named.
    let ask = world
        .admin(&format!("PATCH {SCOPE}"))
        .job(&job)
        .header("sudo", "bob");
    assert_eq!(ask.json(&body).status(), 401);
    let shown = world
        .admin(&format!("GET {SCOPE}"))
        .header("sudo", "bob")
        .send();
    assert_eq!(shown.json()["outbound_enabled"], false);
}

/// The change and who made it are written down together.
#[test]
fn the_journal_names_who_edits() {
    let world = world();
    limit(&world, 1, true);
    assert_eq!(list(&world, "bob", 2), 201);
    assert_eq!(unlist(&world, "bob", 2), 204);
    let written = world.store.audit_events(&AuditFilter::default(), 3);
    let written = written.expect("it works");
    assert_eq!(written.len(), 3);
    for event in written {
        assert_eq!(event.who, Actor::User(BOB), "{event:?}");
    }
}

#[test]
fn whoever_edits_says_as_whom() {
    let world = world();
    let show = format!("GET {SCOPE}");
    assert_eq!(world.admin(&show).status(), 400);
    assert_eq!(world.admin(&show).header("sudo", "nobody").status(), 404);
    assert_eq!(world.admin(&show).header("x-user", "8").status(), 200);
    assert_eq!(world.admin(&show).header("sudo", "alice").status(), 403);
}
