//! Pipelines that tokens start: statements 36 and 77 to 80.

mod refused;
mod started;

use masker::token::directory::Role;

use super::world::{ALICE, Ask, B, Job, World};

const TRIGGER: &str = "POST /api/v4/projects/2/trigger/pipeline";

/// What is told of a project out of sight, and of none.
const NOT_FOUND: &str = "{\"message\":\"404 Not Found\"}";

/// A world in which Alice is Developer of B, and her job.
fn world() -> (World, Job) {
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run();
    (world, job)
}

fn trigger<'w>(world: &'w World, token: &str) -> Ask<'w> {
    let ask = world.public(TRIGGER);
    ask.form(&[("token", token), ("ref", "main")])
}
