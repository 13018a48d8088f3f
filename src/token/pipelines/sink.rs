//! Where pipelines go that are to be started.

use std::error::Error;
use std::fmt;

use crate::token::clock::Time;

use super::{NewPipeline, Pipeline};

/// Starts pipelines. The application that runs them has one; a
/// [`Store`](crate::token::store::Store) is one that records the pipeline and adds its jobs.
///
/// Whoever asks has decided before that the request is allowed:
/// [`authorizer`](crate::token::authorizer).
pub trait PipelineSink: Send + Sync {
    /// Starts a pipeline: as a whole or, on an error, nothing of it.
    ///
    /// # Errors
    ///
    /// [`Refused`](PipelineErrorKind::Refused) if it may not start, and
    /// [`Unavailable`](PipelineErrorKind::Unavailable) if it cannot be told whether it may.
    fn start(&self, pipeline: &NewPipeline, now: Time) -> Result<Pipeline, PipelineError>;
}

/// Why a pipeline may not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotStarted {
    /// No runner executes the job that asks for it.
    JobNotRunning,
    /// Its user may not act, or there is none.
    UserInactive,
    /// The project is gone or being deleted.
    ProjectGone,
    /// The project has no such branch or tag.
    UnknownRef,
    /// The branch or tag is protected, and the user no Maintainer.
    ProtectedRef,
    /// The chain of jobs that started pipelines is longer than
    /// [`MAX_DEPTH`](super::MAX_DEPTH).
    TooDeep,
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotStarted::JobNotRunning => "the job that asks for it is not running",
            NotStarted::UserInactive => "its user may not act",
            NotStarted::ProjectGone => "there is no such project",
            NotStarted::UnknownRef => "the project has no such branch or tag",
            NotStarted::ProtectedRef => "the branch or tag is protected",
            NotStarted::TooDeep => "too many pipelines have started one another",
        })
    }
}

impl Error for NotStarted {}

/// A pipeline was not started.
#[derive(Debug)]
pub struct PipelineError {
    kind: PipelineErrorKind,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// Why a pipeline was not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PipelineErrorKind {
    /// It may not.
    Refused(NotStarted),
    /// Whatever would start it cannot be reached, or failed.
    Unavailable,
}

impl PipelineError {
    /// Why.
    #[must_use]
    pub fn kind(&self) -> PipelineErrorKind {
        self.kind
    }

    /// Says that whatever would start it failed. The cause is logged, so it must not show what was
    /// asked for.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> PipelineError {
        PipelineError {
            kind: PipelineErrorKind::Unavailable,
            cause: Some(cause.into()),
        }
    }
}

impl From<NotStarted> for PipelineError {
    fn from(why: NotStarted) -> PipelineError {
        PipelineError {
            kind: PipelineErrorKind::Refused(why),
            cause: None,
        }
    }
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PipelineErrorKind::Refused(why) => write!(f, "{why}"),
            PipelineErrorKind::Unavailable => f.write_str("pipelines cannot be started"),
        }
    }
}

impl Error for PipelineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
