//! Whether the service is alive, and whether it can decide.

use std::sync::Arc;

use axum::extract;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::answer;
use super::state::State;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> Response {
    answer::json(StatusCode::OK, &json!({ "status": "ok" }))
}

/// `GET /readyz`: the store can be read, as fast as a decision needs it.
pub(super) async fn ready(extract::State(state): extract::State<Arc<State>>) -> Response {
    let store = state.store.clone();
    match state.look_up(move || store.time()).await {
        Ok(Ok(_)) => answer::json(StatusCode::OK, &json!({ "status": "ok" })),
        Ok(Err(_)) | Err(_) => answer::unavailable(),
    }
}
