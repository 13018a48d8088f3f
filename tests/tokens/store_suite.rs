//! What holds for every store, beside the acceptance statements.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use masker::token::directory::{Project, ProjectId, ProjectReference, Role, User, Visibility};
use masker::token::id::{KeyRing, Prefixes};
use masker::token::issuer::{Issuer, IssuerErrorKind};
use masker::token::journal::Actor;
use masker::token::lifecycle::{
    Class, Event, Failure, Invalid, JobState, Lifecycle, Options, Outcome, Refusal, RunnerId, Why,
};
use masker::token::scope::MAX_LISTED;
use masker::token::store::{
    Audited, Claimant, NewJob, Selection, Store, StoreError, StoreErrorKind,
};

use super::Factory;
use super::world::{
    A, ALICE, B, BOB, HOUR, MINUTE, SECOND, Seeded, World, copy, generate, invalid, open,
};

pub fn s32_as_many_tokens_as_jobs_for_twice_as_many_runners(factory: &dyn Factory) {
    const JOBS: usize = 32;
    let world = World::new(factory);
    for _ in 0..JOBS {
        world.enqueue(HOUR);
    }
    let claimed = Mutex::new(Vec::new());
    let (issuer, now) = (&world.issuer, world.now);
    std::thread::scope(|scope| {
        for runner in 0..2 * JOBS as u64 {
            let claimed = &claimed;
            scope.spawn(move || {
                let claimant = Claimant {
                    runner: RunnerId(runner),
                    cancels_gracefully: true,
                };
                let issued = issuer.claim(claimant, &mut Seeded(1 << 32 | runner), now);
                let mut claimed = claimed.lock().expect("no thread panicked");
                claimed.extend(issued.expect("the store works"));
            });
        }
    });
    let claimed = claimed.into_inner().expect("no thread panicked");
    let jobs: HashSet<_> = claimed.iter().map(|it| it.job.id).collect();
    let tokens: HashSet<_> = claimed.iter().map(|it| it.token.expose()).collect();
    let sizes = (claimed.len(), jobs.len(), tokens.len());
    assert_eq!(sizes, (JOBS, JOBS, JOBS));
    for issued in &claimed {
        assert_eq!(world.works(issued), Ok(issued.job.id));
    }
}

pub fn a_job_without_a_user_reaches_no_resource(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let job = NewJob {
        user: None,
        ..NewJob::pending(A, ALICE, HOUR)
    };
    world.store.enqueue(&job, world.now).expect("it is pending");
    let issued = world.claim().expect("a job waits");
    assert_eq!(world.works(&issued), Err(invalid(Invalid::UserInactive)));
    assert_eq!(world.call(&issued), Ok(JobState::Running));
    assert_eq!(
        world.report(&issued, Outcome::Success),
        Ok(JobState::Success)
    );
}

pub fn a_refused_event_changes_nothing(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let before = world.job(issued.job.id);
    let claim = Event::Claim {
        runner: RunnerId(2),
        cancels_gracefully: true,
    };
    for event in [
        claim,
        Event::Skip,
        Event::Drop(Failure::Unknown),
        Event::ForceCancel,
    ] {
        let refused = world.store.apply(issued.job.id, &event, world.now + MINUTE);
        let kind = refused.expect_err("it runs already").kind();
        let state = JobState::Running;
        let expected = StoreErrorKind::Refused(Refusal::InvalidTransition { state });
        assert_eq!(kind, expected);
        assert_eq!(world.job(issued.job.id), before);
    }
    assert_eq!(
        world.store.time().expect("the store works"),
        Some(world.now)
    );
    let started = NewJob {
        state: JobState::Running,
        ..NewJob::pending(A, ALICE, HOUR)
    };
    assert!(world.store.enqueue(&started, world.now).is_err());
    // A runner's token is for calls and reports only.
    let state = JobState::Running;
    let cancel = world.tell(&issued, Event::Cancel);
    assert_eq!(cancel, Err(IssuerErrorKind::InvalidTransition { state }));
}

