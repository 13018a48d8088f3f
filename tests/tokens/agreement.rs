//! Random histories, the same in memory, in SQLite and in PostgreSQL: all answers are the same.
//!
//! `MASKER_TEST_HISTORIES` says how many.

use masker::token::directory::{Plan, ProjectReference, Role};
use masker::token::issuer::Issued;
use masker::token::journal::AuditFilter;
use masker::token::lifecycle::{Class, Event, JobId, JobState, RunnerId, Why};
use masker::token::permission::Permissions;
use masker::token::pipelines::{Cause, NewPipeline, PipelineId, Source};
use masker::token::store::{About, Artifact, Claimant, NewJob, Selection};
use proptest::prelude::*;

use super::artifacts::zip;
use super::model::{Act, acts};
use super::pipelines::{by, git_ref, job_name};
use super::properties::times;
use super::world::{A, ALICE, B, BOB, HOUR, MINUTE, SECOND, World};
use super::{Factory, InMemory, postgres, sqlite};
use crate::support::random;

#[derive(Clone, Debug)]
enum Step {
    Act(Act),
    Start {
        leased: bool,
        by_bob: bool,
    },
    List(bool),
    Member(Role),
    RevokeOne(usize),
    Epoch(bool),
    /// A job that waits to be played, and is part of a pipeline that may be there.
    Wait(u64),
    Play(usize, bool),
    Pipeline {
        by_job: Option<usize>,
        on: &'static str,
    },
    Plan(bool),
    Trigger,
    Artifact(usize, Option<u64>),
    Expire(usize, Option<u64>),
    Forget(usize),
    Look,
}

fn seconds() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(0u64..300)
}

fn steps() -> impl Strategy<Value = Step> {
    let refs = prop::sample::select(&["main", "v1", "other"][..]);
    let roles = prop::sample::select(&[Role::None, Role::Guest, Role::Owner][..]);
    prop_oneof![
        20 => acts().prop_map(Step::Act),
        2 => any::<[bool; 2]>().prop_map(|[leased, by_bob]| Step::Start { leased, by_bob }),
        1 => any::<bool>().prop_map(Step::List),
        1 => roles.prop_map(Step::Member),
        1 => any::<usize>().prop_map(Step::RevokeOne),
        1 => any::<bool>().prop_map(Step::Epoch),
        1 => (0u64..4).prop_map(Step::Wait),
        1 => any::<(usize, bool)>().prop_map(|(job, by_bob)| Step::Play(job, by_bob)),
        3 => (prop::option::of(any::<usize>()), refs)
            .prop_map(|(by_job, on)| Step::Pipeline { by_job, on }),
        1 => any::<bool>().prop_map(Step::Plan),
        1 => Just(Step::Trigger),
        3 => (any::<usize>(), seconds()).prop_map(|(job, till)| Step::Artifact(job, till)),
        1 => (any::<usize>(), seconds()).prop_map(|(job, till)| Step::Expire(job, till)),
        1 => any::<usize>().prop_map(Step::Forget),
        2 => Just(Step::Look),
    ]
}

/// A store with a history, as it tells of itself.
struct Teller {
    world: World,
    issued: Vec<Issued>,
    epoch: u64,
}

#[test]
fn all_stores_tell_the_same_of_the_same_history() {
    let (memory, files, schemas) = (
        InMemory,
        sqlite::Files::default(),
        postgres::Schemas::default(),
    );
    if !schemas.is_there() {
        return;
    }
    let histories = std::env::var("MASKER_TEST_HISTORIES").ok();
    let histories = histories.map_or(200, |it| it.parse().expect("it is a number"));
    let history = prop::collection::vec((steps(), times()), 1..60);
    random::check(histories, history, |history| {
        let factories: [&dyn Factory; 3] = [&memory, &files, &schemas];
        let mut tellers = factories.map(Teller::new);
        for (step, time) in history.into_iter().chain([(Step::Look, SECOND)]) {
            let [memory, sqlite, postgres] = tellers.each_mut().map(|it| it.tell(&step, time));
            prop_assert_eq!(&memory, &sqlite, "SQLite, at {:?}", step);
            prop_assert_eq!(&memory, &postgres, "PostgreSQL, at {:?}", step);
        }
        drop(tellers);
        files.forget();
        schemas.forget();
        Ok(())
    });
}

