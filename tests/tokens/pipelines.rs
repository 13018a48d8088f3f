//! What jobs are about, pipelines, and what starts them.

use std::sync::Arc;

use masker::token::authorizer::{Policy, Request, Snapshot};
use masker::token::carriers::Presented;
use masker::token::directory::{JobName, Plan, ProjectId, RefName, Role, User, UserId};
use masker::token::issuer::Issued;
use masker::token::lifecycle::{Class, Event, JobState, Outcome};
use masker::token::permission::Permissions;
use masker::token::pipelines::{
    Cause, MAX_DEPTH, NewPipeline, NotStarted, Pipeline, PipelineErrorKind, PipelineId,
    PipelineSink, Source, Upstream, Variables,
};
use masker::token::routes::{Asked, Method};
use masker::token::store::{About, NewJob, StoreErrorKind};

use super::Factory;
use super::watched::Watched;
use super::world::{A, ALICE, B, BOB, HOUR, World};

pub fn git_ref(name: &str) -> RefName {
    RefName::new(name).expect("it is one")
}

pub fn job_name(name: &str) -> JobName {
    JobName::new(name).expect("it is one")
}

fn permissions(names: &[&str]) -> Option<Permissions> {
    let names = names.iter().map(|name| name.parse());
    Some(names.collect::<Result<_, _>>().expect("all are known"))
}

/// A pipeline that a user starts.
pub fn by(user: UserId, source: Source) -> NewPipeline {
    NewPipeline {
        project: A,
        git_ref: git_ref("main"),
        cause: Cause::User { user, source },
        variables: Variables::default(),
    }
}

/// A pipeline of B that a job starts.
pub fn by_job(issued: &Issued) -> NewPipeline {
    NewPipeline {
        project: B,
        cause: Cause::Job(issued.job.id),
        ..by(ALICE, Source::Api)
    }
}

pub fn start(world: &World, new: &NewPipeline) -> Result<Pipeline, PipelineErrorKind> {
    // As a service has it.
    let sink: Arc<dyn PipelineSink> = Arc::new(world.store.clone());
    let started = sink.start(new, world.now);
    started.map_err(|error| error.kind())
}

fn refused(why: NotStarted) -> Result<Pipeline, PipelineErrorKind> {
    Err(PipelineErrorKind::Refused(why))
}

/// As whom the token of a job acts, at the moment.
fn acts_as(world: &World, issued: &Issued) -> Option<User> {
    let text = issued.token.expose();
    let found = world
        .issuer
        .authenticate(text, Class::Resource, None, world.now);
    found.expect("the token is valid").user
}

fn declared(world: &World) -> NewJob {
    let pipeline = start(world, &by(ALICE, Source::Push)).expect("all is there");
    NewJob {
        about: About {
            name: job_name("build: [linux]"),
            git_ref: Some(git_ref("release/1.2")),
            ref_protected: true,
            pipeline: Some(pipeline.id),
            permissions: permissions(&["READ_PACKAGES", "ADMIN_JOBS"]),
        },
        ..NewJob::pending(A, ALICE, HOUR)
    }
}

pub fn a_job_is_about_what_it_was_added_with(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let plain = world.run();
    let about = |job| world.store.about(job).expect("it is there");
    assert_eq!(about(plain.job.id), About::default());
    let none = NewJob {
        about: About {
            permissions: permissions(&[]),
            ..About::default()
        },
        ..NewJob::pending(A, ALICE, HOUR)
    };
    let none_id = world
        .store
        .enqueue(&none, world.now)
        .expect("it is pending");
    assert_eq!(about(none_id), none.about);
    let missing = world.store.about(masker::token::lifecycle::JobId(99));
    let kind = missing.expect_err("there is none").kind();
    assert_eq!(kind, StoreErrorKind::NotFound);
    assert!(world.claim().is_some());

    let job = declared(&world);
    // That of the pipeline, which comes first.
    assert!(world.claim().is_some());
    let id = world.store.enqueue(&job, world.now).expect("it is pending");
    let issued = world.claim().expect("it waits");
    assert_eq!(issued.job.id, id);
    let text = issued.token.expose();
    let found = world
        .issuer
        .authenticate(text, Class::Resource, None, world.now);
    assert_eq!(found.expect("it is valid").about, job.about);
    world
        .report(&issued, Outcome::Success)
        .expect("the job runs");
    let again = world.store.retry(id, Some(BOB), world.now);
    let again = again.expect("it has ended");
    assert_eq!(world.store.about(again).expect("it is there"), job.about);
    let keys = world.keys();
    world.restart(factory, keys);
    assert_eq!(world.store.about(id).expect("it is there"), job.about);
}

