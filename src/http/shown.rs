//! Records as operators see them: never a token, never a digest.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::log::Decided;
use crate::token::authorizer::Record as DecisionRecord;
use crate::token::clock::Time;
use crate::token::lifecycle::Record;
use crate::token::permission::Permissions;
use crate::token::store::TokenEntry;

/// A time as RFC 3339 has it, in UTC.
pub(super) fn time(time: Time) -> Option<String> {
    let micros = i64::try_from(time.micros()).ok()?;
    let time = Timestamp::from_microsecond(micros).ok()?;
    Some(format!("{time:.3}"))
}

pub(super) fn permission_names(permissions: &Permissions) -> Vec<String> {
    permissions.iter().map(|it| it.to_string()).collect()
}

pub(super) fn job(job: &Record) -> Value {
    json!({
        "id": job.id.0,
        "project_id": job.project.0,
        "user_id": job.user.map(|user| user.0),
        "status": job.state.as_str(),
        "failure_reason": job.failure.map(|failure| failure.as_str()),
        "erased": job.erased,
        "attempt": job.attempt,
        "runner_id": job.runner.map(|runner| runner.0),
        "timeout": job.timeout.as_secs(),
        "last_call_at": job.last_call_at.and_then(time),
    })
}

pub(super) fn token(entry: &TokenEntry) -> Value {
    let revoked = entry.token.revoked.as_ref();
    json!({
        "accessor": entry.accessor.as_str(),
        "job_id": entry.job.0,
        "attempt": entry.attempt,
        "key_id": entry.key.0,
        "live": entry.token.is_live(),
        "issued_at": time(entry.token.issued_at),
        "acked_at": entry.token.acked_at.and_then(time),
        "resource_until": time(entry.token.resource_until),
        "runner_until": time(entry.token.runner_until),
        "revoked_at": revoked.and_then(|revoked| time(revoked.at)),
        "revoke_reason": revoked.map(|revoked| revoked.why.as_str()),
    })
}

/// What was decided, without what only the one decision has.
pub(super) fn record(record: &DecisionRecord) -> Value {
    json!({
        "allowed": record.reason == crate::token::authorizer::Reason::Allowed,
        "status": record.status,
        "step": format!("{:?}", record.step),
        "reason": record.reason.to_string(),
        "route": record.route,
        "action": record.action.map(|action| action.to_string()),
        "user_id": record.user.map(|user| user.0),
        "source_project_id": record.source.map(|project| project.0),
        "target_project_id": record.target.map(|project| project.0),
        "profile": format!("{:?}", record.profile).to_lowercase(),
    })
}

pub(super) fn decided(decided: &Decided) -> Value {
    let mut shown = match &decided.record {
        Some(record) => self::record(record),
        None => json!({ "allowed": false, "status": 503, "step": null, "reason": "unavailable" }),
    };
    shown["request_id"] = json!(decided.request_id);
    shown["time"] = json!(time(decided.at));
    shown["door"] = json!(format!("{:?}", decided.door));
    shown["job_id"] = json!(decided.job.map(|job| job.0));
    shown["pipeline_id"] = json!(decided.pipeline.map(|pipeline| pipeline.0));
    shown["accessor"] = json!(decided.accessor.as_ref().map(|it| it.as_str()));
    shown["client"] = json!(decided.client.map(|it| it.to_string()));
    shown["user_agent"] = json!(decided.user_agent);
    shown["latency_us"] = json!(u64::try_from(decided.latency.as_micros()).unwrap_or(u64::MAX));
    shown
}
