//! The file, connections to it and its schema.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior, ffi};

use crate::token::store::sql::pool::Reusable;
use crate::token::store::{StoreError, StoreErrorKind};

/// From the first to the last, each applied once and never changed again.
const MIGRATIONS: &[&str] = &[
    include_str!("0001.sql"),
    include_str!("0002.sql"),
    include_str!("0003.sql"),
];

/// How long another process may keep the file locked.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than there are statements.
const STATEMENTS: usize = 64;

/// A connection whose transaction was dropped is as good as new.
impl Reusable for Connection {
    fn is_reusable(&self) -> bool {
        self.is_autocommit()
    }
}

/// Makes the file if it is not there, and closes it to all but its owner.
///
/// SQLite gives what it makes beside the file the same mode.
pub(super) fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path).map_err(StoreError::unavailable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let private = std::fs::Permissions::from_mode(0o600);
        file.set_permissions(private)
            .map_err(StoreError::unavailable)?;
    }
    drop(file);
    Ok(())
}

pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(failed)?;
    if mode != "wal" {
        return Err(StoreError::unavailable(
            "SQLite cannot write ahead where the file is",
        ));
    }
    // FULL: a commit is on the disk when it returns. NORMAL would lose the last ones with the power.
    let settings = "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON; \
                    PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
    connection.execute_batch(settings).map_err(failed)?;
    Ok(connection)
}

/// Applies what is missing, in one transaction. Another process that starts meanwhile waits for it.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = begun.map_err(failed)?;
    let version: i64 = transaction
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(failed)?;
    let applied = usize::try_from(version).unwrap_or(usize::MAX);
    let missing = MIGRATIONS
        .get(applied..)
        .ok_or(StoreErrorKind::NewerSchema)?;
    for migration in missing {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    let version = format!("PRAGMA user_version = {}", MIGRATIONS.len());
    transaction.execute_batch(&version).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// An error without the values of the statement.
pub(super) fn failed(error: rusqlite::Error) -> StoreError {
    use ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    let rusqlite::Error::SqliteFailure(code, message) = &error else {
        return StoreError::unavailable("SQLite was asked for something it does not have");
    };
    let is_taken = code.code == ErrorCode::ConstraintViolation
        && matches!(
            code.extended_code,
            SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY
        );
    // Two live tokens of a job are no duplicate but a damage.
    let is_of_job = |message: &String| message.contains("tokens.job_id");
    match is_taken && !message.as_ref().is_some_and(is_of_job) {
        true => StoreErrorKind::Duplicate.into(),
        false => StoreError::unavailable(*code),
    }
}
