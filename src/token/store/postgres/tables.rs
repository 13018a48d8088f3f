//! The tables, as a connection sees them.

use std::sync::LazyLock;

use crate::token::clock::Time;
use crate::token::lifecycle::{Record, Why};
use crate::token::store::StoreError;
use crate::token::store::sql::columns::{self, Columns, Value};
use crate::token::store::sql::{SAVE_JOB, SAVE_TOKEN, Tables};

use super::connection::{Connection, Parameter};
use super::values::Cursor;

/// The tables, in a transaction of this connection if there is one.
pub(super) struct PostgresTables<'c> {
    connection: &'c mut Connection,
    /// The time that this transaction is to persist. It is written last: nothing is waited for
    /// with the row of a clock in hand, so no two transactions wait for each other.
    time: Option<Time>,
}

impl<'c> PostgresTables<'c> {
    pub(super) fn new(connection: &'c mut Connection) -> PostgresTables<'c> {
        let time = None;
        PostgresTables { connection, time }
    }

    /// Writes the time that the work persisted, if it did, and returns it.
    pub(super) fn keep_time(&mut self) -> Result<Option<Time>, StoreError> {
        let Some(time) = self.time else {
            return Ok(None);
        };
        let statement = "UPDATE clocks SET highest = ?1 WHERE id = pg_backend_pid() % 16 \
                         AND (highest IS NULL OR highest < ?1)";
        self.execute(statement, &[Value::time(time)])?;
        Ok(Some(time))
    }
}

impl Tables for PostgresTables<'_> {
    fn execute(&mut self, statement: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let parameters: Vec<Parameter<'_>> = values.iter().map(|it| it as _).collect();
        self.connection.execute(statement, &parameters)
    }

    fn each(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        read: &mut dyn FnMut(&mut dyn Columns) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let parameters: Vec<Parameter<'_>> = values.iter().map(asked).collect();
        let rows = self.connection.query(statement, &parameters)?;
        rows.iter().try_for_each(|row| read(&mut Cursor::new(row)))
    }

    fn select_highest(&self) -> &'static str {
        "SELECT max(highest) FROM clocks"
    }

    fn select_new_name(&self) -> &'static str {
        "SELECT left(md5(random()::text || clock_timestamp()::text), 16)"
    }

    fn slots(&self) -> u64 {
        16
    }

    fn slot(&self) -> &'static str {
        "pg_backend_pid() % 16"
    }

    fn highest(&mut self) -> Result<Option<Time>, StoreError> {
        let tables: &mut dyn Tables = self;
        let kept = tables.first(tables.select_highest(), &[], columns::time)?;
        Ok(kept.flatten().max(self.time))
    }

    fn persist(&mut self, now: Time) -> Result<(), StoreError> {
        self.time = self.time.max(Some(now));
        Ok(())
    }

    /// One statement, for one answer to wait for.
    fn save(&mut self, record: &Record) -> Result<(), StoreError> {
        static SAVE: LazyLock<String> =
            LazyLock::new(|| format!("WITH job AS ({}) {}", *SAVE_JOB, *SAVE_TOKEN));
        self.execute(&SAVE, &columns::saved(record)).map(drop)
    }

    fn save_revoked(&mut self, records: &[Record], at: Time, why: Why) -> Result<(), StoreError> {
        const SAVE: &str = "WITH revoked AS (SELECT * FROM unnest(?1::BIGINT[], ?2::BIGINT[]) \
                            AS revoked (id, attempt)), \
             jobs_saved AS (UPDATE jobs SET revoked_at = ?3, revoke_reason = ?4 FROM revoked \
                            WHERE jobs.id = revoked.id) \
             UPDATE tokens SET revoked_at = ?3, revoke_reason = ?4 FROM revoked \
             WHERE tokens.job_id = revoked.id AND tokens.attempt = revoked.attempt";
        let ids: Vec<Value<'_>> = records.iter().map(|it| Value::number(it.id.0)).collect();
        let attempts = records.iter().map(|it| Value::number(it.attempt.into()));
        let attempts: Vec<Value<'_>> = attempts.collect();
        let (at, why) = (Value::time(at), Value::Text(why.as_str()));
        let parameters: [Parameter<'_>; 4] = [&ids, &attempts, &at, &why];
        self.connection.execute(SAVE, &parameters).map(drop)
    }
}

/// PostgreSQL refuses a zero byte in any text, so no text of a row is the same as one that has it.
fn asked<'p>(value: &'p Value<'_>) -> Parameter<'p> {
    match value {
        Value::Text(text) if text.contains('\0') => &Value::Null,
        value => value,
    }
}
