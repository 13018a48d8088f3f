//! The command line.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use clap::{Parser, Subcommand, ValueEnum};

use crate::report::ReportArgs;
use crate::run;

const ABOUT: &str = "Prints a job's output with every secret replaced by [MASKED]";

const LONG_ABOUT: &str = "\
Prints a job's output with every secret replaced by [MASKED].

Reads the output of a job from standard input and writes it to standard output at once. Every \
occurrence of a secret comes out as one [MASKED], wherever the writes of the job were cut, and \
nothing else changes. Only bytes that may be the beginning of a secret wait for the next.

Secrets are named, never given on the command line, where every user of the machine could read \
them.";

const AFTER_LONG_HELP: &str = "\
Examples:
  make deploy 2>&1 | masker
      Mask the variables that commonly hold secrets; standard error says which.
  masker run -- make deploy
      The same, with the job's exit status; see masker run --help.
  make deploy 2>&1 | masker --secret-env DEPLOY_KEY --secret-env 'AWS_*'
      Mask the values of these variables.
  make deploy 2>&1 | masker --secret-file ~/.ssh/id_ed25519
      Mask the content of a file.
  make deploy 2>&1 | masker --secrets secrets.json --secrets .env
      Mask all values in files of secrets.
  make deploy 2>&1 | masker --token-prefix acme-
      Mask what the rules find, and what follows acme-.
  make deploy 2>&1 | masker --secrets-fd 3 3< <(vault kv get -format=json -field=data ci) \\
      --secrets-format json
      Mask what another program prints, which never touches the disk.
  make deploy 2>&1 | masker --report leaks.json --fail-on-leak
      Fail where a secret was printed, and keep a list of which to replace.
  (fetch-token | masker add --control ci.sock && make deploy) 2>&1 | masker --control ci.sock
      Mask a secret that is not known before the job runs, too; see masker add --help.

A pipeline ends with the status of its last command: use `set -o pipefail` to see the job fail.

On Unix the first SIGINT or SIGTERM is left to the job, whose last words are masked too; a second \
one ends masker.

Without a flag that names secrets, these variables are masked: CI_JOB_TOKEN, CI_REGISTRY_PASSWORD, \
*_TOKEN, *_PASSWORD, *_PASSWD, *_SECRET, *_SECRET_KEY, *_PRIVATE_KEY, *_ACCESS_KEY, *_API_KEY, \
*_CREDENTIALS and *_CONNECTION_STRING. Naming any source turns that off.

Exit status:
  0  all input is masked and written, or the reader of the output has gone away
  1  the input could not be read, or the output or the report could not be written
  2  the command line is wrong, the secrets could not be loaded, --control not be listened on, or \
there can be no report; nothing has been read
  3  with --fail-on-leak: as 0, and something leaked";

const AFTER_LONG_HELP_OF_ADD: &str = "\
Examples:
  vault kv get -field=token ci | masker add --control ci.sock --name VAULT_TOKEN
      Add what another program prints.
  masker add --control ci.sock --secret-env SESSION_KEY || exit 1
      Add the value of a variable, and end the job where it would not be masked.

A value that is shorter than the masker's --min-length, or blank, is refused; so is one of more \
than 256 KiB, and what would make more than 1 MiB of all that was added.

The masker answers as soon as it does not wait for the reader of its output; where nobody reads \
that, it does not answer in time.

Exit status:
  0  the secret is masked in all that is not yet printed
  1  the masker cannot be reached, does not answer in time, or has ended
  2  the command line is wrong, or the secret could not be read or was refused";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "masker",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = "Without a flag that names secrets, the variables that commonly hold them are \
                  masked.\nUse --help for what each flag does, and examples.",
    after_long_help = AFTER_LONG_HELP,
    override_usage = "job | masker [OPTIONS]\n       masker run [OPTIONS] -- COMMAND [ARG]...",
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub filter: FilterArgs,
}