pub fn a_job_is_part_of_a_pipeline_of_its_project(factory: &dyn Factory) {
    let world = World::new(factory);
    let job = declared(&world);
    let missing = About {
        pipeline: Some(PipelineId(99)),
        ..About::default()
    };
    let others = NewJob {
        project: B,
        ..job.clone()
    };
    for wrong in [
        others,
        NewJob {
            about: missing,
            ..job
        },
    ] {
        let refused = world.store.enqueue(&wrong, world.now);
        let kind = refused.expect_err("it has none").kind();
        assert_eq!(kind, StoreErrorKind::NotFound);
    }
}

pub fn s49_jobs_act_as_who_caused_them(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let (alice, bob) = (Some(User::new(ALICE, "alice")), Some(User::new(BOB, "bob")));
    // The schedule is Bob's, whoever pushed.
    start(&world, &by(BOB, Source::Schedule)).expect("all is there");
    let scheduled = world.claim().expect("it waits");
    assert_eq!(acts_as(&world, &scheduled), bob);
    // A manual job of Alice's pipeline, which Bob starts.
    let manual = NewJob {
        state: JobState::Manual,
        ..NewJob::pending(A, ALICE, HOUR)
    };
    let manual = world.store.enqueue(&manual, world.now).expect("it waits");
    assert!(world.claim().is_none());
    world.apply(manual, Event::Play(BOB));
    let played = world.claim().expect("it was played");
    assert_eq!(played.job.id, manual);
    assert_eq!(acts_as(&world, &played), bob);
    let late = world.store.apply(manual, &Event::Play(ALICE), world.now);
    assert!(late.is_err());
    assert_eq!(world.job(manual).user, Some(BOB));
    // Alice does it again.
    world.report(&played, Outcome::Success).expect("it runs");
    let retried = world.store.retry(manual, Some(ALICE), world.now);
    retried.expect("it has ended");
    let retried = world.claim().expect("it waits");
    assert_eq!(acts_as(&world, &retried), alice);
}

pub fn what_waits_for_something_is_enqueued(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let created = NewJob {
        state: JobState::Created,
        ..NewJob::pending(A, ALICE, HOUR)
    };
    let created = world.store.enqueue(&created, world.now).expect("it waits");
    assert!(world.claim().is_none());
    world.apply(created, Event::Enqueue);
    let claimed = world.claim().expect("it is pending");
    assert_eq!((claimed.job.id, claimed.job.user), (created, Some(ALICE)));
}

/// What a request for a package of the job's own project is answered.
fn package(world: &World, issued: &Issued, method: Method) -> String {
    let token = str::from_utf8(issued.token.expose()).expect("it is a text");
    let request = Request {
        asked: Asked::Http {
            method,
            path: "/api/v4/projects/1/packages/generic/tool/1.0/tool.tar.gz",
        },
        presented: Presented {
            headers: &[("JOB-TOKEN", token)],
            ..Presented::default()
        },
        ..Request::default()
    };
    let admitted = Policy::default().admit(&request).expect("it takes tokens");
    let found = world.issuer.authenticate(
        token.as_bytes(),
        admitted.route().class,
        admitted.project(),
        world.now,
    );
    let facts = Snapshot::from(&found.expect("it is valid"));
    admitted.decide(&facts).record().to_string()
}

