//! The statements about artifacts.

use std::sync::LazyLock;

use crate::token::clock::Time;
use crate::token::directory::{JobName, ProjectId, RefName};
use crate::token::lifecycle::JobId;
use crate::token::store::sql::columns::{self, Value, artifact_columns};
use crate::token::store::sql::{ArtifactTables, implement_artifact_tables};
use crate::token::store::{Artifact, MAX_SWEPT, StoreError};

use super::tables::SqliteTables;

implement_artifact_tables!(SqliteTables<'_>, "?");
