//! The flags of `masker run` that are about the job's token.

use super::{AboutArgs, KeyArgs, StoreArgs};

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
    /// CI_REGISTRY_USER, CI_REGISTRY_PASSWORD, CI_JOB_ID, CI_JOB_NAME, CI_PROJECT_ID and, with --ref,
    /// CI_COMMIT_REF_NAME and CI_COMMIT_REF_PROTECTED too. Where masker is killed, the token ends within
    /// 30 seconds. Where the job is canceled, it gets SIGTERM.
    #[arg(long)]
    pub token: bool,
    /// Run the command for the job that waits longest, of --project if that is named
    ///
    /// The job is what `masker job enqueue`, a pipeline or a retry made of it: its user, its timeout and
    /// its name are known, and how the command ends is how the job ends. The command gets the variables
    /// of its pipeline too, with CI_PIPELINE_ID and CI_PIPELINE_SOURCE; the values of those whose names
    /// commonly hold secrets are masked. Where no job waits, nothing is run, and the status is 75.
    #[arg(long)]
    pub claim: bool,
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
    pub about: AboutArgs,
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
            ("--project", self.project.is_some()),
            ("--claim", self.claim),
        ];
        let mut given = given.into_iter().filter(|(_, given)| *given && !self.token);
        let flag = given.next().map(|(flag, _)| flag);
        flag.or_else(|| self.about_job().filter(|_| !self.token))
    }

    /// The flag that says something of a job that waits, which is known of it already.
    #[cfg(unix)]
    pub fn about_claimed(&self) -> Option<&'static str> {
        self.about_job().filter(|_| self.claim)
    }

    /// The first flag that says what a job of our own is about.
    #[cfg(unix)]
    fn about_job(&self) -> Option<&'static str> {
        let given = [
            ("--user", self.user.is_some()),
            ("--token-timeout", self.token_timeout.is_some()),
            ("--name", self.about.name.is_some()),
            ("--ref", self.about.git_ref.is_some()),
            ("--permissions", self.about.permissions.is_some()),
        ];
        let mut given = given.into_iter().filter(|(_, given)| *given);
        given.next().map(|(flag, _)| flag)
    }
}
