//! Whether a token is valid: once it is not, it never is again.

use core::fmt;

use crate::token::clock::Time;

use super::{Record, TokenState, Why};

/// What a token is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The calls that a runner makes about the job itself.
    Runner,
    /// All that the script of the job asks for.
    Resource,
}

/// How the project and the user of a job stand at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether the project exists and is not being deleted.
    pub project_alive: bool,
    /// Whether the user exists and may act. Of no account for a job without a user.
    pub user_active: bool,
}

/// Why a token is not valid. The names are those of the decision log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Invalid {
    /// The text is no token of ours. Found before any record is looked at.
    Malformed,
    /// No token has this digest. Likewise.
    Unknown,
    /// No runner executes the job.
    JobNotRunning,
    /// The job was erased.
    JobErased,
    /// The project is gone or being deleted.
    ProjectDeleted,
    /// Its time is over.
    Expired,
    /// The user may not act, or the job has none.
    UserInactive,
    /// It was revoked.
    Revoked(Why),
}

/// Whether the token of an attempt of a job is valid for a class at a time.
///
/// The one definition, for all stores. `row` is the token that was presented, which may be
/// that of an earlier attempt than the record's. Given only records that
/// [`step`](super::Lifecycle::step) made and times that do not go back, a token that is not
/// valid stays so as long as whoever blocks a user or deletes a project also revokes.
///
/// # Errors
///
/// The first reason that holds, in the order of [`Invalid`].
pub fn validity(
    record: &Record,
    attempt: u32,
    row: &TokenState,
    standing: Standing,
    class: Class,
    now: Time,
) -> Result<(), Invalid> {
    let until = match class {
        Class::Runner => row.runner_until,
        Class::Resource => row.resource_until,
    };
    let until = until.min(record.leased_until().unwrap_or(Time::MAX));
    let acts = match record.user {
        Some(_) => standing.user_active,
        // Its runner may finish it, but it has nobody's rights.
        None => class == Class::Runner,
    };
    if !record.state.is_executing() {
        Err(Invalid::JobNotRunning)
    } else if record.erased {
        Err(Invalid::JobErased)
    } else if !standing.project_alive {
        Err(Invalid::ProjectDeleted)
    } else if now >= until {
        Err(Invalid::Expired)
    } else if !acts {
        Err(Invalid::UserInactive)
    } else if let Some(revoked) = row.revoked {
        Err(Invalid::Revoked(revoked.why))
    } else if attempt != record.attempt {
        // Such a token was revoked, or the store lost that: closed either way.
        Err(Invalid::Revoked(Why::ClaimLost))
    } else {
        Ok(())
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Invalid::Malformed => f.write_str("malformed"),
            Invalid::Unknown => f.write_str("unknown"),
            Invalid::JobNotRunning => f.write_str("job_not_running"),
            Invalid::JobErased => f.write_str("job_erased"),
            Invalid::ProjectDeleted => f.write_str("project_deleted"),
            Invalid::Expired => f.write_str("expired"),
            Invalid::UserInactive => f.write_str("user_inactive"),
            Invalid::Revoked(why) => write!(f, "revoked:{why}"),
        }
    }
}
