//! `GET /api/v4/job`: whose token this is.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::answer;
use super::shown::{Person, time};
use super::state::State;
use crate::token::pipelines::Pipeline;
use crate::token::store::Snapshot;

/// The number of its route.
pub(super) const NUMBER: u8 = 13;

pub(super) async fn answer(state: &State, found: &Snapshot) -> Response {
    let Some(id) = found.about.pipeline else {
        return answer::json(StatusCode::OK, &json!(shown(found, None)));
    };
    let store = Arc::clone(&state.store);
    match state.look_up(move || store.pipeline(id)).await {
        Ok(Ok(pipeline)) => answer::json(StatusCode::OK, &json!(shown(found, Some(&pipeline)))),
        Ok(Err(_)) | Err(_) => answer::unavailable(),
    }
}

/// A job, as its own token shows it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnJob")]
pub(super) struct Shown {
    id: u64,
    name: String,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    status: &'static str,
    /// When the token was issued.
    started_at: Option<String>,
    /// In seconds.
    timeout: u64,
    /// As whom the job acts.
    user: Option<Person>,
    project: Option<Source>,
    /// Which it belongs to, if it was started with one.
    pipeline: Option<OfPipeline>,
    runner: Option<Runner>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnProject")]
struct Source {
    id: u64,
    path_with_namespace: String,
    /// Whether the tokens of its jobs reach listed projects only.
    ci_job_token_scope_enabled: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnPipeline")]
struct OfPipeline {
    id: u64,
    project_id: u64,
    #[serde(rename = "ref")]
    git_ref: String,
    source: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct Runner {
    id: u64,
}

/// The job without its token, by the names of GitLab.
fn shown(found: &Snapshot, pipeline: Option<&Pipeline>) -> Shown {
    let (job, source, user) = (&found.job, found.source.as_ref(), found.user.as_ref());
    Shown {
        id: job.id.0,
        name: found.about.name.as_str().to_owned(),
        git_ref: found
            .about
            .git_ref
            .as_ref()
            .map(|it| it.as_str().to_owned()),
        status: job.state.as_str(),
        started_at: time(found.token.token.issued_at),
        timeout: job.timeout.as_secs(),
        user: user.map(|user| Person::named(user.id, Some(user.name.clone()))),
        project: source.map(|project| Source {
            id: project.id.0,
            path_with_namespace: project.path.clone(),
            ci_job_token_scope_enabled: project.outbound_limit,
        }),
        pipeline: pipeline.map(|pipeline| OfPipeline {
            id: pipeline.id.0,
            project_id: pipeline.project.0,
            git_ref: pipeline.git_ref.as_str().to_owned(),
            source: pipeline.source.as_str(),
        }),
        runner: job.runner.map(|runner| Runner { id: runner.0 }),
    }
}
