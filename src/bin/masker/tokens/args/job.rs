//! The flags of `masker job`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Subcommand, ValueEnum};
use masker::token::lifecycle::JobState;

use super::audit::ListedArgs;
use super::{KeyArgs, OutputArgs, StoreArgs};

/// The command line of `masker job`.
#[derive(Debug, clap::Args)]
pub struct JobArgs {
    #[command(subcommand)]
    pub command: JobCommand,
}

#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Add a job that waits for a runner, and print its number
    Enqueue {
        /// The project whose job it is: its path or its number
        #[arg(long, value_name = "PROJECT")]
        project: String,
        /// The user as whom its token acts: a name or a number
        #[arg(long, value_name = "USER")]
        user: String,
        /// How long it may run, in seconds
        #[arg(
            long,
            value_name = "SECONDS",
            default_value = "3600",
            value_parser = clap::value_parser!(u64).range(1..=31_536_000),
            allow_hyphen_values = true
        )]
        timeout: u64,
        #[command(flatten)]
        about: AboutArgs,
        /// Let it wait until a user plays it
        #[arg(long)]
        manual: bool,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Start a manual job: it waits for a runner, and acts as the user who started it
    Play {
        /// The number of the job
        job: u64,
        /// The user who starts it: a name or a number
        #[arg(long, value_name = "USER")]
        user: String,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Claim the job that waits longest, or the one of --job, and hand its token over
    ///
    /// `masker run --token --claim` does the same for a command, and ends the token with it. Here the
    /// token is made and shown once. Say where to: it never goes to standard output by itself.
    Start {
        /// The number of the job that is meant
        #[arg(long, value_name = "N")]
        job: Option<u64>,
        /// Take jobs of this project alone: its path or its number
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        /// Write the token to a new file that only the owner can read
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// Write the token to an open file descriptor
        #[arg(long, value_name = "N")]
        token_fd: Option<u32>,
        /// Print the token on standard output, and everything else on standard error
        #[arg(long)]
        print_token: bool,
        /// The number of the runner
        #[arg(
            long,
            value_name = "N",
            default_value = "1",
            allow_hyphen_values = true
        )]
        runner: u64,
        /// Say that the runner lets a canceled job end by itself
        #[arg(long)]
        cancels_gracefully: bool,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        keys: KeyArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Say how a running job has ended, which ends its token
    Finish {
        /// The number of the job
        job: u64,
        /// How it has ended
        #[arg(value_enum)]
        outcome: FinishedAs,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Cancel a job
    Cancel {
        /// The number of the job
        job: u64,
        /// Do not wait for a job that is being canceled already
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Mark what a job left behind as erased, which ends its token
    Erase {
        /// The number of the job
        job: u64,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Add a job that does an ended one again, and print its number
    Retry {
        /// The number of the job
        job: u64,
        /// The user who asks for it [default: the user of the job]
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Look at the deadlines of all jobs, and delete records of tokens that ended long ago
    ///
    /// Tokens end in time without it. It fails jobs that ran out of time or whose runner fell silent,
    /// ends those that were canceled long ago, and gives jobs whose runner never called to another.
    /// Run it every minute, from cron or a timer; it prints what it did, and nothing if that was nothing.
    Sweep {
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// List jobs, the newest first
    List {
        /// Those in this state
        #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(states()))]
        state: Option<String>,
        /// Those of a project: its path or its number
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        #[command(flatten)]
        listed: ListedArgs,
    },
    /// Show a job
    Show {
        /// The number of the job
        job: u64,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// What a job is about.
#[derive(Debug, clap::Args)]
pub struct AboutArgs {
    /// The job's name, by which its artifacts are asked for [default: default]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The branch or tag it is for
    #[arg(long = "ref", value_name = "REF")]
    pub git_ref: Option<String>,
    /// The branch or tag is protected, whatever the file of projects says
    #[arg(long, requires = "git_ref")]
    pub protected: bool,
    /// What its token may be used for, such as READ_PACKAGES,ADMIN_JOBS; `none` for nothing
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub permissions: Option<Vec<String>>,
}

fn states() -> Vec<&'static str> {
    JobState::ALL.iter().map(|state| state.as_str()).collect()
}

/// How a job has ended.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FinishedAs {
    Success,
    Failed,
}
