//! The epoch that a key ring is about to take.

use masker::token::lifecycle::{Invalid, Why};

use super::Factory;
use super::world::{World, invalid};

/// A change of the keys that was cut off behind the file ends no token; one that nobody announced does.
pub fn an_announced_epoch_is_no_restored_store(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let (store, now) = (&world.store, world.now);
    let announced = store.announce_epoch().expect("it works");
    assert_eq!(announced, 2);
    assert_eq!(store.enter_epoch(announced, now).expect("it is later"), 0);
    assert!(world.works(&issued).is_ok());
    // A try that failed is never said again: a copy of the store from then would go on.
    let failed = store.announce_epoch().expect("it works");
    let next = store.announce_epoch().expect("it works");
    assert_eq!((failed, next), (3, 4));
    assert_eq!(store.enter_epoch(failed, now).expect("it is later"), 1);
    let why = Invalid::Revoked(Why::Restored);
    assert_eq!(world.works(&issued), Err(invalid(why)));
}
