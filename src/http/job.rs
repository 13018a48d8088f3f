//! `GET /api/v4/job`: whose token this is.

use serde_json::{Value, json};

use super::shown::time;
use crate::token::store::Snapshot;

/// The number of its route.
pub(super) const NUMBER: u8 = 13;

/// The job without its token.
pub(super) fn shown(found: &Snapshot) -> Value {
    let (job, source, user) = (&found.job, found.source.as_ref(), found.user.as_ref());
    json!({
        "id": job.id.0,
        "status": job.state.as_str(),
        "started_at": time(found.token.token.issued_at),
        "timeout": job.timeout.as_secs(),
        "user": user.map(|user| json!({ "id": user.id.0, "username": user.name })),
        "project": source.map(|project| json!({
            "id": project.id.0,
            "path_with_namespace": project.path,
            "ci_job_token_scope_enabled": project.outbound_limit,
        })),
        "runner": job.runner.map(|runner| json!({ "id": runner.0 })),
    })
}
