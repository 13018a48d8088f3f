//! What an operator chooses.

use std::time::Duration;

use super::registry::RegistryKey;
use crate::secret::Secret;
use crate::token::issuer::OnLeak;
use crate::token::routes::OwnRoutes;

/// What an operator chooses of a [`Service`](super::Service).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use masker::http::Options;
///
/// let mut options = Options::default();
/// options.deny_query_tokens = true;
/// assert_eq!(options.decision_timeout, Duration::from_millis(250));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Options {
    /// How long the store may take for a decision; after that the answer is 503.
    pub decision_timeout: Duration,
    /// How long the store may take for what an operator does.
    pub work_timeout: Duration,
    /// How many look-ups may wait for the store at once, and how many changes.
    pub max_lookups: usize,
    /// How long a client may take for a body.
    pub read_timeout: Duration,
    /// The most bytes of all headers of a request.
    pub max_headers: usize,
    /// The most bytes of a form or of JSON.
    pub max_body: usize,
    /// Takes no token from a query, where logs of proxies show it.
    pub deny_query_tokens: bool,
    /// Lets jobs keep artifacts for good (Developers), and delete them (Maintainers): see
    /// [`Policy::artifact_changes`](crate::token::authorizer::Policy::artifact_changes).
    pub artifact_changes: bool,
    /// Endpoints of the operator's own services, which proxies ask about.
    pub own_routes: OwnRoutes,
    /// What becomes of a live token that was seen in a log, where whoever saw it does not say.
    pub on_leak: OnLeak,
    /// What a proxy must say in `X-Forward-Secret` with every question, if anybody else can connect.
    pub forward_secret: Option<Secret>,
    /// What an operator says as a bearer token. Without one, whoever can connect to the router is an
    /// operator: it then belongs on a socket of the file system.
    pub admin_token: Option<Secret>,
    /// The key by which a container registry knows our bearer tokens. Without one there are none.
    pub registry: Option<RegistryKey>,
    /// The services that may ask for what a token stands for, each by its name and its secret.
    pub clients: Vec<(String, Secret)>,
    /// Where artifacts of jobs are. Without it they are decided about, and another service has them.
    #[cfg(feature = "artifacts")]
    pub artifacts: Option<super::Artifacts>,
    /// Our own name in what we say of tokens: the URL where clients find us.
    pub issuer: String,
    /// How many of the last decisions are kept in memory, to be found by their request.
    pub recent_decisions: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            decision_timeout: Duration::from_millis(250),
            work_timeout: Duration::from_secs(10),
            max_lookups: 64,
            read_timeout: Duration::from_secs(30),
            max_headers: 16 * 1024,
            max_body: 1024 * 1024,
            deny_query_tokens: false,
            artifact_changes: false,
            own_routes: OwnRoutes::default(),
            on_leak: OnLeak::default(),
            forward_secret: None,
            admin_token: None,
            registry: None,
            clients: Vec::new(),
            #[cfg(feature = "artifacts")]
            artifacts: None,
            issuer: "masker".to_owned(),
            recent_decisions: 10_000,
        }
    }
}
