//! What can happen to a job, and what comes of it.

use core::fmt;

use crate::token::directory::UserId;

use super::{Failure, Invalid, JobState, RunnerId, Why};

/// Something that happens to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// What the job waited for is there: it waits for a runner now.
    Enqueue,
    /// A user starts a job that waits for somebody, or for its time. The job acts as this user from
    /// now on.
    Play(UserId),
    /// A runner takes the job.
    Claim {
        /// Who.
        runner: RunnerId,
        /// Whether it said that it ends a canceled job by itself.
        cancels_gracefully: bool,
    },
    /// The runner made a call about the job, with its token.
    RunnerCall,
    /// The runner says how the job ended.
    Report(Outcome),
    /// Somebody cancels the job.
    Cancel,
    /// Somebody will not wait until a canceled job ends by itself.
    ForceCancel,
    /// The job is not needed.
    Skip,
    /// The job cannot start.
    Drop(Failure),
    /// What the job left behind is erased.
    Erase,
    /// The token of the job is ended by something outside of it.
    Revoke(Why),
    /// Time has passed: the first deadline that is due, if one is.
    Sweep,
}

/// How a job ended, as its runner says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Success,
    /// Badly.
    Failed(Failure),
}

impl Outcome {
    /// The state a job ends in with this outcome.
    #[must_use]
    pub const fn state(self) -> JobState {
        match self {
            Outcome::Success => JobState::Success,
            Outcome::Failed(_) => JobState::Failed,
        }
    }
}

/// What an event did to the token of a job. A store does the same to what it keeps of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing changed at all, neither of the job: it was so already.
    Unchanged,
    /// No token was issued or revoked.
    Changed,
    /// A new one is needed.
    Issued,
    /// It is dead from now on.
    Revoked(Why),
}

/// An event was refused, and changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The event does not happen to a job in this state.
    InvalidTransition {
        /// The state the job is in.
        state: JobState,
    },
    /// The token of whoever wanted it is not valid.
    Token(Invalid),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::InvalidTransition { state } => {
                write!(f, "this does not happen to a job that is {state}")
            }
            Refusal::Token(invalid) => write!(f, "the token is not valid: {invalid}"),
        }
    }
}

impl core::error::Error for Refusal {}
