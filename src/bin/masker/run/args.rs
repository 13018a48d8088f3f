//! The flags of `masker run`.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::args::FilterArgs;

pub const AFTER_LONG_HELP: &str = "\
Examples:
  masker run -- make test
      Mask the variables that commonly hold secrets; standard error says which.
  masker run --secret-env DEPLOY_KEY -- make deploy
      Mask the value of a variable.
  masker run --env-file DEPLOY_KEY=/run/secrets/deploy -- make deploy
      Give the job a variable with the content of a file, and mask it.
  masker run --timestamps --log job.log --limit 4M -- make deploy
      Put the time before each line, keep what was printed, and no more than that.
  masker run --pty -- npm test
      Let the job see a terminal, with colours and progress bars.
  masker run -- sh -c 'make | tee build.txt'
      Run what takes a shell.
  masker run --token --project group/app --user alice -- ./build.sh
      Give the job a token, and end it with the job.
  masker run --token --claim -- ./build.sh
      Do the same for the job that waits longest, as masker job list --state pending shows.

Every user of the machine can read the words of a command: give \
secrets to the job by --env-file or in files, never among its words.

SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are passed on to the job. What the keys of a \
terminal send, the terminal has sent to the job already.

Without a flag that names secrets, the variables that commonly hold some are masked: see masker \
--help. --env-file is no such flag.

Exit status:
  that of the job, or 128+N where signal N ended it; but
  1    the job's output could not be read or written, or the report could not be written
  2    the command line is wrong, the secrets could not be loaded, a file cannot be written, or \
there can be no token (the store or the keys cannot be used, too); the job was not started
  3    with --fail-on-leak: the job ended with 0, and something was masked
  75   with --claim: no job waits; nothing was run
  126  the command cannot be run
  127  the command is not found";

/// The flags of `masker run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub filter: FilterArgs,

    /// Give the job a variable with the content of a file, and mask it (can be repeated)
    ///
    /// One newline at the end of the file is not part of it. The value shows on no command line.
    #[arg(long, value_name = "NAME=PATH", help_heading = "Where the secrets are")]
    pub env_file: Vec<OsString>,

    /// Put the time before each line, as 2026-01-31T12:34:56.789Z
    ///
    /// It is put there after masking, so no time splits a secret. It is that of the line's first
    /// byte, in UTC.
    #[arg(long, help_heading = "What is printed")]
    pub timestamps: bool,

    /// Write the masked output to a file too
    ///
    /// Both streams, in the order in which they are printed. Only the owner can read the file; one
    /// that is there already is written anew.
    #[arg(long, value_name = "FILE", help_heading = "What is printed")]
    pub log: Option<PathBuf>,

    /// Print no more than this of both streams together, as 500K or 4M
    ///
    /// The job goes on; the rest of its output is read and dropped. K, M and G are 1024, 1024² and
    /// 1024³ bytes. A character is printed whole or not at all.
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = size,
        allow_hyphen_values = true,
        help_heading = "What is printed"
    )]
    pub limit: Option<u64>,

    /// Give the job a terminal
    ///
    /// It has the size of ours, and what is typed goes to it. The job has one output then, our
    /// standard output. Ctrl-C and Ctrl-D are keys of the job's terminal.
    #[arg(long, help_heading = "How the job runs")]
    pub pty: bool,

    /// How long to wait for what the job has left running, which still holds its output, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "10",
        value_parser = clap::value_parser!(u64).range(0..=86400),
        allow_hyphen_values = true,
        help_heading = "How the job runs"
    )]
    pub linger: u64,

    #[cfg(feature = "token")]
    #[command(flatten)]
    pub token: crate::tokens::RunTokenArgs,

    /// The job: a command and what it is given
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// A number of bytes. Nothing of what was typed is told in the error.
fn size(text: &str) -> Result<u64, &'static str> {
    let factors = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)];
    let upper = text.to_ascii_uppercase();
    let of_unit = |(unit, factor)| Some((upper.strip_suffix(unit)?, factor));
    let (number, factor) = factors.into_iter().find_map(of_unit).unwrap_or((&upper, 1));
    let number = Some(number).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    let number = number.and_then(|number| number.parse::<u64>().ok());
    let size = number.and_then(|number| number.checked_mul(factor));
    size.filter(|&size| size > 0).ok_or("no size")
}
