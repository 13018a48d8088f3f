//! The statements about pipelines and triggers.

use std::sync::LazyLock;

use crate::token::directory::{Plan, ProjectId};
use crate::token::id::{Accessor, Digests, KeyId, KeyedDigest};
use crate::token::lifecycle::JobId;
use crate::token::pipelines::{Pipeline, PipelineId};
use crate::token::store::sql::columns::{
    self, Value, about_columns, pipeline_columns, trigger_columns,
};
use crate::token::store::sql::{PipelineTables, implement_pipeline_tables};
use crate::token::store::{About, StoreError, Trigger};

use super::tables::PostgresTables;

implement_pipeline_tables!(PostgresTables<'_>, "$");
