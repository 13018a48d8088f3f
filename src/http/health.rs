//! Whether the service is alive, and whether it can decide.

use std::sync::Arc;

use axum::extract;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::answer;
use super::openapi::{self, Operation, Routes};
use super::state::State;

/// What every door has that can be asked without a credential.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get(
            "/healthz",
            alive,
            Operation::new("isAlive", "Whether the process answers.")
                .gives::<Status>(200, "It does."),
        )
        .get(
            "/readyz",
            ready,
            Operation::new(
                "isReady",
                "Whether the store can be read as fast as decisions need it.",
            )
            .gives::<Status>(200, "It can.")
            .refuses(&[503]),
        )
        .get(
            "/openapi.json",
            openapi::show,
            Operation::new("describe", "This document.").gives_bytes(
                200,
                "application/json",
                "The document.",
            ),
        )
}

#[derive(Serialize, JsonSchema)]
struct Status {
    /// Always ok.
    status: &'static str,
}

const OK: Status = Status { status: "ok" };

/// `GET /healthz`: the process answers.
async fn alive() -> Response {
    answer::json(StatusCode::OK, &json!(OK))
}

/// `GET /readyz`: the store can be read, as fast as a decision needs it.
async fn ready(extract::State(state): extract::State<Arc<State>>) -> Response {
    let store = state.store.clone();
    match state.look_up(move || store.time()).await {
        Ok(Ok(_)) => answer::json(StatusCode::OK, &json!(OK)),
        Ok(Err(_)) | Err(_) => answer::unavailable(),
    }
}
