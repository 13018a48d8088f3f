//! Job tokens from the command line: keys, the directory of projects and users, jobs and their
//! tokens, scopes, and why a request is allowed or denied.

mod advice;
mod answer;
mod args;
mod audit;
mod authority;
mod configuration;
mod directory;
mod explain;
mod failure;
#[cfg(unix)]
mod handed;
mod job;
mod jobs;
pub mod key_file;
mod keys;
#[cfg(unix)]
mod lease;
#[cfg(unix)]
mod loading;
mod named;
mod place;
mod scope;
mod shown;
#[cfg(unix)]
mod start;
mod sweep;
mod token;

pub use args::{RunTokenArgs, TokensCommand};
#[cfg(unix)]
pub use lease::{Lease, NoneWaits};
#[cfg(feature = "serve")]
pub use {
    args::{KeyArgs, StoreArgs},
    authority::{Kept, key_path, ring},
    configuration::{named as named_configuration, of as configuration},
    directory::{load, parse},
    keys::Changed,
    place::Place,
};

use crate::exit::Exit;
use crate::{limits, message};
use answer::Answer;
pub use failure::Failure;

/// Does what was asked, and prints what came of it.
pub fn run(command: &TokensCommand) -> Exit {
    limits::leave_no_core();
    #[cfg(unix)]
    if let Err(error) = limits::outlive() {
        message::warning(format_args!("preparing for signals: {error}"));
    }
    let answered = match command {
        TokensCommand::Directory(args) => directory::run(args),
        TokensCommand::Keys(args) => keys::run(args),
        TokensCommand::Job(args) => job::run(args),
        TokensCommand::Token(args) => token::run(args),
        TokensCommand::Scope(args) => scope::run(args),
        TokensCommand::Audit(args) => audit::run(args),
        TokensCommand::Explain(args) => explain::run(args),
    };
    match answered {
        Ok(answer) => answer.print(),
        Err(failure) => {
            message::error_of(failure.kind(), failure.text());
            failure.exit()
        }
    }
}
