//! Where jobs and tokens are kept, and changed in transactions.

mod artifact;
mod audited;
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod inspected;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod mark;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod record;
mod sink;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod variables;

use std::path::Path;

use crate::token::clock::Time;
use crate::token::directory::{
    Directory, JobName, Plan, Project, ProjectId, ProjectReference, RefName, Role, User, UserId,
};
use crate::token::id::{Accessor, Digests};
use crate::token::journal::{Actor, AuditEvent, AuditFilter, Decision, DecisionFilter};
use crate::token::lifecycle::{Class, Effect, Event, JobId, Record, Why};
use crate::token::pipelines::{NewPipeline, Pipeline, PipelineId};
use crate::token::scope::Change;

pub use artifact::{Artifact, FileName, WrongFileName};
pub use audited::Audited;
pub use error::{StoreError, StoreErrorKind};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use inspected::{Inspected, Schema};
pub use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
use record::is_news;
pub use record::{
    About, Choice, Claimant, Claimed, Fresh, Guarded, JobFilter, MAX_SWEPT, NewJob, Selection,
    Snapshot, Swept, TokenEntry, Trigger,
};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use variables::variables;

/// Keeps jobs, digests of tokens and, embedded, the [`Directory`] of projects and users.
///
/// **Each method is one transaction**: it happens as a whole or, on an error, not at all, and it is
/// durable before it returns. What starts after a method returned sees what it did, on every node.
///
/// **Time** is the caller's, and never goes back: each method that takes `now` works with the later
/// of `now` and the highest time ever persisted, and persists it if it changes anything. So a
/// wall clock that is set back lengthens no life.
///
/// **Rules** are not a store's own: every change of a job is a
/// [`step`](crate::token::lifecycle::Lifecycle::step), and every answer about a token is
/// [`validity`](crate::token::lifecycle::validity). At most one token of a job is live; where a
/// database can hold that by itself, it does. Methods block; `Arc<dyn Store>` is what services share.
///
/// # Errors
///
/// Every method: [`Unavailable`](StoreErrorKind::Unavailable) if what is kept cannot be read
/// or written. Nothing is to be allowed then.
pub trait Store: Directory<Error = StoreError> + Send + Sync {
    /// Adds a job that has not started, and returns its number. Numbers rise and never repeat.
    ///
    /// # Errors
    ///
    /// [`Refused`](StoreErrorKind::Refused) if the state says that the job has started, and
    /// [`NotFound`](StoreErrorKind::NotFound) if its project has no such pipeline.
    fn enqueue(&self, job: &NewJob, now: Time) -> Result<JobId, StoreError>;

    /// Gives the pending job with the lowest number to a runner, and the token with it (T1).
    ///
    /// Jobs of projects that are gone or being deleted stay where they are. Those of users who may
    /// not act are dropped on the way. `None` if no job is left to claim; `token` is then unused.
    ///
    /// # Errors
    ///
    /// [`Duplicate`](StoreErrorKind::Duplicate) if the token's digest or accessor is there already.
    fn claim(
        &self,
        claimant: Claimant,
        token: &Fresh,
        now: Time,
    ) -> Result<Option<Claimed>, StoreError> {
        self.claim_chosen(&Choice::default(), claimant, token, now)
    }

    /// Gives the pending job with the lowest number of those that the runner chose to it, and the token
    /// with it (T1): otherwise as [`claim`](Store::claim).
    ///
    /// # Errors
    ///
    /// As for [`claim`](Store::claim).
    fn claim_chosen(
        &self,
        choice: &Choice,
        claimant: Claimant,
        token: &Fresh,
        now: Time,
    ) -> Result<Option<Claimed>, StoreError>;

    /// Adds a job and gives it to its runner at once, and the token with it (T1): for a runner that
    /// brings its own job, which no other may claim in between.
    ///
    /// # Errors
    ///
    /// [`Refused`](StoreErrorKind::Refused) if the job is not pending, the project is gone or being
    /// deleted, or the user may not act; [`NotFound`](StoreErrorKind::NotFound) if its project has no
    /// such pipeline; and as for [`claim`](Store::claim).
    fn start(
        &self,
        job: &NewJob,
        claimant: Claimant,
        token: &Fresh,
        now: Time,
    ) -> Result<Claimed, StoreError>;

    /// Does to a job what happened to it.
    ///
    /// A [`Claim`](Event::Claim) is refused: it needs a token, and so [`claim`](Store::claim).
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such job, and
    /// [`Refused`](StoreErrorKind::Refused) if the event does not happen to it.
    fn apply(&self, job: JobId, event: &Event, now: Time) -> Result<(Record, Effect), StoreError>;