pub fn a_lost_runner_cannot_report(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let lost = world.run();
    world.pass(2 * MINUTE);
    world.sweep();
    assert!(world.report(&lost, Outcome::Success).is_err());
    let second = world.claim().expect("the job waits again");
    let why = Invalid::Revoked(Why::ClaimLost);
    assert_eq!(world.report(&lost, Outcome::Success), Err(invalid(why)));
    assert_eq!(
        world.report(&second, Outcome::Success),
        Ok(JobState::Success)
    );
    // Not even what the second one has reported, and that would change nothing.
    assert!(world.report(&lost, Outcome::Success).is_err());
}

pub fn an_erased_job_is_not_handed_out_again(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let lost = world.run();
    let next = world.enqueue(HOUR);
    world.apply(lost.job.id, Event::Erase);
    world.pass(2 * MINUTE);
    assert_eq!(world.sweep(), [(lost.job.id, JobState::Failed)]);
    assert_eq!(world.claim().expect("one is left").job.id, next);
}

pub fn a_key_retired_while_the_process_was_down_ends_its_tokens(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let copy =
        |keys: &KeyRing| KeyRing::parse(keys.to_secret("KEYS").expose()).expect("it was written");
    let mut keys = world.keys();
    world.issuer = open(&world.store, copy(&keys), world.now);
    let (issued, old) = (world.run(), keys.newest());
    keys.rotate(&mut world.random).expect("there is room");
    let with_old = copy(&keys);
    keys.retire(old).expect("it is not the newest");
    world.restart(factory, keys);
    assert_eq!(world.works(&issued), Err(IssuerErrorKind::Unknown));
    world.restart(factory, with_old);
    let why = Invalid::Revoked(Why::KeyRetired);
    assert_eq!(world.works(&issued), Err(invalid(why)));
}

pub fn another_jobs_token_is_an_unknown_one(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let (first, second) = (world.run(), world.run());
    let report = Event::Report(Outcome::Success);
    let (token, job) = (first.token.expose(), second.job.id);
    let refused = world.issuer.apply(token, job, &report, world.now);
    let kind = refused.expect_err("it is another job's").kind();
    assert_eq!(kind, IssuerErrorKind::Unknown);
    assert!(world.works(&second).is_ok());
}

pub fn the_deadline_that_came_first_counts(factory: &dyn Factory) {
    let mut world = World::new(factory);
    // Nobody swept for a day: the claim was lost before the time was over.
    let lost = world.run_for(HOUR);
    let silent = world.run_for(48 * HOUR);
    let slow = world.run_for(MINUTE);
    for issued in [&silent, &slow] {
        assert_eq!(world.call(issued), Ok(JobState::Running));
    }
    world.pass(24 * HOUR);
    world.sweep();
    assert_eq!(world.job(lost.job.id).state, JobState::Pending);
    assert_eq!(world.job(silent.job.id).failure, Some(Failure::Stuck));
    assert_eq!(
        world.job(slow.job.id).failure,
        Some(Failure::ExecutionTimeout)
    );
}

pub fn dead_tokens_are_deleted_after_their_retention(factory: &dyn Factory) {
    let options = Options {
        retention: HOUR,
        ..Options::default()
    };
    let mut world = World::with(factory, options);
    let (dead, alive) = (world.run(), world.run());
    assert_eq!(world.report(&dead, Outcome::Success), Ok(JobState::Success));
    assert_eq!(world.call(&alive), Ok(JobState::Running));
    world.pass(HOUR - SECOND);
    let swept = world.store.sweep(world.now).expect("the store works");
    assert_eq!(swept.deleted, 0);
    assert_eq!(world.works(&dead), Err(invalid(Invalid::JobNotRunning)));
    assert_eq!(world.call(&alive), Ok(JobState::Running));
    world.pass(SECOND);
    let swept = world.store.sweep(world.now).expect("the store works");
    assert_eq!(swept.deleted, 1);
    assert_eq!(world.works(&dead), Err(IssuerErrorKind::Unknown));
    let left = world
        .store
        .tokens(&Selection::All)
        .expect("the store works");
    assert_eq!(left.len(), 1);
}

