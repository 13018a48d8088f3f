//! What all requests share.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;

use super::admin::KeyRotation;
use super::limiter::Limiter;
use super::log::{DecisionLog, Recent};
use super::metrics::Metrics;
use super::options::Options;
use crate::token::authorizer::Policy;
use crate::token::clock::{Clock, Time};
use crate::token::issuer::Issuer;
use crate::token::pipelines::PipelineSink;
use crate::token::store::Store;

/// At most 64 MiB, where a body has one.
const LARGE_BODIES: usize = 64;

pub(super) struct State {
    pub(super) issuer: Arc<Issuer>,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock + Send + Sync>,
    pub(super) options: Options,
    pub(super) policy: Policy,
    pub(super) log: Arc<dyn DecisionLog>,
    pub(super) recent: Recent,
    pub(super) limiter: Limiter,
    pub(super) metrics: Metrics,
    /// Where keys are added, if that is possible.
    pub(super) keys: OnceLock<Arc<dyn KeyRotation>>,
    /// Where pipelines are started; in the store, if nothing else was named.
    pub(super) pipelines: OnceLock<Arc<dyn PipelineSink>>,
    /// One for each look-up: a store that hangs must not gather threads without end.
    pub(super) lookups: Arc<Semaphore>,
    /// The same for all other work. Apart, as it may wait for a lock that readers need not wait for:
    /// however much of it waits, decisions go on.
    pub(super) works: Arc<Semaphore>,
    /// One for each body that is kept whole though it is long, and whose sender holds a token.
    pub(super) large_bodies: Semaphore,
}

impl State {
    pub(super) fn new(
        issuer: Arc<Issuer>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock + Send + Sync>,
        options: Options,
        log: Arc<dyn DecisionLog>,
    ) -> State {
        State {
            issuer,
            store,
            clock,
            policy: Policy::default()
                .deny_query_tokens(options.deny_query_tokens)
                .artifact_changes(options.artifact_changes)
                .own_routes(options.own_routes),
            log,
            limiter: Limiter::default(),
            metrics: Metrics::default(),
            keys: OnceLock::new(),
            pipelines: OnceLock::new(),
            recent: Recent::new(options.recent_decisions),
            lookups: Arc::new(Semaphore::new(options.max_lookups)),
            works: Arc::new(Semaphore::new(options.max_lookups)),
            large_bodies: Semaphore::new(LARGE_BODIES),
            options,
        }
    }

    pub(super) fn now(&self) -> Time {
        self.clock.now()
    }
}