/// What else the command does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a secret to a masker that runs with --control
    ///
    /// Reads one secret from standard input, but for one newline at its end, or from where a flag
    /// says. Ends with status 0 when the secret is masked in all that is not yet printed: what the
    /// job prints from then on shows none of it.
    #[command(
        override_usage = "masker add --control PATH [OPTIONS] < SECRET",
        after_long_help = AFTER_LONG_HELP_OF_ADD
    )]
    Add(AddArgs),
    /// Run a job, and mask what it prints
    ///
    /// Starts the command behind -- and masks its standard output and its standard error, each to our
    /// own. Standard input and signals are passed on to it, and its exit status is passed back.
    #[command(
        override_usage = "masker run [OPTIONS] -- COMMAND [ARG]...",
        after_long_help = run::AFTER_LONG_HELP
    )]
    Run(Box<run::RunArgs>),
    #[cfg(feature = "token")]
    #[command(flatten)]
    Tokens(crate::tokens::TokensCommand),
    /// Serve the authority of job tokens over HTTP
    ///
    /// Decides about requests with job tokens, for jobs, for proxies and for registries, until it is
    /// told to end by SIGTERM or SIGINT. Requests that are under way then are answered.
    #[cfg(feature = "serve")]
    #[command(after_long_help = crate::serve::AFTER_LONG_HELP)]
    Serve(Box<crate::serve::ServeArgs>),
    /// Tell what is wrong with how `masker serve` would be started
    ///
    /// Reads what masker serve would read, with the same flags, says of each thing whether it is right,
    /// and changes nothing.
    #[cfg(feature = "serve")]
    #[command(after_long_help = crate::serve::AFTER_LONG_HELP_OF_CHECK)]
    CheckConfig(Box<crate::serve::ServeArgs>),
    /// Print the OpenAPI document of what serve answers
    ///
    /// It is the same that a running service has at /openapi.json: every path and method, with its
    /// parameters, bodies, answers and credentials, in JSON.
    #[cfg(feature = "serve")]
    #[command(after_long_help = crate::serve::AFTER_LONG_HELP_OF_OPENAPI)]
    Openapi,
    /// Print completions for a shell
    Completions {
        /// The shell that is to complete
        shell: clap_complete::Shell,
    },
    /// Print the man page, or that of a command
    Man {
        /// The command whose page is wanted, if it is not that of masker itself
        command: Option<Page>,
        /// The part of the command, as enqueue of job
        #[arg(requires = "command")]
        part: Option<String>,
    },
}

/// The commands that have a man page of their own.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Page {
    Add,
    Run,
    #[cfg(feature = "token")]
    Directory,
    #[cfg(feature = "token")]
    Keys,
    #[cfg(feature = "token")]
    Job,
    #[cfg(feature = "token")]
    Token,
    #[cfg(feature = "token")]
    Scope,
    #[cfg(feature = "token")]
    Audit,
    #[cfg(feature = "token")]
    Explain,
    #[cfg(feature = "serve")]
    Serve,
    #[cfg(feature = "serve")]
    CheckConfig,
    #[cfg(feature = "serve")]
    Openapi,
}

/// The flags of `masker add`.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The socket of the masker, as its own --control names it
    ///
    /// One that is not there yet is waited for: a job may be faster than its masker.
    #[arg(long, value_name = "PATH")]
    pub control: PathBuf,

    /// Add the value of an environment variable
    #[arg(long, value_name = "NAME")]
    pub secret_env: Option<String>,

    /// Add the content of a file, but for one newline at its end
    #[arg(long, value_name = "PATH")]
    pub secret_file: Option<PathBuf>,

    /// The name by which messages call the secret [default: the variable's, the file's, or added-N]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// How long to wait for the masker, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "10",
        value_parser = clap::value_parser!(u64).range(1..=86400),
        allow_hyphen_values = true
    )]
    pub timeout: u64,
}

/// The flags of the filter.
#[derive(Debug, clap::Args)]
pub struct FilterArgs {
    #[command(flatten)]
    pub sources: SourceArgs,

    /// Listen at this path for secrets that `masker add` brings while the job runs
    ///
    /// A socket that only this user may connect to is made there, and removed at the end.
    #[arg(long, value_name = "PATH", help_heading = "Where the secrets are")]
    pub control: Option<PathBuf>,

