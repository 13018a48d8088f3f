//! What a database says to whoever only looks.

use super::{StoreError, StoreErrorKind};

/// What is found of a store without a change of it: see
/// [`SqliteStore::inspect`](super::SqliteStore::inspect) and
/// [`PostgresStore::inspect`](super::PostgresStore::inspect).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspected {
    /// How far its schema is.
    pub schema: Schema,
    /// The epoch of the keys that it has seen last, if it has seen any.
    pub epoch: Option<u64>,
    /// The name of the keys that it knows, if it knows any and its schema is this version's.
    pub keys: Option<String>,
}

/// How far the schema of a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schema {
    /// As this version has it.
    Current,
    /// That of an earlier version: whoever opens the store brings it up to date.
    Older,
    /// There is none yet: whoever opens the store makes it.
    Missing,
}

impl Schema {
    /// Of so many migrations so many are applied.
    pub(super) fn of(applied: usize, known: usize) -> Result<Schema, StoreError> {
        match applied {
            0 => Ok(Schema::Missing),
            _ if applied < known => Ok(Schema::Older),
            _ if applied == known => Ok(Schema::Current),
            _ => Err(StoreErrorKind::NewerSchema.into()),
        }
    }
}
