//! What goes into a store and comes out of it: plain data.

use core::time::Duration;

use crate::token::clock::Time;
use crate::token::directory::{JobName, Plan, Project, ProjectId, RefName, Role, User, UserId};
use crate::token::id::{Accessor, KeyId, KeyedDigest};
use crate::token::lifecycle::{Class, Invalid, JobId, JobState, Record, RunnerId, TokenState};
use crate::token::permission::Permissions;
use crate::token::pipelines::{Pipeline, PipelineId};

/// How long a job of a pipeline may run.
const PIPELINE_TIMEOUT: Duration = Duration::from_secs(3600);

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
    /// What it is about.
    pub about: About,
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
            about: About::default(),
        }
    }
}

impl NewJob {
    /// The jobs of a pipeline, as its project's plan names them. They wait for runners.
    pub(super) fn of(pipeline: &Pipeline, plan: &Plan) -> impl Iterator<Item = NewJob> {
        plan.jobs().map(|name| NewJob {
            about: About {
                name,
                git_ref: Some(pipeline.git_ref.clone()),
                ref_protected: pipeline.ref_protected,
                pipeline: Some(pipeline.id),
                permissions: None,
            },
            ..NewJob::pending(pipeline.project, pipeline.user, PIPELINE_TIMEOUT)
        })
    }

    /// Its record, with this number.
    #[must_use]
    pub fn record(&self, id: JobId) -> Record {
        Record {
            lease: self.lease,
            ..Record::new(id, self.project, self.user, self.timeout, self.state)
        }
    }
}

/// What a job is about: all that is known of it and does not bear on its life. It never changes, and a
/// retry has the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its name, by which its artifacts are asked for.
    pub name: JobName,
    /// The branch or tag it is for.
    pub git_ref: Option<RefName>,
    /// Whether that is protected.
    pub ref_protected: bool,
    /// The pipeline it is part of: one of its own project.
    pub pipeline: Option<PipelineId>,
    /// What its token may be used for, beside all else that limits it. Nothing declared is no
    /// restriction.
    pub permissions: Option<Permissions>,
}

/// The runner that claims a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// Who.
    pub runner: RunnerId,
    /// Whether it says that it ends a canceled job by itself.
    pub cancels_gracefully: bool,
}

/// Which of the jobs that wait a runner claims, and on what terms. By default, any that waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// This job, and no other.
    pub job: Option<JobId>,
    /// One of the jobs of this project.
    pub project: Option<ProjectId>,
    /// How long the runner may say nothing until the token ends. It takes the place of what the job
    /// itself says, if that says something.
    pub lease: Option<Duration>,
}

impl Choice {
    /// Whether it takes this job.
    pub(super) fn fits(&self, job: &Record) -> bool {
        self.job.is_none_or(|chosen| job.id == chosen)
            && self.project.is_none_or(|project| job.project == project)
    }

    /// The job as the runner gets it.
    pub(super) fn on_terms(&self, job: Record) -> Record {
        let lease = self.lease.or(job.lease);
        Record { lease, ..job }
    }
}

/// Which jobs are listed. By default, all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Those in this state.
    pub state: Option<JobState>,
    /// Those of this project.
    pub project: Option<ProjectId>,
}

/// A token that no job has yet: what a store keeps of it.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// Its digest under the newest key.
    pub digest: KeyedDigest,
    /// Its name that may be shown.
    pub accessor: Accessor,
}

impl Fresh {
    /// What it is as a token that starts pipelines.
    pub(super) fn trigger(&self, project: ProjectId, owner: UserId, now: Time) -> Trigger {
        Trigger {
            accessor: self.accessor.clone(),
            key: self.digest.key,
            project,
            owner,
            created_at: now,
        }
    }
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
    /// When it was last used, to the minute or so. No decision rests on it.
    pub last_used_at: Option<Time>,
}

/// A token that starts pipelines of one project, as its owner. Neither its text nor its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Its name that may be shown.
    pub accessor: Accessor,
    /// The key of its digest.
    pub key: KeyId,
    /// The project whose pipelines it starts.
    pub project: ProjectId,
    /// As whom.
    pub owner: UserId,
    /// When it was made.
    pub created_at: Time,
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

/// The most jobs whose artifacts one sweep tells of.
pub const MAX_SWEPT: usize = 1_000;

/// What a store is, beside the mark of what it has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guarded {
    /// It has forgotten nothing, or is new to these keys.
    Whole,
    /// It is a copy from before. Live tokens were revoked.
    Restored {
        /// How many.
        revoked: u64,
    },
    /// There was a mark here, and it is gone. Live tokens were revoked, as the store may be a copy.
    Unmarked {
        /// How many.
        revoked: u64,
    },
}

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// The jobs that missed a deadline, and where they are now.
    pub jobs: Vec<(JobId, JobState)>,
    /// How many records of dead tokens were deleted.
    pub deleted: u64,
    /// How many records of decisions were deleted.
    pub decisions: u64,
    /// How many audit events were deleted.
    pub audit_events: u64,
    /// The jobs whose [artifacts](super::Artifact) are over, up to [`MAX_SWEPT`]: told again until they
    /// are [forgotten](super::Store::forget_artifact), so that no crash leaves bytes behind.
    pub artifacts: Vec<JobId>,
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
    /// What the job is about.
    pub about: About,
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

/// Whether no persisted time says yet that the token's is over.
///
/// Without this, each use of an expired token would be a write.
pub(super) fn is_news(
    job: &Record,
    token: &TokenState,
    class: Class,
    highest: Option<Time>,
) -> bool {
    let until = match class {
        Class::Runner => token.runner_until,
        Class::Resource => token.resource_until,
    };
    let until = until.min(job.leased_until().unwrap_or(Time::MAX));
    highest.is_none_or(|highest| highest < until)
}