pub fn s50_declared_permissions_limit_the_token(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let free = world.run();
    assert_eq!(package(&world, &free, Method::Put), "D18 allowed 200");
    let declare = |names: &[&str]| NewJob {
        about: About {
            permissions: permissions(names),
            ..About::default()
        },
        ..NewJob::pending(A, ALICE, HOUR)
    };
    let mut run = |job: &NewJob| {
        world.store.enqueue(job, world.now).expect("it is pending");
        world.claim().expect("it waits")
    };
    let (reads, nothing) = (run(&declare(&["READ_PACKAGES"])), run(&declare(&[])));
    assert_eq!(package(&world, &reads, Method::Get), "D18 allowed 200");
    let refused = "D15 job_permission 403";
    assert_eq!(package(&world, &reads, Method::Put), refused);
    assert_eq!(package(&world, &nothing, Method::Get), refused);
}

pub fn a_pipeline_has_the_jobs_of_its_plan(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let plan = Plan {
        refs: [git_ref("main"), git_ref("v1")].into(),
        protected_refs: [git_ref("v1")].into(),
        job_names: vec![job_name("test"), job_name("build")],
    };
    world.store.put_plan(A, &plan).expect("it is there");
    assert_eq!(world.store.plan(A).expect("it works"), plan);
    assert_eq!(world.store.plan(B).expect("it works"), Plan::default());
    let nowhere = world.store.put_plan(ProjectId(9), &plan);
    let kind = nowhere.expect_err("there is none").kind();
    assert_eq!(kind, StoreErrorKind::NotFound);

    let new = NewPipeline {
        variables: Variables::new([("NAME", "a=b\n"), ("EMPTY", ""), ("NAME", "last = ü")])
            .expect("they are"),
        ..by(ALICE, Source::Web)
    };
    let pipeline = start(&world, &new).expect("all is there");
    let expected = Pipeline {
        id: PipelineId(1),
        project: A,
        git_ref: git_ref("main"),
        ref_protected: false,
        source: Source::Web,
        user: ALICE,
        upstream: None,
        depth: 0,
        variables: new.variables.clone(),
        created_at: world.now,
    };
    assert_eq!(pipeline, expected);
    let kept = world.store.pipeline(pipeline.id).expect("it is there");
    assert_eq!(kept, expected);
    for name in ["test", "build"] {
        let issued = world.claim().expect("it waits");
        let about = About {
            name: job_name(name),
            git_ref: Some(git_ref("main")),
            pipeline: Some(pipeline.id),
            ..About::default()
        };
        let kept = world.store.about(issued.job.id);
        assert_eq!(kept.expect("it is there"), about);
        assert_eq!((issued.job.project, issued.job.user), (A, Some(ALICE)));
    }
    assert!(world.claim().is_none());
}

pub fn a_pipeline_that_may_not_start_leaves_nothing(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let plan = Plan {
        refs: [git_ref("main"), git_ref("v1")].into(),
        protected_refs: [git_ref("v1")].into(),
        job_names: vec![],
    };
    world.store.put_plan(A, &plan).expect("it is there");
    let new = by(ALICE, Source::Push);
    let on = |name| NewPipeline {
        git_ref: git_ref(name),
        ..new.clone()
    };
    let of = |project| NewPipeline {
        project,
        ..new.clone()
    };
    let before = world.store.time().expect("it works");
    assert_eq!(start(&world, &on("other")), refused(NotStarted::UnknownRef));
    // Alice is a Developer.
    assert_eq!(start(&world, &on("v1")), refused(NotStarted::ProtectedRef));
    assert_eq!(
        start(&world, &of(ProjectId(9))),
        refused(NotStarted::ProjectGone)
    );
    assert_eq!(
        start(&world, &by(UserId(9), Source::Push)),
        refused(NotStarted::UserInactive)
    );
    assert!(world.claim().is_none());
    assert_eq!(world.store.time().expect("it works"), before);
    let missing = world.store.pipeline(PipelineId(1));
    let kind = missing.expect_err("none was started").kind();
    assert_eq!(kind, StoreErrorKind::NotFound);

    let store = world.store.clone();
    store
        .put_member(ALICE, A, Role::Maintainer)
        .expect("both are there");
    let protected = start(&world, &on("v1")).expect("she is one");
    assert!(protected.ref_protected);
    let job = world.claim().expect("it waits").job.id;
    assert!(store.about(job).expect("it is there").ref_protected);
    world.set_pending_delete(true);
    assert_eq!(start(&world, &new), refused(NotStarted::ProjectGone));
    world.set_pending_delete(false);
    world.set_user(masker::token::directory::UserState::Blocked);
    assert_eq!(start(&world, &new), refused(NotStarted::UserInactive));
}