    /// Does to a job what its runner says happened, if the token is valid for runners.
    ///
    /// A report that was taken before is answered as it was then, though the token has ended:
    /// the runner may have lost the answer. But never to a runner that lost the job to another.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if no row has one of the digests or the token is
    /// another job's: the two look the same. [`Refused`](StoreErrorKind::Refused) if the token has
    /// ended, or the event does not happen to the job.
    fn apply_by_token(
        &self,
        token: &Digests,
        job: JobId,
        event: &Event,
        now: Time,
    ) -> Result<(Record, Effect), StoreError>;

    /// Adds a job that does an ended one again, for a user who may be another (T14). It is about the
    /// same.
    ///
    /// # Errors
    ///
    /// As for [`apply`](Store::apply).
    fn retry(&self, job: JobId, user: Option<UserId>, now: Time) -> Result<JobId, StoreError>;

    /// The record of a job.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such job.
    fn job(&self, job: JobId) -> Result<Record, StoreError>;

    /// What a job is about.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such job.
    fn about(&self, job: JobId) -> Result<About, StoreError>;

    /// The jobs that a filter takes and what they are about, the newest first.
    fn jobs(&self, which: &JobFilter, limit: usize) -> Result<Vec<(Record, About)>, StoreError>;

    /// Records a pipeline and adds its jobs, which wait for runners: those of the
    /// [`Plan`] of its project, an hour each. What a job starts is told by the job's own pipeline how
    /// deep it is.
    ///
    /// # Errors
    ///
    /// [`NotStarted`](StoreErrorKind::NotStarted) with the reason.
    fn start_pipeline(&self, pipeline: &NewPipeline, now: Time) -> Result<Pipeline, StoreError>;

    /// A pipeline.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such pipeline.
    fn pipeline(&self, pipeline: PipelineId) -> Result<Pipeline, StoreError>;

    /// Keeps what is known of a job's artifacts, whose bytes are where they belong already. What was
    /// known before is replaced.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such job, and
    /// [`Refused`](StoreErrorKind::Refused) if no runner executes it, or it was erased.
    fn put_artifact(&self, job: JobId, artifact: &Artifact, now: Time) -> Result<(), StoreError>;

    /// A job's artifacts. `None` if it has none or they are over.
    fn artifact(&self, job: JobId, now: Time) -> Result<Option<Artifact>, StoreError>;

    /// The artifacts of the job with the highest number among those of a project that ended well, have
    /// this ref and this name, and have artifacts that are not over.
    fn latest_artifact(
        &self,
        project: ProjectId,
        git_ref: &RefName,
        name: &JobName,
        now: Time,
    ) -> Result<Option<(JobId, Artifact)>, StoreError>;

    /// Changes when a job's artifacts are over: never, with `None`, or from a time on, which may be
    /// `now`.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if it has none or they are over.
    fn expire_artifact(
        &self,
        job: JobId,
        expires_at: Option<Time>,
        now: Time,
    ) -> Result<(), StoreError>;

    /// Forgets a job's artifacts, which are over, once their bytes are gone.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if it has none, or they are not over.
    fn forget_artifact(&self, job: JobId, now: Time) -> Result<(), StoreError>;

    /// All that a decision about a presented token needs, read at one moment.
    ///
    /// `None` if no row has one of the digests. An answer that the token's time is over is made
    /// durable: the time is persisted first, so that no clock can take it back.
    fn validate(
        &self,
        token: &Digests,
        class: Class,
        target: Option<&ProjectReference>,
        now: Time,
    ) -> Result<Option<Snapshot>, StoreError>;

    /// Ends all live tokens of a selection, whatever their jobs do (T17 to T20), and returns how many.
    ///
    /// With [`OtherKeys`](Selection::OtherKeys), [triggers](Store::trigger) under such keys are deleted,
    /// and not counted. A [`change`](Store::change) by the authority itself.
    fn revoke(&self, which: &Selection, why: Why, now: Time) -> Result<u64, StoreError> {
        let which = which.clone();
        self.change(&Audited::Revoke { which, why }, &Actor::System, now)
    }

    /// The tokens of a selection, by their accessors, the oldest first.
    fn tokens(&self, which: &Selection) -> Result<Vec<TokenEntry>, StoreError>;

    /// How many tokens were issued and not revoked. O(n) in them, whatever else is kept.
    fn live_tokens(&self) -> Result<u64, StoreError>;

