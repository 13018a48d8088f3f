//! The statements about pipelines and triggers, and about what jobs are about.

use std::sync::LazyLock;

use crate::token::directory::{Plan, ProjectId};
use crate::token::id::{Accessor, Digests, KeyId, KeyedDigest};
use crate::token::lifecycle::JobId;
use crate::token::pipelines::{Pipeline, PipelineId};
use crate::token::store::{About, StoreError, Trigger};

use super::Tables;
use super::columns::{self, Value, about_columns, pipeline_columns, trigger_columns};
use super::statement::{insert_numbered, upsert};
use super::tokens::digests;

impl dyn Tables + '_ {
    pub(in crate::token::store) fn about(
        &mut self,
        job: JobId,
    ) -> Result<Option<About>, StoreError> {
        const FIND: &str = concat!("SELECT ", about_columns!(), " FROM jobs WHERE id = ?1");
        self.first(FIND, &[Value::number(job.0)], columns::about)
    }

    pub(in crate::token::store) fn pipeline(
        &mut self,
        id: PipelineId,
    ) -> Result<Option<Pipeline>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            pipeline_columns!(),
            " FROM pipelines WHERE id = ?1"
        );
        self.first(FIND, &[Value::number(id.0)], columns::pipeline)
    }

    /// Adds a pipeline. Its number is the database's.
    pub(super) fn add_pipeline(&mut self, pipeline: &Pipeline) -> Result<PipelineId, StoreError> {
        static ADD: LazyLock<String> =
            LazyLock::new(|| insert_numbered("pipelines", &columns::PIPELINE));
        let variables = columns::variables_bytes(&pipeline.variables);
        let values = columns::put_pipeline(pipeline, &variables);
        let id = self.first(&ADD, &values, columns::pipeline_id)?;
        id.ok_or_else(columns::damaged)
    }

    pub(in crate::token::store) fn plan(&mut self, project: ProjectId) -> Result<Plan, StoreError> {
        let statement = "SELECT refs, protected_refs, job_names FROM plans WHERE id = ?1";
        let found = self.first(statement, &[Value::number(project.0)], columns::plan)?;
        Ok(found.unwrap_or_default())
    }

    pub(super) fn put_plan(&mut self, project: ProjectId, plan: &Plan) -> Result<(), StoreError> {
        static PUT: LazyLock<String> = LazyLock::new(|| upsert("plans", &columns::PLAN));
        let [refs, protected, jobs] = &columns::plan_texts(plan);
        let project = Value::number(project.0);
        let lists = [refs, protected, jobs].map(|list| Value::Text(list));
        let values = [project, lists[0], lists[1], lists[2]];
        self.execute(&PUT, &values).map(drop)
    }

    pub(super) fn add_trigger(
        &mut self,
        digest: &KeyedDigest,
        trigger: &Trigger,
    ) -> Result<(), StoreError> {
        const ADD: &str = concat!(
            "INSERT INTO triggers (digest, ",
            trigger_columns!(),
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        );
        self.execute(ADD, &columns::put_trigger(digest, trigger))
            .map(drop)
    }

    pub(in crate::token::store) fn trigger(
        &mut self,
        token: &Digests,
    ) -> Result<Option<Trigger>, StoreError> {
        const FIND: &str = concat!(
            "SELECT digest, key_id, ",
            trigger_columns!(),
            " FROM triggers WHERE digest IN (?1, ?2, ?3)"
        );
        self.presented(FIND, &digests(token), token, columns::trigger)
    }

    pub(in crate::token::store) fn triggers(
        &mut self,
        project: ProjectId,
    ) -> Result<Vec<Trigger>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            trigger_columns!(),
            " FROM triggers WHERE project_id = ?1 ORDER BY id"
        );
        self.query(FIND, &[Value::number(project.0)], columns::trigger)
    }

    /// Whether it was there.
    pub(in crate::token::store) fn delete_trigger(
        &mut self,
        accessor: &Accessor,
    ) -> Result<bool, StoreError> {
        let statement = "DELETE FROM triggers WHERE accessor = ?1";
        let deleted = self.execute(statement, &[Value::Text(accessor.as_str())])?;
        Ok(deleted > 0)
    }

    /// Deletes those under other keys than these.
    pub(super) fn retain_triggers(&mut self, keys: &[KeyId]) -> Result<(), StoreError> {
        // They are few, and rarely deleted: not worth a statement for each number of keys.
        let all = self.query("SELECT key_id FROM triggers", &[], |row| columns::key(row))?;
        for key in all.iter().filter(|key| !keys.contains(key)) {
            let statement = "DELETE FROM triggers WHERE key_id = ?1";
            self.execute(statement, &[Value::number(key.0.into())])?;
        }
        Ok(())
    }
}
