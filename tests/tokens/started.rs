//! Jobs that a runner brings itself, and leases that end with it.

use masker::token::directory::{JobName, ProjectId, User, UserId, UserState};
use masker::token::issuer::{Issued, IssuerErrorKind};
use masker::token::lifecycle::{
    Event, Failure, Invalid, JobState, Outcome, Refusal, RunnerId, Why,
};
use masker::token::store::{About, Choice, Claimant, JobFilter, NewJob, Selection, StoreErrorKind};

use super::Factory;
use super::world::{A, ALICE, B, BOB, HOUR, SECOND, World, invalid};

fn leased() -> NewJob {
    NewJob {
        lease: Some(30 * SECOND),
        ..NewJob::pending(A, ALICE, HOUR)
    }
}

fn start(world: &mut World, job: &NewJob) -> Result<Issued, IssuerErrorKind> {
    let claimant = Claimant {
        runner: RunnerId(1),
        cancels_gracefully: true,
    };
    let started = world
        .issuer
        .start(job, claimant, &mut world.random, world.now);
    started.map_err(|error| error.kind())
}

pub fn users_have_names(factory: &dyn Factory) {
    let world = World::new(factory);
    let named = |name| world.store.user_named(name).map_err(|error| error.kind());
    assert_eq!(named("alice"), Ok(Some(User::new(ALICE, "alice"))));
    assert_eq!(named("Alice"), Ok(None));
    let other = User::new(UserId(9), "bob");
    world
        .store
        .put_user(&other, world.now)
        .expect("names may be shared");
    assert_eq!(named("bob"), Err(StoreErrorKind::Duplicate));
    let renamed = User::new(BOB, "robert");
    world.store.put_user(&renamed, world.now).expect("it works");
    assert_eq!(named("bob"), Ok(Some(other)));
}

pub fn a_job_that_is_started_waits_for_no_runner(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let waiting = world.enqueue(HOUR);
    let job = NewJob::pending(A, ALICE, HOUR);
    let issued = start(&mut world, &job).expect("it starts");
    assert_ne!(issued.job.id, waiting);
    assert_eq!(issued.job, world.job(issued.job.id));
    assert_eq!(world.works(&issued), Ok(issued.job.id));
    assert_eq!(world.claim().expect("it waits").job.id, waiting);
    assert!(world.claim().is_none());
    // What may not start leaves nothing behind.
    let missing = NewJob::pending(ProjectId(99), ALICE, HOUR);
    let refused = start(&mut world, &missing).map(|issued| issued.job.id);
    assert_eq!(refused, Err(invalid(Invalid::ProjectDeleted)));
    world.set_user(UserState::Blocked);
    let refused = start(&mut world, &job).map(|issued| issued.job.id);
    assert_eq!(refused, Err(invalid(Invalid::UserInactive)));
    let tokens = world.store.tokens(&Selection::All).expect("it works");
    assert_eq!(tokens.len(), 2);
    assert!(world.claim().is_none());
}

pub fn a_lease_ends_a_token_whose_runner_is_silent(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = start(&mut world, &leased()).expect("it starts");
    for _ in 0..10 {
        world.pass(29 * SECOND);
        assert_eq!(world.works(&issued), Ok(issued.job.id));
        assert_eq!(world.call(&issued), Ok(JobState::Running));
    }
    world.pass(30 * SECOND);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
    // Nobody has swept, and a runner that comes back late revives nothing.
    assert_eq!(world.call(&issued), Err(invalid(Invalid::Expired)));
    let report = world.report(&issued, Outcome::Success);
    assert_eq!(report, Err(invalid(Invalid::Expired)));
    let call = world
        .store
        .apply(issued.job.id, &Event::RunnerCall, world.now);
    assert_eq!(
        call.expect_err("the lease is over").kind(),
        StoreErrorKind::Refused(Refusal::Token(Invalid::Expired))
    );
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
}