pub fn lists_hold_two_hundred(factory: &dyn Factory) {
    let world = World::new(factory);
    let store = &world.store;
    let kind = |done: Result<(), StoreError>| done.err().map(|it| it.kind());
    let last = 100 + MAX_LISTED as u64;
    for id in 100..=last {
        let project = Project::new(ProjectId(id), format!("group/{id}"));
        store.put_project(&project, world.now).expect("it is new");
    }
    for id in 100..last {
        assert_eq!(kind(store.list(A, ProjectId(id))), None);
    }
    assert_eq!(
        kind(store.list(A, ProjectId(last))),
        Some(StoreErrorKind::ListFull)
    );
    assert_eq!(
        kind(store.list(A, ProjectId(100))),
        Some(StoreErrorKind::Duplicate)
    );
    assert_eq!(kind(store.list(A, A)), Some(StoreErrorKind::Duplicate));
    assert_eq!(
        kind(store.list(A, ProjectId(9))),
        Some(StoreErrorKind::NotFound)
    );
    assert_eq!(
        kind(store.list(ProjectId(9), A)),
        Some(StoreErrorKind::NotFound)
    );
    assert_eq!(kind(store.unlist(A, ProjectId(150))), None);
    assert_eq!(
        kind(store.unlist(A, ProjectId(150))),
        Some(StoreErrorKind::NotFound)
    );
    assert_eq!(kind(store.list(A, ProjectId(last))), None);
    let listed = store.listed(A).expect("the store works");
    assert_eq!(listed.len(), MAX_LISTED);
    assert!(listed.is_sorted());
    assert_eq!(store.listed(B).expect("the store works"), []);
}

pub fn a_snapshot_has_what_a_decision_needs(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let ask = |target: Option<&ProjectReference>| {
        let text = issued.token.expose();
        let found = world
            .issuer
            .authenticate(text, Class::Resource, target, world.now);
        found.expect("the token is valid")
    };
    let none = ask(None);
    assert_eq!(
        (none.target, none.role, none.is_listed),
        (None, Role::None, false)
    );
    assert_eq!(none.source, Some(Project::new(A, "group/a")));
    assert_eq!(none.user, Some(User::new(ALICE, "alice")));
    assert_eq!(none.now, world.now);
    let own = ask(Some(&ProjectReference::Id(A)));
    assert_eq!(own.role, Role::Developer);
    // Read at each use: what was changed counts for the next.
    let target = Project {
        visibility: Visibility::Internal,
        outbound_limit: true,
        ..Project::new(B, "group/b")
    };
    world
        .store
        .put_project(&target, world.now)
        .expect("the store works");
    world
        .store
        .put_member(ALICE, B, Role::Reporter)
        .expect("both are there");
    world.store.list(A, B).expect("both are there");
    let other = ask(Some(&ProjectReference::Path("Group/B".to_owned())));
    assert_eq!(other.target, Some(target));
    assert_eq!((other.role, other.is_listed), (Role::Reporter, true));
    world
        .store
        .put_member(ALICE, B, Role::None)
        .expect("both are there");
    world.store.unlist(A, B).expect("it is listed");
    let other = ask(Some(&ProjectReference::Id(B)));
    assert_eq!((other.role, other.is_listed), (Role::None, false));
    let missing = ask(Some(&ProjectReference::Id(ProjectId(9))));
    assert_eq!(missing.target, None);
}

