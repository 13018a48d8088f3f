//! Pipelines, and what starts them.

use core::time::Duration;

use crate::token::clock::Time;
use crate::token::directory::{Plan, ProjectId, Role, UserId};
use crate::token::lifecycle::{JobId, Standing};
use crate::token::pipelines::{Cause, Facts, NewPipeline, Pipeline, PipelineId};
use crate::token::store::{Fresh, NewJob, StoreError, StoreErrorKind};

use super::directory::must_exist;
use super::effective;
use crate::token::store::sql::Tables;

/// How everything stands that is not there.
const GONE: Standing = Standing {
    project_alive: false,
    user_active: false,
};

pub(in crate::token::store) fn start_pipeline(
    tables: &mut dyn Tables,
    new: &NewPipeline,
    now: Time,
) -> Result<Pipeline, StoreError> {
    let facts = facts(tables, new)?;
    let now = effective(tables, now)?;
    // The number is the database's to give.
    let mut pipeline = new.start(PipelineId(0), &facts, now)?;
    pipeline.id = tables.add_pipeline(&pipeline)?;
    for job in NewJob::of(&pipeline, &facts.plan) {
        tables.add_job(&job.record(JobId(0)), &job.about)?;
    }
    tables.persist(now)?;
    Ok(pipeline)
}

/// The project and the user stay as they are until the transaction ends. Whoever ends the job that
/// asks may come between: then the request came before.
fn facts(tables: &mut dyn Tables, new: &NewPipeline) -> Result<Facts, StoreError> {
    let upstream = match new.cause {
        Cause::Job(job) => tables.job(job)?,
        Cause::User { .. } => None,
    };
    let upstream = match upstream {
        Some(job) => {
            let about = tables.about(job.id)?;
            let pipeline = about.and_then(|about| about.pipeline);
            let pipeline = pipeline.map(|id| tables.pipeline(id)).transpose()?;
            Some((job, pipeline.flatten()))
        }
        None => None,
    };
    let user = new.user(upstream.as_ref().map(|(job, _)| job));
    let (mut standing, mut role) = (GONE, Role::None);
    if let Some(user) = user {
        let job = NewJob::pending(new.project, user, Duration::ZERO);
        standing = tables.lock_standing(&job.record(JobId(0)))?;
        role = tables.role(user, new.project)?;
    }
    Ok(Facts {
        standing,
        role,
        plan: tables.plan(new.project)?,
        upstream,
    })
}

pub(in crate::token::store) fn put_plan(
    tables: &mut dyn Tables,
    project: ProjectId,
    plan: &Plan,
) -> Result<(), StoreError> {
    must_exist(tables, project)?;
    tables.put_plan(project, plan)
}

pub(in crate::token::store) fn put_trigger(
    tables: &mut dyn Tables,
    token: &Fresh,
    project: ProjectId,
    owner: UserId,
    now: Time,
) -> Result<(), StoreError> {
    must_exist(tables, project)?;
    tables.user(owner)?.ok_or(StoreErrorKind::NotFound)?;
    let now = effective(tables, now)?;
    tables.add_trigger(&token.digest, &token.trigger(project, owner, now))?;
    tables.persist(now)
}

/// A job can only be part of a pipeline of its own project.
pub(super) fn must_fit(tables: &mut dyn Tables, job: &NewJob) -> Result<(), StoreError> {
    let Some(id) = job.about.pipeline else {
        return Ok(());
    };
    let pipeline = tables.pipeline(id)?;
    match pipeline.is_some_and(|pipeline| pipeline.project == job.project) {
        true => Ok(()),
        false => Err(StoreErrorKind::NotFound.into()),
    }
}
