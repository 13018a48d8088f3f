//! The tables, and values and columns in the types of SQLite.

use rusqlite::types::{FromSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Row, ToSql, params_from_iter};

use crate::token::clock::Time;
use crate::token::lifecycle::{Record, Why};
use crate::token::store::StoreError;
use crate::token::store::sql::columns::{self, Columns, Value};
use crate::token::store::sql::{SAVE_JOB, SAVE_TOKEN, Tables};

use super::connection::failed;

/// The tables, in a transaction of this connection.
pub(super) struct SqliteTables<'c>(pub(super) &'c Connection);

impl SqliteTables<'_> {
    fn prepared(&self, statement: &str) -> Result<CachedStatement<'_>, StoreError> {
        // There are no locks of rows: a transaction that writes has the whole file to itself.
        let (statement, _) = statement.split_once(" FOR ").unwrap_or((statement, ""));
        self.0.prepare_cached(statement).map_err(failed)
    }
}

impl Tables for SqliteTables<'_> {
    fn execute(&mut self, statement: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.prepared(statement)?;
        let changed = statement.execute(params_from_iter(values));
        Ok(changed.map_err(failed)? as u64)
    }

    fn each(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        read: &mut dyn FnMut(&mut dyn Columns) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.prepared(statement)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            read(&mut Cursor { row, next: 0 })?;
        }
        Ok(())
    }

    fn select_highest(&self) -> &'static str {
        "SELECT highest FROM authority"
    }

    fn select_new_name(&self) -> &'static str {
        "SELECT lower(hex(randomblob(8)))"
    }

    fn slots(&self) -> u64 {
        1
    }

    fn slot(&self) -> &'static str {
        "0"
    }

    /// Looks into the index of each 1,024 decisions.
    fn of_request(&self) -> &'static str {
        "id IN (WITH RECURSIVE parts (part) AS (SELECT min(id) >> 10 FROM decisions UNION ALL \
             SELECT part + 1 FROM parts WHERE part < (SELECT max(id) >> 10 FROM decisions)) \
         SELECT found.id FROM parts CROSS JOIN decisions AS found \
             WHERE found.id >> 10 = parts.part AND found.request_id = {})"
    }

    fn highest(&mut self) -> Result<Option<Time>, StoreError> {
        let tables: &mut dyn Tables = self;
        let time = tables.first(tables.select_highest(), &[], columns::time)?;
        time.ok_or_else(columns::damaged)
    }

    fn persist(&mut self, now: Time) -> Result<(), StoreError> {
        let statement = "UPDATE authority SET highest = ?1 WHERE highest IS NULL OR highest < ?1";
        self.execute(statement, &[Value::time(now)]).map(drop)
    }

    fn save(&mut self, record: &Record) -> Result<(), StoreError> {
        let values = columns::saved(record);
        self.execute(&SAVE_JOB, &values)?;
        if record.token.is_some() {
            self.execute(&SAVE_TOKEN, &values)?;
        }
        Ok(())
    }

    fn save_revoked(&mut self, records: &[Record], _: Time, _: Why) -> Result<(), StoreError> {
        records.iter().try_for_each(|record| self.save(record))
    }
}

/// Reads a row's columns in turn.
struct Cursor<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl Cursor<'_> {
    fn take<T: FromSql>(&mut self) -> Result<Option<T>, StoreError> {
        let value = self.row.get(self.next).map_err(failed);
        self.next += 1;
        value
    }
}

impl Columns for Cursor<'_> {
    fn integer(&mut self) -> Result<Option<i64>, StoreError> {
        self.take()
    }

    fn text(&mut self) -> Result<Option<String>, StoreError> {
        self.take()
    }

    fn flag(&mut self) -> Result<Option<bool>, StoreError> {
        self.take()
    }

    fn bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.take()
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(integer),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Flag(flag) => ValueRef::Integer(flag.into()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
