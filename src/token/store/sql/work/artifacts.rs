//! Artifacts. The job is locked where one is changed: it may be erased meanwhile.

use crate::token::clock::Time;
use crate::token::directory::{JobName, ProjectId, RefName};
use crate::token::lifecycle::{JobId, Lifecycle};
use crate::token::store::{Artifact, StoreError, StoreErrorKind};

use super::effective;
use crate::token::store::sql::Tables;

pub(in crate::token::store) fn put_artifact(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    job: JobId,
    artifact: &Artifact,
    now: Time,
) -> Result<(), StoreError> {
    let record = tables.lock_job(job)?.ok_or(StoreErrorKind::NotFound)?;
    lifecycle.keeps_artifacts(&record)?;
    let now = effective(tables, now)?;
    tables.put_artifact(job, artifact)?;
    tables.persist(now)
}

pub(in crate::token::store) fn artifact(
    tables: &mut dyn Tables,
    job: JobId,
    now: Time,
) -> Result<Option<(JobId, Artifact)>, StoreError> {
    let now = effective(tables, now)?;
    tables.artifact(job, now)
}

pub(in crate::token::store) fn latest_artifact(
    tables: &mut dyn Tables,
    project: ProjectId,
    git_ref: &RefName,
    name: &JobName,
    now: Time,
) -> Result<Option<(JobId, Artifact)>, StoreError> {
    let now = effective(tables, now)?;
    tables.latest_artifact(project, git_ref, name, now)
}

pub(in crate::token::store) fn expire_artifact(
    tables: &mut dyn Tables,
    job: JobId,
    expires_at: Option<Time>,
    now: Time,
) -> Result<(), StoreError> {
    tables.lock_job(job)?.ok_or(StoreErrorKind::NotFound)?;
    let now = effective(tables, now)?;
    let (_, mut artifact) = tables.artifact(job, now)?.ok_or(StoreErrorKind::NotFound)?;
    artifact.expires_at = expires_at;
    tables.put_artifact(job, &artifact)?;
    tables.persist(now)
}

pub(in crate::token::store) fn forget_artifact(
    tables: &mut dyn Tables,
    job: JobId,
    now: Time,
) -> Result<(), StoreError> {
    tables.lock_job(job)?.ok_or(StoreErrorKind::NotFound)?;
    let now = effective(tables, now)?;
    if tables.artifact(job, now)?.is_some() || !tables.delete_artifact(job)? {
        return Err(StoreErrorKind::NotFound.into());
    }
    tables.persist(now)
}
