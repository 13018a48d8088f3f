//! Tokens that were seen in the logs of jobs, as whoever masks the logs tells.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Done, Problem, jobs, perform};
use crate::http::request::Json;
use crate::http::state::State;
use crate::token::issuer::{IssuerErrorKind, OnLeak};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SeenToken")]
pub(in crate::http) struct Seen {
    /// The text that was masked.
    token: String,
    /// Else as the operator has chosen.
    on_leak: Option<Policy>,
}

/// What becomes of a live token.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OnLeak")]
enum Policy {
    Log,
    RevokeForeign,
    Revoke,
}

/// Whose token was seen, if it is known.
#[derive(Serialize, JsonSchema)]
pub(in crate::http) struct Leak {
    accessor: Option<String>,
    job_id: Option<u64>,
    /// Whether it was live and has ended by this.
    revoked: bool,
}

/// `POST /admin/jobs/:id/leaks`: a token was seen in the log of this job.
pub(in crate::http) async fn seen(
    Shared(state): Shared<Arc<State>>,
    Path(job): Path<String>,
    Json(seen): Json<Seen>,
) -> Response {
    let token = Zeroizing::new(seen.token);
    let policy = match seen.on_leak {
        None => state.options.on_leak,
        Some(Policy::Log) => OnLeak::Log,
        Some(Policy::RevokeForeign) => OnLeak::RevokeForeign,
        Some(Policy::Revoke) => OnLeak::Revoke,
    };
    perform(state, move |state| {
        let job = jobs::number(&job)?;
        state.store.job(job)?;
        let leaked = state
            .issuer
            .leaked(token.as_bytes(), job, policy, state.now());
        let leak = match leaked {
            Err(error) if matches!(error.kind(), IssuerErrorKind::Malformed(_)) => {
                return Err(Problem::bad_request(
                    "Bad Request: this is no token of a job",
                ));
            }
            leak => leak?,
        };
        state.metrics.leaks.inc();
        if leak.revoked {
            state.metrics.revoked("leaked", 1);
        }
        let shown = Leak {
            accessor: leak.accessor.as_ref().map(ToString::to_string),
            job_id: leak.owner.map(|job| job.0),
            revoked: leak.revoked,
        };
        Ok(Done::Json(StatusCode::OK, json!(shown)))
    })
    .await
}
