//! What goes into a store and comes out of it: plain data.

use core::time::Duration;

use crate::token::clock::Time;
use crate::token::directory::{Project, ProjectId, Role, User, UserId};
use crate::token::id::{Accessor, KeyId, KeyedDigest};
use crate::token::lifecycle::{Invalid, JobId, JobState, Record, RunnerId, TokenState};

/// A job to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// The project whose job it is.
    pub project: ProjectId,
    /// The user who caused it.
    pub user: Option<UserId>,
    /// How long it may run.
    pub timeout: Duration,
    /// How long its runner may say nothing until the token ends; without one, as long as the
    /// lifecycle says.
    pub lease: Option<Duration>,
    /// Where it is in its life: not started.
    pub state: JobState,
}

impl NewJob {
    /// A job that waits for a runner.
    #[must_use]
    pub fn pending(project: ProjectId, user: UserId, timeout: Duration) -> NewJob {
        NewJob {
            project,
            user: Some(user),
            timeout,
            lease: None,
            state: JobState::Pending,
        }
    }
}

impl NewJob {
    /// Its record, with this number.
    #[must_use]
    pub fn record(&self, id: JobId) -> Record {
        Record {
            lease: self.lease,
            ..Record::new(id, self.project, self.user, self.timeout, self.state)
        }
    }
}

/// The runner that claims a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// Who.
    pub runner: RunnerId,
    /// Whether it says that it ends a canceled job by itself.
    pub cancels_gracefully: bool,
}

/// A token that no job has yet: what a store keeps of it.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// Its digest under the newest key.
    pub digest: KeyedDigest,
    /// Its name that may be shown.
    pub accessor: Accessor,
}

/// A job that was just claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The job, running, with its token.
    pub job: Record,
    /// The name of the token that may be shown.
    pub accessor: Accessor,
}

/// What is known of a token that was issued. Neither its text nor its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEntry {
    /// Its name that may be shown.
    pub accessor: Accessor,
    /// The key of its digest.
    pub key: KeyId,
    /// Its job.
    pub job: JobId,
    /// Which attempt of the job it was issued for, from 1.
    pub attempt: u32,
    /// Its times, and whether it was revoked.
    pub token: TokenState,
}

/// Which tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Selection {
    /// The one with this name.
    Accessor(Accessor),
    /// Those of a job's attempts.
    Job(JobId),
    /// Those of the jobs of a project.
    Project(ProjectId),
    /// Those of the jobs of a user.
    User(UserId),
    /// Those with digests under keys other than these.
    OtherKeys(Vec<KeyId>),
    /// All.
    All,
}

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// The jobs that missed a deadline, and where they are now.
    pub jobs: Vec<(JobId, JobState)>,
    /// How many records of dead tokens were deleted.
    pub deleted: u64,
}

/// All that a decision about a token needs, as it was at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The moment: the later of the caller's time and the highest persisted.
    pub now: Time,
    /// The token.
    pub token: TokenEntry,
    /// Its job.
    pub job: Record,
    /// Whether the token was valid, and if not, why.
    pub validity: Result<(), Invalid>,
    /// The job's project.
    pub source: Option<Project>,
    /// The job's user.
    pub user: Option<User>,
    /// The project that is asked for, if one was and there is one.
    pub target: Option<Project>,
    /// The role of the user in it.
    pub role: Role,
    /// Whether the job's project lists it.
    pub is_listed: bool,
}
