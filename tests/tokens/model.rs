//! A store against a model too simple to be wrong: a map of records, and the lifecycle.

use std::collections::BTreeMap;

use masker::token::directory::UserState;
use masker::token::issuer::Issued;
use masker::token::lifecycle::{
    Class, Effect, Event, Failure, Invalid, JobId, JobState, Lifecycle, Record, Standing, Why,
    validity,
};
use masker::token::store::Selection;
use proptest::prelude::*;

use super::Factory;
use super::properties::{events, times};
use super::world::{ALICE, MINUTE, World, invalid};
use crate::support::random;

const CASES: u32 = 100;

#[derive(Clone, Debug)]
pub enum Act {
    Enqueue,
    Claim(bool),
    Apply(usize, Event),
    Tell(usize, Event),
    Retry(usize),
    RevokeUser,
    Block(bool),
    DeleteProject(bool),
    Sweep,
}

pub fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Enqueue),
        6 => any::<bool>().prop_map(Act::Claim),
        6 => (any::<usize>(), events()).prop_map(|(job, event)| Act::Apply(job, event)),
        8 => (any::<usize>(), events()).prop_map(|(token, event)| Act::Tell(token, event)),
        2 => any::<usize>().prop_map(Act::Retry),
        1 => Just(Act::RevokeUser),
        1 => any::<bool>().prop_map(Act::Block),
        1 => any::<bool>().prop_map(Act::DeleteProject),
        3 => Just(Act::Sweep),
    ]
}

struct Model {
    lifecycle: Lifecycle,
    jobs: BTreeMap<JobId, Record>,
    standing: Standing,
}

pub fn random_histories_agree_with_the_model(factory: &dyn Factory) {
    let history = prop::collection::vec((acts(), times()), 1..60);
    random::check(CASES, history, |history| {
        let mut world = World::new(factory);
        let mut model = Model {
            lifecycle: Lifecycle::default(),
            jobs: BTreeMap::new(),
            standing: Standing {
                project_alive: true,
                user_active: true,
            },
        };
        let mut issued = Vec::new();
        for (act, time) in history {
            world.pass(time);
            perform(&mut world, &mut model, &mut issued, act)?;
            agree(&world, &model, &issued)?;
        }
        Ok(())
    });
}

fn perform(
    world: &mut World,
    model: &mut Model,
    issued: &mut Vec<Issued>,
    act: Act,
) -> Result<(), TestCaseError> {
    match act {
        Act::Enqueue => {
            let job = world.enqueue(10 * MINUTE);
            let project = super::world::A;
            let timeout = 10 * MINUTE;
            let record = Record::new(job, project, Some(ALICE), timeout, JobState::Pending);
            prop_assert!(model.jobs.insert(job, record).is_none());
        }
        Act::Claim(cancels_gracefully) => {
            let claimed = world.claim_by(cancels_gracefully);
            let expected = model.claim(cancels_gracefully, world);
            prop_assert_eq!(claimed.as_ref().map(|it| &it.job), expected.as_ref());
            issued.extend(claimed);
        }
        Act::Apply(job, event) => {
            let Some(job) = model.pick(job) else {
                return Ok(());
            };
            let done = world.store.apply(job, &event, world.now);
            let expected = match event {
                Event::Claim { .. } => None,
                event => model.step(job, event, world),
            };
            prop_assert_eq!(done.ok(), expected);
        }
        Act::Tell(index, event) => {
            let Some(issued) = issued.get(index % issued.len().max(1)) else {
                return Ok(());
            };
            let told = world.tell(issued, event);
            prop_assert_eq!(told.ok(), model.tell(issued, event, world));
        }
        Act::Retry(job) => {
            let Some(job) = model.pick(job) else {
                return Ok(());
            };
            let retried = world.store.retry(job, Some(ALICE), world.now).ok();
            let id = JobId(model.jobs.len() as u64 + 1);
            let expected = model
                .lifecycle
                .retry(&model.jobs[&job], id, Some(ALICE))
                .ok();
            prop_assert_eq!(retried.is_some(), expected.is_some());
            if let (Some(id), Some(record)) = (retried, expected) {
                model.jobs.insert(id, Record { id, ..record });
            }
        }
        Act::RevokeUser => {
            let revoked = world
                .store
                .revoke(&Selection::User(ALICE), Why::Admin, world.now);
            prop_assert_eq!(
                revoked.ok(),
                Some(model.all(Event::Revoke(Why::Admin), world))
            );
        }
        Act::Block(blocks) => {
            model.standing.user_active = !blocks;
            if blocks {
                model.all(Event::Revoke(Why::UserBlocked), world);
            }
            world.set_user(if blocks {
                UserState::Blocked
            } else {
                UserState::Active
            });
        }
        Act::DeleteProject(deletes) => {
            model.standing.project_alive = !deletes;
            if deletes {
                model.all(Event::Revoke(Why::ProjectDeleted), world);
            }
            world.set_pending_delete(deletes);
        }
        Act::Sweep => {
            let swept = world.sweep().len() as u64;
            prop_assert_eq!(swept, model.all(Event::Sweep, world));
        }
    }
    Ok(())
}

