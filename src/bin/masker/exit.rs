//! How the process ends, as scripts see it.

use std::process::ExitCode;

/// The exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All input is masked and written, or whoever read the output has gone away.
    Done,
    /// The input could not be read, or the output could not be written.
    Failed,
    /// The command line is wrong, or the secrets could not be loaded. No input has been read.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
        })
    }
}
