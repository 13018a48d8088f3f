//! Artifacts that a job keeps for good, or deletes.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response as HttpResponse, StatusCode};
use axum::response::{IntoResponse as _, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Artifacts, delete};
use crate::http::answer;
use crate::http::state::State;
use crate::token::lifecycle::JobId;
use crate::token::routes::Action;
use crate::token::store::{Artifact, StoreErrorKind};

/// A job whose artifacts stay, by the names of GitLab.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KeptArtifacts")]
pub(super) struct Kept {
    id: u64,
    artifacts_file: KeptFile,
    /// Never.
    artifacts_expire_at: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct KeptFile {
    filename: String,
    /// In bytes.
    size: u64,
}

pub(super) async fn change(
    state: &Arc<State>,
    artifacts: &Artifacts,
    job: JobId,
    artifact: &Artifact,
    action: Action,
) -> Response {
    let is_deleted = action == Action::Delete;
    let (shared, now) = (Arc::clone(state), state.now());
    let over = is_deleted.then_some(now);
    let changed = state.work(move || shared.store.expire_artifact(job, over, now));
    match changed.await {
        Err(unavailable) => unavailable.into_response(),
        // Over since they were looked up.
        Ok(Err(error)) if error.kind() == StoreErrorKind::NotFound => {
            answer::plain(StatusCode::NOT_FOUND)
        }
        Ok(Err(_)) => {
            state.metrics.store_error("expire_artifact");
            answer::unavailable()
        }
        Ok(Ok(())) if is_deleted => {
            // Nobody finds them any more. What of their bytes cannot be deleted now, a sweep deletes.
            delete(state, artifacts, &[job]).await;
            let mut response = HttpResponse::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        Ok(Ok(())) => {
            let kept = Kept {
                id: job.0,
                artifacts_file: KeptFile {
                    filename: artifact.file_name.as_str().to_owned(),
                    size: artifact.size,
                },
                artifacts_expire_at: None,
            };
            answer::json(StatusCode::OK, &json!(kept))
        }
    }
}
