//! What each transaction does, in terms of tables: once for all databases.
//!
//! Rows are locked before the time is read. Another node may have persisted a later one while this
//! one waited, and no job may see time go back.

mod artifacts;
mod change;
mod directory;
mod keys;
mod marks;
mod pipelines;

use core::time::Duration;

use crate::token::clock::Time;
use crate::token::directory::{ProjectReference, UserId};
use crate::token::id::Digests;
use crate::token::journal::Actor;
use crate::token::lifecycle::{
    Class, Effect, Event, Failure, Invalid, JobId, Lifecycle, Record, Refusal, Standing, Why,
    validity,
};
use crate::token::store::{
    About, Choice, Claimant, Claimed, Fresh, NewJob, Selection, Snapshot, StoreError,
    StoreErrorKind, Swept, is_news,
};

use super::{Database, Found, Tables};
pub(in crate::token::store) use artifacts::*;
pub(in crate::token::store) use change::{change, edit_project, edit_user};
pub(in crate::token::store) use directory::*;
pub(in crate::token::store) use keys::*;
pub(in crate::token::store) use marks::*;
pub(in crate::token::store) use pipelines::*;

pub(in crate::token::store) fn enqueue(
    tables: &mut dyn Tables,
    job: &NewJob,
    now: Time,
) -> Result<JobId, StoreError> {
    if !job.state.is_not_started() {
        let state = job.state;
        return Err(Refusal::InvalidTransition { state }.into());
    }
    must_fit(tables, job)?;
    // The number is the database's to give.
    add(tables, &job.record(JobId(0)), &job.about, now)
}

pub(in crate::token::store) fn claim(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    choice: &Choice,
    claimant: Claimant,
    token: &Fresh,
    now: Time,
) -> Result<Option<Claimed>, StoreError> {
    let mut last = JobId(0);
    while let Some(record) = tables.lock_pending(last, choice)? {
        last = record.id;
        let standing = tables.lock_standing(&record)?;
        if !standing.project_alive {
            continue;
        }
        let now = effective(tables, now)?;
        if !standing.user_active {
            let blocked = Event::Drop(Failure::UserBlocked);
            step(tables, lifecycle, &record, &blocked, now)?;
            continue;
        }
        let record = choice.on_terms(record);
        return give(tables, lifecycle, &record, claimant, token, now).map(Some);
    }
    Ok(None)
}

pub(in crate::token::store) fn start(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    job: &NewJob,
    claimant: Claimant,
    token: &Fresh,
    now: Time,
) -> Result<Claimed, StoreError> {
    let mut record = job.record(JobId(0));
    let standing = tables.lock_standing(&record)?;
    if !standing.project_alive {
        return Err(Refusal::Token(Invalid::ProjectDeleted).into());
    }
    if !standing.user_active {
        return Err(Refusal::Token(Invalid::UserInactive).into());
    }
    must_fit(tables, job)?;
    let now = effective(tables, now)?;
    record.id = tables.add_job(&record, &job.about)?;
    give(tables, lifecycle, &record, claimant, token, now)
}

pub(in crate::token::store) fn apply(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    job: JobId,
    event: &Event,
    now: Time,
) -> Result<(Record, Effect), StoreError> {
    let record = tables.lock_job(job)?.ok_or(StoreErrorKind::NotFound)?;
    if let Event::Claim { .. } = event {
        let state = record.state;
        return Err(Refusal::InvalidTransition { state }.into());
    }
    let now = effective(tables, now)?;
    step(tables, lifecycle, &record, event, now)
}

/// The refusal is inside: what it persists is to be kept.
pub(in crate::token::store) fn apply_by_token(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    token: &Digests,
    job: JobId,
    event: &Event,
    now: Time,
) -> Result<Result<(Record, Effect), Refusal>, StoreError> {
    let presented = tables.lock_presented(token)?;
    let presented = presented.filter(|(entry, _)| entry.job == job);
    let (entry, record) = presented.ok_or(StoreErrorKind::NotFound)?;
    let standing = tables.standing(&record)?;
    let highest = tables.highest()?;
    let now = now.max(highest.unwrap_or_default());
    let (attempt, row) = (entry.attempt, &entry.token);
    if let Err(refusal) = lifecycle.authorize(&record, attempt, row, standing, event, now) {
        let is_expired = refusal == Refusal::Token(Invalid::Expired);
        if is_expired && is_news(&record, row, Class::Runner, highest) {
            tables.persist(now)?;
        }
        return Ok(Err(refusal));
    }
    step(tables, lifecycle, &record, event, now).map(Ok)
}

pub(in crate::token::store) fn retry(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    job: JobId,
    user: Option<UserId>,
    now: Time,
) -> Result<JobId, StoreError> {
    let record = tables.lock_job(job)?.ok_or(StoreErrorKind::NotFound)?;
    let record = lifecycle.retry(&record, JobId(0), user)?;
    let about = tables.about(job)?.ok_or(StoreErrorKind::NotFound)?;
    add(tables, &record, &about, now)
}

pub(in crate::token::store) fn validate(
    database: &impl Database,
    token: &Digests,
    class: Class,
    target: Option<&ProjectReference>,
    now: Time,
) -> Result<Option<Snapshot>, StoreError> {
    let Some(found) = database.glance(|tables| tables.found(token, target))? else {
        return Ok(None);
    };
    let highest = found.highest;
    let snapshot = snapshot(found, class, now);
    let is_expired = snapshot.validity == Err(Invalid::Expired);
    if is_expired && is_news(&snapshot.job, &snapshot.token.token, class, highest) {
        database.write(|tables| tables.persist(snapshot.now))?;
    }
    Ok(Some(snapshot))
}