pub fn paths_are_one_projects(factory: &dyn Factory) {
    let world = World::new(factory);
    let other = Project::new(ProjectId(3), "GROUP/A");
    let refused = world.store.put_project(&other, world.now);
    let kind = refused.expect_err("the path is taken").kind();
    assert_eq!(kind, StoreErrorKind::Duplicate);
    let at = |id| {
        world
            .store
            .project(&ProjectReference::Id(id))
            .expect("the store works")
    };
    assert_eq!(at(ProjectId(3)), None);
    let moved = Project::new(A, "other/a");
    world
        .store
        .put_project(&moved, world.now)
        .expect("the path is free");
    world
        .store
        .put_project(&other, world.now)
        .expect("the path is free now");
    assert_eq!(at(A), Some(moved));
    assert_eq!(
        world.store.user(BOB).expect("it works"),
        Some(User::new(BOB, "bob"))
    );
    assert_eq!(
        world.store.role(ALICE, A).expect("it works"),
        Role::Developer
    );
    let nobody = world.store.put_member(BOB, ProjectId(9), Role::Owner);
    assert_eq!(
        nobody.expect_err("no project").kind(),
        StoreErrorKind::NotFound
    );
}

/// Images lie at any depth below their project, and what no row can hold is in none.
pub fn paths_of_any_kind_are_looked_up(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let found = |reference: ProjectReference| {
        let text = issued.token.expose();
        let target = Some(&reference);
        let asked = world
            .issuer
            .authenticate(text, Class::Resource, target, world.now);
        let found = world.store.project(&reference).expect("the store works");
        assert_eq!(asked.expect("the token is valid").target, found);
        found.map(|project| project.id)
    };
    for depth in [0, 1, 2, 3, 5, 6, 7, 40, 1000] {
        let image = format!("group/a{}", "/b".repeat(depth));
        let found = found(ProjectReference::Image(image));
        assert_eq!(found, Some(A), "{depth} below");
    }
    let zero = || "group/a\0".to_owned();
    assert_eq!(found(ProjectReference::Path(zero())), None);
    assert_eq!(found(ProjectReference::Image(zero() + "/b")), None);
    let named = world.store.user_named("alice\0").expect("the store works");
    assert_eq!(named, None);
}

pub fn selections_choose(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let first = world.run();
    for (project, user) in [(A, BOB), (B, ALICE), (B, BOB)] {
        let job = NewJob::pending(project, user, HOUR);
        world.store.enqueue(&job, world.now).expect("it is pending");
        let issued = world.claim().expect("a job waits");
        assert_eq!(issued.job.project, project);
    }
    let key = world.store.tokens(&Selection::All).expect("it works")[0].key;
    for (which, count) in [
        (Selection::All, 4),
        (Selection::Project(B), 2),
        (Selection::User(BOB), 2),
        (Selection::Job(first.job.id), 1),
        (Selection::Accessor(first.accessor.clone()), 1),
        (Selection::OtherKeys(vec![key]), 0),
        (Selection::OtherKeys(vec![]), 4),
    ] {
        let tokens = world.store.tokens(&which).expect("the store works");
        assert_eq!(tokens.len(), count, "{which:?}");
        assert!(tokens.is_sorted_by_key(|entry| entry.job));
    }
    let revoke = |which| {
        world
            .store
            .revoke(&which, Why::Admin, world.now)
            .expect("it works")
    };
    assert_eq!(revoke(Selection::Project(B)), 2);
    assert_eq!(revoke(Selection::User(BOB)), 1);
    assert!(world.works(&first).is_ok());
    assert_eq!(revoke(Selection::All), 1);
}

