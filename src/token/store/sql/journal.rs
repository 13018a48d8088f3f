//! The statements about the journal and the list of jobs, which all databases have in common.

use crate::token::clock::Time;
use crate::token::id::Accessor;
use crate::token::journal::{AuditEvent, AuditFilter, Decision, DecisionFilter};
use crate::token::lifecycle::Record;
use crate::token::store::{About, JobFilter, StoreError};

use super::Tables;
use super::columns::{self, DECISION, EVENT, Made, Value, about_columns, job_columns};
use super::statement::insert;

/// The most decisions that one statement adds.
const BATCH: usize = 32;

pub(in crate::token::store) fn record(
    tables: &mut dyn Tables,
    mut decisions: &[Decision],
) -> Result<(), StoreError> {
    while !decisions.is_empty() {
        // Powers of two: a few statements that stay prepared, whatever the number.
        let count = 1 << decisions.len().min(BATCH).ilog2();
        let (batch, rest) = decisions.split_at(count);
        let made: Vec<Made> = batch.iter().map(Made::of_decision).collect();
        let rows = batch.iter().zip(&made);
        let rows: Vec<_> = rows
            .map(|(it, made)| columns::put_decision(it, made))
            .collect();
        let statement = insert("decisions", &DECISION, count);
        tables.execute(&statement, rows.as_flattened())?;
        decisions = rest;
    }
    Ok(())
}

pub(in crate::token::store) fn audit(
    tables: &mut dyn Tables,
    event: &AuditEvent,
) -> Result<(), StoreError> {
    let statement = insert("audit_events", &EVENT, 1);
    let who = Made::of_event(event);
    tables
        .execute(&statement, &columns::put_event(event, &who))
        .map(drop)
}

pub(in crate::token::store) fn decisions(
    tables: &mut dyn Tables,
    which: &DecisionFilter,
    limit: usize,
) -> Result<Vec<Decision>, StoreError> {
    let mut wanted = Wanted::new();
    if let Some(request) = &which.request_id {
        wanted.put(tables.of_request(), Value::Text(request.as_str()));
    }
    let numbers = [
        ("job_id =", which.job.map(|it| it.0)),
        ("user_id =", which.user.map(|it| it.0)),
        ("source_id =", which.source.map(|it| it.0)),
        ("target_id =", which.target.map(|it| it.0)),
        ("at >=", which.since.map(Time::micros)),
    ];
    for (column, number) in numbers {
        if let Some(number) = number {
            wanted.add(column, Value::number(number));
        }
    }
    if let Some(accessor) = &which.accessor {
        wanted.add("accessor =", Value::Text(accessor.as_str()));
    }
    if let Some(reason) = &which.reason {
        wanted.add("reason =", Value::Text(reason));
    }
    let statement = wanted.newest_of("decisions", &DECISION, limit);
    tables.query(&statement, &wanted.values, columns::decision)
}

pub(in crate::token::store) fn audit_events(
    tables: &mut dyn Tables,
    which: &AuditFilter,
    limit: usize,
) -> Result<Vec<AuditEvent>, StoreError> {
    let who = which.who.as_ref().map(ToString::to_string);
    let mut wanted = Wanted::new();
    if let Some(who) = &who {
        wanted.add("who =", Value::Text(who));
    }
    if let Some(what) = which.what {
        wanted.add("what =", Value::Text(what.as_str()));
    }
    if let Some(project) = which.project {
        wanted.add("project_id =", Value::number(project.0));
    }
    if let Some(accessor) = &which.accessor {
        wanted.add("accessor =", Value::Text(accessor.as_str()));
    }
    if let Some(since) = which.since {
        wanted.add("at >=", Value::time(since));
    }
    let statement = wanted.newest_of("audit_events", &EVENT, limit);
    tables.query(&statement, &wanted.values, columns::event)
}

pub(in crate::token::store) fn forget_decisions(
    tables: &mut dyn Tables,
    until: Time,
) -> Result<u64, StoreError> {
    let statement = "DELETE FROM decisions WHERE at <= ?1";
    tables.execute(statement, &[Value::time(until)])
}

pub(in crate::token::store) fn forget_audit_events(
    tables: &mut dyn Tables,
    until: Time,
) -> Result<u64, StoreError> {
    let statement = "DELETE FROM audit_events WHERE at <= ?1";
    tables.execute(statement, &[Value::time(until)])
}

pub(in crate::token::store) fn used(
    tables: &mut dyn Tables,
    uses: &[(Accessor, Time)],
) -> Result<(), StoreError> {
    let statement = "UPDATE tokens SET last_used_at = ?1 WHERE accessor = ?2 \
                     AND (last_used_at IS NULL OR last_used_at < ?1)";
    let mut uses: Vec<_> = uses.iter().collect();
    // In one order, so that no two transactions wait for each other.
    uses.sort_unstable();
    for (accessor, time) in uses {
        let values = [Value::time(*time), Value::Text(accessor.as_str())];
        tables.execute(statement, &values)?;
    }
    Ok(())
}

pub(in crate::token::store) fn jobs(
    tables: &mut dyn Tables,
    which: &JobFilter,
    limit: usize,
) -> Result<Vec<(Record, About)>, StoreError> {
    let mut wanted = Wanted::new();
    if let Some(state) = which.state {
        wanted.add("state =", Value::Text(state.as_str()));
    }
    if let Some(project) = which.project {
        wanted.add("project_id =", Value::number(project.0));
    }
    let columns = [job_columns!(), about_columns!()];
    let statement = wanted.newest_of("jobs", &columns, limit);
    tables.query(&statement, &wanted.values, |row| {
        Ok((columns::record(row)?, columns::about(row)?))
    })
}

/// Conditions and their values.
struct Wanted<'v> {
    conditions: Vec<String>,
    values: Vec<Value<'v>>,
}

impl<'v> Wanted<'v> {
    fn new() -> Wanted<'v> {
        Wanted {
            conditions: vec!["TRUE".to_owned()],
            values: Vec::new(),
        }
    }

    /// Adds a comparison with a value.
    fn add(&mut self, compared: &str, value: Value<'v>) {
        self.put(&format!("{compared} {{}}"), value);
    }

    /// Adds a condition with `{}` for a value.
    fn put(&mut self, condition: &str, value: Value<'v>) {
        self.values.push(value);
        let place = format!("?{}", self.values.len());
        self.conditions.push(condition.replace("{}", &place));
    }

    fn newest_of(&self, table: &str, columns: &[&str], limit: usize) -> String {
        let (columns, conditions) = (columns.join(", "), self.conditions.join(" AND "));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        format!("SELECT {columns} FROM {table} WHERE {conditions} ORDER BY id DESC LIMIT {limit}")
    }
}
