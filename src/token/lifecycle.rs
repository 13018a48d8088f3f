//! The life of a job, as far as a decision has to know it.

use std::fmt;

/// Which calls a token is used for. Each has a deadline of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Calls of a runner about its own job.
    Runner,
    /// Requests of the job's script.
    Resource,
}

/// Why a token is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Invalid {
    /// The text is no token of ours.
    Malformed,
    /// No token has this digest.
    Unknown,
    /// The job is in no state that executes.
    JobNotRunning,
    /// The job was erased.
    JobErased,
    /// The job's project is deleted, or being deleted.
    ProjectDeleted,
    /// The deadline of the class has passed.
    Expired,
    /// The user is blocked or deleted.
    UserInactive,
    /// The token was ended, and why.
    Revoked(&'static str),
}

/// The reason as the decision log has it.
impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Invalid::Malformed => "malformed",
            Invalid::Unknown => "unknown",
            Invalid::JobNotRunning => "job_not_running",
            Invalid::JobErased => "job_erased",
            Invalid::ProjectDeleted => "project_deleted",
            Invalid::Expired => "expired",
            Invalid::UserInactive => "user_inactive",
            Invalid::Revoked(why) => return write!(f, "revoked:{why}"),
        })
    }
}