impl Teller {
    fn new(factory: &dyn Factory) -> Teller {
        Teller {
            world: World::new(factory),
            issued: Vec::new(),
            epoch: 1,
        }
    }

    fn tell(&mut self, step: &Step, time: std::time::Duration) -> String {
        self.world.pass(time);
        let (store, now) = (self.world.store.clone(), self.world.now);
        match step {
            Step::Act(act) => self.act(act),
            Step::Start { leased, by_bob } => {
                let job = NewJob {
                    lease: leased.then_some(30 * SECOND),
                    ..NewJob::pending(A, if *by_bob { BOB } else { ALICE }, HOUR)
                };
                let claimant = Claimant {
                    runner: RunnerId(2),
                    cancels_gracefully: *leased,
                };
                let world = &mut self.world;
                let started = world.issuer.start(&job, claimant, &mut world.random, now);
                let told = format!("{started:?}");
                self.issued.extend(started);
                told
            }
            Step::List(true) => format!("{:?}", store.list(A, B)),
            Step::List(false) => format!("{:?}", store.unlist(A, B)),
            Step::Member(role) => format!("{:?}", store.put_member(ALICE, B, *role)),
            Step::RevokeOne(index) => {
                let Some(issued) = self.issued.get(index % self.issued.len().max(1)) else {
                    return String::new();
                };
                let which = Selection::Accessor(issued.accessor.clone());
                format!("{:?}", store.revoke(&which, Why::Leaked, now))
            }
            Step::Epoch(enters) => {
                self.epoch += 1;
                match enters {
                    true => format!("{:?}", store.enter_epoch(self.epoch, now)),
                    false => format!("{:?}", store.advance_epoch(self.epoch)),
                }
            }
            Step::Look => self.look(),
            step => self.build(step),
        }
    }

    /// Pipelines and artifacts.
    fn build(&mut self, step: &Step) -> String {
        let (store, now) = (self.world.store.clone(), self.world.now);
        let job = |index: &usize| JobId(*index as u64 % 12 + 1);
        let till = |till: &Option<u64>| till.map(|till| now + till as u32 * SECOND);
        match step {
            Step::Wait(pipeline) => {
                let job = NewJob {
                    state: JobState::Manual,
                    about: About {
                        pipeline: (*pipeline > 0).then_some(PipelineId(*pipeline)),
                        permissions: (*pipeline > 2).then(Permissions::default),
                        ..About::default()
                    },
                    ..NewJob::pending(A, ALICE, HOUR)
                };
                format!("{:?}", store.enqueue(&job, now))
            }
            Step::Play(index, by_bob) => {
                let event = Event::Play(if *by_bob { BOB } else { ALICE });
                format!("{:?}", store.apply(job(index), &event, now))
            }
            Step::Pipeline { by_job, on } => {
                let user = by(ALICE, Source::Web);
                let new = NewPipeline {
                    git_ref: git_ref(on),
                    cause: by_job.map_or(user.cause, |index| Cause::Job(job(&index))),
                    ..user
                };
                format!("{:?}", store.start_pipeline(&new, now))
            }
            Step::Plan(names) => {
                let plan = Plan {
                    refs: [git_ref("main"), git_ref("v1")].into(),
                    protected_refs: [git_ref("v1")].into(),
                    job_names: vec![job_name("build"), job_name("test")],
                };
                let plan = if *names { plan } else { Plan::default() };
                format!("{:?}", store.put_plan(A, &plan))
            }
            Step::Trigger => {
                let world = &mut self.world;
                let made = world.issuer.make_trigger(A, BOB, &mut world.random, now);
                format!("{:?}", made.map(|(_, accessor)| accessor))
            }
            Step::Artifact(index, expires) => {
                let artifact = Artifact {
                    expires_at: till(expires),
                    ..zip(*index as u64)
                };
                format!("{:?}", store.put_artifact(job(index), &artifact, now))
            }
            Step::Expire(index, expires) => {
                let expired = store.expire_artifact(job(index), till(expires), now);
                format!("{expired:?}")
            }
            Step::Forget(index) => format!("{:?}", store.forget_artifact(job(index), now)),
            _ => String::new(),
        }
    }

