//! Resources of projects that have rules of their own.

use masker::token::directory::Role;

use crate::http::world::{A, ALICE, B, NO_PROJECT, World};

#[test]
fn s75_releases_are_made_and_read_where_the_job_may() {
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    world.project(A, |project| project.outbound_limit = true);
    let job = world.run();
    for line in [
        "POST /api/v4/projects/#/releases",
        "GET /api/v4/projects/#/releases",
        "POST /api/v4/projects/#/releases/v1/assets/links",
    ] {
        let ask = |project: &str| world.forward(&line.replace('#', project)).job(&job).send();
        assert_eq!(ask("1").status, 200, "{line}");
        let unlisted = ask("2");
        assert_eq!(
            (unlisted.status, unlisted.text()),
            (404, NO_PROJECT),
            "{line}"
        );
    }
}

#[test]
fn s76_a_developer_reads_the_state_of_terraform_and_a_maintainer_writes_it() {
    let world = World::new();
    let job = world.run();
    for (role, write) in [(Role::Developer, 403), (Role::Maintainer, 200)] {
        world.role(ALICE, A, role);
        for (method, expected) in [("GET", 200), ("POST", write)] {
            let line = format!("{method} /api/v4/projects/1/terraform/state/main");
            let status = world.forward(&line).job(&job).status();
            assert_eq!(status, expected, "{method} {role:?}");
        }
    }
}
