//! What the operator and the coordinator of jobs do.

mod decisions;
mod directory;
mod explain;
mod jobs;
mod keys;
mod leaks;
mod routes;
mod tokens;
mod triggers;

use std::sync::Arc;

use axum::extract::{self, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::de::value::Error as NotAWord;
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::answer;
use super::carried::bearer;
use super::introspect::too_many;
use super::named::Named;
use super::request::Origin;
use super::state::State;
use crate::token::issuer::{IssuerError, IssuerErrorKind};
use crate::token::journal::Actor;
use crate::token::store::{Store, StoreError, StoreErrorKind};

pub use keys::{KeyRotation, KeyRotationError};

pub(super) use routes::routes;

/// Lets operators in: who says the token, or, where there is none, who can connect.
pub(super) async fn authorize(
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

/// The word of a path that stands for one of a few things.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let word = T::deserialize(text.into_deserializer());
    word.map_err(|_: NotAWord| Problem::NotFound("404 Not Found"))
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