    /// Looks at all deadlines (T8, T10 to T12), deletes what is past its retention, and tells whose
    /// artifacts are over.
    fn sweep(&self, now: Time) -> Result<Swept, StoreError>;

    /// The highest time that was persisted, for a clock to start after.
    fn time(&self) -> Result<Option<Time>, StoreError>;

    /// Keeps a mark of what this store has seen, in a file beside the one of the keys, and tells an old
    /// copy of the store by it: one that has forgotten what it had told ends all live tokens, as
    /// [`enter_epoch`](Store::enter_epoch) does. To be called before anything else.
    ///
    /// Each change moves the mark before it returns, so an old copy is told even if the process was
    /// killed right after a revocation, though no key was changed since, and whatever processes that do not
    /// guard it have written into the copy. The store remembers where a mark is: if that is gone,
    /// nobody can tell any more, and all live tokens end as well.
    ///
    /// The file's name ends in `.mark-` and a name of the store. A loss of power may take moves of the
    /// last second. A store that ends with the process has no copies, and does nothing.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](StoreErrorKind::Unavailable) also if the mark cannot be read or written. Where
    /// that happens to a change, the change may have been made.
    fn guard(&self, keys: &Path) -> Result<Guarded, StoreError> {
        let _ = keys;
        Ok(Guarded::Whole)
    }

    /// Takes the [name](crate::token::id::KeyRing::name) of the key ring at the start of a process. A
    /// store without one takes it for ever.
    ///
    /// # Errors
    ///
    /// [`OtherKeys`](StoreErrorKind::OtherKeys) if the store knows another name.
    fn know_keys(&self, name: &str) -> Result<(), StoreError>;

    /// Takes the epoch of the key ring at the start of a process.
    ///
    /// A store behind was restored from a backup: tokens that were revoked since would live again, so
    /// all that are live are revoked, and all [triggers](Store::trigger) deleted. Returns how
    /// many were revoked: none where it had no epoch, or [announced](Store::announce_epoch) this one.
    ///
    /// # Errors
    ///
    /// [`KeysBehind`](StoreErrorKind::KeysBehind) if the store is ahead: the ring is an old one.
    fn enter_epoch(&self, epoch: u64, now: Time) -> Result<u64, StoreError>;

    /// Says which epoch, never said before, the key ring is about to be written with. Who then finds the
    /// ring in it, and the store behind, found a change that was cut off and no restored store.
    fn announce_epoch(&self) -> Result<u64, StoreError>;

    /// Takes the next epoch of a key ring that was written already, and revokes nothing.
    ///
    /// # Errors
    ///
    /// [`KeysBehind`](StoreErrorKind::KeysBehind) if the store is there already, or further.
    fn advance_epoch(&self, epoch: u64) -> Result<(), StoreError>;

    /// Makes a change, and writes down who made it in the same transaction: an [`AuditEvent`] for
    /// each change that was one. Returns how many tokens it ended.
    ///
    /// Whether that somebody may is the caller's to find out: see [`scope`](crate::token::scope).
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if a project does not exist or is not listed,
    /// [`Duplicate`](StoreErrorKind::Duplicate) if one is listed already, the same, or has the path
    /// of another, and [`ListFull`](StoreErrorKind::ListFull) beyond
    /// [`MAX_LISTED`](crate::token::scope::MAX_LISTED).
    fn change(&self, change: &Audited, who: &Actor, now: Time) -> Result<u64, StoreError>;

    /// Writes decisions down, all of them or none. A loss of power may take the last of them.
    fn record(&self, decisions: &[Decision]) -> Result<(), StoreError>;

    /// The last decisions that a filter takes, the newest first.
    fn decisions(&self, which: &DecisionFilter, limit: usize) -> Result<Vec<Decision>, StoreError>;

    /// Writes down what somebody did elsewhere, as to the key ring.
    fn audit(&self, event: &AuditEvent) -> Result<(), StoreError>;

