//! The flags of `masker audit`.

use clap::Subcommand;

use super::{OutputArgs, StoreArgs};

/// The command line of `masker audit`.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    pub command: AuditCommand,
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List who changed settings, lists and keys, and who revoked tokens; the newest first
    List {
        /// Those about a project: its path or its number
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        /// Those about a token, by its accessor
        #[arg(long, value_name = "ACCESSOR")]
        accessor: Option<String>,
        #[command(flatten)]
        listed: ListedArgs,
    },
    /// List decisions about requests, with the reasons that clients are not told; the newest first
    Decisions {
        /// Those of a request, by the id that its client was told
        #[arg(long, value_name = "ID")]
        request: Option<String>,
        /// Those about the token of a job
        #[arg(long, value_name = "N")]
        job: Option<u64>,
        /// Those about a token, by its accessor
        #[arg(long, value_name = "ACCESSOR")]
        accessor: Option<String>,
        #[command(flatten)]
        listed: ListedArgs,
    },
}

/// How much is listed, from where and how.
#[derive(Debug, clap::Args)]
pub struct ListedArgs {
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}
