//! A token that was seen in the log of a job.

use super::{Issuer, IssuerError};
use crate::token::clock::Time;
use crate::token::id::Accessor;
use crate::token::journal::Actor;
use crate::token::lifecycle::{Class, JobId};
use crate::token::store::Audited;

/// What becomes of a live token that was seen in a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnLeak {
    /// It lives on. The log was masked.
    #[default]
    Log,
    /// It ends if it is not that of the job whose log it is.
    RevokeForeign,
    /// It ends.
    Revoke,
}

/// What is known of a token that was seen in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Its name that may be shown. None if no such token is known.
    pub accessor: Option<Accessor>,
    /// The job whose token it is.
    pub owner: Option<JobId>,
    /// Whether this has ended it.
    pub revoked: bool,
}

impl Issuer {
    /// Says that the text of a token was seen in the log of a job (T20): an audit event, and the end
    /// of the token where the policy says so, in one transaction. One read and one change.
    ///
    /// A token that is well-formed and not known is an event without an accessor.
    ///
    /// # Errors
    ///
    /// If it is no token, or the store fails. There is no event then.
    pub fn leaked(
        &self,
        presented: &[u8],
        seen_in: JobId,
        policy: OnLeak,
        now: Time,
    ) -> Result<Leak, IssuerError> {
        let digests = self.digests(presented)?;
        let found = self.store.validate(&digests, Class::Runner, None, now)?;
        let token = found.map(|found| found.token);
        let owner = token.as_ref().map(|token| token.job);
        let revokes = match policy {
            OnLeak::Log => false,
            OnLeak::RevokeForeign => owner != Some(seen_in),
            OnLeak::Revoke => true,
        };
        let accessor = token.map(|token| token.accessor);
        let change = Audited::Leak {
            accessor: accessor.clone(),
            seen_in,
            revokes,
        };
        let revoked = self.store.change(&change, &Actor::System, now)?;
        Ok(Leak {
            accessor,
            owner,
            revoked: revoked > 0,
        })
    }
}
