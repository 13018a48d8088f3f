//! The acceptance statements that need no HTTP: where they say 401, the refusal with its reason.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use masker::token::clock::Anchor;
use masker::token::directory::UserState;
use masker::token::id::KeyRing;
use masker::token::issuer::{Issued, IssuerErrorKind};
use masker::token::lifecycle::{
    CancelingAccess, Class, Effect, Event, Failure, Invalid, JobState, Options, Outcome, Why,
};
use masker::token::store::{NewJob, Selection, TokenEntry};

use super::Factory;
use super::world::{A, ALICE, BOB, HOUR, MINUTE, SECOND, World, invalid, open};

const FAILED: Outcome = Outcome::Failed(Failure::Script);

pub fn s04_a_flipped_character_is_refused(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let good = issued.token.expose();
    for place in 0..good.len() {
        for flipped in [b'0', b'z', good[place] ^ 1, good[place] ^ 0x20] {
            let mut text = good.to_vec();
            text[place] = flipped;
            let is_same = text == good;
            assert_eq!(world.ask(&text, Class::Resource).is_ok(), is_same);
        }
    }
}

pub fn s06_the_store_keeps_no_token(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued: Vec<Issued> = (0..50).map(|_| world.run()).collect();
    for issued in &issued[..25] {
        assert_eq!(world.report(issued, FAILED), Ok(JobState::Failed));
    }
    let tokens = world
        .store
        .tokens(&Selection::All)
        .expect("the store works");
    let jobs: Vec<_> = issued.iter().map(|it| world.job(it.job.id)).collect();
    let shown = format!("{tokens:?} {jobs:?}");
    for issued in &issued {
        let body = str::from_utf8(&issued.token.expose()[4..]).expect("it is ASCII");
        assert!(!shown.contains(body));
    }
}

pub fn s08_accessors_are_listed_and_open_nothing(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let listed = tokens(&world, &issued);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].accessor, issued.accessor);
    let refused = world.ask(issued.accessor.as_str().as_bytes(), Class::Resource);
    assert!(matches!(refused, Err(IssuerErrorKind::Malformed(_))));
}

pub fn s09_a_job_read_again_has_no_token(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    // The types say so already: a record has times only.
    let shown = format!("{:?}", world.job(issued.job.id));
    assert!(!shown.contains("mjt_"));
    assert_eq!(world.job(issued.job.id), issued.job);
}

pub fn s12_no_token_before_the_claim(factory: &dyn Factory) {
    let world = World::new(factory);
    let job = world.enqueue(HOUR);
    let tokens = world.store.tokens(&Selection::Job(job));
    assert_eq!(tokens.expect("the store works"), []);
    assert_eq!(world.job(job).token, None);
}

pub fn s13_the_token_is_its_jobs(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let (first, second) = (world.run(), world.run());
    assert_eq!(world.works(&first), Ok(first.job.id));
    assert_eq!(world.works(&second), Ok(second.job.id));
    assert_eq!(
        world.ask(first.token.expose(), Class::Runner),
        Ok(first.job.id)
    );
}

pub fn s14_two_jobs_have_two_tokens(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let (first, second) = (world.run(), world.run());
    assert!(first.token.expose() != second.token.expose());
    assert_ne!(first.accessor, second.accessor);
}

pub fn s15_success_ends_the_token(factory: &dyn Factory) {
    ends(
        factory,
        Outcome::Success,
        JobState::Success,
        Why::JobSuccess,
    );
}

pub fn s16_failure_ends_the_token(factory: &dyn Factory) {
    ends(factory, FAILED, JobState::Failed, Why::JobFailed);
}

fn ends(factory: &dyn Factory, outcome: Outcome, state: JobState, why: Why) {
    let mut world = World::new(factory);
    let issued = world.run();
    assert_eq!(world.report(&issued, outcome), Ok(state));
    assert_eq!(world.works(&issued), Err(invalid(Invalid::JobNotRunning)));
    assert_eq!(revoked(&world, &issued), Some(why));
}

pub fn s17_a_cancel_that_is_not_graceful_ends_the_token_at_once(factory: &dyn Factory) {
    let mut world = World::new(factory);
    world.enqueue(HOUR);
    let issued = world.claim_by(false).expect("a job waits");
    assert_eq!(world.call(&issued), Ok(JobState::Running));
    let (job, effect) = world.apply(issued.job.id, Event::Cancel);
    assert_eq!(job.state, JobState::Canceled);
    assert_eq!(effect, Effect::Revoked(Why::JobCanceled));
    assert_eq!(world.works(&issued), Err(invalid(Invalid::JobNotRunning)));
    assert_eq!(world.call(&issued), Err(invalid(Invalid::JobNotRunning)));
    assert!(world.report(&issued, Outcome::Success).is_err());
    // Canceled twice is canceled.
    assert_eq!(
        world.apply(issued.job.id, Event::Cancel).1,
        Effect::Unchanged
    );
}

