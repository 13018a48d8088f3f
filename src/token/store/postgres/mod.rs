//! A store in PostgreSQL: for many nodes.

mod connection;
mod tables;
mod values;

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use crate::token::lifecycle::Lifecycle;

use super::mark::{Mark, Seen};
use super::sql::pool::Pool;
use super::sql::{self, Database, Tables, implement_store};
use super::{Inspected, StoreError};
use connection::Connection;
use tables::PostgresTables;

/// The most connections of a store.
const CONNECTIONS: usize = 8;

/// A store in PostgreSQL 13 or later, which any number of nodes share.
///
/// What a method did is durable and in force on every node before the method returns: nothing is
/// cached. A claim takes a job that no other claim is looking at, so claims do not wait for each
/// other. The tables hold digests and no token.
///
/// **Set-up.** Give it a database, or a schema, of its own: its tables are called `jobs`, `tokens`,
/// `projects` and so on, and are made by [`connect`](PostgresStore::connect) in the first schema of
/// the search path. Connections are not encrypted, so they do not leave the machine: hosts are unix
/// sockets, `localhost` or addresses of the loopback, unless `sslmode=disable` says that nobody else
/// reads the network. They go to the server itself: a pooler that gives each transaction another connection
/// breaks prepared statements. Of several hosts the one is taken that can be written to.
///
/// **Cost.** [`validate`](Store::validate) is one statement. A change is a few of them and one wait
/// for the disk. Up to 8 connections are opened as they are needed and kept.
///
/// **Blocking**, as every store; and no method may be called, nor a store be dropped, on a thread
/// that polls futures of tokio: it would panic there. `spawn_blocking` has threads for it.
///
/// Should the connection break while a change is being committed, the error does not tell whether
/// it was: ask again.
///
/// Durations are kept in microseconds; what is finer is cut off.
///
/// # Examples
///
/// ```no_run
/// use masker::token::lifecycle::Lifecycle;
/// use masker::token::store::{PostgresStore, Store};
///
/// let config = "host=/run/postgresql user=masker dbname=masker";
/// let store = PostgresStore::connect(config, Lifecycle::default())?;
/// assert_eq!(store.time()?, None);
/// # Ok::<(), masker::token::store::StoreError>(())
/// ```
pub struct PostgresStore {
    lifecycle: Lifecycle,
    mark: OnceLock<Mark>,
    connections: Pool<Connection>,
}

impl PostgresStore {
    /// Connects as libpq's strings and URLs say, and brings the schema up to date.
    ///
    /// # Errors
    ///
    /// [`NewerSchema`](StoreErrorKind::NewerSchema) if a later version has written it,
    /// [`Misconfigured`](StoreErrorKind::Misconfigured) if the configuration is none, asks for
    /// encryption, or would leave the machine without it, and
    /// [`Unavailable`](StoreErrorKind::Unavailable) if the server cannot be reached, demands
    /// encryption or cannot be written to.
    pub fn connect(config: &str, lifecycle: Lifecycle) -> Result<PostgresStore, StoreError> {
        let config = connection::config(config)?;
        let connections = Pool::new(CONNECTIONS, move || Connection::open(&config));
        connections.take()?.migrate()?;
        Ok(PostgresStore {
            lifecycle,
            mark: OnceLock::new(),
            connections,
        })
    }
}

impl PostgresStore {
    /// Connects, looks, and changes nothing.
    ///
    /// # Errors
    ///
    /// As for [`connect`](PostgresStore::connect).
    pub fn inspect(config: &str) -> Result<Inspected, StoreError> {
        Connection::open(&connection::config(config)?)?.inspect()
    }
}

impl Database for PostgresStore {
    fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    fn mark(&self) -> &OnceLock<Mark> {
        &self.mark
    }

    /// The work is one statement, which sees one moment by itself.
    fn read<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        work(&mut PostgresTables::new(&mut *self.connections.take()?))
    }

    fn write<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let mut connection = self.connections.take()?;
        let mark = self.mark.get();
        let known = mark.map(|mark| (mark, mark.known()));
        let (done, seen) = connection.transact(|connection| {
            let mut tables = PostgresTables::new(connection);
            sql::recognize(&mut tables, &self.lifecycle, known)?;
            let done = work(&mut tables)?;
            let kept = tables.keep_time()?;
            let (Some(mark), Some(highest)) = (mark, kept) else {
                return Ok((done, None));
            };
            let moves = sql::move_mark(&mut tables, mark)?;
            Ok((done, Some((mark, Seen { moves, highest }))))
        })?;
        if let Some((mark, seen)) = seen {
            mark.advance(seen)?;
        }
        Ok(done)
    }
}

implement_store!(PostgresStore);

/// Shows nothing of what is kept, and not where.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}
