//! The flags of `masker scope` and `masker explain`.

use clap::{Subcommand, ValueEnum};

use super::{KeyArgs, OutputArgs, StoreArgs};

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
