//! Tokens that start pipelines.

use masker::token::directory::{ProjectId, UserId};
use masker::token::id::{KeyRing, Token};
use masker::token::issuer::{Issuer, IssuerErrorKind};
use masker::token::lifecycle::Class;
use masker::token::pipelines::Source;
use masker::token::store::{Selection, StoreErrorKind};

use super::Factory;
use super::pipelines::{by, start};
use super::world::{A, ALICE, B, BOB, World, open};

pub fn s78_a_trigger_token_starts_pipelines_as_its_owner(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let (issuer, now) = (&world.issuer, world.now);
    let made = issuer.make_trigger(A, BOB, &mut world.random, now);
    let (token, accessor) = made.expect("both are there");
    let text = token.expose();
    assert!(text.starts_with(b"mtt_") && text.len() == 53);
    let trigger = issuer.trigger(text).expect("it works").expect("it is one");
    assert_eq!((trigger.project, trigger.owner), (A, BOB));
    assert_eq!((&trigger.accessor, trigger.created_at), (&accessor, now));
    assert_eq!(world.store.triggers(A).expect("it works"), [trigger]);
    assert_eq!(world.store.triggers(B).expect("it works"), []);
    let pipeline = start(&world, &by(BOB, Source::Trigger)).expect("all is there");
    let kept = world.store.pipeline(pipeline.id).expect("it is there");
    assert_eq!((kept.source.as_str(), kept.user), ("trigger", BOB));
    // It is no token of a job, nor is one of a job a trigger.
    assert!(world.ask(text, Class::Resource).is_err());
    let job = world.claim().expect("it waits");
    let other = world.issuer.trigger(job.token.expose());
    assert_eq!(other.expect("it works"), None);
    for (project, owner) in [(ProjectId(9), BOB), (A, UserId(9))] {
        let refused = world
            .issuer
            .make_trigger(project, owner, &mut world.random, now);
        let kind = refused.expect_err("one is missing").kind();
        assert_eq!(kind, IssuerErrorKind::Unknown);
    }
    world.store.delete_trigger(&accessor).expect("it is there");
    assert_eq!(world.issuer.trigger(text).expect("it works"), None);
    let again = world.store.delete_trigger(&accessor);
    let kind = again.expect_err("it is gone").kind();
    assert_eq!(kind, StoreErrorKind::NotFound);
}

pub fn trigger_tokens_end_with_their_keys(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let copy =
        |keys: &KeyRing| KeyRing::parse(keys.to_secret("KEYS").expose()).expect("it was written");
    let mut keys = world.keys();
    world.issuer = open(&world.store, copy(&keys), world.now);
    let make = |world: &mut World| {
        let made = world
            .issuer
            .make_trigger(A, ALICE, &mut world.random, world.now);
        made.expect("both are there").0
    };
    let works = |issuer: &Issuer, token: &Token| {
        let found = issuer.trigger(token.expose());
        found.expect("it works").is_some()
    };
    let (first, old, with_old) = (make(&mut world), keys.newest(), copy(&keys));
    keys.rotate(&mut world.random).expect("there is room");
    world
        .issuer
        .set_keys(copy(&keys), world.now)
        .expect("it works");
    let second = make(&mut world);
    assert!(works(&world.issuer, &first) && works(&world.issuer, &second));
    keys.retire(old).expect("it is not the newest");
    world
        .issuer
        .set_keys(copy(&keys), world.now)
        .expect("it works");
    assert!(!works(&world.issuer, &first) && works(&world.issuer, &second));
    // It stays dead, even if somebody puts the key back.
    world
        .issuer
        .set_keys(with_old, world.now)
        .expect("it works");
    assert!(!works(&world.issuer, &first));
    assert_eq!(world.store.triggers(A).expect("it works"), []);
    let third = make(&mut world);
    // A store from a backup has those that were deleted since.
    world.store.enter_epoch(9, world.now).expect("it is later");
    assert!(!works(&world.issuer, &third));
    let none = world.store.tokens(&Selection::All).expect("it works");
    assert_eq!(none, []);
}
