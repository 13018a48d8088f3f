//! Pipelines, and what their jobs are about.

use crate::token::clock::Time;
use crate::token::directory::Role;
use crate::token::lifecycle::Standing;
use crate::token::pipelines::{Cause, Facts, NewPipeline, Pipeline, PipelineId};
use crate::token::store::{About, NewJob, StoreError, StoreErrorKind};

use super::tables::Tables;

impl Tables {
    pub(super) fn start_pipeline(
        &mut self,
        new: &NewPipeline,
        now: Time,
    ) -> Result<Pipeline, StoreError> {
        let now = self.effective(now);
        let facts = self.facts(new);
        let pipeline = new.start(self.next_pipeline(), &facts, now)?;
        self.pipelines.insert(pipeline.id, pipeline.clone());
        for job in NewJob::of(&pipeline, &facts.plan) {
            let id = self.next_job();
            self.add(job.record(id), job.about);
        }
        self.persist(now);
        Ok(pipeline)
    }

    /// What a new job is about, if that can be.
    pub(super) fn about(&self, job: &NewJob) -> Result<About, StoreError> {
        let is_its = |pipeline: &Pipeline| pipeline.project == job.project;
        match job.about.pipeline {
            Some(id) if !self.pipelines.get(&id).is_some_and(is_its) => {
                Err(StoreErrorKind::NotFound.into())
            }
            _ => Ok(job.about.clone()),
        }
    }

    fn next_pipeline(&self) -> PipelineId {
        let last = self.pipelines.last_key_value();
        PipelineId(last.map_or(1, |(last, _)| last.0 + 1))
    }

    /// What bears on whether a pipeline may start.
    fn facts(&self, new: &NewPipeline) -> Facts {
        let upstream = match new.cause {
            Cause::Job(job) => self.jobs.get(&job).cloned().map(|job| {
                let pipeline = self.abouts.get(&job.id).and_then(|about| about.pipeline);
                let pipeline = pipeline.and_then(|id| self.pipelines.get(&id));
                (job, pipeline.cloned())
            }),
            Cause::User { .. } => None,
        };
        let user = new.user(upstream.as_ref().map(|(job, _)| job));
        let project = self.directory.by_id(new.project);
        Facts {
            standing: Standing {
                project_alive: project.is_some_and(|project| !project.pending_delete),
                user_active: user.is_some_and(|user| self.directory.is_active(user)),
            },
            role: user.map_or(Role::None, |user| self.directory.role(user, new.project)),
            plan: self.directory.plan(new.project),
            upstream,
        }
    }
}
