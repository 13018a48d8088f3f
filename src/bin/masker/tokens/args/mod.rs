//! The flags of the commands for job tokens.

mod audit;
mod job;
mod keys;
mod run;
mod scope;
mod token;

use std::path::PathBuf;

use clap::Subcommand;

pub use audit::{AuditArgs, AuditCommand, ListedArgs};
pub use job::{AboutArgs, FinishedAs, JobArgs, JobCommand};
pub use keys::{DirectoryArgs, DirectoryCommand, KeysArgs, KeysCommand};
pub use run::RunTokenArgs;
#[cfg(unix)]
pub use run::TIMEOUT;
pub use scope::{EditArgs, ExplainArgs, OnOff, ScopeArgs, ScopeCommand};
pub use token::{TokenArgs, TokenCommand, UsedFor, WhichArgs};

const AFTER_LONG_HELP: &str = "\
The commands for job tokens share their flags and their exit status. A job waits (job enqueue), a \
runner claims it and gets its token (job start), the job ends and the token with it (job finish).

Examples:
  export MASKER_STORE=sqlite:store.db MASKER_KEY_FILE=keys
  masker keys new && masker directory load projects.toml
  masker job enqueue --project group/app --user alice
  masker run --token --claim -- ./build.sh
  masker job enqueue --project group/app --user alice --name test --ref main
  masker job start --token-file token
  masker token inspect < token
  masker explain GET /api/v4/projects/group%2Flibrary/releases < token
  masker job finish 2 success
  masker job list --project group/app

Exit status:
  0  it was done, or the answer is yes
  1  it is not allowed or not there, or the answer is no; nothing was changed
  2  the command line is wrong
  3  the store cannot be read or written; nothing was changed
  4  the keys, the configuration or the file of projects cannot be used";

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
    /// List what was written down: who changed what, and what was decided about requests
    #[command(after_long_help = AFTER_LONG_HELP, disable_help_subcommand = true)]
    Audit(AuditArgs),
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
    ///
    /// postgres://USER@HOST/DATABASE is a database for many machines; postgres:host=/run/postgresql
    /// user=masker says the same in pairs, as psql takes them. Connections are not encrypted: the host
    /// is a socket or the loopback of this machine, unless sslmode=disable says that nobody else
    /// reads the network. A password is refused here, where every user of the machine could read
    /// it; put it into $MASKER_STORE.
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,

    /// The file of what an operator chooses, in TOML [default: $MASKER_CONFIG]
    ///
    /// All who work with one store are to read the same. It says what tokens begin with
    /// (token_prefix), how long everything may take (runner_grace, canceling_grace, stuck_after,
    /// ack_timeout, retention, decision_retention, audit_retention: durations, as "5m" or "30 days"),
    /// how many runners may fail to call (max_claims), what a canceled job still may
    /// (canceling_access: full, runner_only), what becomes of a token that was seen in a log
    /// (on_leak: log, revoke_foreign, revoke), whether a query may carry one (deny_query_tokens), and
    /// for `masker serve` decision_timeout and registry_ttl. Its tables [[route]] open services of your
    /// own. What it does not say is as without it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
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
    /// Print JSON; errors too, on standard error
    #[arg(long)]
    pub json: bool,
}