    /// The last audit events that a filter takes, the newest first.
    fn audit_events(
        &self,
        which: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditEvent>, StoreError>;

    /// Writes down when tokens were last used, where that is later than what is known. Of tokens
    /// that are no more there it says nothing.
    fn used(&self, uses: &[(Accessor, Time)]) -> Result<(), StoreError>;

    /// Adds a project or changes its settings. One that is being deleted ends the tokens of its
    /// jobs (T17).
    ///
    /// A [`change`](Store::change) by the authority itself.
    fn put_project(&self, project: &Project, now: Time) -> Result<(), StoreError> {
        let change = Audited::Project(project.clone());
        self.change(&change, &Actor::System, now).map(drop)
    }

    /// Changes settings of a project, and returns it as it is then, with how many tokens that ended.
    ///
    /// In one transaction it is read, changed by the function, kept, and written down with who made
    /// the change: of two that change it at once neither is undone. Its number stays.
    /// The function must not ask the store for anything: it would wait for itself.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such project, and
    /// [`Duplicate`](StoreErrorKind::Duplicate) if it would have the path of another.
    fn edit_project(
        &self,
        project: ProjectId,
        change: &dyn Fn(&mut Project),
        who: &Actor,
        now: Time,
    ) -> Result<(Project, u64), StoreError>;

    /// The same of a user.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such user.
    fn edit_user(
        &self,
        user: UserId,
        change: &dyn Fn(&mut User),
        who: &Actor,
        now: Time,
    ) -> Result<(User, u64), StoreError>;

    /// Adds a user or changes what is known of one. One who may not act ends the tokens of their
    /// jobs (T18).
    fn put_user(&self, user: &User, now: Time) -> Result<(), StoreError>;

    /// A user by name.
    ///
    /// # Errors
    ///
    /// [`Duplicate`](StoreErrorKind::Duplicate) if more than one has it: nobody can say who is meant.
    fn user_named(&self, name: &str) -> Result<Option<User>, StoreError>;

    /// Sets the role of a user in a project; [`Role::None`] ends a membership.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such user or project.
    fn put_member(&self, user: UserId, project: ProjectId, role: Role) -> Result<(), StoreError>;

    /// Sets what the pipelines of a project are made of.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such project.
    fn put_plan(&self, project: ProjectId, plan: &Plan) -> Result<(), StoreError>;

    /// What the pipelines of a project are made of: where nothing was set, the plan that names
    /// nothing.
    fn plan(&self, project: ProjectId) -> Result<Plan, StoreError>;

    /// Adds a token that starts pipelines of a project, as its owner.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such project or user, and
    /// [`Duplicate`](StoreErrorKind::Duplicate) if the token's digest or accessor is there already.
    fn put_trigger(
        &self,
        token: &Fresh,
        project: ProjectId,
        owner: UserId,
        now: Time,
    ) -> Result<(), StoreError>;

    /// The token of this kind that was presented. `None` if no row has one of the digests.
    ///
    /// Whether its project and its owner are alive is asked when it
    /// [starts](Store::start_pipeline) something.
    fn trigger(&self, token: &Digests) -> Result<Option<Trigger>, StoreError>;

    /// The tokens of this kind of a project, the oldest first.
    fn triggers(&self, project: ProjectId) -> Result<Vec<Trigger>, StoreError>;

    /// Deletes a token of this kind: it starts nothing from now on.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is none of this name.
    fn delete_trigger(&self, accessor: &Accessor) -> Result<(), StoreError>;

    /// Lists a project as one that the tokens of another one's jobs may reach.
    ///
    /// A [`change`](Store::change) by the authority itself, at the highest time persisted.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if either does not exist,
    /// [`Duplicate`](StoreErrorKind::Duplicate) if it is listed or the same, and
    /// [`ListFull`](StoreErrorKind::ListFull) beyond
    /// [`MAX_LISTED`](crate::token::scope::MAX_LISTED).
    fn list(&self, source: ProjectId, target: ProjectId) -> Result<(), StoreError> {
        let change = Audited::List { source, target };
        self.change(&change, &Actor::System, Time::default())
            .map(drop)
    }

    /// Takes a project off that list.
    ///
    /// A [`change`](Store::change) by the authority itself, at the highest time persisted.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if it is not listed.
    fn unlist(&self, source: ProjectId, target: ProjectId) -> Result<(), StoreError> {
        let change = Audited::Unlist { source, target };
        self.change(&change, &Actor::System, Time::default())
            .map(drop)
    }

    /// Changes the scope of a project for an editor, and returns the project as it is then.
    ///
    /// Whether the editor may is found in the same transaction: one who lost the role a moment ago
    /// changes nothing any more. It is written down there too, at the highest time persisted.
    ///
    /// # Errors
    ///
    /// [`NotFound`](StoreErrorKind::NotFound) if there is no such editor or source, and
    /// [`ScopeRefused`](StoreErrorKind::ScopeRefused) if the editor may not.
    fn edit_scope(
        &self,
        source: ProjectId,
        editor: UserId,
        change: Change,
    ) -> Result<Project, StoreError>;

    /// The projects on that list, in the order of their numbers.
    fn listed(&self, source: ProjectId) -> Result<Vec<ProjectId>, StoreError>;
}
