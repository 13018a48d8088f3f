//! What is known of artifacts, and when it is over.

use std::time::Duration;

use masker::token::directory::JobName;
use masker::token::issuer::Issued;
use masker::token::lifecycle::{Event, Failure, Invalid, JobId, JobState, Outcome, Refusal};
use masker::token::store::{About, Artifact, FileName, NewJob, StoreError, StoreErrorKind};

use super::Factory;
use super::pipelines::{git_ref, job_name};
use super::world::{A, ALICE, B, HOUR, MINUTE, World};

pub fn zip(size: u64) -> Artifact {
    Artifact::new(FileName::new("artifacts.zip").expect("it is one"), size)
}

/// A running job of a name on a ref.
fn run(world: &mut World, name: &str, on: &str) -> Issued {
    let job = NewJob {
        about: About {
            name: job_name(name),
            git_ref: Some(git_ref(on)),
            ..About::default()
        },
        ..NewJob::pending(A, ALICE, HOUR)
    };
    world.store.enqueue(&job, world.now).expect("it is pending");
    world.claim().expect("it waits")
}

fn put(world: &World, issued: &Issued, artifact: &Artifact) -> Result<(), StoreErrorKind> {
    let put = world.store.put_artifact(issued.job.id, artifact, world.now);
    put.map_err(|error| error.kind())
}

/// A job that ended well and has artifacts of this size.
fn build(world: &mut World, size: u64, expires_in: Option<Duration>) -> JobId {
    let issued = run(world, "build", "main");
    let artifact = Artifact {
        expires_at: expires_in.map(|time| world.now + time),
        ..zip(size)
    };
    assert_eq!(put(world, &issued, &artifact), Ok(()));
    world.report(&issued, Outcome::Success).expect("it runs");
    issued.job.id
}

fn latest(world: &World) -> Option<(JobId, u64)> {
    let (main, build) = (git_ref("main"), job_name("build"));
    let found = world.store.latest_artifact(A, &main, &build, world.now);
    let found = found.expect("the store works");
    found.map(|(job, artifact)| (job, artifact.size))
}

fn kept(world: &World, job: JobId) -> Option<Artifact> {
    let found = world.store.artifact(job, world.now);
    found.expect("the store works")
}

fn over(world: &World) -> Vec<JobId> {
    world
        .store
        .sweep(world.now)
        .expect("the store works")
        .artifacts
}

fn kind(done: Result<(), StoreError>) -> Option<StoreErrorKind> {
    done.err().map(|error| error.kind())
}

pub fn s81_the_latest_successful_job_counts(factory: &dyn Factory) {
    let mut world = World::new(factory);
    assert_eq!(latest(&world), None);
    let first = build(&mut world, 1, None);
    assert_eq!(latest(&world), Some((first, 1)));
    let second = build(&mut world, 2, None);
    assert_eq!(latest(&world), Some((second, 2)));
    // None of these is one: failed, running, of another name, of another ref.
    let failed = run(&mut world, "build", "main");
    assert_eq!(put(&world, &failed, &zip(3)), Ok(()));
    let outcome = Outcome::Failed(Failure::Script);
    world.report(&failed, outcome).expect("it runs");
    let running = run(&mut world, "build", "main");
    assert_eq!(put(&world, &running, &zip(4)), Ok(()));
    for (name, on) in [("test", "main"), ("build", "v1"), ("Build", "main")] {
        let other = run(&mut world, name, on);
        assert_eq!(put(&world, &other, &zip(5)), Ok(()));
        world.report(&other, Outcome::Success).expect("it runs");
    }
    // Nor one that has nothing.
    let without = run(&mut world, "build", "main");
    world.report(&without, Outcome::Success).expect("it runs");
    assert_eq!(latest(&world), Some((second, 2)));
    let (main, build) = (git_ref("main"), job_name("build"));
    let others = world.store.latest_artifact(B, &main, &build, world.now);
    assert_eq!(others.expect("the store works"), None);
    let unnamed = JobName::default();
    let unnamed = world.store.latest_artifact(A, &main, &unnamed, world.now);
    assert_eq!(unnamed.expect("the store works"), None);
    // The running one ends, and is the latest.
    world.report(&running, Outcome::Success).expect("it runs");
    assert_eq!(latest(&world), Some((running.job.id, 4)));
}

