//! The facts of a decision, and where they come from.

use super::Admitted;
use crate::token::directory::{Directory, Project, Role, User};
use crate::token::lifecycle::Invalid;
use crate::token::permission::Permissions;
use crate::token::store;

/// The job whose token it is. Only a valid token has one.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The project of the job.
    pub source: Project,
    /// The user who caused the job. A job without one has no valid token.
    pub user: User,
    /// What the job declared that its token may be used for. Nothing declared is no restriction.
    pub permissions: Option<Permissions>,
}

impl Holder {
    /// Whose token a store found, or why it is not valid. Copies the project and the user.
    ///
    /// # Errors
    ///
    /// What the store found, and [`UserInactive`](Invalid::UserInactive) for a job without a user:
    /// nobody is there to have the role that a decision asks for.
    pub fn of(found: &store::Snapshot) -> Result<Holder, Invalid> {
        found.validity?;
        Ok(Holder {
            source: found.source.clone().ok_or(Invalid::ProjectDeleted)?,
            user: found.user.clone().ok_or(Invalid::UserInactive)?,
            permissions: found.about.permissions.clone(),
        })
    }
}

/// All facts of one decision, read at once.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Whose token it is, or why it is not valid for the class of the route.
    pub token: Result<Holder, Invalid>,
    /// The project that the request addresses, if there is one.
    pub target: Option<Project>,
    /// The user's role in it.
    pub role: Role,
    /// Whether the list of the source has it.
    pub listed: bool,
    /// Whether the artifact that the request asks for is a private one.
    pub private_artifact: bool,
    /// Seconds to wait, if the client has presented too many wrong tokens.
    pub retry_after: Option<u32>,
}

impl Snapshot {
    /// The facts for a token that is not valid. No others matter.
    #[must_use]
    pub fn invalid(why: Invalid) -> Snapshot {
        Snapshot {
            token: Err(why),
            target: None,
            role: Role::None,
            listed: false,
            private_artifact: false,
            retry_after: None,
        }
    }
}

/// Reads the facts of a decision from a directory. What it does not know, a private artifact or a
/// client to slow down, is the caller's to add.
///
/// It asks the directory three times at most, and not at all if the token is not valid. A directory
/// that can change in between must answer all of them from one state.
///
/// # Errors
///
/// The directory has none of the facts. The request is to be denied.
pub fn snapshot<D: Directory + ?Sized>(
    directory: &D,
    admitted: &Admitted<'_>,
    token: Result<Holder, Invalid>,
) -> Result<Snapshot, D::Error> {
    let mut facts = Snapshot::invalid(Invalid::Unknown);
    if let (Ok(holder), Some(reference)) = (&token, admitted.project()) {
        facts.target = directory.project(reference)?;
        if let Some(target) = &facts.target {
            facts.role = directory.role(holder.user.id, target.id)?;
            facts.listed = directory.lists(holder.source.id, target.id)?;
        }
    }
    facts.token = token;
    Ok(facts)
}

/// The facts as a store read them, all in one transaction, when it was asked about the token and
/// [the project](super::Admitted::project) together.
impl From<&store::Snapshot> for Snapshot {
    fn from(found: &store::Snapshot) -> Snapshot {
        Snapshot {
            token: Holder::of(found),
            target: found.target.clone(),
            role: found.role,
            listed: found.is_listed,
            private_artifact: false,
            retry_after: None,
        }
    }
}
