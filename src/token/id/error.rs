//! What can go wrong with identifiers and keys. No message shows any of what it is about.

use core::fmt;

use super::RandomFailed;

/// An identifier or a key could not be made or read. Shows nothing of it.
#[derive(Debug)]
pub struct IdError {
    kind: IdErrorKind,
}

impl IdError {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> IdErrorKind {
        self.kind
    }
}

/// What went wrong in making or reading an identifier or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdErrorKind {
    /// A prefix has a wrong shape or another kind has it already.
    Prefix,
    /// A text is no accessor.
    Accessor,
    /// The source of random numbers failed.
    Random,
    /// There is no key.
    NoKey,
    /// There are as many live keys as there may be.
    TooManyKeys,
    /// No live key has the number.
    UnknownKey,
    /// The key is the one that new tokens get.
    KeyInUse,
    /// The text of a key ring does not follow its format.
    KeyRing,
}

impl From<IdErrorKind> for IdError {
    fn from(kind: IdErrorKind) -> IdError {
        IdError { kind }
    }
}

impl From<RandomFailed> for IdError {
    fn from(_: RandomFailed) -> IdError {
        IdErrorKind::Random.into()
    }
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            IdErrorKind::Prefix => {
                "a prefix is a letter, one to nine letters or digits, all in lower case, and `_` or \
                 `-`, and each kind of token has its own"
            }
            IdErrorKind::Accessor => "this is no accessor: `mja_` and 16 letters or digits",
            IdErrorKind::Random => "the source of random numbers failed",
            IdErrorKind::NoKey => "there is no key to make digests of tokens with",
            IdErrorKind::TooManyKeys => "there are three live keys: retire one first",
            IdErrorKind::UnknownKey => "no live key has this number",
            IdErrorKind::KeyInUse => "new tokens get this key: rotate before it is retired",
            IdErrorKind::KeyRing => "this is no key ring: its lines do not follow the format",
        })
    }
}

impl core::error::Error for IdError {}

/// Why what was presented is no token, found without a look at any store.
///
/// In the order of the checks. It is for our own log: the client gets the answer that an
/// unknown token gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// Longer than any token can be.
    TooLong,
    /// It begins as no token of its kind does.
    Prefix,
    /// It is longer or shorter than a token of its kind.
    Length,
    /// A character that no token has.
    Character,
    /// The check at its end is not that of the rest.
    Check,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no token")
    }
}

impl core::error::Error for Malformed {}
