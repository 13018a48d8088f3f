//! What an operator chooses of an authority, as a file says it. All who work with one store read the
//! same file, or a token would end earlier for one of them than for another.
//!
//! | key | stands for | by itself |
//! |---|---|---|
//! | `token_prefix` | what the tokens of jobs begin with | `"mjt_"` |
//! | `runner_grace` | [`Options::runner_grace`] | `"5m"` |
//! | `canceling_grace` | [`Options::canceling_grace`] | `"5m"` |
//! | `canceling_access` | [`Options::canceling_access`]: `"full"` or `"runner_only"` | `"full"` |
//! | `stuck_after` | [`Options::stuck_after`] | `"1h"` |
//! | `ack_timeout` | [`Options::ack_timeout`] | `"2m"` |
//! | `max_claims` | [`Options::max_claims`] | `3` |
//! | `retention` | [`Options::retention`] | `"30 days"` |
//! | `decision_retention` | [`Options::decision_retention`] | `"30 days"` |
//! | `audit_retention` | [`Options::audit_retention`] | `"365 days"` |
//! | `on_leak` | [`Configuration::on_leak`]: `"log"`, `"revoke_foreign"` or `"revoke"` | `"log"` |
//! | `deny_query_tokens` | [`Policy::deny_query_tokens`] | `false` |
//! | `artifact_changes` | [`Policy::artifact_changes`] | `false` |
//! | `decision_timeout` | how long a service waits for the store before it denies | `"250ms"` |
//! | `registry_ttl` | how long a bearer token of the registry lives at most: 30 s to 5 min | `"5m"` |
//!
//! Durations are as people write them: `"90s"`, `"1h 30m"`, `"30 days"`, up to 100 years of 365 days. A
//! month has no certain length and is none.
//!
//! Each table `[[route]]` is a row of the operator's own services, with the fields of
//! [`OwnRoute`](crate::token::routes::OwnRoute):
//!
//! | key | stands for | by itself |
//! |---|---|---|
//! | `name` | the name, as logs have it | |
//! | `methods` | such as `["GET"]`, which takes HEAD too | |
//! | `path` | the pattern of its path, with `:id` for the project | |
//! | `project` | the project, where the path has no `:id` | |
//! | `action` | `"read"`, `"write"` or `"delete"` | |
//! | `role` | the least role in a private project | `"reporter"`, `"developer"`, `"maintainer"` |
//! | `scope` | `"outbound"`; `"own"` for the job's own project alone; `"none"`: of no project, for every valid token | `"outbound"` |
//! | `public_read` | whether whoever sees a project that is not private may read it | `false` |
//! | `permission` | what a job must have declared, such as `"READ_PACKAGES"`; without one, a job that declared any is refused | |
//! | `feature` | `"repository"`, `"builds"`, `"container_registry"`, `"package_registry"`, `"releases"` or `"environments"`, if it is part of one | |
//! | `carriers` | `"header"`, `"basic"`, `"bearer"`, `"query"` | the first three |
//! | `class` | `"resource"`, or `"runner"` for what runners do, as long as they are served | `"resource"` |
//!
//! What the rows take in memory is never given back.

use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;
use std::error::Error;

use crate::token::authorizer::Policy;
use crate::token::id::Prefixes;
use crate::token::issuer::OnLeak;
use crate::token::lifecycle::Options;
use crate::token::mistake::Mistake;
use crate::token::routes::OwnRoutes;

mod file;
mod routes;
mod values;

/// How long a bearer token of the registry may live. Less would end before an image is there.
pub(crate) const REGISTRY_TTL: RangeInclusive<Duration> =
    Duration::from_secs(30)..=Duration::from_secs(300);

/// What a file says, and the defaults of what it does not say.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use masker::token::configuration::Configuration;
///
/// let said = Configuration::parse("token_prefix = 'acme_'\nstuck_after = '2h 30m'")?;
/// assert_eq!(said.prefixes.job().as_str(), "acme_");
/// assert_eq!(said.lifecycle.stuck_after, Duration::from_secs(9000));
/// assert_eq!(said.lifecycle.max_claims, 3);
/// # Ok::<(), masker::token::configuration::ConfigurationError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Configuration {
    /// What tokens begin with.
    pub prefixes: Prefixes,
    /// The deadlines, and what a job may do that is being canceled.
    pub lifecycle: Options,
    /// What becomes of a live token that was seen in a log, where whoever saw it does not say.
    pub on_leak: OnLeak,
    /// Takes no token from a query.
    pub deny_query_tokens: bool,
    /// Lets jobs keep artifacts for good, and delete them.
    pub artifact_changes: bool,
    /// Endpoints of the operator's own services.
    pub own_routes: OwnRoutes,
    /// How long a service waits for the store before it denies.
    pub decision_timeout: Option<Duration>,
    /// How long a bearer token of the registry lives at most.
    pub registry_ttl: Option<Duration>,
}

impl Configuration {
    /// Reads a file in TOML: all of it, or nothing. O(n); allocates.
    ///
    /// # Errors
    ///
    /// It is no TOML, a key is not known, or a value is none that its key takes.
    pub fn parse(text: &str) -> Result<Configuration, ConfigurationError> {
        file::parse(text).map_err(ConfigurationError)
    }

    /// The rules that do not depend on a project.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy::default()
            .deny_query_tokens(self.deny_query_tokens)
            .artifact_changes(self.artifact_changes)
            .own_routes(self.own_routes)
    }
}

/// A file of what an operator chooses cannot be used.
///
/// The message names the line, the key and the cause. It shows no value: what stands in a wrong
/// place may be anything.
///
/// # Examples
///
/// ```
/// use masker::token::configuration::Configuration;
///
/// let error = Configuration::parse("# a day\nstuck_after = 'tomorrow'").unwrap_err();
/// let told = "line 2, `stuck_after`: expected a duration, such as 5m or 30 days";
/// assert_eq!(error.to_string(), told);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationError(Mistake);

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for ConfigurationError {}
