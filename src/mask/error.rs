//! Why a set could not be built.

use std::fmt;

use super::refused::RefusedSecret;

/// A set could not be built. Says why, and never shows a value.
#[derive(Debug)]
pub struct SetError {
    kind: SetErrorKind,
    refused: Vec<RefusedSecret>,
}

impl SetError {
    pub(super) fn new(kind: SetErrorKind, refused: Vec<RefusedSecret>) -> SetError {
        SetError { kind, refused }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> SetErrorKind {
        self.kind
    }

    /// The values that were refused on the way, by name.
    #[must_use]
    pub fn refused(&self) -> &[RefusedSecret] {
        &self.refused
    }
}

/// What went wrong in building a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetErrorKind {
    /// No secret is left to mask.
    NoSecret,
    /// The mask is empty, or a secret stands in it, or may be completed by it.
    UnsafeMask,
    /// A prefix of tokens is empty: every word would be a token.
    EmptyPrefix,
    /// The secrets are too large to be searched for.
    TooLarge,
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            SetErrorKind::NoSecret => "there is no secret to mask",
            SetErrorKind::UnsafeMask => "the mask is empty, contains a secret or may complete one",
            SetErrorKind::EmptyPrefix => "a prefix of tokens is empty",
            SetErrorKind::TooLarge => "the secrets are too large to be searched for in these forms",
        })
    }
}

impl std::error::Error for SetError {}