fn revoke_live(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    which: &Selection,
    why: Why,
    now: Time,
) -> Result<u64, StoreError> {
    if let Selection::OtherKeys(keys) = which {
        tables.retain_triggers(keys)?;
    }
    let live = tables.lock_live(which)?;
    let now = effective(tables, now)?;
    let mut revoked = Vec::with_capacity(live.len());
    for record in live {
        let (record, effect) = lifecycle.step(&record, &Event::Revoke(why), now)?;
        if effect != Effect::Unchanged {
            revoked.push(record);
        }
    }
    if !revoked.is_empty() {
        tables.save_revoked(&revoked, now, why)?;
        tables.persist(now)?;
    }
    Ok(revoked.len() as u64)
}

pub(in crate::token::store) fn sweep(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    now: Time,
) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
    let misses = |record: &Record, now| {
        let step = lifecycle.step(record, &Event::Sweep, now);
        step.is_ok_and(|(_, effect)| effect != Effect::Unchanged)
    };
    let mut time = effective(tables, now)?;
    // Most miss nothing and are not worth a lock; those that do are looked at again under one.
    let mut executing = tables.executing()?;
    executing.retain(|record| misses(record, time));
    for record in executing {
        let Some(record) = tables.lock_job(record.id)? else {
            continue;
        };
        time = effective(tables, now)?;
        let (record, effect) = step(tables, lifecycle, &record, &Event::Sweep, time)?;
        if effect != Effect::Unchanged {
            swept.jobs.push((record.id, record.state));
        }
    }
    let options = lifecycle.options();
    if let Some(until) = before(time, options.retention) {
        swept.deleted = tables.forget(until)?;
    }
    change::forget_journal(tables, options, time, &mut swept)?;
    swept.artifacts = tables.over(time)?;
    tables.persist(time)?;
    Ok(swept)
}

pub(in crate::token::store) fn enter_epoch(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    epoch: u64,
    now: Time,
) -> Result<u64, StoreError> {
    let known = tables.lock_epoch()?;
    if known.is_some_and(|known| known > epoch) {
        return Err(StoreErrorKind::KeysBehind.into());
    }
    tables.set_epoch(epoch)?;
    match known {
        Some(known) if known < epoch && tables.announced_epoch()? != Some(epoch) => {
            tables.retain_triggers(&[])?;
            let (which, who) = (Selection::All, Actor::System);
            change::revoke_by(tables, lifecycle, &which, Why::Restored, &who, now)
        }
        _ => Ok(0),
    }
}

pub(in crate::token::store) fn announce_epoch(tables: &mut dyn Tables) -> Result<u64, StoreError> {
    let known = tables.lock_epoch()?.max(tables.announced_epoch()?);
    let next = known.unwrap_or_default() + 1;
    tables.set_announced_epoch(next)?;
    Ok(next)
}

pub(in crate::token::store) fn advance_epoch(
    tables: &mut dyn Tables,
    epoch: u64,
) -> Result<(), StoreError> {
    if tables.lock_epoch()?.is_some_and(|known| known >= epoch) {
        return Err(StoreErrorKind::KeysBehind.into());
    }
    tables.set_epoch(epoch)
}

/// T1, for a job whose project and user were looked at.
fn give(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    record: &Record,
    claimant: Claimant,
    token: &Fresh,
    now: Time,
) -> Result<Claimed, StoreError> {
    let claim = Event::Claim {
        runner: claimant.runner,
        cancels_gracefully: claimant.cancels_gracefully,
    };
    let (job, _) = step(tables, lifecycle, record, &claim, now)?;
    tables.issue(token, &job)?;
    let accessor = token.accessor.clone();
    Ok(Claimed { job, accessor })
}

fn add(
    tables: &mut dyn Tables,
    record: &Record,
    about: &About,
    now: Time,
) -> Result<JobId, StoreError> {
    let now = effective(tables, now)?;
    let id = tables.add_job(record, about)?;
    tables.persist(now)?;
    Ok(id)
}

fn step(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    record: &Record,
    event: &Event,
    now: Time,
) -> Result<(Record, Effect), StoreError> {
    let (record, effect) = lifecycle.step(record, event, now)?;
    if effect != Effect::Unchanged {
        tables.save(&record)?;
        tables.persist(now)?;
    }
    Ok((record, effect))
}

fn snapshot(found: Found, class: Class, now: Time) -> Snapshot {
    let now = now.max(found.highest.unwrap_or_default());
    let (token, job) = (found.token, found.job);
    let project = found.source.as_ref();
    let standing = Standing {
        project_alive: project.is_some_and(|project| !project.pending_delete),
        user_active: job.user.is_none() || found.user.as_ref().is_some_and(may_act),
    };
    Snapshot {
        now,
        validity: validity(&job, token.attempt, &token.token, standing, class, now),
        token,
        job,
        about: found.about,
        source: found.source,
        user: found.user,
        target: found.target,
        role: found.role,
        is_listed: found.is_listed,
    }
}

/// The moment so long before another, if there is one.
fn before(time: Time, duration: Duration) -> Option<Time> {
    let until = u128::from(time.micros()).checked_sub(duration.as_micros());
    let until = until.and_then(|until| u64::try_from(until).ok());
    until.map(Time::from_micros)
}

/// The later of a time and the highest that was persisted.
fn effective(tables: &mut dyn Tables, now: Time) -> Result<Time, StoreError> {
    Ok(now.max(tables.highest()?.unwrap_or_default()))
}