/// The records are the same, and each token that was ever issued is as valid as the model has it.
fn agree(world: &World, model: &Model, issued: &[Issued]) -> Result<(), TestCaseError> {
    for (job, record) in &model.jobs {
        prop_assert_eq!(&world.job(*job), record);
    }
    for issued in issued {
        let record = &model.jobs[&issued.job.id];
        for class in [Class::Runner, Class::Resource] {
            let expected = match record.attempt == issued.job.attempt {
                true => model.validity(issued, class, world).map_err(invalid),
                // Its row is in the store only; that it opens nothing is all there is to know.
                false => Err(invalid(Invalid::JobNotRunning)),
            };
            let found = world.ask(issued.token.expose(), class);
            match record.attempt == issued.job.attempt {
                true => prop_assert_eq!(found.map(drop), expected),
                false => prop_assert!(found.is_err()),
            }
        }
        let which = Selection::Job(issued.job.id);
        let tokens = world.store.tokens(&which).expect("the store works");
        let live = tokens.iter().filter(|entry| entry.token.is_live()).count();
        prop_assert!(live <= 1);
        prop_assert_eq!(
            tokens.last().map(|entry| Some(&entry.token)),
            Some(record.token.as_ref())
        );
    }
    Ok(())
}

impl Model {
    fn pick(&self, index: usize) -> Option<JobId> {
        let jobs: Vec<JobId> = self.jobs.keys().copied().collect();
        jobs.get(index % jobs.len().max(1)).copied()
    }

    fn step(&mut self, job: JobId, event: Event, world: &World) -> Option<(Record, Effect)> {
        let step = self
            .lifecycle
            .step(&self.jobs[&job], &event, world.now)
            .ok()?;
        self.jobs.insert(job, step.0.clone());
        Some(step)
    }

    /// Does it to all jobs that take it, and says to how many it did something.
    fn all(&mut self, event: Event, world: &World) -> u64 {
        let jobs: Vec<JobId> = self.jobs.keys().copied().collect();
        let steps = jobs
            .into_iter()
            .filter_map(|job| self.step(job, event, world));
        steps
            .filter(|(_, effect)| *effect != Effect::Unchanged)
            .count() as u64
    }

    fn claim(&mut self, cancels_gracefully: bool, world: &World) -> Option<Record> {
        let pending = |record: &&Record| record.state == JobState::Pending;
        if !self.standing.project_alive {
            return None;
        }
        let jobs: Vec<JobId> = self.jobs.values().filter(pending).map(|it| it.id).collect();
        if !self.standing.user_active {
            for job in jobs {
                self.step(job, Event::Drop(Failure::UserBlocked), world);
            }
            return None;
        }
        let runner = masker::token::lifecycle::RunnerId(1);
        let claim = Event::Claim {
            runner,
            cancels_gracefully,
        };
        let (record, _) = self.step(*jobs.first()?, claim, world)?;
        Some(record)
    }

    fn tell(&mut self, issued: &Issued, event: Event, world: &World) -> Option<(Record, Effect)> {
        let record = &self.jobs[&issued.job.id];
        let is_theirs = matches!(event, Event::RunnerCall | Event::Report(_));
        if !is_theirs || issued.job.attempt != record.attempt {
            return None;
        }
        let step = self.lifecycle.step(record, &event, world.now).ok()?;
        let valid = self.validity(issued, Class::Runner, world).is_ok();
        let repeats = matches!(event, Event::Report(_)) && step.1 == Effect::Unchanged;
        if !valid && !repeats {
            return None;
        }
        self.jobs.insert(issued.job.id, step.0.clone());
        Some(step)
    }

    fn validity(&self, issued: &Issued, class: Class, world: &World) -> Result<(), Invalid> {
        let record = &self.jobs[&issued.job.id];
        let token = record.token.as_ref().expect("one was issued");
        let attempt = issued.job.attempt;
        validity(record, attempt, token, self.standing, class, world.now)
    }
}