pub fn s18_a_graceful_cancel_lets_the_job_end_by_itself(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    assert_eq!(world.apply(issued.job.id, Event::Cancel).1, Effect::Changed);
    assert_eq!(world.call(&issued), Ok(JobState::Canceling));
    assert!(world.works(&issued).is_ok());
    assert_eq!(
        world.report(&issued, Outcome::Success),
        Ok(JobState::Canceled)
    );
    assert_eq!(world.works(&issued), Err(invalid(Invalid::JobNotRunning)));
    assert_eq!(revoked(&world, &issued), Some(Why::JobCanceled));
    // The runner that lost the answer gets it again.
    assert_eq!(
        world.report(&issued, Outcome::Success),
        Ok(JobState::Canceled)
    );
    assert!(world.report(&issued, FAILED).is_err());
}

pub fn s19_a_canceling_job_has_a_deadline(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    world.apply(issued.job.id, Event::Cancel);
    world.pass(5 * MINUTE - SECOND);
    assert!(world.works(&issued).is_ok());
    assert_eq!(world.sweep(), []);
    world.pass(SECOND);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
    assert_eq!(world.sweep(), [(issued.job.id, JobState::Canceled)]);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::JobNotRunning)));
    assert_eq!(revoked(&world, &issued), Some(Why::CancelTimeout));
    // Whoever does not wait so long:
    let issued = world.run();
    world.apply(issued.job.id, Event::Cancel);
    let (job, effect) = world.apply(issued.job.id, Event::ForceCancel);
    assert_eq!(job.state, JobState::Canceled);
    assert_eq!(effect, Effect::Revoked(Why::CancelTimeout));
}

pub fn s20_runner_only_closes_resources_while_canceling(factory: &dyn Factory) {
    let options = Options {
        canceling_access: CancelingAccess::RunnerOnly,
        ..Options::default()
    };
    let mut world = World::with(factory, options);
    let issued = world.run();
    world.apply(issued.job.id, Event::Cancel);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
    assert_eq!(world.call(&issued), Ok(JobState::Canceling));
}

pub fn s21_a_timeout_ends_resources_first_and_the_runner_later(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run_for(MINUTE);
    assert_eq!(world.call(&issued), Ok(JobState::Running));
    world.pass(59 * SECOND);
    assert!(world.works(&issued).is_ok());
    world.pass(2 * SECOND);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
    assert_eq!(world.call(&issued), Ok(JobState::Running));
    world.pass(5 * MINUTE);
    assert_eq!(world.call(&issued), Err(invalid(Invalid::Expired)));
    assert_eq!(world.sweep(), [(issued.job.id, JobState::Failed)]);
    assert_eq!(
        world.job(issued.job.id).failure,
        Some(Failure::ExecutionTimeout)
    );
    assert_eq!(revoked(&world, &issued), Some(Why::JobTimeout));
}

pub fn s22_a_long_job_keeps_its_token(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run_for(48 * HOUR);
    for _ in 0..94 {
        assert_eq!(world.call(&issued), Ok(JobState::Running));
        world.pass(HOUR / 2);
        assert_eq!(world.sweep(), []);
    }
    assert!(world.works(&issued).is_ok());
}

pub fn s23_a_silent_runner_is_given_up(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run_for(48 * HOUR);
    assert_eq!(world.call(&issued), Ok(JobState::Running));
    world.pass(HOUR - SECOND);
    assert_eq!(world.sweep(), []);
    world.pass(SECOND);
    assert_eq!(world.sweep(), [(issued.job.id, JobState::Failed)]);
    assert_eq!(world.job(issued.job.id).failure, Some(Failure::Stuck));
    assert_eq!(world.works(&issued), Err(invalid(Invalid::JobNotRunning)));
    assert_eq!(revoked(&world, &issued), Some(Why::JobStuck));
}

pub fn s24_a_lost_claim_is_made_again(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let first = world.run();
    world.pass(2 * MINUTE);
    assert_eq!(world.sweep(), [(first.job.id, JobState::Pending)]);
    assert_eq!(world.works(&first), Err(invalid(Invalid::JobNotRunning)));
    let second = world.claim().expect("the job waits again");
    assert_eq!(second.job.id, first.job.id);
    assert_eq!(second.job.attempt, 2);
    assert!(first.token.expose() != second.token.expose());
    assert_eq!(
        world.works(&first),
        Err(invalid(Invalid::Revoked(Why::ClaimLost)))
    );
    assert!(world.works(&second).is_ok());
}

