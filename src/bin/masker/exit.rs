//! How the process ends, as scripts see it.

use std::io;
use std::process::ExitCode;

use crate::message;

/// The exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All input is masked and written, or whoever read the output has gone away.
    Done,
    /// The input could not be read, or the output or the report could not be written. Of `add`,
    /// that the masker could not be reached. Of the commands for job tokens, that the answer is no.
    Failed,
    /// The command line is wrong, the secrets could not be loaded, or there can be no report. No
    /// input of the job has been read. Of `add`, also that the secret was refused.
    Usage,
    /// All went well, something was masked, and that was to be told.
    Leaked,
    /// Of the commands for job tokens: what is kept cannot be read or written.
    #[cfg(feature = "token")]
    Store,
    /// Of the commands for job tokens: the keys or the file of projects cannot be used.
    #[cfg(feature = "token")]
    Config,
    /// Of `run`: no job waits that could be claimed. Another time there may be one: `EX_TEMPFAIL` of
    /// sysexits.h.
    #[cfg(all(unix, feature = "token"))]
    NoneWaits,
    /// Of `run`: all went well but for the job itself, which did not end with 0, or did not start.
    #[cfg(unix)]
    Job(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Leaked => 3,
            #[cfg(feature = "token")]
            Exit::Store => 3,
            #[cfg(feature = "token")]
            Exit::Config => 4,
            #[cfg(all(unix, feature = "token"))]
            Exit::NoneWaits => 75,
            #[cfg(unix)]
            Exit::Job(status) => status,
        })
    }
}

/// How a command ends that only had to print something.
pub fn of_output(written: io::Result<()>) -> Exit {
    match written {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            message::error_of("output", format_args!("writing standard output: {error}"));
            Exit::Failed
        }
    }
}
