//! The file: what it may say, and whether that fits together.

use core::num::NonZeroU32;

use serde::Deserialize;
use toml::Spanned;

use super::Configuration;
use super::routes::{self, RouteEntry};
use super::values::{Length, Positive, PrefixText, Ttl};
use crate::token::id::Prefixes;
use crate::token::issuer::OnLeak;
use crate::token::lifecycle::{CancelingAccess, Options};
use crate::token::mistake::Mistake;
use crate::token::words::words;

pub(super) fn parse(text: &str) -> Result<Configuration, Mistake> {
    let file: File = toml::from_str(text).map_err(|error| Mistake::malformed(text, &error))?;
    Ok(Configuration {
        lifecycle: file.lifecycle(),
        own_routes: routes::routes(text, file.route)?,
        prefixes: prefixes(text, file.token_prefix)?,
        on_leak: file.on_leak.map(OnLeak::from).unwrap_or_default(),
        deny_query_tokens: file.deny_query_tokens,
        artifact_changes: file.artifact_changes,
        decision_timeout: file.decision_timeout.map(|it| it.0),
        registry_ttl: file.registry_ttl.map(|it| it.0),
    })
}

fn prefixes(text: &str, job: Option<Spanned<PrefixText>>) -> Result<Prefixes, Mistake> {
    let all = Prefixes::default();
    let Some(job) = job else {
        return Ok(all);
    };
    let at = job.span().start;
    let prefixes = Prefixes::new(job.into_inner().0, all.runner().clone());
    prefixes.map_err(|_| Mistake::at(text, at, "another kind of tokens begins like that"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    token_prefix: Option<Spanned<PrefixText>>,
    runner_grace: Option<Length>,
    canceling_grace: Option<Length>,
    canceling_access: Option<AccessName>,
    stuck_after: Option<Positive>,
    ack_timeout: Option<Positive>,
    max_claims: Option<NonZeroU32>,
    retention: Option<Length>,
    decision_retention: Option<Length>,
    audit_retention: Option<Length>,
    on_leak: Option<OnLeakName>,
    #[serde(default)]
    deny_query_tokens: bool,
    #[serde(default)]
    artifact_changes: bool,
    decision_timeout: Option<Positive>,
    registry_ttl: Option<Ttl>,
    #[serde(default)]
    route: Vec<RouteEntry>,
}

impl File {
    fn lifecycle(&self) -> Options {
        let all = Options::default();
        let length = |said: Option<Length>, unsaid| said.map_or(unsaid, |it| it.0);
        let positive = |said: Option<Positive>, unsaid| said.map_or(unsaid, |it| it.0);
        Options {
            runner_grace: length(self.runner_grace, all.runner_grace),
            canceling_grace: length(self.canceling_grace, all.canceling_grace),
            canceling_access: self
                .canceling_access
                .map_or(all.canceling_access, Into::into),
            stuck_after: positive(self.stuck_after, all.stuck_after),
            ack_timeout: positive(self.ack_timeout, all.ack_timeout),
            max_claims: self.max_claims.map_or(all.max_claims, NonZeroU32::get),
            retention: length(self.retention, all.retention),
            decision_retention: length(self.decision_retention, all.decision_retention),
            audit_retention: length(self.audit_retention, all.audit_retention),
        }
    }
}

words!(AccessName for CancelingAccess: Full, RunnerOnly);
words!(OnLeakName for OnLeak: Log, RevokeForeign, Revoke);
