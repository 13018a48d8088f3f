//! What can be wrong with a file of projects.

use std::error::Error;
use std::fmt;

use crate::token::mistake::Mistake;

/// A file of projects cannot be used.
///
/// The message names the line, the key and the cause, and a user that is missing. It shows no value:
/// what stands in a wrong place may be anything.
///
/// # Examples
///
/// ```
/// use masker::token::directory::{DirectoryErrorKind, Projects};
///
/// let error = Projects::parse("[[project]]\nid = 1\npath = 'a/b'\nmembers = { dana = 'owner' }");
/// let error = error.unwrap_err();
/// assert_eq!(error.kind(), DirectoryErrorKind::Inconsistent);
/// let cause = "line 4, `members`: it names a user that the file does not have (dana)";
/// assert!(error.to_string().starts_with(cause));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryError {
    kind: DirectoryErrorKind,
    mistake: Mistake,
}

/// What is wrong with a file of projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DirectoryErrorKind {
    /// It is no TOML, or not of this shape.
    Malformed,
    /// It says one thing twice, or names what it does not have.
    Inconsistent,
}

impl DirectoryError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> DirectoryErrorKind {
        self.kind
    }

    /// Two facts that do not fit, at a byte of the text.
    pub(super) fn inconsistent(text: &str, at: usize, cause: &str) -> DirectoryError {
        DirectoryError {
            kind: DirectoryErrorKind::Inconsistent,
            mistake: Mistake::at(text, at, cause),
        }
    }

    /// What the parser says, without the values it quotes.
    pub(super) fn malformed(text: &str, error: &toml::de::Error) -> DirectoryError {
        DirectoryError {
            kind: DirectoryErrorKind::Malformed,
            mistake: Mistake::malformed(text, error),
        }
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mistake.fmt(f)
    }
}

impl Error for DirectoryError {}
