//! What the stores in databases share: the order of work in each transaction, the statements it is
//! made of, the columns of a row and a pool of connections.

mod artifacts;
pub(super) mod columns;
mod directory;
pub(super) mod journal;
mod pipelines;
pub(super) mod pool;
mod statement;
mod store;
mod tokens;
mod work;

use std::sync::OnceLock;

use crate::token::clock::Time;
use crate::token::directory::{Project, Role, User};
use crate::token::lifecycle::{Lifecycle, Record, Why};
use crate::token::store::mark::Mark;
use crate::token::store::{About, StoreError, TokenEntry};

use columns::{Columns, Value};

pub(super) use store::implement_store;
pub(super) use tokens::{SAVE_JOB, SAVE_TOKEN};
pub(super) use work::*;

/// A database: it runs work in transactions.
pub(super) trait Database {
    fn lifecycle(&self) -> &Lifecycle;

    /// The mark that each change moves, once there is one.
    fn mark(&self) -> &OnceLock<Mark>;

    /// Reads at one moment.
    fn read<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError>;

    /// Reads with one statement, which sees one moment by itself.
    fn glance<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        self.read(work)
    }

    /// A transaction: durable once this returns, and undone if the work or this fails.
    fn write<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError>;

    /// The same for what changes nothing that is decided from: the last of it may be lost with the power.
    fn note<R>(
        &self,
        work: impl FnOnce(&mut dyn Tables) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        self.write(work)
    }
}

/// The tables of a database, in a transaction.
///
/// Only what each database does in its own way is here. All else is statements that stand once, in
/// the files beside this one. Their parameters are `?1`, `?2` and so on, as in SQLite; what locks
/// rows is the last clause and begins with `FOR`, as in PostgreSQL. Each database puts what is not
/// its own in its own words when it prepares a statement.
///
/// Where a name begins with `lock`, nobody else changes the rows until the transaction ends; what is
/// returned is what they hold once they are locked. Jobs are locked in the order of their
/// numbers, so no two transactions wait for each other.
pub(super) trait Tables {
    /// How many rows it changed.
    fn execute(&mut self, statement: &str, values: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Reads all rows, one after the other.
    fn each(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        read: &mut dyn FnMut(&mut dyn Columns) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The statement that reads the highest time that was persisted.
    fn select_highest(&self) -> &'static str;
    /// The statement that makes a name that nothing has yet.
    fn select_new_name(&self) -> &'static str;
    /// In how many rows the moves of a mark are counted.
    fn slots(&self) -> u64;
    /// The one that this transaction takes, in the words of the database.
    fn slot(&self) -> &'static str;
    /// The condition that a decision is about a request, with `{}` for its name.
    fn of_request(&self) -> &'static str {
        "request_id = {}"
    }

    fn highest(&mut self) -> Result<Option<Time>, StoreError>;
    fn persist(&mut self, now: Time) -> Result<(), StoreError>;

    /// Keeps a record, and the same in the row of its last token.
    fn save(&mut self, record: &Record) -> Result<(), StoreError>;
    /// Keeps records that were revoked alike, and in nothing else changed.
    fn save_revoked(&mut self, records: &[Record], at: Time, why: Why) -> Result<(), StoreError>;
}

impl dyn Tables + '_ {
    fn query<R>(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Vec<R>, StoreError> {
        let mut found = Vec::new();
        self.each(statement, values, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    pub(super) fn first<R>(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Option<R>, StoreError> {
        Ok(self.query(statement, values, read)?.into_iter().next())
    }
}

/// What was read about a presented token at one moment.
pub(super) struct Found {
    pub(super) highest: Option<Time>,
    pub(super) token: TokenEntry,
    pub(super) job: Record,
    pub(super) about: About,
    pub(super) source: Option<Project>,
    pub(super) user: Option<User>,
    pub(super) target: Option<Project>,
    pub(super) role: Role,
    pub(super) is_listed: bool,
}
