//! The statements about artifacts. What is over is not found.

use std::sync::LazyLock;

use crate::token::clock::Time;
use crate::token::directory::{JobName, ProjectId, RefName};
use crate::token::lifecycle::JobId;
use crate::token::store::{Artifact, MAX_SWEPT, StoreError};

use super::Tables;
use super::columns::{self, Value, artifact_columns};
use super::statement::upsert;

impl dyn Tables + '_ {
    pub(super) fn artifact(
        &mut self,
        job: JobId,
        now: Time,
    ) -> Result<Option<(JobId, Artifact)>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            artifact_columns!(),
            " FROM artifacts JOIN jobs ON jobs.id = artifacts.id \
             WHERE artifacts.id = ?1 AND NOT jobs.erased \
             AND (artifacts.expires_at IS NULL OR artifacts.expires_at > ?2)"
        );
        self.first(
            FIND,
            &[Value::number(job.0), Value::time(now)],
            columns::artifact,
        )
    }

    pub(super) fn latest_artifact(
        &mut self,
        project: ProjectId,
        git_ref: &RefName,
        name: &JobName,
        now: Time,
    ) -> Result<Option<(JobId, Artifact)>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            artifact_columns!(),
            " FROM artifacts JOIN jobs ON jobs.id = artifacts.id \
             WHERE jobs.state = 'success' AND jobs.project_id = ?1 AND jobs.git_ref = ?2 \
             AND jobs.name = ?3 AND NOT jobs.erased \
             AND (artifacts.expires_at IS NULL OR artifacts.expires_at > ?4) \
             ORDER BY jobs.id DESC LIMIT 1"
        );
        let values = [
            Value::number(project.0),
            Value::Text(git_ref.as_str()),
            Value::Text(name.as_str()),
            Value::time(now),
        ];
        self.first(FIND, &values, columns::artifact)
    }

    /// The jobs whose artifacts are over.
    pub(super) fn over(&mut self, now: Time) -> Result<Vec<JobId>, StoreError> {
        // Two questions with an index each, rather than a look at all artifacts.
        let statement = "SELECT id FROM artifacts WHERE expires_at <= ?1 \
             UNION SELECT artifacts.id FROM jobs \
             JOIN artifacts ON artifacts.id = jobs.id WHERE jobs.erased \
             ORDER BY id LIMIT ?2";
        let values = [Value::time(now), Value::number(MAX_SWEPT as u64)];
        self.query(statement, &values, columns::id)
    }

    pub(super) fn put_artifact(
        &mut self,
        job: JobId,
        artifact: &Artifact,
    ) -> Result<(), StoreError> {
        static PUT: LazyLock<String> = LazyLock::new(|| upsert("artifacts", &columns::ARTIFACT));
        self.execute(&PUT, &columns::put_artifact(job, artifact))
            .map(drop)
    }

    /// Whether there were any, over or not.
    pub(super) fn delete_artifact(&mut self, job: JobId) -> Result<bool, StoreError> {
        let statement = "DELETE FROM artifacts WHERE id = ?1";
        Ok(self.execute(statement, &[Value::number(job.0)])? > 0)
    }
}
