//! A store that counts its calls and can be made to fail.

#[cfg(feature = "http")]
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use masker::token::clock::Time;
use masker::token::directory::{
    Directory, JobName, Plan, Project, ProjectId, ProjectReference, RefName, Role, User, UserId,
};
use masker::token::id::{Accessor, Digests};
use masker::token::journal::{Actor, AuditEvent, AuditFilter, Decision, DecisionFilter};
use masker::token::lifecycle::{Class, Effect, Event, JobId, Lifecycle, Record, Why};
use masker::token::pipelines::{NewPipeline, Pipeline, PipelineId};
use masker::token::scope::Change;
use masker::token::store::{
    About, Artifact, Audited, Choice, Claimant, Claimed, Fresh, Guarded, JobFilter, NewJob,
    Selection, Snapshot, Store, StoreError, Swept, TokenEntry, Trigger,
};

use super::Factory;

pub struct Watched {
    inner: Arc<dyn Store>,
    calls: AtomicUsize,
    fails: AtomicBool,
    /// Whoever holds it holds up every call.
    gate: Mutex<()>,
}

impl Watched {
    pub fn over(factory: &dyn Factory) -> Arc<Watched> {
        Arc::new(Watched {
            inner: factory.open(Lifecycle::default()),
            calls: AtomicUsize::new(0),
            fails: AtomicBool::new(false),
            gate: Mutex::default(),
        })
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }

    /// Holds up every call until what is returned is dropped.
    #[cfg(feature = "http")]
    pub fn hang(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inner(&self) -> Result<&dyn Store, StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        drop(self.gate.lock().unwrap_or_else(PoisonError::into_inner));
        match self.fails.load(Ordering::SeqCst) {
            true => Err(StoreError::unavailable("it was told to fail")),
            false => Ok(&*self.inner),
        }
    }
}

/// Passes calls on, counted.
macro_rules! pass_on {
    ($trait:ident { $(type $error:ident = $kind_of:ty;)? $(fn $name:ident($($value:ident: $kind:ty),*) -> $answer:ty;)* }) => {
        impl $trait for Watched {
            $(type $error = $kind_of;)?

            $(fn $name(&self, $($value: $kind),*) -> Result<$answer, StoreError> {
                self.inner()?.$name($($value),*)
            })*
        }
    };
}

pass_on!(Store {
    fn enqueue(job: &NewJob, now: Time) -> JobId;
    fn claim(claimant: Claimant, token: &Fresh, now: Time) -> Option<Claimed>;
    fn claim_chosen(choice: &Choice, claimant: Claimant, token: &Fresh, now: Time) -> Option<Claimed>;
    fn jobs(which: &JobFilter, limit: usize) -> Vec<(Record, About)>;
    fn start(job: &NewJob, claimant: Claimant, token: &Fresh, now: Time) -> Claimed;
    fn apply(job: JobId, event: &Event, now: Time) -> (Record, Effect);
    fn apply_by_token(token: &Digests, job: JobId, event: &Event, now: Time) -> (Record, Effect);
    fn retry(job: JobId, user: Option<UserId>, now: Time) -> JobId;
    fn job(job: JobId) -> Record;
    fn about(job: JobId) -> About;
    fn start_pipeline(pipeline: &NewPipeline, now: Time) -> Pipeline;
    fn pipeline(pipeline: PipelineId) -> Pipeline;
    fn put_artifact(job: JobId, artifact: &Artifact, now: Time) -> ();
    fn artifact(job: JobId, now: Time) -> Option<Artifact>;
    fn latest_artifact(project: ProjectId, git_ref: &RefName, name: &JobName, now: Time) -> Option<(JobId, Artifact)>;
    fn expire_artifact(job: JobId, expires_at: Option<Time>, now: Time) -> ();
    fn forget_artifact(job: JobId, now: Time) -> ();
    fn validate(token: &Digests, class: Class, target: Option<&ProjectReference>, now: Time) -> Option<Snapshot>;
    fn revoke(which: &Selection, why: Why, now: Time) -> u64;
    fn change(change: &Audited, who: &Actor, now: Time) -> u64;
    fn record(decisions: &[Decision]) -> ();
    fn decisions(which: &DecisionFilter, limit: usize) -> Vec<Decision>;
    fn audit(event: &AuditEvent) -> ();
    fn audit_events(which: &AuditFilter, limit: usize) -> Vec<AuditEvent>;
    fn used(uses: &[(Accessor, Time)]) -> ();
    fn tokens(which: &Selection) -> Vec<TokenEntry>;
    fn live_tokens() -> u64;
    fn sweep(now: Time) -> Swept;
    fn time() -> Option<Time>;
    fn guard(keys: &std::path::Path) -> Guarded;
    fn know_keys(name: &str) -> ();
    fn enter_epoch(epoch: u64, now: Time) -> u64;
    fn announce_epoch() -> u64;
    fn advance_epoch(epoch: u64) -> ();
    fn put_project(project: &Project, now: Time) -> ();
    fn put_user(user: &User, now: Time) -> ();
    fn edit_project(project: ProjectId, change: &dyn Fn(&mut Project), who: &Actor, now: Time) -> (Project, u64);
    fn edit_user(user: UserId, change: &dyn Fn(&mut User), who: &Actor, now: Time) -> (User, u64);
    fn user_named(name: &str) -> Option<User>;
    fn put_member(user: UserId, project: ProjectId, role: Role) -> ();
    fn put_plan(project: ProjectId, plan: &Plan) -> ();
    fn plan(project: ProjectId) -> Plan;
    fn put_trigger(token: &Fresh, project: ProjectId, owner: UserId, now: Time) -> ();
    fn trigger(token: &Digests) -> Option<Trigger>;
    fn triggers(project: ProjectId) -> Vec<Trigger>;
    fn delete_trigger(accessor: &Accessor) -> ();
    fn list(source: ProjectId, target: ProjectId) -> ();
    fn unlist(source: ProjectId, target: ProjectId) -> ();
    fn edit_scope(source: ProjectId, editor: UserId, change: Change) -> Project;
    fn listed(source: ProjectId) -> Vec<ProjectId>;
});

pass_on!(Directory { type Error = StoreError;
    fn project(project: &ProjectReference) -> Option<Project>;
    fn user(user: UserId) -> Option<User>;
    fn role(user: UserId, project: ProjectId) -> Role;
    fn lists(source: ProjectId, target: ProjectId) -> bool;
});