pub fn s24_after_three_lost_claims_the_job_fails(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let mut issued = world.run();
    for attempt in 1..=3 {
        assert_eq!(issued.job.attempt, attempt);
        world.pass(2 * MINUTE);
        world.sweep();
        let Some(next) = world.claim() else { break };
        issued = next;
    }
    let job = world.job(issued.job.id);
    assert_eq!((job.state, job.attempt), (JobState::Failed, 3));
    assert_eq!(job.failure, Some(Failure::RunnerProvisioning));
    assert_eq!(tokens(&world, &issued).len(), 3);
}

pub fn s25_a_retry_is_a_new_job(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let old = world.run();
    assert!(world.store.retry(old.job.id, Some(BOB), world.now).is_err());
    assert_eq!(world.report(&old, FAILED), Ok(JobState::Failed));
    let retried = world.store.retry(old.job.id, Some(BOB), world.now);
    let new = world.claim().expect("the new job waits");
    assert_eq!(retried.expect("it has ended"), new.job.id);
    assert_ne!(new.job.id, old.job.id);
    assert_eq!(new.job.user, Some(BOB));
    assert!(world.works(&new).is_ok());
    assert_eq!(world.works(&old), Err(invalid(Invalid::JobNotRunning)));
}

pub fn s26_erasing_ends_the_token_of_a_running_job(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let (job, effect) = world.apply(issued.job.id, Event::Erase);
    assert_eq!(job.state, JobState::Running);
    assert_eq!(effect, Effect::Revoked(Why::JobErased));
    assert_eq!(world.works(&issued), Err(invalid(Invalid::JobErased)));
    assert_eq!(world.call(&issued), Err(invalid(Invalid::JobErased)));
    assert_eq!(
        world.apply(issued.job.id, Event::Erase).1,
        Effect::Unchanged
    );
}

pub fn s27_a_project_that_is_being_deleted_ends_its_tokens(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let waiting = world.enqueue(HOUR);
    world.set_pending_delete(true);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::ProjectDeleted)));
    assert_eq!(world.call(&issued), Err(invalid(Invalid::ProjectDeleted)));
    assert!(world.claim().is_none());
    // A project that is kept after all can go on; what is dead stays so.
    world.set_pending_delete(false);
    let why = Invalid::Revoked(Why::ProjectDeleted);
    assert_eq!(world.works(&issued), Err(invalid(why)));
    assert_eq!(world.claim().expect("it waits").job.id, waiting);
}

pub fn s28_blocking_the_user_ends_the_token(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    world.set_user(UserState::Blocked);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::UserInactive)));
    assert_eq!(world.call(&issued), Err(invalid(Invalid::UserInactive)));
    world.set_user(UserState::Active);
    let why = Invalid::Revoked(Why::UserBlocked);
    assert_eq!(world.works(&issued), Err(invalid(why)));
    assert_eq!(world.call(&issued), Err(invalid(why)));
}

pub fn s28_a_blocked_users_job_is_dropped_at_its_claim(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let dropped = world.enqueue(HOUR);
    let job = NewJob::pending(A, BOB, HOUR);
    let next = world.store.enqueue(&job, world.now).expect("it is pending");
    world.set_user(UserState::Deleted);
    assert_eq!(world.claim().expect("one is left").job.id, next);
    let job = world.job(dropped);
    assert_eq!(
        (job.state, job.failure),
        (JobState::Failed, Some(Failure::UserBlocked))
    );
    assert_eq!(job.attempt, 0);
}

pub fn s29_an_accessor_revokes_and_the_job_goes_on(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let (issued, other) = (world.run(), world.run());
    let which = Selection::Accessor(issued.accessor.clone());
    let revoke = |why| world.store.revoke(&which, why, world.now);
    assert_eq!(revoke(Why::Admin).expect("the store works"), 1);
    let why = Invalid::Revoked(Why::Admin);
    assert_eq!(world.works(&issued), Err(invalid(why)));
    assert_eq!(world.call(&issued), Err(invalid(why)));
    assert_eq!(world.job(issued.job.id).state, JobState::Running);
    assert!(world.works(&other).is_ok());
    // Once more changes nothing, neither the reason.
    assert_eq!(revoke(Why::Leaked).expect("the store works"), 0);
    assert_eq!(revoked(&world, &issued), Some(Why::Admin));
}

pub fn s30_a_report_twice_is_answered_twice(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    assert_eq!(
        world.report(&issued, Outcome::Success),
        Ok(JobState::Success)
    );
    let before = world.job(issued.job.id);
    world.pass(SECOND);
    let again = world.tell(&issued, Event::Report(Outcome::Success));
    assert_eq!(again, Ok((before.clone(), Effect::Unchanged)));
    let other = world.report(&issued, FAILED);
    assert_eq!(other, Err(invalid(Invalid::JobNotRunning)));
    assert_eq!(world.job(issued.job.id), before);
}

