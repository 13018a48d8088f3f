//! The flags of the commands for job tokens.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

const AFTER_LONG_HELP: &str = "\
The commands for job tokens share their flags and their exit status. A job waits (job enqueue), a \
runner claims it and gets its token (job start), the job ends and the token with it (job finish).

Examples:
  export MASKER_STORE=sqlite:store.db MASKER_KEY_FILE=keys
  masker keys new && masker directory load projects.toml
  masker job enqueue --project group/app --user alice
  masker job start --token-file token
  masker token inspect < token
  masker explain GET /api/v4/projects/group%2Flibrary/releases < token
  masker job finish 1 success

Exit status:
  0  it was done, or the answer is yes
  1  it is not allowed or not there, or the answer is no; nothing was changed
  2  the command line is wrong
  3  the store cannot be read or written; nothing was changed
  4  the keys or the file of projects cannot be used";

/// The commands for job tokens.
#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// Bring projects and users into the store of job tokens
    #[command(after_long_help = AFTER_LONG_HELP, disable_help_subcommand = true)]
    Directory(DirectoryArgs),
    /// Make, add and retire the keys of job tokens
    #[command(after_long_help = AFTER_LONG_HELP, disable_help_subcommand = true)]
    Keys(KeysArgs),
    /// Add jobs, give them their tokens, and say how they end
    #[command(after_long_help = AFTER_LONG_HELP, disable_help_subcommand = true)]
    Job(JobArgs),
    /// Inspect, list and end the tokens of jobs
    #[command(after_long_help = AFTER_LONG_HELP, disable_help_subcommand = true)]
    Token(TokenArgs),
    /// Show and change how far the tokens of a project's jobs reach
    #[command(after_long_help = AFTER_LONG_HELP, disable_help_subcommand = true)]
    Scope(ScopeArgs),
    /// Tell whether a request with a job's token would be allowed, and what each check says
    ///
    /// Reads the token from standard input, or takes the one that --accessor names. Nothing is done, and
    /// the token may be one that is not valid. The answer shows what the public one hides.
    #[command(after_long_help = AFTER_LONG_HELP, disable_help_subcommand = true)]
    Explain(ExplainArgs),
}

/// Where everything is kept.
#[derive(Debug, clap::Args)]
pub struct StoreArgs {
    /// Where jobs, tokens, projects and users are kept [default: $MASKER_STORE]
    ///
    /// sqlite:PATH is a file on a disk of this machine, which `masker directory load` makes.
    /// memory:FILE is for trials: it begins with the projects and users of a file, as `masker
    /// directory load` takes it, and ends with the command.
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
}

/// Where the keys are.
#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    /// The file with the keys of the tokens' digests [default: $MASKER_KEY_FILE]
    ///
    /// Only its owner may be able to read it. It is never kept beside the store in a backup.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// How the answer is printed.
#[derive(Debug, clap::Args)]
pub struct OutputArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The command line of `masker directory`.
#[derive(Debug, clap::Args)]
pub struct DirectoryArgs {
    #[command(subcommand)]
    pub command: DirectoryCommand,
}