pub fn s82_what_is_erased_or_expired_is_gone(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let stays = build(&mut world, 1, None);
    let expires = build(&mut world, 2, Some(MINUTE));
    let erased = build(&mut world, 3, None);
    assert_eq!(latest(&world), Some((erased, 3)));
    world.apply(erased, Event::Erase);
    assert_eq!(
        (kept(&world, erased), latest(&world)),
        (None, Some((expires, 2)))
    );
    assert_eq!(over(&world), [erased]);
    world.pass(MINUTE);
    assert_eq!(
        (kept(&world, expires), latest(&world)),
        (None, Some((stays, 1)))
    );
    // Told again until the bytes are gone.
    assert_eq!(over(&world), [expires, erased]);
    assert_eq!(over(&world), [expires, erased]);
    let not_found = Some(StoreErrorKind::NotFound);
    let (store, now) = (&world.store, world.now);
    for gone in [expires, erased] {
        // It comes back by no means.
        assert_eq!(kind(store.expire_artifact(gone, None, now)), not_found);
        assert_eq!(kind(store.forget_artifact(gone, now)), None);
        assert_eq!(kind(store.forget_artifact(gone, now)), not_found);
    }
    assert_eq!(kind(store.forget_artifact(stays, now)), not_found);
    assert_eq!(kind(store.forget_artifact(JobId(99), now)), not_found);
    assert_eq!(over(&world), []);
    assert_eq!(kept(&world, stays), Some(zip(1)));
    // A clock that is set back revives none.
    let before = build(&mut world, 4, Some(MINUTE));
    world.pass(MINUTE);
    assert_eq!(over(&world), [before]);
    let earlier = world.store.artifact(before, World::start());
    assert_eq!(earlier.expect("the store works"), None);
}

pub fn artifacts_can_be_kept_or_given_up(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let job = build(&mut world, 1, Some(MINUTE));
    let expire = |world: &World, at| world.store.expire_artifact(job, at, world.now);
    expire(&world, None).expect("they are not over");
    world.pass(HOUR);
    assert_eq!(kept(&world, job), Some(zip(1)));
    expire(&world, Some(world.now)).expect("they are not over");
    assert_eq!((kept(&world, job), over(&world)), (None, vec![job]));
}

pub fn artifacts_are_put_while_the_job_runs(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let refused = |state| {
        Err(StoreErrorKind::Refused(Refusal::InvalidTransition {
            state,
        }))
    };
    let job = run(&mut world, "build", "main");
    let private = Artifact {
        is_private: true,
        expires_at: Some(world.now + HOUR),
        ..zip(u64::from(u32::MAX) + 1)
    };
    assert_eq!(put(&world, &job, &zip(1)), Ok(()));
    assert_eq!(put(&world, &job, &private), Ok(()));
    assert_eq!(kept(&world, job.job.id), Some(private.clone()));
    world.report(&job, Outcome::Success).expect("it runs");
    assert_eq!(put(&world, &job, &zip(2)), refused(JobState::Success));
    let erased = run(&mut world, "build", "main");
    world.apply(erased.job.id, Event::Erase);
    let why = StoreErrorKind::Refused(Refusal::Token(Invalid::JobErased));
    assert_eq!(put(&world, &erased, &zip(3)), Err(why));
    let waiting = world.enqueue(HOUR);
    let early = world.store.put_artifact(waiting, &zip(4), world.now);
    assert_eq!(
        early.map_err(|error| error.kind()),
        refused(JobState::Pending)
    );
    let nobodys = world.store.put_artifact(JobId(99), &zip(5), world.now);
    assert_eq!(kind(nobodys), Some(StoreErrorKind::NotFound));
    let keys = world.keys();
    world.restart(factory, keys);
    assert_eq!(kept(&world, job.job.id), Some(private));
}

#[test]
fn names_of_files_have_no_folders() {
    for name in ["artifacts.zip", "a b", "ü.tar", "..."] {
        assert!(FileName::new(name).is_ok(), "{name}");
    }
    let long = "a".repeat(256);
    for name in ["", ".", "..", "a/b", "/", "a\\b", "a\n", "a\0", &long] {
        assert!(FileName::new(name).is_err(), "{name:?}");
    }
}
