//! How long everything may take.

use core::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// The deadlines of the lifecycle, and what a job may do that is being canceled.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use masker::token::lifecycle::{Lifecycle, Options};
///
/// let options = Options { ack_timeout: Duration::from_secs(30), ..Options::default() };
/// let lifecycle = Lifecycle::new(options);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How much longer than the job a token serves the runner: its last words are worth having.
    pub runner_grace: Duration,
    /// How long a canceled job may take to end by itself.
    pub canceling_grace: Duration,
    /// What the token of such a job still opens.
    pub canceling_access: CancelingAccess,
    /// How long a runner may say nothing.
    pub stuck_after: Duration,
    /// How long after its claim a runner may take for its first call.
    pub ack_timeout: Duration,
    /// How many runners may fail to call before the job fails.
    pub max_claims: u32,
    /// How long the records of dead tokens are kept.
    pub retention: Duration,
    /// How long the records of decisions are kept.
    pub decision_retention: Duration,
    /// How long the audit events are kept.
    pub audit_retention: Duration,
}

/// What the token of a job that is being canceled still opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelingAccess {
    /// All that it opened before: a script may have to unlock what it locked.
    #[default]
    Full,
    /// The calls of the runner about the job itself.
    RunnerOnly,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            runner_grace: 5 * MINUTE,
            canceling_grace: 5 * MINUTE,
            canceling_access: CancelingAccess::Full,
            stuck_after: 60 * MINUTE,
            ack_timeout: 2 * MINUTE,
            max_claims: 3,
            retention: 30 * 24 * 60 * MINUTE,
            decision_retention: 30 * 24 * 60 * MINUTE,
            audit_retention: 365 * 24 * 60 * MINUTE,
        }
    }
}
