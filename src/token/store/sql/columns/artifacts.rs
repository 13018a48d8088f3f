//! The columns of artifacts.

use crate::token::lifecycle::JobId;
use crate::token::store::{Artifact, FileName, StoreError};

use super::{Columns, Value, damaged, flag, id, need, number, time};

/// What [`artifact`] reads.
macro_rules! artifact_columns {
    () => {
        "artifacts.id, artifacts.file_name, artifacts.size, artifacts.expires_at, \
         artifacts.is_private"
    };
}

pub(in crate::token::store) use artifact_columns;

/// The names of the columns that [`put_artifact`] writes.
pub(in crate::token::store) const ARTIFACT: [&str; 5] =
    ["id", "file_name", "size", "expires_at", "is_private"];

pub(in crate::token::store) fn artifact(
    row: &mut dyn Columns,
) -> Result<(JobId, Artifact), StoreError> {
    let job = id(row)?;
    let file_name = FileName::new(&need(row.text()?)?).map_err(|_| damaged())?;
    let artifact = Artifact {
        file_name,
        size: number(row)?,
        expires_at: time(row)?,
        is_private: flag(row)?,
    };
    Ok((job, artifact))
}

pub(in crate::token::store) fn put_artifact(
    job: JobId,
    artifact: &Artifact,
) -> [Value<'_>; ARTIFACT.len()] {
    [
        Value::number(job.0),
        Value::Text(artifact.file_name.as_str()),
        Value::number(artifact.size),
        Value::or_null(artifact.expires_at, Value::time),
        Value::Flag(artifact.is_private),
    ]
}
