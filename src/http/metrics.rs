//! Metrics for Prometheus. No label has a number or a name of anybody.

use std::sync::Arc;

use axum::extract;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::answer;
use super::log::Decided;
use super::openapi::{Operation, Routes};
use super::state::State;
use crate::token::authorizer::Reason;

type Labels<const N: usize> = [(&'static str, String); N];

/// All counters of a service. What is counted in the store is asked for with each page.
pub(super) struct Metrics {
    registry: Registry,
    decisions: Family<Vec<(&'static str, String)>, Counter>,
    seconds: Histogram,
    auth_failures: Family<Vec<(&'static str, String)>, Counter>,
    rate_limited: Counter,
    pub(super) issued: Counter,
    revoked: Family<Vec<(&'static str, String)>, Counter>,
    claims: Family<Vec<(&'static str, String)>, Counter>,
    pub(super) ack_timeouts: Counter,
    pub(super) leaks: Counter,
    store_errors: Family<Vec<(&'static str, String)>, Counter>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("jobtoken"),
            decisions: Family::default(),
            // From 50 microseconds to 1.6 seconds.
            seconds: Histogram::new(exponential_buckets(0.000_05, 2.0, 16)),
            auth_failures: Family::default(),
            rate_limited: Counter::default(),
            issued: Counter::default(),
            revoked: Family::default(),
            claims: Family::default(),
            ack_timeouts: Counter::default(),
            leaks: Counter::default(),
            store_errors: Family::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("decisions", "Decisions", metrics.decisions.clone());
        registry.register(
            "decision_seconds",
            "How long they took",
            metrics.seconds.clone(),
        );
        registry.register(
            "auth_failures",
            "Tokens that are not valid",
            metrics.auth_failures.clone(),
        );
        registry.register(
            "rate_limited",
            "Wrong tokens beyond the limit",
            metrics.rate_limited.clone(),
        );
        registry.register("issued", "Tokens issued", metrics.issued.clone());
        registry.register("revoked", "Tokens revoked", metrics.revoked.clone());
        registry.register("claims", "Claims of runners", metrics.claims.clone());
        registry.register(
            "ack_timeouts",
            "Claims without a sign",
            metrics.ack_timeouts.clone(),
        );
        registry.register("leaks", "Tokens seen in logs", metrics.leaks.clone());
        registry.register(
            "store_errors",
            "Failures of the store",
            metrics.store_errors.clone(),
        );
        metrics
    }
}

impl Metrics {
    pub(super) fn decided(&self, decided: &Decided) {
        self.seconds.observe(decided.latency.as_secs_f64());
        let Some(record) = &decided.record else {
            self.store_error("validate");
            return;
        };
        let outcome = match record.reason {
            Reason::Allowed => "allowed",
            _ => "denied",
        };
        let labels: Labels<3> = [
            ("outcome", outcome.to_owned()),
            ("step", format!("{:?}", record.step)),
            ("route", record.route.unwrap_or("none").to_owned()),
        ];
        self.decisions.get_or_create(&labels.to_vec()).inc();
        match record.reason {
            Reason::Invalid(why) => {
                let labels = vec![("reason", why.to_string())];
                self.auth_failures.get_or_create(&labels).inc();
            }
            Reason::RateLimited => {
                self.rate_limited.inc();
            }
            _ => {}
        }
    }

    pub(super) fn claimed(&self, result: &'static str) {
        let labels = vec![("result", result.to_owned())];
        self.claims.get_or_create(&labels).inc();
    }

    pub(super) fn revoked(&self, why: &'static str, tokens: u64) {
        let labels = vec![("reason", why.to_owned())];
        self.revoked.get_or_create(&labels).inc_by(tokens);
    }

    pub(super) fn store_error(&self, op: &'static str) {
        let labels = vec![("op", op.to_owned())];
        self.store_errors.get_or_create(&labels).inc();
    }
}

pub(super) fn routes() -> Routes {
    let operation = Operation::new("metrics", "Counters, as Prometheus reads them.").gives_bytes(
        200,
        "application/openmetrics-text",
        "The counters.",
    );
    Routes::new().get("/metrics", show, operation)
}

/// `GET /metrics`. While the store cannot be read, what is counted there is left out.
async fn show(extract::State(state): extract::State<Arc<State>>) -> Response {
    let store = Arc::clone(&state.store);
    let live = state.look_up(move || store.live_tokens()).await;
    let live = match live {
        Ok(Ok(live)) => Some(live),
        Ok(Err(_)) | Err(_) => None,
    };
    if live.is_none() {
        state.metrics.store_error("live_tokens");
    }
    let mut text = String::new();
    let written = encode_registry(&mut text, &state.metrics.registry)
        .and_then(|()| live.map_or(Ok(()), |live| encode_registry(&mut text, &of_store(live))))
        .and_then(|()| encode_eof(&mut text));
    if written.is_err() {
        return answer::plain(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let mut response = text.into_response();
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// What the store counts.
fn of_store(live_tokens: u64) -> Registry {
    let mut registry = Registry::with_prefix("jobtoken");
    let live: Gauge = Gauge::default();
    live.set(i64::try_from(live_tokens).unwrap_or(i64::MAX));
    registry.register("live", "Tokens that are not revoked", live);
    registry
}
