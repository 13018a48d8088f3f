//! What is known of artifacts.

use crate::token::clock::Time;
use crate::token::directory::{JobName, ProjectId, RefName};
use crate::token::lifecycle::{JobId, JobState, Lifecycle};
use crate::token::store::{Artifact, MAX_SWEPT, StoreError, StoreErrorKind};

use super::tables::Tables;

impl Tables {
    pub(super) fn put_artifact(
        &mut self,
        lifecycle: &Lifecycle,
        job: JobId,
        artifact: &Artifact,
        now: Time,
    ) -> Result<(), StoreError> {
        let record = self.jobs.get(&job).ok_or(StoreErrorKind::NotFound)?;
        lifecycle.keeps_artifacts(record)?;
        self.artifacts.insert(job, artifact.clone());
        self.persist(self.effective(now));
        Ok(())
    }

    /// A job's artifacts, if they are not over.
    pub(super) fn artifact(&self, job: JobId, now: Time) -> Option<&Artifact> {
        let (artifact, now) = (self.artifacts.get(&job), self.effective(now));
        artifact.filter(|it| !it.is_over(now) && !self.jobs[&job].erased)
    }

    pub(super) fn latest_artifact(
        &self,
        project: ProjectId,
        git_ref: &RefName,
        name: &JobName,
        now: Time,
    ) -> Option<(JobId, Artifact)> {
        let is_asked_for = |job: &JobId| {
            let (record, about) = (&self.jobs[job], &self.abouts[job]);
            let is_of = record.project == project && record.state == JobState::Success;
            is_of && about.git_ref.as_ref() == Some(git_ref) && about.name == *name
        };
        let jobs = self.artifacts.keys().rev();
        let mut found = jobs
            .filter(|job| is_asked_for(job))
            .filter_map(|job| Some((*job, self.artifact(*job, now)?.clone())));
        found.next()
    }

    pub(super) fn expire_artifact(
        &mut self,
        job: JobId,
        expires_at: Option<Time>,
        now: Time,
    ) -> Result<(), StoreError> {
        let artifact = self.artifact(job, now).cloned();
        let mut artifact = artifact.ok_or(StoreErrorKind::NotFound)?;
        artifact.expires_at = expires_at;
        self.artifacts.insert(job, artifact);
        self.persist(self.effective(now));
        Ok(())
    }

    pub(super) fn forget_artifact(&mut self, job: JobId, now: Time) -> Result<(), StoreError> {
        if !self.artifacts.contains_key(&job) || self.artifact(job, now).is_some() {
            return Err(StoreErrorKind::NotFound.into());
        }
        self.artifacts.remove(&job);
        self.persist(self.effective(now));
        Ok(())
    }

    /// The jobs whose artifacts are over.
    pub(super) fn over(&self, now: Time) -> Vec<JobId> {
        let all = self.artifacts.keys().copied();
        let over = all.filter(|job| self.artifact(*job, now).is_none());
        over.take(MAX_SWEPT).collect()
    }
}
