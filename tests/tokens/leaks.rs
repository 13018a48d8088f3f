//! Tokens that are seen in logs, and when tokens were last used.

use masker::token::issuer::{Issued, IssuerErrorKind, OnLeak};
use masker::token::journal::{Actor, AuditEvent, AuditFilter, Deed};
use masker::token::lifecycle::{Invalid, JobState, Outcome, Why};
use masker::token::store::Selection;

use super::Factory;
use super::world::{HOUR, MINUTE, SECOND, Seeded, World, invalid};

/// Statement 115, without the log: the policy ends a token that is seen elsewhere, and each sight of
/// one is an event.
pub fn s115_a_leak_is_an_event_and_the_policy_ends_the_token(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let (own, other) = (world.run(), world.run());
    let job = own.job.id;
    let leaked = |issued: &Issued, policy| {
        let leak = world
            .issuer
            .leaked(issued.token.expose(), job, policy, world.now);
        let leak = leak.expect("it is a token");
        assert_eq!(leak.accessor.as_ref(), Some(&issued.accessor));
        assert_eq!(leak.owner, Some(issued.job.id));
        leak.revoked
    };
    assert!(!leaked(&own, OnLeak::Log));
    assert!(!leaked(&other, OnLeak::Log));
    assert!(!leaked(&own, OnLeak::RevokeForeign), "it is its own log");
    assert!(world.works(&own).is_ok() && world.works(&other).is_ok());
    assert!(leaked(&other, OnLeak::RevokeForeign));
    let why = Invalid::Revoked(Why::Leaked);
    assert_eq!(world.works(&other), Err(invalid(why)));
    assert_eq!(world.job(other.job.id).state, JobState::Running);
    assert!(!leaked(&other, OnLeak::Revoke), "it is dead already");
    assert!(leaked(&own, OnLeak::Revoke));
    assert_eq!(world.works(&own), Err(invalid(why)));
    let of = |issued: &Issued, ended: bool| AuditEvent {
        job: Some(job),
        accessor: Some(issued.accessor.clone()),
        before: ended.then(|| "live=1".to_owned()),
        after: ended.then(|| "revoked:leaked".to_owned()),
        ..AuditEvent::new(world.now, Actor::System, Deed::Leaked)
    };
    let expected = [
        of(&own, true),
        of(&other, false),
        of(&other, true),
        of(&own, false),
        of(&other, false),
        of(&own, false),
    ];
    assert_eq!(events(&world), expected);
}

pub fn a_token_of_nobody_is_an_event_too(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let mut elsewhere = World {
        random: Seeded(77),
        ..World::new(&super::InMemory)
    };
    let unknown = elsewhere.run();
    let text = unknown.token.expose();
    let job = issued.job.id;
    let leak = world.issuer.leaked(text, job, OnLeak::Revoke, world.now);
    let leak = leak.expect("it is well-formed");
    assert_eq!(
        (leak.accessor, leak.owner, leak.revoked),
        (None, None, false)
    );
    let event = AuditEvent {
        job: Some(job),
        ..AuditEvent::new(world.now, Actor::System, Deed::Leaked)
    };
    assert_eq!(events(&world), [event]);
    // What is no token is nothing.
    let none = world
        .issuer
        .leaked(b"mjt_x", job, OnLeak::Revoke, world.now);
    let kind = none.expect_err("it is too short").kind();
    assert!(matches!(kind, IssuerErrorKind::Malformed(_)));
    assert_eq!(events(&world).len(), 1);
    assert!(world.works(&issued).is_ok());
}

pub fn the_last_use_is_known_to_the_minute(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let (used, unused) = (world.run_for(9 * HOUR), world.run_for(9 * HOUR));
    let last = |world: &World, issued: &Issued| {
        let which = Selection::Accessor(issued.accessor.clone());
        let tokens = world.store.tokens(&which).expect("the store works");
        tokens[0].last_used_at
    };
    let write = |world: &World| world.issuer.write_uses().expect("the store works");
    let first = world.now;
    assert!(world.works(&used).is_ok());
    assert_eq!(
        last(&world, &used),
        None,
        "nothing is written in a decision"
    );
    assert_eq!(write(&world), 1);
    assert_eq!(last(&world, &used), Some(first));
    world.pass(MINUTE - SECOND);
    assert!(world.works(&used).is_ok());
    assert_eq!(write(&world), 0, "it is known well enough");
    world.pass(SECOND);
    assert!(world.works(&used).is_ok());
    world.pass(SECOND);
    assert!(world.works(&used).is_ok());
    world.issuer.sweep(world.now).expect("the store works");
    assert_eq!(last(&world, &used), Some(world.now));
    assert_eq!(last(&world, &unused), None);
    // A refusal is no use, and an older time no news.
    assert_eq!(
        world.report(&unused, Outcome::Success),
        Ok(JobState::Success)
    );
    assert!(world.works(&unused).is_err());
    let uses = [
        (used.accessor.clone(), first),
        (unused.accessor.clone(), first),
    ];
    assert_eq!(write(&world), 0);
    world.store.used(&uses).expect("the store works");
    assert_eq!(last(&world, &used), Some(world.now));
    assert_eq!(last(&world, &unused), Some(first));
}

fn events(world: &World) -> Vec<AuditEvent> {
    let found = world.store.audit_events(&AuditFilter::default(), 1_000);
    found.expect("the store works")
}
