//! The authority over HTTP: routers of axum, to be mounted in a service or served as they are.
//!
//! A request is parsed into types, [`token`](crate::token) decides, and the decision becomes an
//! answer in one place. There are three doors, for three kinds of clients:
//!
//! | router | for | decides |
//! |---|---|---|
//! | [`Service::public`] | jobs, and services that hold a job's token | by the token |
//! | [`Service::forward_auth`] | proxies, which ask before they let a request through | by the token |
//! | [`Service::admin`] | operators and the coordinator of jobs | by a password, or by who can connect |
//!
//! Every answer has an `X-Request-Id`, by which the log tells why, and `Cache-Control: no-store`.
//! If the store cannot be read in time, the answer is 503: nothing is allowed from memory.
//!
//! The public door decides about every endpoint that takes job tokens, and has some of them itself; an
//! allowed request to any other is 501:
//!
//! | endpoint | |
//! |---|---|
//! | `GET /api/v4/job` | whose token it is |
//! | `POST /api/v4/projects/:id/trigger/pipeline`, `../ref/:ref/trigger/pipeline` | starts a pipeline |
//! | `GET /api/v4/projects/:id/jobs/artifacts/:ref/download?job=`, `../raw/PATH?job=` | the latest artifacts of a job that ended well, or one file of them |
//! | `GET /api/v4/projects/:id/jobs/:job/artifacts`, `../PATH` | those of one job |
//! | `POST /api/v4/projects/:id/jobs/:job/artifacts/keep`, `DELETE ../artifacts` | keeps them for good, or deletes them, with [`Options::artifact_changes`] |
//! | `GET`, `POST /api/v4/jobs/:job/artifacts` | the same for runners: 403 where the others have 404 |
//!
//! Artifacts are there with the feature `artifacts` and a place for them, `Options::artifacts`. Nothing
//! is known of an upload that was cut off, no archive is unpacked onto a disk, and no file is given out
//! as what a browser would run.
//!
//! What all doors answer stands in an OpenAPI document: [`openapi`], and `GET /openapi.json` at the doors of
//! jobs and of operators.
//!
//! # Examples
//!
//! ```
//! use std::sync::Arc;
//!
//! use masker::http::{Options, Service};
//! use masker::token::clock::Clock as _;
//! use masker::token::id::{KeyRing, Prefixes};
//! use masker::token::issuer::Issuer;
//! use masker::token::lifecycle::Lifecycle;
//! use masker::token::store::MemoryStore;
//! use masker::token::system::{OsRandom, SystemClock};
//!
//! let clock = Arc::new(SystemClock::starting_after(None));
//! let store = Arc::new(MemoryStore::new(Lifecycle::default()));
//! let keys = KeyRing::generate(&mut OsRandom)?;
//! let issuer = Issuer::open(Prefixes::default(), keys, store.clone(), clock.now())?;
//! let service = Service::new(Arc::new(issuer), store, clock, Options::default());
//! let router: axum::Router = axum::Router::new().nest_service("/authority", service.admin());
//! # let _ = router;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admin;
mod answer;
#[cfg(feature = "artifacts")]
mod artifacts;
mod carried;
mod consumer;
mod decide;
mod facts;
mod forward_auth;
mod frame;
mod health;
mod introspect;
mod job;
mod limiter;
mod log;
mod metrics;
mod named;
mod openapi;
mod options;
mod registry;
mod request;
mod scope_api;
mod served;
mod shown;
mod state;
mod trigger;
mod wanted;
mod work;
mod written;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::token::clock::Clock;
use crate::token::issuer::Issuer;
use crate::token::lifecycle::{JobId, JobState};
use crate::token::pipelines::PipelineSink;
use crate::token::store::{Store, StoreError, Swept};

pub use admin::{KeyRotation, KeyRotationError};
#[cfg(feature = "artifacts")]
pub use artifacts::Artifacts;
pub use log::{Decided, DecisionLog, TracedDecisions};
use openapi::Routes;
pub use options::Options;
pub use registry::{RegistryError, RegistryKey};
use state::State;
pub use written::WrittenDecisions;

/// The authority as a service. Cloning shares it.
///
/// The page of [`http`](crate::http) has an example.
///
/// The routers look at requests in a task of tokio and ask the store on threads for blocking work.
/// They find the address of a client in the extension
/// [`ConnectInfo<SocketAddr>`](axum::extract::ConnectInfo), where the server of axum puts it; without
/// one all clients are taken for one. What a store or a service does when it is dropped may block:
/// keep one clone beside the runtime until that has ended.
#[derive(Clone)]
pub struct Service {
    state: Arc<State>,
}

impl Service {
    /// A service over an issuer, the store that it issues into, and the clock of both.
    ///
    /// Decisions are logged by [`TracedDecisions`].
    #[must_use]
    pub fn new(
        issuer: Arc<Issuer>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock + Send + Sync>,
        options: Options,
    ) -> Service {
        let log = Arc::new(TracedDecisions);
        Service::with_log(issuer, store, clock, options, log)
    }

