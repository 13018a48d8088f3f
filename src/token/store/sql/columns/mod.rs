//! Rows as plain values: what is written in columns is what is read back from them.
//!
//! Numbers without a sign are kept as the signed ones with the same bits, times and durations in
//! microseconds, states and reasons by their names.

mod artifacts;
mod directory;
mod journal;
mod pipelines;

use core::str::FromStr;
use core::time::Duration;

use crate::token::clock::Time;
use crate::token::directory::{ProjectId, UserId};
use crate::token::id::{Accessor, Digest, KeyId, KeyedDigest};
use crate::token::lifecycle::{Failure, JobId, Outcome, Record, Revocation, RunnerId, TokenState};
use crate::token::store::{About, Choice, Fresh, Selection, StoreError, TokenEntry};

/// What [`record`] reads.
macro_rules! job_columns {
    () => {
        "jobs.id, jobs.project_id, jobs.user_id, jobs.timeout, jobs.lease, jobs.state, jobs.failure, \
         jobs.erased, jobs.attempt, jobs.runner_id, jobs.cancels_gracefully, jobs.last_call_at, \
         jobs.reported, jobs.issued_at, jobs.acked_at, jobs.runner_until, jobs.resource_until, \
         jobs.revoked_at, jobs.revoke_reason"
    };
}

/// What [`about`] reads.
macro_rules! about_columns {
    () => {
        "jobs.name, jobs.git_ref, jobs.ref_protected, jobs.pipeline_id, jobs.permissions"
    };
}

/// What [`entry`] reads.
macro_rules! token_columns {
    () => {
        "tokens.accessor, tokens.key_id, tokens.job_id, tokens.attempt, tokens.issued_at, \
         tokens.acked_at, tokens.runner_until, tokens.resource_until, tokens.revoked_at, \
         tokens.revoke_reason, tokens.last_used_at"
    };
}

pub(in crate::token::store) use artifacts::*;
pub(in crate::token::store) use directory::*;
pub(in crate::token::store) use journal::*;
pub(in crate::token::store) use pipelines::*;
pub(in crate::token::store) use {about_columns, job_columns, token_columns};

/// The columns of one row, from the first to the last.
pub(in crate::token::store) trait Columns {
    fn integer(&mut self) -> Result<Option<i64>, StoreError>;
    fn text(&mut self) -> Result<Option<String>, StoreError>;
    fn flag(&mut self) -> Result<Option<bool>, StoreError>;
    fn bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError>;
}

/// What is written in a column.
#[derive(Clone, Copy)]
pub(in crate::token::store) enum Value<'v> {
    Null,
    Integer(i64),
    Text(&'v str),
    Flag(bool),
    Bytes(&'v [u8]),
}

impl Value<'_> {
    pub(in crate::token::store) fn number(number: u64) -> Value<'static> {
        Value::Integer(number.cast_signed())
    }

    pub(in crate::token::store) fn time(time: Time) -> Value<'static> {
        Value::number(time.micros())
    }

    fn duration(duration: Duration) -> Value<'static> {
        Value::Integer(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
    }

    fn or_null<T>(value: Option<T>, of: impl FnOnce(T) -> Value<'static>) -> Value<'static> {
        value.map_or(Value::Null, of)
    }
}

/// What limits a search for a pending job: after which, which one, and of which project.
pub(in crate::token::store) fn chosen(after: JobId, choice: &Choice) -> [Value<'static>; 3] {
    [
        Value::number(after.0),
        Value::or_null(choice.job, |it| Value::number(it.0)),
        Value::or_null(choice.project, |it| Value::number(it.0)),
    ]
}

