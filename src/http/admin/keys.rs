//! The keys of tokens: one more of them, while the service runs.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Done, Problem, editor, perform};
use crate::http::state::State;
use crate::token::id::KeyId;
use crate::token::journal::Actor;

/// Where the keys are written down that a service works with: what `POST /admin/keys/rotate` asks.
///
/// See [`Service::with_key_rotation`](crate::http::Service::with_key_rotation).
pub trait KeyRotation: Send + Sync {
    /// Adds a key, durably, and has the [`Issuer`](crate::token::issuer::Issuer) go on with it, which
    /// writes down who did that: see [`set_keys_by`](crate::token::issuer::Issuer::set_keys_by). Returns
    /// the numbers of the live keys, the oldest first. Blocks.
    ///
    /// # Errors
    ///
    /// Why there is no new key.
    fn rotate(&self, who: &Actor) -> Result<Vec<KeyId>, KeyRotationError>;
}

/// Why no key was added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyRotationError {
    /// It is not possible as things are: a sentence for the operator, without any key in it.
    Refused(String),
    /// What is kept could not be read or written.
    Unavailable,
}

/// The keys that tokens are recognized by.
#[derive(Serialize, JsonSchema)]
pub(in crate::http) struct Keys {
    added: Option<u32>,
    live: Vec<u32>,
    /// The key of new tokens.
    newest: Option<u32>,
}

/// `POST /admin/keys/rotate`
pub(in crate::http) async fn rotate(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let Some(keys) = state.keys.get() else {
            let text = "the keys of this service are in no file of its own, so it cannot add one";
            return Err(Problem::Status(
                StatusCode::NOT_IMPLEMENTED,
                text.to_owned(),
            ));
        };
        let live = keys.rotate(&editor(&*state.store, &headers)?);
        let live = live.map_err(|error| match error {
            KeyRotationError::Refused(text) => Problem::Status(StatusCode::CONFLICT, text),
            KeyRotationError::Unavailable => Problem::Unavailable,
        })?;
        let ids: Vec<u32> = live.iter().map(|key| key.0).collect();
        let shown = Keys {
            added: ids.last().copied(),
            newest: ids.last().copied(),
            live: ids,
        };
        Ok(Done::Json(StatusCode::CREATED, json!(shown)))
    })
    .await
}
