//! What was decided, and why: what the clients are not told.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::{Done, Problem, perform};
use crate::http::carried::pairs;
use crate::http::log::Decided;
use crate::http::state::State;
use crate::http::{answer, shown};
use crate::token::journal::{DecisionFilter, RequestId};

/// The most decisions in one answer.
const MOST: usize = 100;

/// `GET /admin/decisions/:request_id`: from memory or, if they were made before, from the journal.
pub(in crate::http) async fn of_request(
    Shared(state): Shared<Arc<State>>,
    Path(request_id): Path<String>,
) -> Response {
    let decided = state.recent.of(&request_id);
    if !decided.is_empty() {
        return list(&decided);
    }
    perform(state, move |state| {
        let which = DecisionFilter {
            request_id: Some(RequestId::new(&request_id)),
            ..DecisionFilter::default()
        };
        let written = state.store.decisions(&which, MOST)?;
        match written.is_empty() {
            true => Err(Problem::NotFound("404 Not Found")),
            false => {
                let shown: Vec<_> = written.iter().map(shown::written).collect();
                Ok(Done::Json(StatusCode::OK, json!(shown)))
            }
        }
    })
    .await
}

/// `GET /admin/decisions?job=|reason=|status=|limit=`, the latest first.
pub(in crate::http) async fn last(
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
) -> Response {
    let mut most = MOST;
    let mut wanted = Vec::new();
    for (name, value) in pairs(query.unwrap_or_default().as_bytes()) {
        match (&*name, value.parse()) {
            ("limit", Ok(limit)) => most = limit,
            ("job" | "reason" | "status", _) => wanted.push((name, value)),
            _ => {
                let text = "Bad Request: job, reason, status and limit are known";
                return answer::error(StatusCode::BAD_REQUEST, text);
            }
        }
    }
    let is_wanted = |decided: &Decided| {
        wanted.iter().all(|(name, value)| {
            let record = decided.record.as_ref();
            let has = match name.as_str() {
                "job" => decided.job.map(|job| job.0.to_string()),
                "reason" => record.map(|record| record.reason.to_string()),
                _ => Some(record.map_or(503, |record| record.status).to_string()),
            };
            has.is_some_and(|has| has == value.as_str())
        })
    };
    list(&state.recent.last(most.min(MOST), is_wanted))
}

fn list(decided: &[Decided]) -> Response {
    let shown: Vec<_> = decided.iter().map(shown::decided).collect();
    answer::json(StatusCode::OK, &json!(shown))
}
