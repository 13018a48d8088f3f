//! The commands for job tokens, as scripts and operators use them.

#[cfg(feature = "sqlite")]
mod audit;
#[cfg(all(feature = "serve", feature = "sqlite"))]
mod check_config;
#[cfg(feature = "sqlite")]
mod claimed;
#[cfg(feature = "sqlite")]
mod configuration;
mod json;
mod keys;
#[cfg(feature = "sqlite")]
mod life;
#[cfg(feature = "postgres")]
mod many_nodes;
#[cfg(feature = "sqlite")]
mod odd;
mod run_token;
#[cfg(feature = "sqlite")]
mod run_token_kept;
#[cfg(feature = "sqlite")]
mod scope;
mod slips;
#[cfg(feature = "sqlite")]
pub mod sweep;
#[cfg(all(feature = "serve", feature = "sqlite"))]
mod two_files;

use std::fs;
use std::path::PathBuf;

#[cfg(feature = "sqlite")]
use serde_json::Value;
use tempfile::TempDir;

use crate::support::command::{Call, Outcome, masker};

/// Alice maintains the application and reports to the library; Bob may do nothing.
const DIRECTORY: &str = r#"
[[user]]
id = 7
name = "alice"

[[user]]
id = 8
name = "bob"

[[project]]
id = 1
path = "group/app"
members = { alice = "maintainer" }

[[project]]
id = 2
path = "group/library"
members = { alice = "reporter" }

[[project]]
id = 3
path = "group/tools"
members = { alice = "maintainer" }
"#;

/// Adds a job of the application that Alice causes.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
const ENQUEUE: [&str; 6] = [
    "job",
    "enqueue",
    "--project",
    "group/app",
    "--user",
    "alice",
];

/// Runs a command as such a job.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
const RUN: [&str; 6] = [
    "run",
    "--token",
    "--project",
    "group/app",
    "--user",
    "alice",
];

/// An authority of a test's own.
struct Authority(TempDir);

impl Authority {
    /// Nothing but a folder with a directory in it.
    fn empty() -> Authority {
        let authority = Authority(tempfile::tempdir().expect("a folder can be made"));
        fs::write(authority.path("directory.toml"), DIRECTORY).expect("a file can be written");
        authority
    }

    /// With keys, and a store that has the directory.
    #[cfg(feature = "sqlite")]
    fn new() -> Authority {
        let authority = Authority::empty();
        authority.ask(&["keys", "new"]).has_status(0);
        let file = authority.path("directory.toml");
        let load = authority.call(&["directory", "load"]).arg(file).run("");
        load.has_status(0).says_nothing();
        authority
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A command that knows the store and the keys.
    fn call(&self, args: &[&str]) -> Call {
        let kind = if cfg!(feature = "sqlite") {
            "sqlite"
        } else {
            "memory"
        };
        let name = if cfg!(feature = "sqlite") {
            "store.db"
        } else {
            "directory.toml"
        };
        let store = format!("{kind}:{}", self.path(name).display());
        masker(args)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("MASKER_STORE", store)
            .env("MASKER_KEY_FILE", self.path("keys"))
    }

    #[track_caller]
    fn ask(&self, args: &[&str]) -> Outcome {
        self.call(args).run("")
    }

    /// What a command prints as JSON, with this status.
    #[cfg(feature = "sqlite")]
    #[track_caller]
    fn json(&self, status: i32, args: &[&str], input: &[u8]) -> Value {
        let outcome = self.call(args).arg("--json").run(input);
        outcome.has_status(status);
        serde_json::from_slice(&outcome.stdout).expect("it prints JSON")
    }

    /// A waiting job, claimed: its number and its token.
    #[cfg(feature = "sqlite")]
    #[track_caller]
    fn start(&self) -> (String, Vec<u8>) {
        let job = self.ask(&ENQUEUE);
        job.has_status(0).says_nothing();
        let token = self.ask(&["job", "start", "--print-token"]);
        token.has_status(0).hides(&token.stdout);
        let job = String::from_utf8(job.stdout).expect("a number");
        (job.trim().to_owned(), token.stdout)
    }
}