    /// As [`new`](Service::new), with another log of decisions.
    #[must_use]
    pub fn with_log(
        issuer: Arc<Issuer>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock + Send + Sync>,
        options: Options,
        log: Arc<dyn DecisionLog>,
    ) -> Service {
        let state = State::new(issuer, store, clock, options, log);
        Service {
            state: Arc::new(state),
        }
    }

    /// Starts pipelines elsewhere than in the store. The first that is named counts, for all clones.
    #[must_use]
    pub fn with_pipelines(self, pipelines: Arc<dyn PipelineSink>) -> Service {
        self.state.pipelines.get_or_init(|| pipelines);
        self
    }

    /// Adds keys where `POST /admin/keys/rotate` wants one; without this it is answered with 501. The
    /// first that is named counts, for all clones.
    #[must_use]
    pub fn with_key_rotation(self, keys: Arc<dyn KeyRotation>) -> Service {
        self.state.keys.get_or_init(|| keys);
        self
    }

    /// What jobs and other services ask: everything but administration and proxies.
    ///
    /// A path that nothing is known of is answered like any other that a token does not open, so
    /// this router has an answer to every request: mount it last.
    pub fn public(&self) -> Router {
        self.consumers(to_consumers())
    }

    /// [`public`](Service::public) and [`forward_auth`](Service::forward_auth) in one, for a place
    /// that only this machine can reach.
    pub fn public_with_forward_auth(&self) -> Router {
        self.consumers(to_consumers().merge(forward_auth::routes()))
    }

    /// What proxies ask before they let a request through: `/auth/forward` and `/auth/nginx`.
    ///
    /// It trusts what the proxy says of the request. So it belongs where only the proxy connects, or
    /// takes the secret of [`Options::forward_secret`].
    pub fn forward_auth(&self) -> Router {
        let router = forward_auth::routes().into_router();
        self.framed(router.fallback(answer::not_found))
    }

    /// What the operator and the coordinator of jobs do. See [`Options::admin_token`].
    pub fn admin(&self) -> Router {
        let guard = from_fn_with_state(self.state.clone(), admin::authorize);
        let router = admin::routes()
            .into_router()
            .route_layer(guard)
            .merge(to_everybody().into_router())
            .fallback(answer::not_found)
            .method_not_allowed_fallback(answer::method_not_allowed);
        self.framed(router)
    }

    /// Looks at all deadlines of jobs, deletes what is past its retention, and writes down when tokens
    /// were last used. Blocks.
    ///
    /// To be done every few seconds: jobs whose runners are gone end by it. No token outlives its
    /// deadline for want of it.
    ///
    /// # Errors
    ///
    /// If the store fails. The next sweep makes up for it.
    pub fn sweep(&self) -> Result<Swept, StoreError> {
        let state = &self.state;
        let swept = state.issuer.sweep(state.now());
        match &swept {
            Ok(swept) => {
                let waits = |it: &&(JobId, JobState)| it.1 == JobState::Pending;
                let lost = swept.jobs.iter().filter(waits).count();
                state.metrics.ack_timeouts.inc_by(lost as u64);
            }
            Err(_) => state.metrics.store_error("sweep"),
        }
        swept
    }

    fn consumers(&self, routes: Routes) -> Router {
        let router = routes.into_router();
        self.framed(
            router
                .fallback(consumer::answer)
                .method_not_allowed_fallback(consumer::answer),
        )
    }

    fn framed(&self, router: Router<Arc<State>>) -> Router {
        let frame = from_fn_with_state(self.state.clone(), frame::frame);
        router.layer(frame).with_state(self.state.clone())
    }
}

/// The OpenAPI document (3.1) about all doors, as `GET /openapi.json` and `masker openapi` give it.
///
/// It is made of the routes and of the types that they read and write, once.
///
/// # Examples
///
/// ```
/// let document: serde_json::Value = serde_json::from_str(masker::http::openapi())?;
/// let claim = &document["paths"]["/admin/jobs/claim"]["post"];
/// assert_eq!(claim["operationId"], "claimJob");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn openapi() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        openapi::document(vec![
            ("public", to_consumers()),
            ("forward-auth", forward_auth::routes()),
            ("admin", admin::routes().merge(to_everybody())),
        ])
    });
    &DOCUMENT
}

/// What the door of jobs has. The fallback answers those of the table.
fn to_consumers() -> Routes {
    served::routes()
        .merge(introspect::routes())
        .merge(registry::routes())
        .merge(health::routes())
}

/// What the door of operators has for everybody who can connect.
fn to_everybody() -> Routes {
    health::routes().merge(metrics::routes())
}

/// Shows nothing of what is kept.
impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}
