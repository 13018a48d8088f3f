//! The flags of `masker serve`.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;

use crate::takes::Takes;
use crate::tokens::{KeyArgs, StoreArgs};

pub const AFTER_LONG_HELP: &str = "\
Examples:
  masker serve --dev
      Try it: everything in memory, a project, a user and a running job, whose token is printed.
  export MASKER_STORE=sqlite:store.db MASKER_KEY_FILE=keys
  masker keys new && masker directory load projects.toml
  masker serve --admin-listen unix:admin.sock
      Serve what is kept in files.

SIGTERM and SIGINT end it, after the requests under way are answered. It sees by itself that keys were \
added or retired; SIGHUP has it look at once. All else is read at the start only.

Plain HTTP is for this machine only: let a proxy with a certificate stand before it.

Exit status:
  0  it was told to end, and did
  1  it could not listen, or could not go on
  2  the command line is wrong
  3  the store cannot be read or written
  4  the keys, a secret or the configuration cannot be used";

pub const AFTER_LONG_HELP_OF_OPENAPI: &str = "\
Examples:
  masker openapi > openapi.json
      Keep it, for a generator of clients.
  masker openapi | jq '.paths | keys'
      List the paths.

Exit status:
  0  it was printed, or its reader has gone away
  1  it could not be written
  2  the command line is wrong";

/// The command line of `masker serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Where jobs and services ask
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8929")]
    pub listen: Place,

    /// Where proxies ask [default: where jobs do, if that is on this machine only]
    ///
    /// It trusts what it is told of the request, so nobody but the proxy may reach it; or see
    /// --forward-secret-file.
    #[arg(long, value_name = "ADDRESS")]
    pub forward_listen: Option<Place>,

    /// Where operators and the coordinator of jobs ask: an address of this machine, or unix:PATH
    ///
    /// An address takes the admin token of --admin-token-file. The socket of a path takes none: only
    /// our own user can connect.
    #[arg(long, value_name = "ADDRESS")]
    pub admin_listen: Option<Place>,

    /// The file with the admin token [default: $MASKER_ADMIN_TOKEN itself]
    #[arg(long, value_name = "FILE")]
    pub admin_token_file: Option<PathBuf>,

    /// The file with what a proxy must say in the header X-Forward-Secret
    #[arg(long, value_name = "FILE")]
    pub forward_secret_file: Option<PathBuf>,

    #[command(flatten)]
    pub store: StoreArgs,

    #[command(flatten)]
    pub keys: KeyArgs,

    /// Our own URL, as tokens say whose they are [default: masker]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// The file with the services that may ask what a token stands for: lines NAME:SECRET
    #[arg(long, value_name = "FILE")]
    pub clients_file: Option<PathBuf>,

    /// The key by which a container registry knows our bearer tokens: of the curve P-256, in PEM
    ///
    /// Made, together with its certificate, where neither file is there yet. The registry is to trust
    /// the certificate (auth.token.rootcertbundle), and to send its clients to /jwt/auth.
    #[arg(long, value_name = "FILE", requires = "registry_certificate")]
    pub registry_key: Option<PathBuf>,

    /// The certificate of that key, with those above it, in PEM
    #[arg(long, value_name = "FILE", requires = "registry_key")]
    pub registry_certificate: Option<PathBuf>,

    /// How long a bearer token of the registry lives at most: 30 to 300 seconds [default: 300]
    ///
    /// A job that has ended can use one as long as that. It goes before registry_ttl of --config.
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(30..=300),
        allow_hyphen_values = true
    )]
    pub registry_ttl: Option<u64>,

    /// A registry that bearer tokens are for, as its own auth.token.service names it; can be repeated
    ///
    /// Without it a token is for the registry that its client names, so registries that trust the same
    /// certificate must have different services for a token of one to be none of another.
    #[arg(long, value_name = "NAME", requires = "registry_key")]
    pub registry_service: Vec<String>,

    /// Where artifacts of jobs are kept: a folder, which is made if it is not there, or s3://BUCKET/PREFIX
    ///
    /// The credentials of a bucket are taken from the environment, as are its region and its endpoint where
    /// it is not Amazon's: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL, and
    /// AWS_ALLOW_HTTP=true for one without TLS. Without a key, that of this machine's role is asked for.
    /// Whether the place can be used is tried before anything is served.
    ///
    /// Without it, whether a job may have artifacts is decided, and another service has them. With --dev
    /// they are kept in memory where none is named.
    #[arg(long, value_name = "PLACE")]
    pub artifacts: Option<PathBuf>,

    /// The most MiB of the artifacts of one job
    #[arg(
        long,
        value_name = "MIB",
        default_value = "100",
        value_parser = clap::value_parser!(u64).range(1..=1_048_576),
        allow_hyphen_values = true
    )]
    pub artifacts_limit: u64,

    /// Try it: a throw-away key, projects and a job in memory, and lines to paste
    #[arg(long)]
    pub dev: bool,

    /// Listen on other addresses than those of this machine, though nothing is encrypted
    #[arg(long)]
    pub insecure_http: bool,

    /// Take no token from the query of an address, as deny_query_tokens of --config
    #[arg(long)]
    pub deny_query_tokens: bool,

    /// How the log on standard error is written
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,
}

impl ServeArgs {
    /// Whose the tokens are, as they say themselves.
    pub fn issuer(&self) -> &str {
        self.url.as_deref().unwrap_or("masker")
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One object a line
    Json,
}

/// Where to listen.
#[derive(Clone, Debug)]
pub enum Place {
    Tcp(SocketAddr),
    #[cfg(unix)]
    Unix(PathBuf),
}

impl Place {
    /// Whether nobody on another machine can connect.
    pub fn is_local(&self) -> bool {
        match self {
            Place::Tcp(address) => address.ip().is_loopback(),
            #[cfg(unix)]
            Place::Unix(_) => true,
        }
    }
}

/// As it is given.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Tcp(address) => write!(f, "{address}"),
            #[cfg(unix)]
            Place::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl FromStr for Place {
    type Err = Takes;

    fn from_str(text: &str) -> Result<Place, Takes> {
        #[cfg(unix)]
        if let Some(path) = text.strip_prefix("unix:").filter(|it| !it.is_empty()) {
            return Ok(Place::Unix(path.into()));
        }
        let address = text.parse().map(Place::Tcp);
        let takes = "an address and a port, as 127.0.0.1:8929, [::1]:8929 or unix:PATH";
        address.map_err(|_| Takes(takes))
    }
}
