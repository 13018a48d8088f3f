//! The columns of decisions and audit events.

use core::net::IpAddr;
use core::time::Duration;

use crate::token::directory::{ProjectId, UserId};
use crate::token::id::Accessor;
use crate::token::journal::{AuditEvent, Decision, RequestId, UserAgent};
use crate::token::lifecycle::JobId;
use crate::token::store::StoreError;

use super::{Columns, Value, damaged, name, need, number, time};

/// The columns of a decision, as they are written and read.
pub(in crate::token::store) const DECISION: [&str; 16] = [
    "at",
    "request_id",
    "step",
    "reason",
    "status",
    "job_id",
    "pipeline_id",
    "user_id",
    "source_id",
    "target_id",
    "action",
    "route",
    "accessor",
    "client",
    "user_agent",
    "latency",
];

/// Likewise of an audit event.
pub(in crate::token::store) const EVENT: [&str; 9] = [
    "at",
    "who",
    "what",
    "project_id",
    "user_id",
    "job_id",
    "accessor",
    "before",
    "after",
];

/// The texts of a row that are made when it is written.
pub(in crate::token::store) struct Made(String);

impl Made {
    pub(in crate::token::store) fn of_decision(decision: &Decision) -> Made {
        Made(decision.client.map(|it| it.to_string()).unwrap_or_default())
    }

    pub(in crate::token::store) fn of_event(event: &AuditEvent) -> Made {
        Made(event.who.to_string())
    }
}

pub(in crate::token::store) fn put_decision<'d>(
    decision: &'d Decision,
    client: &'d Made,
) -> [Value<'d>; DECISION.len()] {
    let accessor = decision.accessor.as_ref().map(Accessor::as_str);
    let user_agent = decision.user_agent.as_ref().map(UserAgent::as_str);
    [
        Value::time(decision.time),
        Value::Text(decision.request_id.as_str()),
        Value::Text(&decision.step),
        Value::Text(&decision.reason),
        Value::number(decision.status.into()),
        Value::or_null(decision.job, |it| Value::number(it.0)),
        Value::or_null(decision.pipeline, Value::number),
        Value::or_null(decision.user, |it| Value::number(it.0)),
        Value::or_null(decision.source, |it| Value::number(it.0)),
        Value::or_null(decision.target, |it| Value::number(it.0)),
        text(decision.action.as_deref()),
        text(decision.route.as_deref()),
        text(accessor),
        text(decision.client.map(|_| client.0.as_str())),
        text(user_agent),
        Value::duration(decision.latency),
    ]
}

pub(in crate::token::store) fn decision(row: &mut dyn Columns) -> Result<Decision, StoreError> {
    Ok(Decision {
        time: need(time(row)?)?,
        request_id: RequestId::new(&need(row.text()?)?),
        step: need(row.text()?)?.into(),
        reason: need(row.text()?)?.into(),
        status: u16::try_from(number(row)?).map_err(|_| damaged())?,
        job: maybe_number(row)?.map(JobId),
        pipeline: maybe_number(row)?,
        user: maybe_number(row)?.map(UserId),
        source: maybe_number(row)?.map(ProjectId),
        target: maybe_number(row)?.map(ProjectId),
        action: row.text()?.map(Into::into),
        route: row.text()?.map(Into::into),
        accessor: accessor(row)?,
        client: client(row)?,
        user_agent: row.text()?.map(|it| UserAgent::new(&it)),
        latency: Duration::from_micros(number(row)?),
    })
}

pub(in crate::token::store) fn put_event<'e>(
    event: &'e AuditEvent,
    who: &'e Made,
) -> [Value<'e>; EVENT.len()] {
    [
        Value::time(event.time),
        Value::Text(&who.0),
        Value::Text(event.what.as_str()),
        Value::or_null(event.project, |it| Value::number(it.0)),
        Value::or_null(event.user, |it| Value::number(it.0)),
        Value::or_null(event.job, |it| Value::number(it.0)),
        text(event.accessor.as_ref().map(Accessor::as_str)),
        text(event.before.as_deref()),
        text(event.after.as_deref()),
    ]
}

pub(in crate::token::store) fn event(row: &mut dyn Columns) -> Result<AuditEvent, StoreError> {
    Ok(AuditEvent {
        time: need(time(row)?)?,
        who: name(row)?,
        what: name(row)?,
        project: maybe_number(row)?.map(ProjectId),
        user: maybe_number(row)?.map(UserId),
        job: maybe_number(row)?.map(JobId),
        accessor: accessor(row)?,
        before: row.text()?,
        after: row.text()?,
    })
}

fn text(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Null, Value::Text)
}

fn maybe_number(row: &mut dyn Columns) -> Result<Option<u64>, StoreError> {
    Ok(row.integer()?.map(i64::cast_unsigned))
}

fn accessor(row: &mut dyn Columns) -> Result<Option<Accessor>, StoreError> {
    let text = row.text()?;
    let accessor = text.map(|text| Accessor::parse(&text)).transpose();
    accessor.map_err(|_| damaged())
}

fn client(row: &mut dyn Columns) -> Result<Option<IpAddr>, StoreError> {
    let text = row.text()?;
    let client = text.map(|text| text.parse()).transpose();
    client.map_err(|_| damaged())
}
