//! What a store counts.

use masker::token::lifecycle::{Outcome, Why};
use masker::token::store::Selection;

use super::Factory;
use super::world::World;

/// The gauge of metrics.
pub fn live_tokens_are_counted(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let live = |world: &World| world.store.live_tokens().expect("the store works");
    assert_eq!(live(&world), 0);
    let issued: Vec<_> = (0..3).map(|_| world.run()).collect();
    assert_eq!(live(&world), 3);
    world.report(&issued[0], Outcome::Success).expect("it runs");
    assert_eq!(live(&world), 2);
    let which = Selection::Job(issued[1].job.id);
    let revoked = world.store.revoke(&which, Why::Admin, world.now);
    assert_eq!(revoked.expect("the store works"), 1);
    assert_eq!(live(&world), 1);
}