pub fn a_leased_job_is_failed_or_canceled_in_time(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let silent = start(&mut world, &leased()).expect("it starts").job.id;
    let canceled = start(&mut world, &leased()).expect("it starts").job.id;
    world.apply(canceled, Event::Cancel);
    world.pass(29 * SECOND);
    assert_eq!(world.sweep(), []);
    world.pass(SECOND);
    assert_eq!(
        world.sweep(),
        [(silent, JobState::Failed), (canceled, JobState::Canceled)]
    );
    assert_eq!(world.job(silent).failure, Some(Failure::Stuck));
    let why = |job| world.job(job).token.and_then(|token| token.revoked);
    assert_eq!(why(silent).map(|it| it.why), Some(Why::JobStuck));
    assert_eq!(why(canceled).map(|it| it.why), Some(Why::CancelTimeout));
    // Done again, it is any runner's.
    let again = world.store.retry(silent, Some(ALICE), world.now);
    assert_eq!(world.job(again.expect("it has ended")).lease, None);
}

pub fn a_runner_claims_what_it_chose(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let [first, second] = [world.enqueue(HOUR), world.enqueue(HOUR)];
    let other = NewJob::pending(B, ALICE, HOUR);
    let other = world.store.enqueue(&other, world.now);
    let other = other.expect("it is pending");
    let any = Choice::default();
    let of_project = |project| Choice {
        project: Some(project),
        ..any
    };
    let of_job = |job| Choice {
        job: Some(job),
        ..any
    };
    let id = |issued: Option<Issued>| issued.map(|issued| issued.job.id);
    // What is chosen is passed by, and nothing else.
    assert_eq!(id(choose(&mut world, &of_project(ProjectId(99)))), None);
    let neither = Choice {
        job: Some(first),
        ..of_project(B)
    };
    assert_eq!(id(choose(&mut world, &neither)), None);
    assert_eq!(id(choose(&mut world, &of_project(B))), Some(other));
    assert_eq!(id(choose(&mut world, &of_project(B))), None);
    assert_eq!(id(choose(&mut world, &of_job(second))), Some(second));
    assert_eq!(id(choose(&mut world, &of_job(second))), None);
    // The terms of the claim count, and are kept.
    let leased = Choice {
        lease: Some(30 * SECOND),
        ..any
    };
    let issued = choose(&mut world, &leased).expect("one is left");
    assert_eq!((issued.job.id, issued.job.lease), (first, leased.lease));
    assert_eq!(world.job(first), issued.job);
    assert_eq!(world.job(second).lease, None);
    world.pass(30 * SECOND);
    assert_eq!(world.works(&issued), Err(invalid(Invalid::Expired)));
    assert_eq!(world.sweep(), [(first, JobState::Failed)]);
}

fn choose(world: &mut World, choice: &Choice) -> Option<Issued> {
    let claimant = Claimant {
        runner: RunnerId(1),
        cancels_gracefully: true,
    };
    let (random, now) = (&mut world.random, world.now);
    let claimed = world.issuer.claim_chosen(choice, claimant, random, now);
    claimed.expect("the store works")
}

pub fn jobs_are_listed_the_newest_first(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let first = world.enqueue(HOUR);
    let named = NewJob {
        about: About {
            name: JobName::new("build").expect("it is one"),
            ..About::default()
        },
        ..NewJob::pending(B, ALICE, HOUR)
    };
    let second = world.store.enqueue(&named, world.now);
    let second = second.expect("it is pending");
    assert!(world.claim().is_some());
    let list = |which: JobFilter, limit| {
        let jobs = world.store.jobs(&which, limit).expect("the store works");
        jobs.into_iter()
            .map(|(job, about)| {
                assert_eq!(job, world.job(job.id));
                assert_eq!(Ok(about), world.store.about(job.id).map_err(|it| it.kind()));
                job.id
            })
            .collect::<Vec<_>>()
    };
    let all = JobFilter::default();
    assert_eq!(list(all, 9), [second, first]);
    assert_eq!(list(all, 1), [second]);
    let state = |state| JobFilter {
        state: Some(state),
        ..all
    };
    assert_eq!(list(state(JobState::Pending), 9), [second]);
    assert_eq!(list(state(JobState::Running), 9), [first]);
    assert_eq!(list(state(JobState::Failed), 9), []);
    let project = JobFilter {
        project: Some(A),
        ..all
    };
    assert_eq!(list(project, 9), [first]);
}