    /// The forms in which secrets are masked, besides as they are: a list, as json,base64
    ///
    /// all is every form but folded and pieces, which are had with all,folded,pieces and cost more
    /// memory: base64 in lines of 64 or 76 characters, and what a program cuts anywhere. raw is none:
    /// the values byte for byte.
    #[arg(
        long,
        value_name = "LIST",
        default_value = "all",
        value_delimiter = ',',
        hide_possible_values = true,
        value_parser = PossibleValuesParser::new(FORMS),
        help_heading = "What is masked"
    )]
    pub forms: Vec<String>,

    /// What is masked though nobody named it: all or none by itself, or a list, as token-prefix,header
    ///
    /// token-prefix: what follows glpat-, ghp_, xoxb-, AKIA and many others; in base64, what follows
    /// gitlab-ci-token: and the prefix of masker's own tokens. url-parameter: the
    /// values of private_token=, X-Amz-Signature= and others behind `?`, `&` or `;`.
    /// user-information: the password in https://user:password@host. header: the credentials in
    /// `Authorization: Bearer` and `Basic`, `JOB-TOKEN:` and `PRIVATE-TOKEN:`.
    #[arg(
        long,
        value_name = "LIST",
        default_value = "all",
        value_delimiter = ',',
        hide_possible_values = true,
        value_parser = PossibleValuesParser::new(RULES),
        help_heading = "What is masked"
    )]
    pub rules: Vec<String>,

    /// Mask what follows this prefix, as behind glpat- (can be repeated)
    ///
    /// The prefix stays readable. What follows is masked as far as it is made of letters, digits,
    /// `-`, `_`, `.` and `=`. So is what base64 makes of it, behind a prefix that is not too short to be
    /// told there. It holds with --rules none too.
    #[arg(
        long,
        value_name = "PREFIX",
        value_parser = NonEmptyStringValueParser::new(),
        help_heading = "What is masked"
    )]
    pub token_prefix: Vec<String>,

    /// Honour lines ::add-mask::VALUE in the job's output, as GitHub Actions does
    ///
    /// The value does not come out, and is masked from the next line on. In it %25, %0A and %0D
    /// stand for %, newline and carriage return. The command may have any case, as ::Add-Mask::,
    /// properties behind a blank, and anything before it on its line.
    #[arg(long, help_heading = "What is masked")]
    pub add_mask: bool,

    /// Refuse values shorter than this many bytes
    ///
    /// Masking every `1` or `true` would wreck the log, and tell the reader the value. A minimum
    /// below 4 also makes the search slower.
    #[arg(
        long,
        value_name = "N",
        default_value = "8",
        // So that a negative number is told as a wrong one, not as an unknown flag.
        allow_hyphen_values = true,
        help_heading = "What is masked"
    )]
    pub min_length: NonZeroUsize,

    /// What to do about values that are too short, blank or one character again and again
    ///
    /// These are not masked: 1, true or ******** stand all over a log. One character is refused
    /// from 8 bytes on; shorter values are let in by a lower --min-length.
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "warn",
        help_heading = "What is masked"
    )]
    pub on_short: OnShort,

    /// Go on when no secret is named: what rules find is masked, and all else passes through
    ///
    /// Needless with --control, --add-mask and --token-prefix.
    #[arg(long, help_heading = "What is masked")]
    pub allow_empty: bool,

    /// The replacement for a secret
    ///
    /// A text that contains a secret is refused, and so is an empty one, which would join what
    /// stands on both sides of a secret.
    #[arg(long, value_name = "TEXT", default_value = masker::DEFAULT_MASK,
          help_heading = "What is printed")]
    pub mask: OsString,

    /// What to do with the beginning of a secret at the end of the output
    ///
    /// A job that was killed while it printed a secret leaves most of it.
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "mask",
        help_heading = "What is printed"
    )]
    pub truncated: Truncated,

    #[command(flatten)]
    pub report: ReportArgs,
}

/// What `--forms` takes a list of.
const FORMS: [&str; 12] = [
    "all", "raw", "lines", "json", "url", "base64", "hex", "shell", "html", "quoted", "folded",
    "pieces",
];

/// What `--rules` takes: one of the first two, or a list of the others.
const RULES: [&str; 6] = [
    "all",
    "none",
    "token-prefix",
    "url-parameter",
    "user-information",
    "header",
];

/// The flags that say where the secrets are.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Where the secrets are")]
pub struct SourceArgs {
    /// Mask the values of environment variables (can be repeated)
    ///
    /// NAME is the name of a variable, without `$`, or a pattern in quotes in which `*` stands for
    /// any characters. A name that is not set is an error; a pattern may match nothing.
    #[arg(long, value_name = "NAME")]
    pub secret_env: Vec<String>,

    /// Mask the content of a file as one secret (can be repeated)
    ///
    /// One newline at its end is not part of it.
    #[arg(long, value_name = "PATH")]
    pub secret_file: Vec<PathBuf>,

    /// Mask all secrets in a file (can be repeated)
    #[arg(long, value_name = "PATH")]
    pub secrets: Vec<PathBuf>,

    /// Mask all secrets read from an open file descriptor (can be repeated)
    #[arg(long, value_name = "N")]
    pub secrets_fd: Vec<u32>,

    /// How secrets stand in --secrets and --secrets-fd [default: by the file's ending, else lines]
    ///
    /// A file's ending is `.json` or `.env`. Otherwise each line is a secret, and so is each value
    /// where the content makes sense as one of the other formats all the same.
    #[arg(long, value_name = "FORMAT")]
    pub secrets_format: Option<SecretsFormat>,
}

/// How secrets stand in a file.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SecretsFormat {
    /// {"NAME": "value"} or [{"name": "NAME", "value": "value"}]
    Json,
    /// NAME=value, with quotes as in .env files
    Env,
    /// A secret on each line
    Lines,
}

/// What to do about values that are not masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnShort {
    /// Say their names on standard error
    Warn,
    /// End with status 2
    Fail,
    /// Say nothing
    Ignore,
}

/// What to do with the beginning of a secret at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Truncated {
    /// Mask it, if it has the minimum length
    Mask,
    /// Print it: no secret was completed
    Keep,
}