#[derive(Debug, Subcommand)]
pub enum DirectoryCommand {
    /// Bring the projects, users, roles and lists of a file into the store
    ///
    /// The store says then what the file says of all that it names; what it does not name stays. To
    /// end something, say it: state = "blocked", pending_delete = true.
    Load {
        /// The file, in TOML
        file: PathBuf,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// The command line of `masker keys`.
#[derive(Debug, clap::Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    pub command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make the file, with one key
    New {
        #[command(flatten)]
        keys: KeyArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Add a key, which new tokens get; tokens under older keys go on
    Rotate {
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        keys: KeyArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Remove a key, and end the tokens under it
    Retire {
        /// The number of the key
        key: u32,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        keys: KeyArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
}

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
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Claim the job that waits longest, and hand its token over
    ///
    /// The token is made here and shown once. Say where to: it never goes to standard output by
    /// itself.
    Start {
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

/// How a job has ended.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FinishedAs {
    Success,
    Failed,
}

/// The command line of `masker token`.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub command: TokenCommand,
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Tell whose a token is and whether it is valid; reads it from standard input
    Inspect {
        /// What it is used for
        #[arg(long, value_enum, default_value = "resource", value_name = "CLASS")]
        class: UsedFor,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        keys: KeyArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// List tokens, by their accessors
    List {
        #[command(flatten)]
        which: WhichArgs,
        /// Leave out those that were revoked
        #[arg(long)]
        live: bool,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// End tokens at once; their jobs go on
    Revoke {
        /// The accessor of the token, as `masker token list` shows it
        accessor: Option<String>,
        #[command(flatten)]
        which: WhichArgs,
        /// All tokens there are
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// Which tokens are meant: of one job, project or user.
#[derive(Debug, clap::Args)]
pub struct WhichArgs {
    /// Those of a job
    #[arg(long, value_name = "N", conflicts_with_all = ["project", "user"])]
    pub job: Option<u64>,
    /// Those of the jobs of a project
    #[arg(long, value_name = "PROJECT", conflicts_with = "user")]
    pub project: Option<String>,
    /// Those of the jobs of a user
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
}

/// What a token is used for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum UsedFor {
    /// What the script of the job asks for
    Resource,
    /// The calls of the runner about the job
    Runner,
}

/// The command line of `masker scope`.
#[derive(Debug, clap::Args)]
pub struct ScopeArgs {
    #[command(subcommand)]
    pub command: ScopeCommand,
}

#[derive(Debug, Subcommand)]
pub enum ScopeCommand {
    /// Show how far the tokens of a project's jobs reach
    Show {
        /// The project: its path or its number
        project: String,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Turn the limit on or off; it takes a Maintainer of the project
    Limit {
        /// The project: its path or its number
        project: String,
        #[arg(value_enum)]
        limit: OnOff,
        #[command(flatten)]
        edit: EditArgs,
    },
    /// List a project as one within reach; it takes a Maintainer of both
    Allow {
        /// The project: its path or its number
        project: String,
        /// The project that its jobs may reach
        target: String,
        #[command(flatten)]
        edit: EditArgs,
    },
    /// Take a project off that list; it takes a Maintainer of both
    Disallow {
        /// The project: its path or its number
        project: String,
        /// The project that its jobs may reach no more
        target: String,
        #[command(flatten)]
        edit: EditArgs,
    },
}

/// Who changes a scope.
#[derive(Debug, clap::Args)]
pub struct EditArgs {
    /// The user who changes it: a name or a number
    #[arg(long = "as", value_name = "USER")]
    pub user: String,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OnOff {
    On,
    Off,
}

/// The flags of `masker explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// GET, PUT and so on; or pull, push or delete, of an image
    pub method: String,
    /// The path, as clients send it, without a host; or the path of the image
    pub path: String,
    /// Explain it for the token of this accessor, and read none from standard input
    #[arg(long, value_name = "ACCESSOR")]
    pub accessor: Option<String>,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub keys: KeyArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The flags of `masker run` with which the job gets a token.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The job's token")]
pub struct RunTokenArgs {
    /// Give the job a token as CI_JOB_TOKEN, and end it with the job
    ///
    /// It is masked in every form before the job prints a byte. The job gets
    /// CI_REGISTRY_USER, CI_REGISTRY_PASSWORD, CI_JOB_ID and CI_PROJECT_ID too. Where masker is killed,
    /// the token ends within 30 seconds. Where the job is canceled, it gets SIGTERM.
    #[arg(long, requires_all = ["project", "user"])]
    pub token: bool,
    /// The project whose job it is: its path or its number
    #[arg(long, value_name = "PROJECT", requires = "token")]
    pub project: Option<String>,
    /// The user as whom the token acts: a name or a number
    #[arg(long, value_name = "USER", requires = "token")]
    pub user: Option<String>,
    /// How long the token serves the job at most, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "3600",
        value_parser = clap::value_parser!(u64).range(1..=31_536_000),
        allow_hyphen_values = true
    )]
    pub token_timeout: u64,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub keys: KeyArgs,
}