pub fn another_key_ring_is_refused(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let other = || generate(&mut Seeded(9));
    let refused = |done: Result<(), StoreError>| {
        done.is_err_and(|error| error.kind() == StoreErrorKind::OtherKeys)
    };
    let now = world.now;
    let enter = |store: &Arc<dyn Store>, keys| {
        Issuer::open(Prefixes::default(), keys, store.clone(), now).map(drop)
    };
    assert!(refused(enter(&world.store, other())));
    assert!(refused(world.store.know_keys(other().name())));
    assert!(refused(world.issuer.set_keys(other(), world.now).map(drop)));
    // The ring of before went on, and the right one is told from it whatever becomes of its keys.
    assert!(world.works(&issued).is_ok());
    let mut keys = world.keys();
    keys.rotate(&mut Seeded(3)).expect("there is room");
    keys.advance_epoch();
    enter(&world.store, copy(&keys)).expect("it is the same ring");
    world.restart(factory, keys);
    let store = &world.store;
    assert!(refused(store.know_keys(other().name())));
    store.know_keys(world.keys().name()).expect("it is known");
    let mut fresh = factory.open(Lifecycle::default());
    fresh.know_keys(other().name()).expect("it is the first");
    assert!(refused(enter(&fresh, world.keys())));
    fresh = factory.reopen(fresh);
    assert!(refused(enter(&fresh, world.keys())));
}

pub fn another_key_ring_is_adopted_where_it_is_told_to(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let other = || generate(&mut Seeded(9));
    let adopt = Audited::Keys {
        name: other().name().to_owned(),
        epoch: other().epoch(),
    };
    let who = Actor::operator("the operator");
    let revoked = world.store.change(&adopt, &who, world.now);
    assert_eq!(revoked.expect("it works"), 1);
    let revoked = invalid(Invalid::Revoked(Why::KeyRetired));
    assert_eq!(world.works(&issued), Err(revoked));
    world.restart(factory, other());
    let next = world.run();
    assert!(world.works(&next).is_ok());
    let refused = world.store.know_keys(generate(&mut Seeded(8)).name());
    let kind = refused.expect_err("it knows another").kind();
    assert_eq!(kind, StoreErrorKind::OtherKeys);
}

pub fn epochs_only_go_forward(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let behind = |done: Result<(), StoreError>| {
        done.is_err_and(|error| error.kind() == StoreErrorKind::KeysBehind)
    };
    let (store, now) = (&world.store, world.now);
    // The world has entered the first.
    assert!(behind(store.advance_epoch(1)));
    store.advance_epoch(2).expect("it is later");
    assert!(behind(store.enter_epoch(1, now).map(drop)));
    assert_eq!(store.enter_epoch(2, now).expect("it is the same"), 0);
    assert!(world.works(&issued).is_ok());
    assert_eq!(store.enter_epoch(4, now).expect("it is later"), 1);
    let why = Invalid::Revoked(Why::Restored);
    assert_eq!(world.works(&issued), Err(invalid(why)));
}

pub fn a_restart_keeps_everything(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let keys = world.keys();
    let written = keys.to_secret("KEYS");
    world.issuer = open(&world.store, keys, world.now);
    let (alive, dead) = (world.run(), world.run());
    assert_eq!(world.call(&alive), Ok(JobState::Running));
    assert_eq!(
        world.report(&dead, Outcome::Failed(Failure::Script)),
        Ok(JobState::Failed)
    );
    let waiting = world.enqueue(HOUR);
    world.store.list(A, B).expect("both are there");
    let jobs = [alive.job.id, dead.job.id, waiting].map(|job| world.job(job));
    let tokens = world.store.tokens(&Selection::All).expect("it works");
    let keys = KeyRing::parse(written.expose()).expect("it was written");
    world.restart(factory, keys);
    assert_eq!(
        [alive.job.id, dead.job.id, waiting].map(|job| world.job(job)),
        jobs
    );
    assert_eq!(
        world.store.tokens(&Selection::All).expect("it works"),
        tokens
    );
    assert_eq!(world.store.listed(A).expect("it works"), [B]);
    assert_eq!(world.works(&alive), Ok(alive.job.id));
    assert_eq!(world.works(&dead), Err(invalid(Invalid::JobNotRunning)));
    assert_eq!(world.claim().expect("it waits").job.id, waiting);
}