pub fn s33_after_a_finish_no_thread_is_let_in(factory: &dyn Factory) {
    let many = if factory.is_remote() { 64 } else { 1_000 };
    let mut world = World::new(factory);
    for threads in [16; 20].into_iter().chain([many]) {
        let issued = world.run();
        let (finished, start) = (AtomicBool::new(false), Barrier::new(threads + 1));
        let (world, issued) = (&world, &issued);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let thread = std::thread::Builder::new().stack_size(256 << 10);
                let spawned = thread.spawn_scoped(scope, || {
                    start.wait();
                    loop {
                        // Read before the question: only then is the answer late.
                        let was_finished = finished.load(Ordering::SeqCst);
                        let answer = world.works(issued);
                        assert!(!(was_finished && answer.is_ok()));
                        if was_finished {
                            break;
                        }
                    }
                });
                spawned.expect("the machine has room for it");
            }
            start.wait();
            let report = world.report(issued, Outcome::Success);
            finished.store(true, Ordering::SeqCst);
            assert_eq!(report, Ok(JobState::Success));
        });
    }
}

pub fn s103_a_clock_set_back_revives_nothing(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let keys = world.keys();
    let written = keys.to_secret("KEYS");
    world.issuer = open(&world.store, keys, world.now);
    let issued = world.run();
    world.pass(HOUR);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
    // The wall clock goes back by two hours, first under the feet of the process.
    let wall = masker::token::clock::Time::from_micros(world.now.micros() - 7_200_000_000);
    let expired = world.now;
    world.now = wall;
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
    // And across a restart: the clock starts where the highest time was.
    let keys = KeyRing::parse(written.expose()).expect("it was written");
    world.restart(factory, keys);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
    let highest = world.store.time().expect("the store works");
    assert_eq!(highest, Some(expired));
    let clock = Anchor::new(wall, highest, SECOND);
    assert_eq!(clock.at(2 * SECOND), expired + SECOND);
}

pub fn s109_rotation_keeps_tokens_and_retirement_ends_them(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let mut keys = world.keys();
    let copy =
        |keys: &KeyRing| KeyRing::parse(keys.to_secret("KEYS").expose()).expect("it was written");
    world
        .issuer
        .set_keys(copy(&keys), world.now)
        .expect("the store works");
    let (first, old) = (world.run(), keys.newest());
    keys.rotate(&mut world.random).expect("there is room");
    let ended = world.issuer.set_keys(copy(&keys), world.now);
    assert_eq!(ended.expect("the store works"), 0);
    assert!(world.works(&first).is_ok());
    let second = world.run();
    let with_old = copy(&keys);
    keys.retire(old).expect("it is not the newest");
    let ended = world.issuer.set_keys(copy(&keys), world.now);
    assert_eq!(ended.expect("the store works"), 1);
    assert_eq!(world.works(&first), Err(IssuerErrorKind::Unknown));
    assert!(world.works(&second).is_ok());
    // Somebody puts the key back: its tokens stay dead.
    world
        .issuer
        .set_keys(with_old, world.now)
        .expect("the store works");
    let why = Invalid::Revoked(Why::KeyRetired);
    assert_eq!(world.works(&first), Err(invalid(why)));
}

pub fn s110_a_restored_store_revokes_all(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let mut keys = world.keys();
    world
        .store
        .enter_epoch(keys.epoch(), world.now)
        .expect("it is the first");
    world.issuer = open(
        &world.store,
        KeyRing::parse(keys.to_secret("K").expose()).expect("written"),
        world.now,
    );
    let (first, second) = (world.run(), world.run());
    // The ring went on, and the store is one from before.
    keys.advance_epoch();
    world.restart(factory, keys);
    for issued in [&first, &second] {
        let why = Invalid::Revoked(Why::Restored);
        assert_eq!(world.works(issued), Err(invalid(why)));
    }
    let new = world.run();
    assert!(world.works(&new).is_ok());
    assert_eq!(
        world
            .store
            .tokens(&Selection::User(ALICE))
            .expect("it works")
            .len(),
        3
    );
}

fn tokens(world: &World, issued: &Issued) -> Vec<TokenEntry> {
    let tokens = world.store.tokens(&Selection::Job(issued.job.id));
    tokens.expect("the store works")
}

fn revoked(world: &World, issued: &Issued) -> Option<Why> {
    let which = Selection::Accessor(issued.accessor.clone());
    let tokens = world.store.tokens(&which).expect("the store works");
    tokens[0].token.revoked.map(|revoked| revoked.why)
}
