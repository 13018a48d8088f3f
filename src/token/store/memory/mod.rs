//! A store in memory: for tests, for tools, and to show what the others have to do.

mod artifacts;
mod directory;
mod journal;
mod keys;
mod pipelines;
mod steps;
mod tables;
mod triggers;

use std::fmt;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::token::clock::Time;
use crate::token::directory::{
    JobName, Plan, Project, ProjectId, ProjectReference, RefName, Role, User, UserId,
};
use crate::token::id::{Accessor, Digests};
use crate::token::journal::{Actor, AuditEvent, AuditFilter, Decision, DecisionFilter};
use crate::token::lifecycle::{
    Class, Effect, Event, Failure, Invalid, JobId, Lifecycle, Record, Refusal, Why,
};
use crate::token::pipelines::{NewPipeline, Pipeline, PipelineId};
use crate::token::scope::Change;

use super::{
    About, Artifact, Audited, Choice, Claimant, Claimed, Fresh, JobFilter, NewJob, Selection,
    Snapshot, Store, StoreError, StoreErrorKind, Swept, TokenEntry, Trigger, audited, is_news,
};
use tables::Tables;

/// A store whose content ends with the process.
///
/// One lock for all: a transaction is what happens under it, and those that change nothing share it.
/// A method checks all that it may refuse before its first change.
///
/// It keeps the last 100,000 decisions and as many audit events, and no more.
///
/// # Examples
///
/// ```
/// use masker::token::lifecycle::{Lifecycle, Options};
/// use masker::token::store::{MemoryStore, Store};
///
/// let store = MemoryStore::new(Lifecycle::new(Options::default()));
/// assert_eq!(store.time()?, None);
/// # Ok::<(), masker::token::store::StoreError>(())
/// ```
#[derive(Default)]
pub struct MemoryStore {
    lifecycle: Lifecycle,
    tables: RwLock<Tables>,
}

impl MemoryStore {
    /// An empty store that follows these rules.
    #[must_use]
    pub fn new(lifecycle: Lifecycle) -> MemoryStore {
        MemoryStore {
            lifecycle,
            tables: RwLock::default(),
        }
    }

    /// A transaction.
    fn tables(&self) -> Result<RwLockWriteGuard<'_, Tables>, StoreError> {
        self.tables.write().map_err(|_| panicked())
    }

    /// A transaction that changes nothing.
    fn view(&self) -> Result<RwLockReadGuard<'_, Tables>, StoreError> {
        self.tables.read().map_err(|_| panicked())
    }
}

/// Whoever panicked under the lock may have left a half of a change: closed from then on.
fn panicked() -> StoreError {
    StoreError::unavailable("a transaction panicked")
}

