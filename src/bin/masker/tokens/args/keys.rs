//! The flags of `masker directory` and `masker keys`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{KeyArgs, OutputArgs, StoreArgs};

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
    ///
    /// A project may name its branches and tags (refs, protected_refs), else any is taken to be there, and
    /// the jobs of its pipelines (jobs), else there is one, called default.
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
    /// Remove a key by its number, and end the tokens under it
    Retire {
        /// The number of the key, as `masker keys rotate` prints it: not the key itself
        key: u32,
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        keys: KeyArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Let a store take this file, where the one that it knows is lost
    ///
    /// All live tokens end, as nobody knows them any more, and so do the tokens of triggers.
    Adopt {
        #[command(flatten)]
        store: StoreArgs,
        #[command(flatten)]
        keys: KeyArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
}
