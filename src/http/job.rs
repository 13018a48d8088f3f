//! `GET /api/v4/job`: whose token this is.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer;
use super::shown::time;
use super::state::State;
use crate::token::directory::RefName;
use crate::token::pipelines::Pipeline;
use crate::token::store::Snapshot;

/// The number of its route.
pub(super) const NUMBER: u8 = 13;

pub(super) async fn answer(state: &State, found: &Snapshot) -> Response {
    let Some(id) = found.about.pipeline else {
        return answer::json(StatusCode::OK, &shown(found, None));
    };
    let store = Arc::clone(&state.store);
    match state.look_up(move || store.pipeline(id)).await {
        Ok(Ok(pipeline)) => answer::json(StatusCode::OK, &shown(found, Some(&pipeline))),
        Ok(Err(_)) | Err(_) => answer::unavailable(),
    }
}

/// The job without its token, by the names of GitLab.
fn shown(found: &Snapshot, pipeline: Option<&Pipeline>) -> Value {
    let (job, source, user) = (&found.job, found.source.as_ref(), found.user.as_ref());
    json!({
        "id": job.id.0,
        "name": found.about.name.as_str(),
        "ref": found.about.git_ref.as_ref().map(RefName::as_str),
        "status": job.state.as_str(),
        "started_at": time(found.token.token.issued_at),
        "timeout": job.timeout.as_secs(),
        "user": user.map(|user| json!({ "id": user.id.0, "username": user.name })),
        "project": source.map(|project| json!({
            "id": project.id.0,
            "path_with_namespace": project.path,
            "ci_job_token_scope_enabled": project.outbound_limit,
        })),
        "pipeline": pipeline.map(|pipeline| json!({
            "id": pipeline.id.0,
            "project_id": pipeline.project.0,
            "ref": pipeline.git_ref.as_str(),
            "source": pipeline.source.as_str(),
        })),
        "runner": job.runner.map(|runner| json!({ "id": runner.0 })),
    })
}
