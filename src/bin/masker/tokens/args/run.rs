//! The flags of `masker run` that are about the job's token.

use super::{KeyArgs, StoreArgs};

/// How long a token serves its job, if that is not said: in seconds.
#[cfg(unix)]
pub const TIMEOUT: u64 = 3600;

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
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// The user as whom the token acts: a name or a number
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// How long the token serves the job at most, in seconds [default: 3600]
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=31_536_000),
        allow_hyphen_values = true
    )]
    pub token_timeout: Option<u64>,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub keys: KeyArgs,
}

impl RunTokenArgs {
    /// The flag that says something of a token though none was asked for.
    #[cfg(unix)]
    pub fn without_token(&self) -> Option<&'static str> {
        let given = [
            ("--store", self.store.store.is_some()),
            ("--config", self.store.config.is_some()),
            ("--key-file", self.keys.key_file.is_some()),
            ("--token-timeout", self.token_timeout.is_some()),
            ("--project", self.project.is_some()),
            ("--user", self.user.is_some()),
        ];
        let mut given = given.into_iter().filter(|(_, given)| *given && !self.token);
        given.next().map(|(flag, _)| flag)
    }
}