/// The columns of a job that change, in the order of [`SAVED`].
pub(in crate::token::store) fn saved(record: &Record) -> [Value<'static>; SAVED.len()] {
    let token = record.token.as_ref();
    let revoked = token.and_then(|token| token.revoked);
    [
        Value::number(record.id.0),
        Value::Text(record.state.as_str()),
        Value::or_null(record.failure, |it| Value::Text(it.as_str())),
        Value::Flag(record.erased),
        Value::number(record.attempt.into()),
        Value::or_null(record.runner, |it| Value::number(it.0)),
        Value::Flag(record.cancels_gracefully),
        Value::or_null(record.last_call_at, Value::time),
        Value::or_null(record.reported, |it| Value::Text(outcome_name(it))),
        Value::or_null(record.user, |it| Value::number(it.0)),
        Value::or_null(record.lease, Value::duration),
        Value::or_null(token, |it| Value::time(it.issued_at)),
        Value::or_null(token.and_then(|it| it.acked_at), Value::time),
        Value::or_null(token, |it| Value::time(it.runner_until)),
        Value::or_null(token, |it| Value::time(it.resource_until)),
        Value::or_null(revoked, |it| Value::time(it.at)),
        Value::or_null(revoked, |it| Value::Text(it.why.as_str())),
    ]
}

/// The names of the columns that [`saved`] writes.
pub(in crate::token::store) const SAVED: [&str; 17] = [
    "id",
    "state",
    "failure",
    "erased",
    "attempt",
    "runner_id",
    "cancels_gracefully",
    "last_call_at",
    "reported",
    "user_id",
    "lease",
    "issued_at",
    "acked_at",
    "runner_until",
    "resource_until",
    "revoked_at",
    "revoke_reason",
];

/// The columns of a new job, in the order of [`ADDED`]. The declared permissions are
/// [`permissions_text`].
pub(in crate::token::store) fn added<'a>(
    record: &Record,
    about: &'a About,
    permissions: Option<&'a str>,
) -> [Value<'a>; ADDED.len()] {
    [
        Value::number(record.project.0),
        Value::or_null(record.user, |it| Value::number(it.0)),
        Value::duration(record.timeout),
        Value::or_null(record.lease, Value::duration),
        Value::Text(record.state.as_str()),
        Value::Text(about.name.as_str()),
        about
            .git_ref
            .as_ref()
            .map_or(Value::Null, |it| Value::Text(it.as_str())),
        Value::Flag(about.ref_protected),
        Value::or_null(about.pipeline, |it| Value::number(it.0)),
        permissions.map_or(Value::Null, Value::Text),
    ]
}

/// The names of the columns that [`added`] writes.
pub(in crate::token::store) const ADDED: [&str; 10] = [
    "project_id",
    "user_id",
    "timeout",
    "lease",
    "state",
    "name",
    "git_ref",
    "ref_protected",
    "pipeline_id",
    "permissions",
];

/// The columns of a new token: `digest, key_id, accessor, job_id, attempt, issued_at, runner_until,
/// resource_until`.
pub(in crate::token::store) fn issued<'t>(
    token: &'t Fresh,
    record: &Record,
) -> Result<[Value<'t>; 8], StoreError> {
    let state = need(record.token.as_ref())?;
    Ok([
        Value::Bytes(token.digest.digest.as_bytes()),
        Value::number(token.digest.key.0.into()),
        Value::Text(token.accessor.as_str()),
        Value::number(record.id.0),
        Value::number(record.attempt.into()),
        Value::time(state.issued_at),
        Value::time(state.runner_until),
        Value::time(state.resource_until),
    ])
}

pub(in crate::token::store) fn record(row: &mut dyn Columns) -> Result<Record, StoreError> {
    Ok(Record {
        id: JobId(number(row)?),
        project: ProjectId(number(row)?),
        user: row.integer()?.map(|it| UserId(it.cast_unsigned())),
        timeout: Duration::from_micros(number(row)?),
        lease: row
            .integer()?
            .map(|it| Duration::from_micros(it.cast_unsigned())),
        state: name(row)?,
        failure: maybe_name(row)?,
        erased: flag(row)?,
        attempt: small(row)?,
        runner: row.integer()?.map(|it| RunnerId(it.cast_unsigned())),
        cancels_gracefully: flag(row)?,
        last_call_at: time(row)?,
        reported: row.text()?.map(|it| outcome(&it)).transpose()?,
        token: token_state(row)?,
    })
}

pub(in crate::token::store) fn entry(row: &mut dyn Columns) -> Result<TokenEntry, StoreError> {
    let accessor = need(row.text()?)?;
    Ok(TokenEntry {
        accessor: Accessor::parse(&accessor).map_err(|_| damaged())?,
        key: KeyId(small(row)?),
        job: JobId(number(row)?),
        attempt: small(row)?,
        token: need(token_state(row)?)?,
        last_used_at: time(row)?,
    })
}

