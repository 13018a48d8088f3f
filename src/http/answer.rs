//! What becomes of decisions and of errors: the one place where either turns into a response.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::http::{Response as HttpResponse, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::request::Unreadable;
use super::work::Unavailable;
use crate::token::authorizer;
use crate::token::store::{StoreError, StoreErrorKind};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// JSON with a status.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    with_body(status, JSON, body.to_string())
}

fn with_body(status: StatusCode, kind: HeaderValue, body: impl Into<Body>) -> Response {
    let mut response = HttpResponse::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// JSON that holds a token: wiped in memory as soon as it is in the buffers of the connection.
pub(super) fn json_once(status: StatusCode, body: Zeroizing<String>) -> Response {
    struct Wiped(Zeroizing<String>);
    impl AsRef<[u8]> for Wiped {
        fn as_ref(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }
    with_body(status, JSON, bytes::Bytes::from_owner(Wiped(body)))
}

/// Why a request was refused.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(super) struct Message {
    /// The status and a text.
    #[schemars(example = "404 Project Not Found")]
    message: String,
}

/// An error in the shape that all have: `{"message":"<code> <text>"}`.
pub(super) fn error(status: StatusCode, text: impl std::fmt::Display) -> Response {
    let message = format!("{} {text}", status.as_u16());
    json(status, &json!(Message { message }))
}

/// An error with the text that its status has.
pub(super) fn plain(status: StatusCode) -> Response {
    error(status, status.canonical_reason().unwrap_or("Error"))
}

pub(super) fn unauthorized(challenge: &'static str) -> Response {
    let mut response = plain(StatusCode::UNAUTHORIZED);
    let challenge = HeaderValue::from_static(challenge);
    let name = axum::http::header::WWW_AUTHENTICATE;
    response.headers_mut().insert(name, challenge);
    response
}

pub(super) fn unavailable() -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE);
    let second = HeaderValue::from_static("1");
    response.headers_mut().insert(RETRY_AFTER, second);
    response
}

pub(super) async fn not_found() -> Response {
    plain(StatusCode::NOT_FOUND)
}

pub(super) async fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED)
}

/// On an answer that says what was decided, and not that nothing could be.
#[derive(Clone, Copy)]
pub(super) struct IsDecision;

/// What the client is told of a decision.
pub(super) fn of_decision(answer: &authorizer::Answer) -> Response {
    let status = StatusCode::from_u16(answer.status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = HeaderValue::from_static(answer.content_type());
    let mut response = with_body(status, kind, answer.body());
    response.extensions_mut().insert(IsDecision);
    with_headers_of(response, answer)
}

/// The answer of a service to an allowed request, with what the decision adds.
pub(super) fn with_headers_of(mut response: Response, answer: &authorizer::Answer) -> Response {
    for (name, value) in answer.headers() {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

impl IntoResponse for Unavailable {
    fn into_response(self) -> Response {
        unavailable()
    }
}

impl IntoResponse for Unreadable {
    fn into_response(self) -> Response {
        plain(match self {
            Unreadable::TooMany => return unavailable(),
            Unreadable::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Unreadable::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Unreadable::Broken => StatusCode::BAD_REQUEST,
        })
    }
}

/// What an operator is told of a store that refused. Never said to a job.
pub(super) fn of_store(error: &StoreError) -> Response {
    match error.kind() {
        StoreErrorKind::NotFound => plain(StatusCode::NOT_FOUND),
        StoreErrorKind::Duplicate => self::error(StatusCode::CONFLICT, error),
        StoreErrorKind::ListFull => self::error(StatusCode::UNPROCESSABLE_ENTITY, error),
        StoreErrorKind::Refused(refusal) => self::error(StatusCode::CONFLICT, refusal),
        _ => {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            tracing::error!(target: "masker::store", error = %error, cause, "the store failed");
            unavailable()
        }
    }
}
