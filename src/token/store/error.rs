//! What can go wrong in a store.

use std::error::Error;
use std::fmt;

use crate::token::lifecycle::Refusal;
use crate::token::pipelines::NotStarted;
use crate::token::scope;

/// A store did not do what it was asked, and changed nothing. Shows no token and no digest.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// What went wrong in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// What is kept cannot be read or written.
    Unavailable,
    /// There is no such thing.
    NotFound,
    /// It is there already.
    Duplicate,
    /// A list has as many entries as it may have.
    ListFull,
    /// The lifecycle does not allow it.
    Refused(Refusal),
    /// The editor may not change the scope in this way.
    ScopeRefused(scope::Refusal),
    /// A pipeline may not start.
    NotStarted(NotStarted),
    /// The store has seen a later epoch than the key ring's.
    KeysBehind,
    /// The key ring is another one than the store's.
    OtherKeys,
    /// A later version has changed the schema of the database.
    NewerSchema,
    /// What was said of where the store is makes no sense, or is not safe.
    Misconfigured,
}

impl StoreError {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Says that what is kept cannot be read or written, and why.
    ///
    /// For implementations of [`Store`](super::Store) and [`Directory`](super::Directory). The
    /// cause is logged, so it must not show what was asked for.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
        StoreError {
            kind: StoreErrorKind::Unavailable,
            cause: Some(cause.into()),
        }
    }
}

impl StoreError {
    pub(in crate::token) fn into_cause(self) -> Option<Box<dyn Error + Send + Sync>> {
        self.cause
    }

    /// Says what is wrong with what was said of where the store is, and shows nothing of it.
    #[cfg(feature = "postgres")]
    pub(super) fn misconfigured(cause: &'static str) -> StoreError {
        StoreError {
            kind: StoreErrorKind::Misconfigured,
            cause: Some(cause.into()),
        }
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> StoreError {
        StoreError { kind, cause: None }
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> StoreError {
        StoreErrorKind::Refused(refusal).into()
    }
}

impl From<scope::Refusal> for StoreError {
    fn from(refusal: scope::Refusal) -> StoreError {
        StoreErrorKind::ScopeRefused(refusal).into()
    }
}

impl From<NotStarted> for StoreError {
    fn from(why: NotStarted) -> StoreError {
        StoreErrorKind::NotStarted(why).into()
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            StoreErrorKind::Unavailable => f.write_str("the store cannot be read or written"),
            StoreErrorKind::NotFound => f.write_str("there is no such thing in the store"),
            StoreErrorKind::Duplicate => f.write_str("it is in the store already"),
            StoreErrorKind::ListFull => f.write_str("the list is full"),
            StoreErrorKind::Refused(refusal) => write!(f, "{refusal}"),
            StoreErrorKind::ScopeRefused(refusal) => write!(f, "{refusal}"),
            StoreErrorKind::NotStarted(why) => write!(f, "{why}"),
            StoreErrorKind::KeysBehind => f.write_str(
                "the key ring is older than the store: bring back the current one",
            ),
            StoreErrorKind::OtherKeys => f.write_str(
                "this is not the key ring that the store knows: its tokens are under the keys of another",
            ),
            StoreErrorKind::NewerSchema => f.write_str(
                "the database has the schema of a later version: this one must not touch it",
            ),
            StoreErrorKind::Misconfigured => {
                f.write_str("this is no way to say where the store is")
            }
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
