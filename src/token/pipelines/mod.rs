//! Pipelines: what starts one, what is known of it, and the pure rule of whether it may start.
//!
//! The authority runs none. Whoever does implements [`PipelineSink`]; every
//! [`Store`](crate::token::store::Store) is one, which records the pipeline and adds its jobs, by the
//! [`Plan`] of the project.

mod sink;
mod variables;

use core::fmt;
use core::str::FromStr;

use crate::token::clock::Time;
use crate::token::directory::{Plan, ProjectId, RefName, Role, UserId};
use crate::token::lifecycle::{JobId, Record, Standing};

pub use sink::{NotStarted, PipelineError, PipelineErrorKind, PipelineSink};
pub use variables::{MAX_VARIABLES, Variables, WrongVariables};

/// How deep a chain may be of pipelines that the jobs of pipelines started.
pub const MAX_DEPTH: u32 = 32;

/// The number of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PipelineId(pub u64);

/// What caused a pipeline, by the name that its jobs see as `CI_PIPELINE_SOURCE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A push: of whoever pushed.
    Push,
    /// A page: of whoever pressed the button.
    Web,
    /// A schedule: of its owner.
    Schedule,
    /// The API: of whoever called it.
    Api,
    /// A trigger token: of its owner.
    Trigger,
    /// The token of a job: of the job's user.
    Pipeline,
}

impl Source {
    /// All there are.
    pub const ALL: &[Source] = &[
        Source::Push,
        Source::Web,
        Source::Schedule,
        Source::Api,
        Source::Trigger,
        Source::Pipeline,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Push => "push",
            Source::Web => "web",
            Source::Schedule => "schedule",
            Source::Api => "api",
            Source::Trigger => "trigger",
            Source::Pipeline => "pipeline",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Source, UnknownSource> {
        let found = Source::ALL.iter().find(|source| source.as_str() == name);
        found.copied().ok_or(UnknownSource(()))
    }
}

/// A text names no [`Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSource(());

impl fmt::Display for UnknownSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no source of a pipeline has this name")
    }
}

impl core::error::Error for UnknownSource {}

/// Who or what starts a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A user: who pushed, pressed the button, or owns the schedule or the trigger token.
    User {
        /// As whom the jobs of the pipeline act.
        user: UserId,
        /// In which way.
        source: Source,
    },
    /// A job with its token. The pipeline acts as the job's user and has the source
    /// [`Pipeline`](Source::Pipeline).
    Job(JobId),
}

/// A pipeline to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPipeline {
    /// The project whose pipeline it is.
    pub project: ProjectId,
    /// The branch or tag it is for.
    pub git_ref: RefName,
    /// Who or what starts it.
    pub cause: Cause,
    /// What its jobs are told.
    pub variables: Variables,
}

/// A pipeline that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Its number.
    pub id: PipelineId,
    /// The project whose pipeline it is.
    pub project: ProjectId,
    /// The branch or tag it is for.
    pub git_ref: RefName,
    /// Whether that was protected then.
    pub ref_protected: bool,
    /// What caused it.
    pub source: Source,
    /// As whom its jobs act.
    pub user: UserId,
    /// The job that started it, if one did.
    pub upstream: Option<Upstream>,
    /// How many pipelines came before it, each started by a job of the one before.
    pub depth: u32,
    /// What its jobs are told.
    pub variables: Variables,
    /// When it was started.
    pub created_at: Time,
}

/// Where a pipeline comes from that a job started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The pipeline of the job, if it has one.
    pub pipeline: Option<PipelineId>,
    /// The job.
    pub job: JobId,
    /// The project of the job.
    pub project: ProjectId,
}

/// What bears on whether a pipeline may start, read in the transaction that starts it.
#[derive(Clone, Debug)]
pub struct Facts {
    /// How the project of the pipeline and its user stand.
    pub standing: Standing,
    /// The role of the user in the project.
    pub role: Role,
    /// What the project's pipelines are made of.
    pub plan: Plan,
    /// The job that starts it and the pipeline of that job, as far as there are any.
    pub upstream: Option<(Record, Option<Pipeline>)>,
}

impl NewPipeline {
    /// As whom it acts, given the job that starts it, if one does.
    #[must_use]
    pub fn user(&self, upstream: Option<&Record>) -> Option<UserId> {
        match self.cause {
            Cause::User { user, .. } => Some(user),
            Cause::Job(_) => upstream?.user,
        }
    }

    /// The pipeline that comes of it, with this number. Pure: every store calls it inside its
    /// transaction.
    ///
    /// # Errors
    ///
    /// Why it may not start: the first that holds, in the order of [`NotStarted`].
    pub fn start(&self, id: PipelineId, facts: &Facts, now: Time) -> Result<Pipeline, NotStarted> {
        let (source, upstream, depth) = match (self.cause, &facts.upstream) {
            (Cause::User { source, .. }, _) => (source, None, 0),
            (Cause::Job(_), Some((job, before))) if job.state.is_executing() && !job.erased => {
                let upstream = Upstream {
                    pipeline: before.as_ref().map(|pipeline| pipeline.id),
                    job: job.id,
                    project: job.project,
                };
                let depth = before.as_ref().map_or(0, |pipeline| pipeline.depth);
                (Source::Pipeline, Some(upstream), depth.saturating_add(1))
            }
            (Cause::Job(_), _) => return Err(NotStarted::JobNotRunning),
        };
        let job = facts.upstream.as_ref().map(|(job, _)| job);
        let user = self.user(job).filter(|_| facts.standing.user_active);
        let user = user.ok_or(NotStarted::UserInactive)?;
        let ref_protected = facts.plan.protects(&self.git_ref);
        if !facts.standing.project_alive {
            Err(NotStarted::ProjectGone)
        } else if !facts.plan.knows(&self.git_ref) {
            Err(NotStarted::UnknownRef)
        } else if ref_protected && facts.role < Role::Maintainer {
            Err(NotStarted::ProtectedRef)
        } else if depth > MAX_DEPTH {
            Err(NotStarted::TooDeep)
        } else {
            Ok(Pipeline {
                id,
                project: self.project,
                git_ref: self.git_ref.clone(),
                ref_protected,
                source,
                user,
                upstream,
                depth,
                variables: self.variables.clone(),
                created_at: now,
            })
        }
    }
}
