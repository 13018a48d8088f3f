//! Records as operators see them: never a token, never a digest.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::log::Decided;
use crate::token::authorizer::{Reason, Record as DecisionRecord};
use crate::token::clock::Time;
use crate::token::directory::UserId;
use crate::token::journal;
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

/// A user.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub(super) struct Person {
    id: u64,
    username: Option<String>,
}

impl Person {
    pub(super) fn named(id: UserId, username: Option<String>) -> Person {
        Person { id: id.0, username }
    }
}

/// A job in its life.
#[derive(Serialize, JsonSchema)]
pub(super) struct Job {
    id: u64,
    project_id: u64,
    user_id: Option<u64>,
    status: &'static str,
    failure_reason: Option<&'static str>,
    erased: bool,
    /// How often it was claimed.
    attempt: u32,
    runner_id: Option<u64>,
    /// In seconds.
    timeout: u64,
    /// When its runner last said something.
    last_call_at: Option<String>,
}

pub(super) fn job(job: &Record) -> Job {
    Job {
        id: job.id.0,
        project_id: job.project.0,
        user_id: job.user.map(|user| user.0),
        status: job.state.as_str(),
        failure_reason: job.failure.map(|failure| failure.as_str()),
        erased: job.erased,
        attempt: job.attempt,
        runner_id: job.runner.map(|runner| runner.0),
        timeout: job.timeout.as_secs(),
        last_call_at: job.last_call_at.and_then(time),
    }
}

/// What is known of a token, without it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Token {
    /// The name that may be shown.
    accessor: String,
    job_id: u64,
    attempt: u32,
    /// The key that its digest was made with.
    key_id: u32,
    live: bool,
    issued_at: Option<String>,
    /// When its runner first said something.
    acked_at: Option<String>,
    /// Until when it may be used for anything but the calls of its runner.
    resource_until: Option<String>,
    runner_until: Option<String>,
    revoked_at: Option<String>,
    revoke_reason: Option<&'static str>,
}

pub(super) fn token(entry: &TokenEntry) -> Token {
    let revoked = entry.token.revoked.as_ref();
    Token {
        accessor: entry.accessor.to_string(),
        job_id: entry.job.0,
        attempt: entry.attempt,
        key_id: entry.key.0,
        live: entry.token.is_live(),
        issued_at: time(entry.token.issued_at),
        acked_at: entry.token.acked_at.and_then(time),
        resource_until: time(entry.token.resource_until),
        runner_until: time(entry.token.runner_until),
        revoked_at: revoked.and_then(|revoked| time(revoked.at)),
        revoke_reason: revoked.map(|revoked| revoked.why.as_str()),
    }
}

/// What was decided, without what only the one decision has.
#[derive(Default, Serialize, JsonSchema)]
pub(super) struct Verdict {
    allowed: bool,
    /// The status of the public answer.
    status: u16,
    /// The check that decided, as D17.
    step: Option<String>,
    reason: String,
    route: Option<String>,
    action: Option<String>,
    user_id: Option<u64>,
    source_project_id: Option<u64>,
    target_project_id: Option<u64>,
    profile: Option<String>,
}

pub(super) fn record(record: &DecisionRecord) -> Verdict {
    Verdict {
        allowed: record.reason == Reason::Allowed,
        status: record.status,
        step: Some(format!("{:?}", record.step)),
        reason: record.reason.to_string(),
        route: record.route.map(str::to_owned),
        action: record.action.map(|action| action.to_string()),
        user_id: record.user.map(|user| user.0),
        source_project_id: record.source.map(|project| project.0),
        target_project_id: record.target.map(|project| project.0),
        profile: Some(format!("{:?}", record.profile).to_lowercase()),
    }
}

/// A decision about a request.
#[derive(Serialize, JsonSchema)]
pub(super) struct Decision {
    #[serde(flatten)]
    verdict: Verdict,
    request_id: String,
    time: Option<String>,
    /// Which door the request came to. The journal does not know.
    door: Option<String>,
    job_id: Option<u64>,
    pipeline_id: Option<u64>,
    accessor: Option<String>,
    /// The address of the client.
    client: Option<String>,
    user_agent: Option<String>,
    latency_us: u64,
}

/// As it was made, or as the journal has it.
pub(super) fn decided(decided: &Decided) -> Decision {
    let verdict = decided.record.as_ref().map(record);
    let written = written(&decided.written_down());
    Decision {
        verdict: verdict.unwrap_or(written.verdict),
        door: Some(format!("{:?}", decided.door)),
        ..written
    }
}

pub(super) fn written(decision: &journal::Decision) -> Decision {
    let step = (!decision.step.is_empty()).then(|| decision.step.to_string());
    Decision {
        verdict: Verdict {
            allowed: decision.reason == Reason::Allowed.to_string(),
            status: decision.status,
            step,
            reason: decision.reason.to_string(),
            route: decision.route.as_ref().map(ToString::to_string),
            action: decision.action.as_ref().map(ToString::to_string),
            user_id: decision.user.map(|user| user.0),
            source_project_id: decision.source.map(|project| project.0),
            target_project_id: decision.target.map(|project| project.0),
            profile: None,
        },
        request_id: decision.request_id.as_str().to_owned(),
        time: time(decision.time),
        door: None,
        job_id: decision.job.map(|job| job.0),
        pipeline_id: decision.pipeline,
        accessor: decision.accessor.as_ref().map(ToString::to_string),
        client: decision.client.map(|client| client.to_string()),
        user_agent: decision
            .user_agent
            .as_ref()
            .map(|it| it.as_str().to_owned()),
        latency_us: u64::try_from(decision.latency.as_micros()).unwrap_or(u64::MAX),
    }
}