/// Shows nothing of what is kept: there are digests among it.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    fn enqueue(&self, job: &NewJob, now: Time) -> Result<JobId, StoreError> {
        if !job.state.is_not_started() {
            let state = job.state;
            return Err(Refusal::InvalidTransition { state }.into());
        }
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        let about = tables.about(job)?;
        let id = tables.next_job();
        tables.add(job.record(id), about);
        tables.persist(now);
        Ok(id)
    }

    fn claim_chosen(
        &self,
        choice: &Choice,
        claimant: Claimant,
        token: &Fresh,
        now: Time,
    ) -> Result<Option<Claimed>, StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        if tables.is_taken(token) {
            return Err(StoreErrorKind::Duplicate.into());
        }
        let mut last = None;
        while let Some(job) = tables.pending_after(last, choice) {
            last = Some(job);
            let standing = tables.standing(&tables.jobs[&job]);
            if !standing.project_alive {
                continue;
            }
            if !standing.user_active {
                let blocked = Event::Drop(Failure::UserBlocked);
                self.step(&mut tables, job, &blocked, now)?;
                continue;
            }
            let record = choice.on_terms(tables.jobs[&job].clone());
            return self
                .give(&mut tables, &record, claimant, token, now)
                .map(Some);
        }
        Ok(None)
    }

    fn start(
        &self,
        job: &NewJob,
        claimant: Claimant,
        token: &Fresh,
        now: Time,
    ) -> Result<Claimed, StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        if tables.is_taken(token) {
            return Err(StoreErrorKind::Duplicate.into());
        }
        let record = job.record(tables.next_job());
        let standing = tables.standing(&record);
        if !standing.project_alive {
            return Err(Refusal::Token(Invalid::ProjectDeleted).into());
        }
        if !standing.user_active {
            return Err(Refusal::Token(Invalid::UserInactive).into());
        }
        let about = tables.about(job)?;
        let claimed = self.give(&mut tables, &record, claimant, token, now)?;
        tables.abouts.insert(record.id, about);
        Ok(claimed)
    }

    fn apply(&self, job: JobId, event: &Event, now: Time) -> Result<(Record, Effect), StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        if let Event::Claim { .. } = event {
            let record = tables.jobs.get(&job).ok_or(StoreErrorKind::NotFound)?;
            let state = record.state;
            return Err(Refusal::InvalidTransition { state }.into());
        }
        self.step(&mut tables, job, event, now)
    }

    fn apply_by_token(
        &self,
        token: &Digests,
        job: JobId,
        event: &Event,
        now: Time,
    ) -> Result<(Record, Effect), StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        let entry = tables.find(token).filter(|entry| entry.job == job);
        let entry = entry.ok_or(StoreErrorKind::NotFound)?;
        let record = &tables.jobs[&job];
        let standing = tables.standing(record);
        let authorized =
            self.lifecycle
                .authorize(record, entry.attempt, &entry.token, standing, event, now);
        let is_expired = authorized == Err(Refusal::Token(Invalid::Expired));
        if is_expired && is_news(record, &entry.token, Class::Runner, tables.highest) {
            tables.persist(now);
        }
        authorized?;
        self.step(&mut tables, job, event, now)
    }

    fn retry(&self, job: JobId, user: Option<UserId>, now: Time) -> Result<JobId, StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        let record = tables.jobs.get(&job).ok_or(StoreErrorKind::NotFound)?;
        let record = self.lifecycle.retry(record, tables.next_job(), user)?;
        let id = record.id;
        let about = tables.abouts[&job].clone();
        tables.add(record, about);
        tables.persist(now);
        Ok(id)
    }

    fn job(&self, job: JobId) -> Result<Record, StoreError> {
        let tables = self.view()?;
        let record = tables.jobs.get(&job).cloned();
        Ok(record.ok_or(StoreErrorKind::NotFound)?)
    }

    fn about(&self, job: JobId) -> Result<About, StoreError> {
        let about = self.view()?.abouts.get(&job).cloned();
        Ok(about.ok_or(StoreErrorKind::NotFound)?)
    }

    fn jobs(&self, which: &JobFilter, limit: usize) -> Result<Vec<(Record, About)>, StoreError> {
        Ok(self.view()?.listed(which, limit))
    }

    fn start_pipeline(&self, new: &NewPipeline, now: Time) -> Result<Pipeline, StoreError> {
        self.tables()?.start_pipeline(new, now)
    }

    fn pipeline(&self, pipeline: PipelineId) -> Result<Pipeline, StoreError> {
        let found = self.view()?.pipelines.get(&pipeline).cloned();
        Ok(found.ok_or(StoreErrorKind::NotFound)?)
    }

    fn put_artifact(&self, job: JobId, artifact: &Artifact, now: Time) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.put_artifact(&self.lifecycle, job, artifact, now)
    }

    fn artifact(&self, job: JobId, now: Time) -> Result<Option<Artifact>, StoreError> {
        Ok(self.view()?.artifact(job, now).cloned())
    }

    fn latest_artifact(
        &self,
        project: ProjectId,
        git_ref: &RefName,
        name: &JobName,
        now: Time,
    ) -> Result<Option<(JobId, Artifact)>, StoreError> {
        Ok(self.view()?.latest_artifact(project, git_ref, name, now))
    }

    fn expire_artifact(
        &self,
        job: JobId,
        expires_at: Option<Time>,
        now: Time,
    ) -> Result<(), StoreError> {
        self.tables()?.expire_artifact(job, expires_at, now)
    }

    fn forget_artifact(&self, job: JobId, now: Time) -> Result<(), StoreError> {
        self.tables()?.forget_artifact(job, now)
    }

    /// Takes the lock for itself only if the time is news: that a token's time is over is made
    /// durable before it is said.
    fn validate(
        &self,
        token: &Digests,
        class: Class,
        target: Option<&ProjectReference>,
        now: Time,
    ) -> Result<Option<Snapshot>, StoreError> {
        let tables = self.view()?;
        let now = tables.effective(now);
        let Some(found) = tables.snapshot(token, class, target, now) else {
            return Ok(None);
        };
        let highest = tables.highest;
        drop(tables);
        let is_expired = found.validity == Err(Invalid::Expired);
        if is_expired && is_news(&found.job, &found.token.token, class, highest) {
            self.tables()?.persist(now);
        }
        Ok(Some(found))
    }

    fn tokens(&self, which: &Selection) -> Result<Vec<TokenEntry>, StoreError> {
        let tables = self.view()?;
        Ok(tables.selected(which).cloned().collect())
    }

    fn live_tokens(&self) -> Result<u64, StoreError> {
        Ok(self.view()?.live_tokens())
    }

    fn sweep(&self, now: Time) -> Result<Swept, StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        let mut swept = Swept::default();
        for job in tables.executing() {
            let (record, effect) = self.step(&mut tables, job, &Event::Sweep, now)?;
            if effect != Effect::Unchanged {
                swept.jobs.push((job, record.state));
            }
        }
        let options = self.lifecycle.options();
        swept.deleted = tables.forget(options.retention, now);
        (swept.decisions, swept.audit_events) = tables.journal.forget(options, now);
        swept.artifacts = tables.over(now);
        tables.persist(now);
        Ok(swept)
    }

    fn time(&self) -> Result<Option<Time>, StoreError> {
        Ok(self.view()?.highest)
    }

    fn know_keys(&self, name: &str) -> Result<(), StoreError> {
        self.tables()?.keys.know(name)
    }

    fn enter_epoch(&self, epoch: u64, now: Time) -> Result<u64, StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        match tables.keys.enter(epoch)? {
            false => Ok(0),
            true => {
                tables.triggers.retain(&[]);
                let (which, who) = (Selection::All, Actor::System);
                self.revoke_by(&mut tables, &which, Why::Restored, &who, now)
            }
        }
    }

    fn announce_epoch(&self) -> Result<u64, StoreError> {
        Ok(self.tables()?.keys.announce())
    }

    fn advance_epoch(&self, epoch: u64) -> Result<(), StoreError> {
        self.tables()?.keys.advance(epoch)
    }

    fn change(&self, change: &Audited, who: &Actor, now: Time) -> Result<u64, StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        self.change_in(&mut tables, change, who, now)
    }

    fn record(&self, decisions: &[Decision]) -> Result<(), StoreError> {
        self.tables()?.journal.add_decisions(decisions);
        Ok(())
    }

    fn decisions(&self, which: &DecisionFilter, limit: usize) -> Result<Vec<Decision>, StoreError> {
        Ok(self.view()?.journal.decisions(which, limit))
    }

    fn audit(&self, event: &AuditEvent) -> Result<(), StoreError> {
        self.tables()?.journal.add_event(event.clone());
        Ok(())
    }

    fn audit_events(
        &self,
        which: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        Ok(self.view()?.journal.events(which, limit))
    }

    fn used(&self, uses: &[(Accessor, Time)]) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        for (accessor, time) in uses {
            tables.used(accessor, *time);
        }
        Ok(())
    }

    fn put_user(&self, user: &User, now: Time) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        self.put_user_in(&mut tables, user, now).map(drop)
    }

    fn edit_project(
        &self,
        project: ProjectId,
        change: &dyn Fn(&mut Project),
        who: &Actor,
        now: Time,
    ) -> Result<(Project, u64), StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        self.edit_project_in(&mut tables, project, change, who, now)
    }

    fn edit_user(
        &self,
        user: UserId,
        change: &dyn Fn(&mut User),
        who: &Actor,
        now: Time,
    ) -> Result<(User, u64), StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        let before = tables.directory.user(user);
        let before = before.ok_or(StoreErrorKind::NotFound)?;
        let mut edited = before.clone();
        change(&mut edited);
        edited.id = user;
        let revoked = self.put_user_in(&mut tables, &edited, now)?;
        tables.write_down(audited::of_user(&before, &edited, who, now), now);
        Ok((edited, revoked))
    }

    fn user_named(&self, name: &str) -> Result<Option<User>, StoreError> {
        self.view()?.directory.user_named(name)
    }

    fn put_member(&self, user: UserId, project: ProjectId, role: Role) -> Result<(), StoreError> {
        self.tables()?.directory.put_member(user, project, role)
    }

    fn put_plan(&self, project: ProjectId, plan: &Plan) -> Result<(), StoreError> {
        self.tables()?.directory.put_plan(project, plan)
    }

    fn plan(&self, project: ProjectId) -> Result<Plan, StoreError> {
        Ok(self.view()?.directory.plan(project))
    }

    fn put_trigger(
        &self,
        token: &Fresh,
        project: ProjectId,
        owner: UserId,
        now: Time,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let now = tables.effective(now);
        let directory = &tables.directory;
        if directory.by_id(project).is_none() || directory.user(owner).is_none() {
            return Err(StoreErrorKind::NotFound.into());
        }
        tables
            .triggers
            .put(token, token.trigger(project, owner, now))?;
        tables.persist(now);
        Ok(())
    }

    fn trigger(&self, token: &Digests) -> Result<Option<Trigger>, StoreError> {
        Ok(self.view()?.triggers.find(token))
    }

    fn triggers(&self, project: ProjectId) -> Result<Vec<Trigger>, StoreError> {
        Ok(self.view()?.triggers.of(project))
    }

    fn delete_trigger(&self, accessor: &Accessor) -> Result<(), StoreError> {
        self.tables()?.triggers.delete(accessor)
    }

    fn edit_scope(
        &self,
        source: ProjectId,
        editor: UserId,
        change: Change,
    ) -> Result<Project, StoreError> {
        let mut tables = self.tables()?;
        let project = tables.directory.may_edit_scope(source, editor, change)?;
        let audited = match change {
            Change::Limit(is_on) => Audited::Limit {
                project: source,
                is_on,
            },
            Change::Add(target) => Audited::List { source, target },
            Change::Remove(target) => Audited::Unlist { source, target },
        };
        let now = tables.effective(Time::default());
        self.change_in(&mut tables, &audited, &Actor::User(editor), now)?;
        Ok(project)
    }

    fn listed(&self, source: ProjectId) -> Result<Vec<ProjectId>, StoreError> {
        Ok(self.view()?.directory.listed(source))
    }
}