    fn act(&mut self, act: &Act) -> String {
        let now = self.world.now;
        let world = &mut self.world;
        let job = |index: usize| JobId(index as u64 % 12 + 1);
        match act {
            Act::Enqueue => format!("{:?}", world.enqueue(10 * MINUTE)),
            Act::Claim(cancels_gracefully) => {
                let claimed = world.claim_by(*cancels_gracefully);
                let told = format!("{claimed:?}");
                self.issued.extend(claimed);
                told
            }
            Act::Apply(index, event) => match event {
                Event::Claim { .. } => String::new(),
                event => format!("{:?}", world.store.apply(job(*index), event, now)),
            },
            Act::Tell(index, event) => match self.issued.get(index % self.issued.len().max(1)) {
                Some(issued) => format!("{:?}", world.tell(issued, *event)),
                None => String::new(),
            },
            Act::Retry(index) => format!("{:?}", world.store.retry(job(*index), Some(BOB), now)),
            Act::RevokeUser => {
                let which = Selection::User(ALICE);
                format!("{:?}", world.store.revoke(&which, Why::Admin, now))
            }
            Act::Block(blocks) => {
                use masker::token::directory::UserState::{Active, Blocked};
                world.set_user(if *blocks { Blocked } else { Active });
                String::new()
            }
            Act::DeleteProject(deletes) => {
                world.set_pending_delete(*deletes);
                String::new()
            }
            Act::Sweep => format!("{:?}", world.store.sweep(now)),
        }
    }

    /// All that can be read.
    fn look(&self) -> String {
        let store = &self.world.store;
        self.world.issuer.write_uses().expect("the store works");
        let mut told = format!("{:?} {:?}", store.tokens(&Selection::All), store.listed(A));
        told += &format!("\n{:?}", store.audit_events(&AuditFilter::default(), 1_000));
        for job in 1..=15 {
            let (id, now) = (JobId(job), self.world.now);
            told += &format!("\n{:?} {:?}", store.job(id).ok(), store.about(id).ok());
            told += &format!(" {:?}", store.artifact(id, now));
            told += &format!(" {:?}", store.pipeline(PipelineId(job)).ok());
        }
        for name in ["default", "build"] {
            let (on, name) = (git_ref("main"), job_name(name));
            let latest = store.latest_artifact(A, &on, &name, self.world.now);
            told += &format!("\n{latest:?}");
        }
        told += &format!("\n{:?} {:?}", store.plan(A), store.triggers(A));
        let targets = [
            None,
            Some(ProjectReference::Id(B)),
            Some(ProjectReference::Path("GROUP/b".to_owned())),
            Some(ProjectReference::Image("group/B/debug/x".to_owned())),
            Some(ProjectReference::Path("group/none".to_owned())),
        ];
        for (at, issued) in self.issued.iter().enumerate() {
            let target = targets[at % targets.len()].as_ref();
            for class in [Class::Runner, Class::Resource] {
                let token = issued.token.expose();
                let found = self
                    .world
                    .issuer
                    .authenticate(token, class, target, self.world.now);
                told += &format!("\n{found:?}");
            }
        }
        told
    }
}
