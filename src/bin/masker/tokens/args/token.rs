//! The flags of `masker token`.

use clap::{Subcommand, ValueEnum};

use super::{KeyArgs, OutputArgs, StoreArgs};

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
