//! What the stores in databases share: the order of work in each transaction, the columns of a row
//! and a pool of connections. The statements are each database's own.

mod artifacts;
pub(super) mod columns;
pub(super) mod journal;
mod pipelines;
pub(super) mod pool;
mod store;
mod work;

use std::sync::OnceLock;

use crate::token::clock::Time;
use crate::token::directory::{Project, ProjectId, ProjectReference, Role, User, UserId};
use crate::token::id::Digests;
use crate::token::lifecycle::{JobId, Lifecycle, Record, Standing, Why};
use crate::token::store::mark::Mark;
use crate::token::store::{About, Fresh, Selection, StoreError, TokenEntry};

pub(super) use artifacts::{ArtifactTables, implement_artifact_tables};
pub(super) use journal::Statements;
pub(super) use pipelines::{PipelineTables, implement_pipeline_tables};
pub(super) use store::implement_store;
pub(super) use work::*;

/// A database: it runs work in transactions.
pub(super) trait Database {
    fn lifecycle(&self) -> &Lifecycle;

    /// The mark that each change moves, once there is one.
    fn mark(&self) -> &OnceLock<Mark>;

    /// Reads at one moment.
    fn read<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError>;

    /// Reads with one statement, which sees one moment by itself.
    fn glance<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        self.read(work)
    }

    /// A transaction: durable once this returns, and undone if the work or this fails.
    fn write<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError>;

    /// The same for what changes nothing that is decided from: the last of it may be lost with the power.
    fn note<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        self.write(work)
    }
}

/// The questions and changes that the work of a transaction is made of.
///
/// Where a name begins with `lock`, nobody else changes the rows until the transaction ends; what is
/// returned is what they hold once they are locked. Jobs are locked in the order of their
/// numbers, so no two transactions wait for each other.
pub(super) trait Tables:
    ArtifactTables + DirectoryTables + PipelineTables + Statements
{
    fn highest(&mut self) -> Result<Option<Time>, StoreError>;
    /// A name that no other store has.
    fn identity(&mut self) -> Result<String, StoreError>;
    /// A name that nothing has yet.
    fn new_name(&mut self) -> Result<String, StoreError>;
    /// In how many rows the moves of a mark are counted.
    fn slots(&self) -> u64;
    /// The one that this transaction takes, in the words of the database.
    fn slot(&self) -> &'static str;
    fn job(&mut self, job: JobId) -> Result<Option<Record>, StoreError>;
    fn executing(&mut self) -> Result<Vec<Record>, StoreError>;
    fn found(
        &mut self,
        token: &Digests,
        target: Option<&ProjectReference>,
    ) -> Result<Option<Found>, StoreError>;
    fn tokens(&mut self, which: &Selection) -> Result<Vec<TokenEntry>, StoreError>;

    fn lock_job(&mut self, job: JobId) -> Result<Option<Record>, StoreError>;
    /// The pending job with the lowest number after another that no transaction holds, and that no
    /// dead project keeps where it is.
    fn lock_pending(&mut self, after: JobId) -> Result<Option<Record>, StoreError>;
    /// Whether the job's project and user are alive.
    fn standing(&mut self, record: &Record) -> Result<Standing, StoreError> {
        let project = self.project(&ProjectReference::Id(record.project))?;
        let user = record.user.map(|user| self.user(user)).transpose()?;
        Ok(Standing {
            project_alive: project.is_some_and(|project| !project.pending_delete),
            user_active: user.is_none_or(|user| user.as_ref().is_some_and(may_act)),
        })
    }

    /// The same, and they stay so until the transaction ends.
    ///
    /// For jobs without a live token only: whoever deletes a project locks it first and its live
    /// jobs then, so with one of those in hand this would wait for the other for ever.
    fn lock_standing(&mut self, record: &Record) -> Result<Standing, StoreError>;
    fn lock_presented(
        &mut self,
        token: &Digests,
    ) -> Result<Option<(TokenEntry, Record)>, StoreError>;
    /// The jobs whose live tokens are in a selection.
    fn lock_live(&mut self, which: &Selection) -> Result<Vec<Record>, StoreError>;
    fn lock_epoch(&mut self) -> Result<Option<u64>, StoreError>;

    fn persist(&mut self, now: Time) -> Result<(), StoreError>;
    fn set_epoch(&mut self, epoch: u64) -> Result<(), StoreError>;
    /// Adds a job that nothing has happened to yet. Its number is the database's.
    fn add_job(&mut self, record: &Record, about: &About) -> Result<JobId, StoreError>;
    /// Keeps records, and the same in the rows of their last tokens.
    fn save(&mut self, records: &[Record]) -> Result<(), StoreError>;
    /// Keeps records that were revoked alike, and in nothing else changed.
    fn save_revoked(&mut self, records: &[Record], at: Time, why: Why) -> Result<(), StoreError> {
        let _ = (at, why);
        self.save(records)
    }
    /// Adds the row of the token that was issued for a record.
    fn issue(&mut self, token: &Fresh, record: &Record) -> Result<(), StoreError>;
    /// Deletes the rows of tokens that were revoked until then.
    fn forget(&mut self, until: Time) -> Result<u64, StoreError>;
}

/// The questions and changes of the embedded directory.
pub(super) trait DirectoryTables {
    fn project(&mut self, project: &ProjectReference) -> Result<Option<Project>, StoreError>;
    fn user(&mut self, user: UserId) -> Result<Option<User>, StoreError>;
    /// At most two users of a name: more than one is as bad as many.
    fn users_named(&mut self, name: &str) -> Result<Vec<User>, StoreError>;
    fn role(&mut self, user: UserId, project: ProjectId) -> Result<Role, StoreError>;
    fn listed(&mut self, source: ProjectId) -> Result<Vec<ProjectId>, StoreError>;
    fn lists(&mut self, source: ProjectId, target: ProjectId) -> Result<bool, StoreError>;
    fn put_project(&mut self, project: &Project) -> Result<(), StoreError>;
    fn put_user(&mut self, user: &User) -> Result<(), StoreError>;
    fn put_member(
        &mut self,
        user: UserId,
        project: ProjectId,
        role: Role,
    ) -> Result<(), StoreError>;
    /// Keeps others from changing a user.
    fn lock_user(&mut self, user: UserId) -> Result<(), StoreError>;
    /// Keeps others from changing the list of a project.
    fn lock_list(&mut self, source: ProjectId) -> Result<(), StoreError>;
    fn list(&mut self, source: ProjectId, target: ProjectId) -> Result<(), StoreError>;
    /// Whether it was listed.
    fn unlist(&mut self, source: ProjectId, target: ProjectId) -> Result<bool, StoreError>;
}

/// What was read about a presented token at one moment.
pub(super) struct Found {
    pub(super) highest: Option<Time>,
    pub(super) token: TokenEntry,
    pub(super) job: Record,
    pub(super) about: About,
    pub(super) source: Option<Project>,
    pub(super) user: Option<User>,
    pub(super) target: Option<Project>,
    pub(super) role: Role,
    pub(super) is_listed: bool,
}
