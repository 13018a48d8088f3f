//! Why the authority did not do what was asked, and the exit status of that.

use std::fmt::Display;

use masker::token::id::IdError;
use masker::token::issuer::{IssuerError, IssuerErrorKind};
use masker::token::store::{StoreError, StoreErrorKind};

use crate::exit::Exit;

/// A sentence that says what to do next, and how the process ends.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    text: String,
}

impl Failure {
    /// It is not there, or not allowed.
    pub fn denied(text: impl Display) -> Failure {
        Failure::of(Exit::Failed, text)
    }

    /// The command line is wrong.
    pub fn usage(text: impl Display) -> Failure {
        Failure::of(Exit::Usage, text)
    }

    /// What is kept cannot be read or written.
    pub fn store(text: impl Display) -> Failure {
        Failure::of(Exit::Store, text)
    }

    /// The key file or the directory file cannot be used.
    pub fn config(text: impl Display) -> Failure {
        Failure::of(Exit::Config, text)
    }

    fn of(exit: Exit, text: impl Display) -> Failure {
        let text = text.to_string();
        Failure { exit, text }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The word for it that programs are told.
    pub fn kind(&self) -> &'static str {
        match self.exit {
            Exit::Usage => "usage",
            Exit::Store => "store",
            Exit::Config => "config",
            _ => "denied",
        }
    }

    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        match error.kind() {
            StoreErrorKind::Unavailable | StoreErrorKind::NewerSchema => {
                let cause = std::error::Error::source(&error);
                let cause = cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
                Failure::store(format_args!(
                    "{error}{cause}: see whether --store is right, and try again"
                ))
            }
            StoreErrorKind::Misconfigured => {
                let cause = std::error::Error::source(&error);
                let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
                Failure::usage(format_args!("--store: {error}{cause} (it is not shown)"))
            }
            StoreErrorKind::KeysBehind => Failure::config(
                "--key-file: the file of keys is older than the store: copy the current one",
            ),
            StoreErrorKind::OtherKeys => Failure::config(
                "--key-file: this is not the file of keys that this store knows; copy the file from the \
                 machine where `masker keys new` was run, or, where that is lost, have the store take this \
                 one with `masker keys adopt`, which ends all tokens",
            ),
            _ => Failure::denied(error),
        }
    }
}

impl From<IssuerError> for Failure {
    fn from(error: IssuerError) -> Failure {
        match error.kind() {
            IssuerErrorKind::Unavailable => Failure::store(
                "the store or the source of random numbers failed; nothing was done: try again",
            ),
            IssuerErrorKind::InvalidTransition { state } => Failure::denied(format_args!(
                "this does not happen to a job that is {state}"
            )),
            _ => Failure::denied(format_args!("refused: {error}")),
        }
    }
}

impl From<IdError> for Failure {
    fn from(error: IdError) -> Failure {
        Failure::config(error)
    }
}
