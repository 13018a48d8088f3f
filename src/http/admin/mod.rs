//! What the operator and the coordinator of jobs do.

mod decisions;
mod directory;
mod explain;
mod jobs;
mod keys;
mod leaks;
mod tokens;
mod triggers;

use std::sync::Arc;

use axum::Router;
use axum::extract::{self, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::carried::bearer;
use super::introspect::too_many;
use super::named::Named;
use super::request::Origin;
use super::state::State;
use super::{answer, scope_api};
use crate::token::issuer::{IssuerError, IssuerErrorKind};
use crate::token::journal::Actor;
use crate::token::store::{Store, StoreError, StoreErrorKind};

pub use keys::{KeyRotation, KeyRotationError};

pub(super) fn routes(state: &Arc<State>) -> Router<Arc<State>> {
    with_artifacts(Router::new())
        .route("/admin/jobs", post(jobs::enqueue))
        .route("/admin/jobs/claim", post(jobs::claim))
        .route("/admin/jobs/{job}", get(jobs::show))
        .route("/admin/jobs/{job}/leaks", post(leaks::seen))
        .route("/admin/jobs/{job}/{verb}", post(jobs::change))
        .route("/admin/tokens", get(tokens::list))
        .route("/admin/tokens/{accessor}", delete(tokens::revoke))
        .route("/admin/decisions", get(decisions::last))
        .route("/admin/decisions/{request_id}", get(decisions::of_request))
        .route("/admin/explain", post(explain::explain))
        .route(
            "/admin/projects/{project}/pending-delete",
            post(directory::pending_delete),
        )
        .route(
            "/admin/projects/{project}/settings",
            post(directory::settings),
        )
        .route(
            "/admin/projects/{project}/triggers",
            get(triggers::list).post(triggers::make),
        )
        .route("/admin/triggers/{accessor}", delete(triggers::delete))
        .route("/admin/users/{user}/{verb}", post(directory::user))
        .route("/admin/keys/rotate", post(keys::rotate))
        .merge(scope_api::routes())
        .route_layer(from_fn_with_state(state.clone(), authorize))
}

#[cfg(feature = "artifacts")]
fn with_artifacts(router: Router<Arc<State>>) -> Router<Arc<State>> {
    let upload = axum::routing::put(super::artifacts::by_operator);
    router.route("/admin/jobs/{job}/artifacts", upload)
}

#[cfg(not(feature = "artifacts"))]
fn with_artifacts(router: Router<Arc<State>>) -> Router<Arc<State>> {
    router
}

/// Lets operators in: who says the token, or, where there is none, who can connect.
async fn authorize(
    extract::State(state): extract::State<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    let is_operator = match &state.options.admin_token {
        None => true,
        Some(token) => {
            let given = bearer(request.headers()).unwrap_or_default();
            token.expose().ct_eq(given.as_bytes()).into()
        }
    };
    if is_operator {
        return next.run(request).await;
    }
    let client = request.extensions().get::<Arc<Origin>>();
    let client = client.and_then(|origin| origin.client);
    match state.limiter.failed(client, state.now()) {
        None => answer::unauthorized("Bearer realm=\"administration\""),
        Some(seconds) => too_many(seconds),
    }
}

/// The user who is named in `Sudo` (or `X-User`): the host application has signed that user in.
pub(super) fn named_in(headers: &HeaderMap) -> Option<Named> {
    let given = headers.get("sudo").or_else(|| headers.get("x-user"));
    given.and_then(|it| it.to_str().ok()).map(Named::of)
}

/// Who makes a change that operators may make, as it is written down.
fn editor(store: &dyn Store, headers: &HeaderMap) -> Result<Actor, Problem> {
    match named_in(headers) {
        Some(named) => Ok(Actor::User(named.user(store)?.id)),
        None => Ok(Actor::operator("admin")),
    }
}

/// Why an operator's request was not done.
#[derive(Debug)]
pub(super) enum Problem {
    NotFound(&'static str),
    Status(StatusCode, String),
    Store(StoreError),
    Issuer(IssuerError),
    /// The cause is logged already.
    Unavailable,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        Problem::Store(error)
    }
}

impl From<IssuerError> for Problem {
    fn from(error: IssuerError) -> Problem {
        Problem::Issuer(error)
    }
}

impl Problem {
    pub(super) fn bad_request(text: impl Into<String>) -> Problem {
        Problem::Status(StatusCode::BAD_REQUEST, text.into())
    }

    fn is_of_store(&self) -> bool {
        match self {
            Problem::Store(error) => error.kind() == StoreErrorKind::Unavailable,
            Problem::Issuer(error) => error.kind() == IssuerErrorKind::Unavailable,
            Problem::Unavailable => true,
            Problem::NotFound(_) | Problem::Status(..) => false,
        }
    }

    pub(super) fn answer(&self) -> Response {
        match self {
            Problem::NotFound(message) => answer::json(
                StatusCode::NOT_FOUND,
                &serde_json::json!({ "message": message }),
            ),
            Problem::Status(status, text) => answer::error(*status, text),
            Problem::Store(error) => answer::of_store(error),
            Problem::Unavailable => answer::unavailable(),
            Problem::Issuer(error) => match error.kind() {
                IssuerErrorKind::InvalidTransition { .. } => {
                    answer::error(StatusCode::CONFLICT, error)
                }
                _ => answer::unavailable(),
            },
        }
    }
}

/// What an operator is answered. Only an answer with a token is wiped.
pub(super) enum Done {
    Json(StatusCode, Value),
    Once(Zeroizing<String>),
    Nothing,
}

/// Does an operator's work where it may block.
pub(super) async fn perform(
    state: Arc<State>,
    work: impl FnOnce(&State) -> Result<Done, Problem> + Send + 'static,
) -> Response {
    let shared = state.clone();
    match state.work(move || work(&shared)).await {
        Err(unavailable) => {
            state.metrics.store_error("work");
            unavailable.into_response()
        }
        Ok(Err(problem)) => {
            if problem.is_of_store() {
                state.metrics.store_error("work");
            }
            problem.answer()
        }
        Ok(Ok(Done::Json(status, value))) => answer::json(status, &value),
        Ok(Ok(Done::Once(body))) => answer::json_once(StatusCode::CREATED, body),
        Ok(Ok(Done::Nothing)) => StatusCode::NO_CONTENT.into_response(),
    }
}
