//! The statements about pipelines and triggers: the same for all databases but for the mark of a
//! parameter.

use crate::token::directory::{Plan, ProjectId};
use crate::token::id::{Accessor, Digests, KeyId, KeyedDigest};
use crate::token::lifecycle::JobId;
use crate::token::pipelines::{Pipeline, PipelineId};
use crate::token::store::{About, StoreError, Trigger};

/// The questions and changes about pipelines, and what jobs are about.
pub(in crate::token::store) trait PipelineTables {
    fn about(&mut self, job: JobId) -> Result<Option<About>, StoreError>;
    fn pipeline(&mut self, pipeline: PipelineId) -> Result<Option<Pipeline>, StoreError>;
    /// Adds a pipeline. Its number is the database's.
    fn add_pipeline(&mut self, pipeline: &Pipeline) -> Result<PipelineId, StoreError>;
    fn plan(&mut self, project: ProjectId) -> Result<Plan, StoreError>;
    fn put_plan(&mut self, project: ProjectId, plan: &Plan) -> Result<(), StoreError>;
    fn add_trigger(&mut self, digest: &KeyedDigest, trigger: &Trigger) -> Result<(), StoreError>;
    fn trigger(&mut self, token: &Digests) -> Result<Option<Trigger>, StoreError>;
    fn triggers(&mut self, project: ProjectId) -> Result<Vec<Trigger>, StoreError>;
    /// Whether it was there.
    fn delete_trigger(&mut self, accessor: &Accessor) -> Result<bool, StoreError>;
    /// Deletes those under other keys than these.
    fn retain_triggers(&mut self, keys: &[KeyId]) -> Result<(), StoreError>;
}

/// Implements [`PipelineTables`] for tables with the methods `query`, `first` and `execute`.
macro_rules! implement_pipeline_tables {
    ($tables:ty, $mark:literal) => {
        impl PipelineTables for $tables {
            fn about(&mut self, job: JobId) -> Result<Option<About>, StoreError> {
                const FIND: &str = concat!(
                    "SELECT ",
                    about_columns!(),
                    " FROM jobs WHERE id = ",
                    $mark,
                    "1"
                );
                self.first(FIND, &[Value::number(job.0)], columns::about)
            }

            fn pipeline(&mut self, id: PipelineId) -> Result<Option<Pipeline>, StoreError> {
                const FIND: &str = concat!(
                    "SELECT ",
                    pipeline_columns!(),
                    " FROM pipelines WHERE id = ",
                    $mark,
                    "1"
                );
                self.first(FIND, &[Value::number(id.0)], columns::pipeline)
            }

            fn add_pipeline(&mut self, pipeline: &Pipeline) -> Result<PipelineId, StoreError> {
                static ADD: LazyLock<String> =
                    LazyLock::new(|| columns::insert("pipelines", &columns::PIPELINE, MARK));
                const MARK: char = $mark.as_bytes()[0] as char;
                let variables = columns::variables_bytes(&pipeline.variables);
                let values = columns::put_pipeline(pipeline, &variables);
                let id = self.first(&ADD, &values, columns::pipeline_id)?;
                id.ok_or_else(columns::damaged)
            }

            fn plan(&mut self, project: ProjectId) -> Result<Plan, StoreError> {
                const FIND: &str = concat!(
                    "SELECT refs, protected_refs, job_names FROM plans WHERE id = ",
                    $mark,
                    "1"
                );
                let found = self.first(FIND, &[Value::number(project.0)], columns::plan)?;
                Ok(found.unwrap_or_default())
            }

            fn put_plan(&mut self, project: ProjectId, plan: &Plan) -> Result<(), StoreError> {
                static PUT: LazyLock<String> =
                    LazyLock::new(|| columns::upsert("plans", &columns::PLAN, MARK));
                const MARK: char = $mark.as_bytes()[0] as char;
                let [refs, protected, jobs] = &columns::plan_texts(plan);
                let project = Value::number(project.0);
                let lists = [refs, protected, jobs].map(|list| Value::Text(list));
                let values = [project, lists[0], lists[1], lists[2]];
                self.execute(&PUT, &values).map(drop)
            }

            fn add_trigger(
                &mut self,
                digest: &KeyedDigest,
                trigger: &Trigger,
            ) -> Result<(), StoreError> {
                const ADD: &str = concat!(
                    "INSERT INTO triggers (digest, ",
                    trigger_columns!(),
                    ") VALUES (",
                    $mark,
                    "1, ",
                    $mark,
                    "2, ",
                    $mark,
                    "3, ",
                    $mark,
                    "4, ",
                    $mark,
                    "5, ",
                    $mark,
                    "6)"
                );
                self.execute(ADD, &columns::put_trigger(digest, trigger))
                    .map(drop)
            }

            fn trigger(&mut self, token: &Digests) -> Result<Option<Trigger>, StoreError> {
                const FIND: &str = concat!(
                    "SELECT digest, key_id, ",
                    trigger_columns!(),
                    " FROM triggers WHERE digest = ",
                    $mark,
                    "1"
                );
                let mut found = None;
                // Every key's digest is looked up, whichever is the right one.
                for presented in token.as_slice() {
                    let digest = Value::Bytes(presented.digest.as_bytes());
                    let row = self.first(FIND, &[digest], |row| {
                        Ok((columns::digest(row)?, columns::trigger(row)?))
                    })?;
                    let row = row.filter(|(digest, _)| digest == presented);
                    found = found.or(row.map(|(_, trigger)| trigger));
                }
                Ok(found)
            }

            fn triggers(&mut self, project: ProjectId) -> Result<Vec<Trigger>, StoreError> {
                const FIND: &str = concat!(
                    "SELECT ",
                    trigger_columns!(),
                    " FROM triggers WHERE project_id = ",
                    $mark,
                    "1 ORDER BY id"
                );
                self.query(FIND, &[Value::number(project.0)], columns::trigger)
            }

            fn delete_trigger(&mut self, accessor: &Accessor) -> Result<bool, StoreError> {
                const DELETE: &str = concat!("DELETE FROM triggers WHERE accessor = ", $mark, "1");
                let deleted = self.execute(DELETE, &[Value::Text(accessor.as_str())])?;
                Ok(deleted > 0)
            }

            fn retain_triggers(&mut self, keys: &[KeyId]) -> Result<(), StoreError> {
                // They are few, and rarely deleted: not worth a statement for each number of keys.
                let all =
                    self.query("SELECT key_id FROM triggers", &[], |row| columns::key(row))?;
                for key in all.iter().filter(|key| !keys.contains(key)) {
                    const DELETE: &str =
                        concat!("DELETE FROM triggers WHERE key_id = ", $mark, "1");
                    self.execute(DELETE, &[Value::number(key.0.into())])?;
                }
                Ok(())
            }
        }
    };
}

pub(in crate::token::store) use implement_pipeline_tables;
