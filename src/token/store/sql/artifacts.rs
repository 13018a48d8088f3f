//! The statements about artifacts: the same for all databases but for the mark of a parameter.

use crate::token::clock::Time;
use crate::token::directory::{JobName, ProjectId, RefName};
use crate::token::lifecycle::JobId;
use crate::token::store::{Artifact, StoreError};

/// The questions and changes about artifacts. What is over is not found.
pub(in crate::token::store) trait ArtifactTables {
    fn artifact(&mut self, job: JobId, now: Time) -> Result<Option<(JobId, Artifact)>, StoreError>;
    fn latest_artifact(
        &mut self,
        project: ProjectId,
        git_ref: &RefName,
        name: &JobName,
        now: Time,
    ) -> Result<Option<(JobId, Artifact)>, StoreError>;
    /// The jobs whose artifacts are over.
    fn over(&mut self, now: Time) -> Result<Vec<JobId>, StoreError>;
    fn put_artifact(&mut self, job: JobId, artifact: &Artifact) -> Result<(), StoreError>;
    /// Whether there were any, over or not.
    fn delete_artifact(&mut self, job: JobId) -> Result<bool, StoreError>;
}

/// Implements [`ArtifactTables`] for tables with the methods `query`, `first` and `execute`.
macro_rules! implement_artifact_tables {
    ($tables:ty, $mark:literal) => {
        impl ArtifactTables for $tables {
            fn artifact(
                &mut self,
                job: JobId,
                now: Time,
            ) -> Result<Option<(JobId, Artifact)>, StoreError> {
                const FIND: &str = concat!(
                    "SELECT ",
                    artifact_columns!(),
                    " FROM artifacts JOIN jobs ON jobs.id = artifacts.id WHERE artifacts.id = ",
                    $mark,
                    "1 AND NOT jobs.erased \
                     AND (artifacts.expires_at IS NULL OR artifacts.expires_at > ",
                    $mark,
                    "2)"
                );
                self.first(
                    FIND,
                    &[Value::number(job.0), Value::time(now)],
                    columns::artifact,
                )
            }

            fn latest_artifact(
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
                     WHERE jobs.state = 'success' AND jobs.project_id = ",
                    $mark,
                    "1 AND jobs.git_ref = ",
                    $mark,
                    "2 AND jobs.name = ",
                    $mark,
                    "3 AND NOT jobs.erased \
                     AND (artifacts.expires_at IS NULL OR artifacts.expires_at > ",
                    $mark,
                    "4) ORDER BY jobs.id DESC LIMIT 1"
                );
                let values = [
                    Value::number(project.0),
                    Value::Text(git_ref.as_str()),
                    Value::Text(name.as_str()),
                    Value::time(now),
                ];
                self.first(FIND, &values, columns::artifact)
            }

            fn over(&mut self, now: Time) -> Result<Vec<JobId>, StoreError> {
                // Two questions with an index each, rather than a look at all artifacts.
                const FIND: &str = concat!(
                    "SELECT id FROM artifacts WHERE expires_at <= ",
                    $mark,
                    "1 UNION SELECT artifacts.id FROM jobs \
                     JOIN artifacts ON artifacts.id = jobs.id WHERE jobs.erased \
                     ORDER BY id LIMIT ",
                    $mark,
                    "2"
                );
                let values = [Value::time(now), Value::number(MAX_SWEPT as u64)];
                self.query(FIND, &values, columns::id)
            }

            fn put_artifact(&mut self, job: JobId, artifact: &Artifact) -> Result<(), StoreError> {
                const MARK: char = $mark.as_bytes()[0] as char;
                static PUT: LazyLock<String> =
                    LazyLock::new(|| columns::upsert("artifacts", &columns::ARTIFACT, MARK));
                self.execute(&PUT, &columns::put_artifact(job, artifact))
                    .map(drop)
            }

            fn delete_artifact(&mut self, job: JobId) -> Result<bool, StoreError> {
                const DELETE: &str = concat!("DELETE FROM artifacts WHERE id = ", $mark, "1");
                Ok(self.execute(DELETE, &[Value::number(job.0)])? > 0)
            }
        }
    };
}

pub(in crate::token::store) use implement_artifact_tables;
