//! Random histories, the same in memory, in SQLite and in PostgreSQL: all answers are the same.
//!
//! `MASKER_TEST_HISTORIES` says how many.

use masker::token::directory::{ProjectReference, Role};
use masker::token::issuer::Issued;
use masker::token::lifecycle::{Class, Event, JobId, RunnerId, Why};
use masker::token::store::{Claimant, NewJob, Selection};
use proptest::prelude::*;

use super::model::{Act, acts};
use super::properties::times;
use super::world::{A, ALICE, B, BOB, HOUR, MINUTE, SECOND, World};
use super::{Factory, InMemory, postgres, sqlite};
use crate::support::random;

#[derive(Clone, Debug)]
enum Step {
    Act(Act),
    Start { leased: bool, by_bob: bool },
    List(bool),
    Member(Role),
    RevokeOne(usize),
    Epoch(bool),
    Look,
}

fn steps() -> impl Strategy<Value = Step> {
    let roles = prop::sample::select(&[Role::None, Role::Guest, Role::Owner][..]);
    prop_oneof![
        20 => acts().prop_map(Step::Act),
        2 => any::<[bool; 2]>().prop_map(|[leased, by_bob]| Step::Start { leased, by_bob }),
        1 => any::<bool>().prop_map(Step::List),
        1 => roles.prop_map(Step::Member),
        1 => any::<usize>().prop_map(Step::RevokeOne),
        1 => any::<bool>().prop_map(Step::Epoch),
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
        let mut told = format!("{:?} {:?}", store.tokens(&Selection::All), store.listed(A));
        for job in 1..=15 {
            told += &format!("\n{:?}", store.job(JobId(job)).ok());
        }
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
