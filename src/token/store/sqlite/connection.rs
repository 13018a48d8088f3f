//! The file, connections to it and its schema.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, ffi};

use crate::token::store::sql::pool::Reusable;
use crate::token::store::sql::{self, Tables};
use crate::token::store::{Inspected, Schema, StoreError, StoreErrorKind};

use super::tables::SqliteTables;

/// From the first to the last, each applied once and never changed again.
const MIGRATIONS: &[&str] = &[
    include_str!("0001.sql"),
    include_str!("0002.sql"),
    include_str!("0003.sql"),
    include_str!("0004.sql"),
    include_str!("0005.sql"),
    include_str!("0006.sql"),
    include_str!("0007.sql"),
];

/// How long another process may keep the file locked.
const PATIENCE: Duration = Duration::from_secs(10);

/// What stands for itself in the name of a file, where that is written as a URL.
const IN_NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_');

/// More than there are statements.
const STATEMENTS: usize = 64;

/// A connection whose transaction was dropped is as good as new.
impl Reusable for Connection {
    fn is_reusable(&self) -> bool {
        self.is_autocommit()
    }
}

/// Makes the file if it is not there, for its owner only. What is no file is left alone: to open it may
/// wait for ever, and it is not ours to close to others.
pub(super) fn make(path: &Path) -> Result<(), StoreError> {
    if std::fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(not_regular());
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(StoreError::unavailable)?;
    Ok(())
}

pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    // `:memory:` and `file:` mean something else to SQLite, but not behind a folder.
    let plain = Path::new(".").join(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(plain, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    refuse_others(&connection)?;
    make_private(path)?;
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

/// Opens a file to look at it. Where nobody writes ahead of it, SQLite is told that it stays as it is:
/// else it would make files beside it.
pub(super) fn inspect(path: &Path) -> Result<Inspected, StoreError> {
    let found = std::fs::metadata(path).map_err(StoreError::unavailable)?;
    if !found.is_file() {
        return Err(not_regular());
    }
    let mut ahead = path.as_os_str().to_owned();
    ahead.push("-wal");
    let immutable = if Path::new(&ahead).exists() {
        ""
    } else {
        "?immutable=1"
    };
    let plain = Path::new(".").join(path);
    let name = percent_encode(plain.as_os_str().as_encoded_bytes(), IN_NAME);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("file:{name}{immutable}"), flags);
    let connection = connection.map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    refuse_others(&connection)?;
    let schema = Schema::of(applied(&connection)?, MIGRATIONS.len())?;
    let tables: &mut dyn Tables = &mut SqliteTables(&connection);
    let epoch = match schema {
        Schema::Missing => None,
        _ => tables.lock_epoch()?,
    };
    let keys = match schema {
        Schema::Current => sql::keys(tables)?,
        _ => None,
    };
    Ok(Inspected {
        schema,
        epoch,
        keys,
    })
}

/// How many migrations were applied.
fn applied(connection: &Connection) -> Result<usize, StoreError> {
    let version: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(failed)?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn not_regular() -> StoreError {
    StoreError::unavailable("this is no regular file")
}

/// Refuses the database of another program before anything of it is changed.
fn refuse_others(connection: &Connection) -> Result<(), StoreError> {
    // One statement: another process may make the tables at this moment.
    let found =
        "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version";
    let found: Result<(i64, i64), _> =
        connection.query_row(found, [], |row| Ok((row.get(0)?, row.get(1)?)));
    match found.map_err(failed)? {
        (0, tables) if tables > 0 => Err(StoreError::unavailable(
            "this is a database of another program",
        )),
        _ => Ok(()),
    }
}

/// Closes the file to all but its owner. SQLite gives what it makes beside it the same mode.
#[cfg(unix)]
fn make_private(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, private).map_err(StoreError::unavailable)
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Applies what is missing, in one transaction. Another process that starts meanwhile waits for it.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = begun.map_err(failed)?;
    let missing = MIGRATIONS
        .get(applied(&transaction)?..)
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
