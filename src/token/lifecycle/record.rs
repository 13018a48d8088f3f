//! What is known of a job and of the token of its last attempt.

use core::time::Duration;

use crate::token::clock::Time;
use crate::token::directory::{ProjectId, UserId};

use super::{Failure, JobState, Outcome, Why};

/// The number of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// The number of a runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunnerId(pub u64);

/// All that the lifecycle knows of a job. Plain data, for stores to keep field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub id: JobId,
    /// The project whose job it is.
    pub project: ProjectId,
    /// The user who caused it, as whom its token acts. A job without one reaches no resource.
    pub user: Option<UserId>,
    /// How long it may run.
    pub timeout: Duration,
    /// How long its runner may say nothing until the token ends, where that is agreed for this job
    /// alone: one whose runner is no service, and may be killed together with it.
    pub lease: Option<Duration>,
    /// Where it is in its life.
    pub state: JobState,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// Whether what it left behind was erased.
    pub erased: bool,
    /// How many tokens it was given.
    pub attempt: u32,
    /// Who claimed it last.
    pub runner: Option<RunnerId>,
    /// Whether that runner ends a canceled job by itself.
    pub cancels_gracefully: bool,
    /// When that runner last called.
    pub last_call_at: Option<Time>,
    /// What that runner reported.
    pub reported: Option<Outcome>,
    /// The token of the last attempt.
    pub token: Option<TokenState>,
}

impl Record {
    /// A job that nothing has happened to yet.
    #[must_use]
    pub fn new(
        id: JobId,
        project: ProjectId,
        user: Option<UserId>,
        timeout: Duration,
        state: JobState,
    ) -> Record {
        Record {
            id,
            project,
            user,
            timeout,
            lease: None,
            state,
            failure: None,
            erased: false,
            attempt: 0,
            runner: None,
            cancels_gracefully: false,
            last_call_at: None,
            reported: None,
            token: None,
        }
    }

    /// When the token ends unless the runner calls before, if the job has a lease.
    #[must_use]
    pub fn leased_until(&self) -> Option<Time> {
        let token = self.token.as_ref()?;
        let sign = self.last_call_at.unwrap_or(token.issued_at);
        self.lease.map(|lease| sign + lease)
    }
}

/// What is known of a token. Neither its text nor its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenState {
    /// When it was made.
    pub issued_at: Time,
    /// When the runner first used it.
    pub acked_at: Option<Time>,
    /// From when on the runner's own calls are refused.
    pub runner_until: Time,
    /// From when on everything else is refused. Never later than `runner_until`.
    pub resource_until: Time,
    /// When and why it was revoked.
    pub revoked: Option<Revocation>,
}

impl TokenState {
    /// Whether it was not revoked. Its time may be over all the same.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.revoked.is_none()
    }
}

/// When and why a token was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: Time,
    /// Why.
    pub why: Why,
}
