//! A store in one file of SQLite: for one node.

mod connection;
mod tables;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread::available_parallelism;

use rusqlite::Connection;

use crate::token::lifecycle::Lifecycle;

use super::mark::{Mark, Seen};
use super::sql::pool::Pool;
use super::sql::{self, Database, Tables, implement_store};
use super::{Inspected, StoreError};
use connection::failed;
use tables::SqliteTables;
use writer::{Durability, Writer};

/// The most that read at once.
const READERS: usize = 8;

/// A store in one file of SQLite, with everything in it that a small installation needs.
///
/// What a method did is on the disk before the method returns, and a process that is killed at any
/// moment loses none of it and leaves no half of a change. Only decisions and uses that are written down
/// may reach the disk later, with the next change. One transaction writes at a time; any
/// number of threads read meanwhile, and what is read began after what was written before it. The
/// file and what SQLite keeps beside it (`-wal`, `-shm`) are readable by their owner only. It holds
/// digests and no token.
///
/// Put it on a disk of the machine itself: network file systems do not lock as SQLite needs it.
/// More than one process may have it open.
///
/// **Cost.** [`validate`](Store::validate) is one statement, in parallel. A change waits
/// for those before it and for the disk, once.
///
/// Durations are kept in microseconds; what is finer is cut off.
///
/// # Examples
///
/// ```
/// use masker::token::lifecycle::Lifecycle;
/// use masker::token::store::{SqliteStore, Store};
///
/// let folder = tempfile::tempdir()?;
/// let store = SqliteStore::open(folder.path().join("tokens.db"), Lifecycle::default())?;
/// assert_eq!(store.time()?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteStore {
    lifecycle: Lifecycle,
    mark: OnceLock<Mark>,
    writer: Writer,
    readers: Pool<Connection>,
}

impl SqliteStore {
    /// Opens a file, or makes it, and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// [`NewerSchema`](StoreErrorKind::NewerSchema) if a later version has written it, and
    /// [`Unavailable`](StoreErrorKind::Unavailable) if it cannot be opened, is no such
    /// file, or is the database of another program, which is left as it was.
    pub fn open(path: impl AsRef<Path>, lifecycle: Lifecycle) -> Result<SqliteStore, StoreError> {
        let path: Arc<Path> = path.as_ref().into();
        connection::make(&path)?;
        let mut writer = connection::open(&path)?;
        connection::migrate(&mut writer)?;
        let readers = available_parallelism().map_or(READERS, |it| it.get().clamp(2, READERS));
        Ok(SqliteStore {
            lifecycle,
            mark: OnceLock::new(),
            writer: Writer::new(writer),
            readers: Pool::new(readers, move || connection::open(&path)),
        })
    }
}

impl SqliteStore {
    /// Looks at a file, and changes nothing: neither the file nor its schema.
    ///
    /// # Errors
    ///
    /// As for [`open`](SqliteStore::open); and [`Unavailable`](StoreErrorKind::Unavailable) if there is
    /// no such file.
    pub fn inspect(path: impl AsRef<Path>) -> Result<Inspected, StoreError> {
        connection::inspect(path.as_ref())
    }
}

impl Database for SqliteStore {
    fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    fn mark(&self) -> &OnceLock<Mark> {
        &self.mark
    }

    fn read<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let mut reader = self.readers.take()?;
        // Several statements see one moment; ending this undoes nothing, as there is nothing to undo.
        let transaction = reader.transaction().map_err(failed)?;
        work(&mut SqliteTables(&transaction))
    }

    /// Without a transaction around it, which would be two statements more.
    fn glance<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        work(&mut SqliteTables(&*self.readers.take()?))
    }

    fn write<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let mut turn = self.writer.turn();
        let transaction = turn.begin(Durability::Disk)?;
        let mut tables = SqliteTables(&transaction);
        let mark = self.mark.get();
        let unchanged = transaction.total_changes();
        let known = mark.map(|mark| (mark, mark.known()));
        sql::recognize(&mut tables, &self.lifecycle, known)?;
        let done = work(&mut tables)?;
        let has_changed = transaction.total_changes() != unchanged;
        let mark = mark.filter(|_| has_changed);
        let seen = mark.map(|mark| {
            Ok::<_, StoreError>(Seen {
                moves: sql::move_mark(&mut tables, mark)?,
                highest: tables.highest()?.unwrap_or_default(),
            })
        });
        let seen = seen.transpose()?;
        transaction.commit().map_err(failed)?;
        if let (Some(mark), Some(seen)) = (mark, seen) {
            mark.advance(seen)?;
        }
        Ok(done)
    }

    fn note<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let mut turn = self.writer.turn();
        let transaction = turn.begin(Durability::System)?;
        let done = work(&mut SqliteTables(&transaction))?;
        transaction.commit().map_err(failed)?;
        Ok(done)
    }
}

implement_store!(SqliteStore);

/// Shows nothing of what is kept, and not where.
impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}