/// Reads `tokens.digest, tokens.key_id`.
pub(in crate::token::store) fn digest(row: &mut dyn Columns) -> Result<KeyedDigest, StoreError> {
    let bytes = need(row.bytes()?)?.try_into();
    Ok(KeyedDigest {
        digest: Digest::from_bytes(bytes.map_err(|_| damaged())?),
        key: KeyId(small(row)?),
    })
}

pub(in crate::token::store) fn id(row: &mut dyn Columns) -> Result<JobId, StoreError> {
    number(row).map(JobId)
}

pub(in crate::token::store) fn time(row: &mut dyn Columns) -> Result<Option<Time>, StoreError> {
    let micros = row.integer()?.map(i64::cast_unsigned);
    Ok(micros.map(Time::from_micros))
}

pub(in crate::token::store) fn flag(row: &mut dyn Columns) -> Result<bool, StoreError> {
    need(row.flag()?)
}

/// The condition for a selection of tokens.
pub(in crate::token::store) fn condition(which: &Selection) -> (String, Option<Value<'_>>) {
    let (column, value) = match which {
        Selection::Accessor(accessor) => ("tokens.accessor", Value::Text(accessor.as_str())),
        Selection::Job(job) => ("tokens.job_id", Value::number(job.0)),
        Selection::Project(project) => ("jobs.project_id", Value::number(project.0)),
        Selection::User(user) => ("jobs.user_id", Value::number(user.0)),
        Selection::OtherKeys(keys) if !keys.is_empty() => {
            let keys: Vec<String> = keys.iter().map(|key| key.0.to_string()).collect();
            return (format!("tokens.key_id NOT IN ({})", keys.join(", ")), None);
        }
        Selection::OtherKeys(_) | Selection::All => return ("TRUE".to_owned(), None),
    };
    (format!("{column} = ?1"), Some(value))
}

/// What is kept cannot be what was written.
pub(in crate::token::store) fn damaged() -> StoreError {
    StoreError::unavailable("a row does not hold what this version writes")
}

const SUCCESS: &str = "success";

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => SUCCESS,
        Outcome::Failed(failure) => failure.as_str(),
    }
}

fn outcome(name: &str) -> Result<Outcome, StoreError> {
    match name {
        SUCCESS => Ok(Outcome::Success),
        name => Failure::from_str(name)
            .map(Outcome::Failed)
            .map_err(|_| damaged()),
    }
}

/// The six columns of a token's times, the same in both tables.
fn token_state(row: &mut dyn Columns) -> Result<Option<TokenState>, StoreError> {
    let (issued_at, acked_at) = (time(row)?, time(row)?);
    let (runner_until, resource_until) = (time(row)?, time(row)?);
    let (revoked_at, why) = (time(row)?, maybe_name(row)?);
    let Some(issued_at) = issued_at else {
        return Ok(None);
    };
    let revoked = match (revoked_at, why) {
        (None, None) => None,
        (Some(at), Some(why)) => Some(Revocation { at, why }),
        // Half of a revocation is none to rely on.
        _ => return Err(damaged()),
    };
    Ok(Some(TokenState {
        issued_at,
        acked_at,
        runner_until: need(runner_until)?,
        resource_until: need(resource_until)?,
        revoked,
    }))
}

fn need<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(damaged)
}

pub(in crate::token::store) fn number(row: &mut dyn Columns) -> Result<u64, StoreError> {
    need(row.integer()?).map(i64::cast_unsigned)
}

fn small(row: &mut dyn Columns) -> Result<u32, StoreError> {
    u32::try_from(need(row.integer()?)?).map_err(|_| damaged())
}

fn name<N: FromStr>(row: &mut dyn Columns) -> Result<N, StoreError> {
    need(maybe_name(row)?)
}

fn maybe_name<N: FromStr>(row: &mut dyn Columns) -> Result<Option<N>, StoreError> {
    let name = row.text()?.map(|name| name.parse());
    name.transpose().map_err(|_| damaged())
}