pub fn s77_a_job_that_triggers_is_the_upstream(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let first = start(&world, &by(ALICE, Source::Push)).expect("all is there");
    let job = world.claim().expect("it waits");
    let second = start(&world, &by_job(&job)).expect("the job runs");
    assert_eq!(second.source.as_str(), "pipeline");
    assert_eq!((second.project, second.user), (B, ALICE));
    let upstream = Upstream {
        pipeline: Some(first.id),
        job: job.job.id,
        project: A,
    };
    assert_eq!((second.upstream, second.depth), (Some(upstream), 1));
    let next = world.claim().expect("it waits");
    let pipeline = world.store.about(next.job.id).expect("it is there");
    let seen = world.store.pipeline(pipeline.pipeline.expect("it has one"));
    assert_eq!(seen.expect("it is there"), second);
    // A job that is part of no pipeline has only itself to name.
    let alone = world.run();
    let third = start(&world, &by_job(&alone)).expect("the job runs");
    let upstream = third.upstream.expect("a job started it");
    assert_eq!((upstream.pipeline, third.depth), (None, 1));
}

pub fn s79_a_job_that_has_ended_triggers_nothing(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let ended = world.run();
    world.report(&ended, Outcome::Success).expect("it runs");
    let erased = world.run();
    world.apply(erased.job.id, Event::Erase);
    let waiting = world.enqueue(HOUR);
    for job in [ended.job.id, erased.job.id, waiting] {
        let new = NewPipeline {
            cause: Cause::Job(job),
            ..by(ALICE, Source::Api)
        };
        let started = start(&world, &new);
        assert_eq!(started, refused(NotStarted::JobNotRunning));
    }
    let nobodys = NewJob {
        user: None,
        ..NewJob::pending(A, ALICE, HOUR)
    };
    world
        .store
        .enqueue(&nobodys, world.now)
        .expect("it is pending");
    assert_eq!(world.claim().expect("it waits").job.id, waiting);
    let nobodys = world.claim().expect("it waits");
    assert_eq!(
        start(&world, &by_job(&nobodys)),
        refused(NotStarted::UserInactive)
    );
    assert!(world.store.pipeline(PipelineId(1)).is_err());
    assert!(world.claim().is_none());
}

pub fn a_chain_of_triggers_has_an_end(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let mut job = world.run();
    for depth in 1..=MAX_DEPTH {
        let pipeline = start(&world, &by_job(&job)).expect("it is not too deep");
        assert_eq!(pipeline.depth, depth);
        job = world.claim().expect("it waits");
        // To do a job again is no way around it.
        world.report(&job, Outcome::Success).expect("it runs");
        let again = world.store.retry(job.job.id, Some(ALICE), world.now);
        again.expect("it has ended");
        job = world.claim().expect("it waits");
    }
    assert_eq!(start(&world, &by_job(&job)), refused(NotStarted::TooDeep));
    assert!(world.claim().is_none());
}

#[test]
fn a_sink_says_when_it_cannot_tell() {
    let watched = Watched::over(&super::InMemory);
    let new = by(ALICE, Source::Push);
    watched.fail(true);
    let failed = PipelineSink::start(&*watched, &new, World::start());
    let kind = failed.expect_err("it was told to fail").kind();
    assert_eq!(kind, PipelineErrorKind::Unavailable);
}
