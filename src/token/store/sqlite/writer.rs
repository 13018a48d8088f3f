//! The connection that writes, which threads take in turns.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::token::store::StoreError;

use super::connection::failed;

/// What has to outlive what, once it is committed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// The power of the machine: a commit waits for the disk.
    Disk,
    /// The process. The next commit that waits for the disk takes this one along.
    System,
}

/// The connection that writes, and what its commits outlive as it is set.
pub(super) struct Writer(Mutex<(Connection, Durability)>);

/// The connection, for one transaction.
pub(super) struct Turn<'w>(MutexGuard<'w, (Connection, Durability)>);

impl Writer {
    /// Takes a connection as [`open`](super::connection::open) makes it.
    pub(super) fn new(connection: Connection) -> Writer {
        Writer(Mutex::new((connection, Durability::Disk)))
    }

    /// Waits for those before.
    pub(super) fn turn(&self) -> Turn<'_> {
        // What a panic left open was undone when its transaction was dropped.
        Turn(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Turn<'_> {
    /// Locks the file before anything is read: what is read is what will be changed.
    pub(super) fn begin(&mut self, durability: Durability) -> Result<Transaction<'_>, StoreError> {
        let (connection, current) = &mut *self.0;
        if *current != durability {
            let synchronous = match durability {
                Durability::Disk => "PRAGMA synchronous = FULL",
                Durability::System => "PRAGMA synchronous = NORMAL",
            };
            connection.execute_batch(synchronous).map_err(failed)?;
            *current = durability;
        }
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        begun.map_err(failed)
    }
}
