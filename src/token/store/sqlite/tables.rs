//! The statements about jobs and tokens.

use std::sync::LazyLock;

use rusqlite::types::{FromSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, ToSql, params_from_iter};

use crate::token::clock::Time;
use crate::token::directory::ProjectReference;
use crate::token::id::Digests;
use crate::token::lifecycle::{JobId, Record, Standing};
use crate::token::store::sql::columns::{
    self, ADDED, Columns, SAVED, Value, about_columns, job_columns, project_columns, token_columns,
    user_columns,
};
use crate::token::store::sql::{Found, Statements, Tables};
use crate::token::store::{About, Fresh, Selection, StoreError, TokenEntry};

use super::connection::failed;
use super::directory::path_keys;

/// The tables, in a transaction of this connection.
///
/// A transaction that writes has the whole file to itself, so what is read is locked already.
pub(super) struct SqliteTables<'c>(pub(super) &'c Connection);

impl SqliteTables<'_> {
    pub(super) fn query<R>(
        &self,
        statement: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Vec<R>, StoreError> {
        let mut statement = self.0.prepare_cached(statement).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(read(&mut Cursor { row, next: 0 })?);
        }
        Ok(found)
    }

    pub(super) fn first<R>(
        &self,
        statement: &str,
        values: &[Value<'_>],
        read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Option<R>, StoreError> {
        Ok(self.query(statement, values, read)?.into_iter().next())
    }

    /// How many rows it changed.
    pub(super) fn execute(&self, statement: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.0.prepare_cached(statement).map_err(failed)?;
        let changed = statement.execute(params_from_iter(values));
        Ok(changed.map_err(failed)? as u64)
    }

    /// The row of a token that was presented.
    fn presented(&self, token: &Digests) -> Result<Option<TokenEntry>, StoreError> {
        const FIND: &str = concat!(
            "SELECT tokens.digest, tokens.key_id, ",
            token_columns!(),
            " FROM tokens WHERE tokens.digest = ?1"
        );
        let mut found = None;
        // Every key's digest is looked up, whichever is the right one.
        for presented in token.as_slice() {
            let digest = Value::Bytes(presented.digest.as_bytes());
            let row = self.first(FIND, &[digest], |row| {
                Ok((columns::digest(row)?, columns::entry(row)?))
            })?;
            let row = row.filter(|(digest, _)| digest == presented);
            found = found.or(row.map(|(_, entry)| entry));
        }
        Ok(found)
    }
}

impl Statements for SqliteTables<'_> {
    fn mark(&self) -> char {
        '?'
    }

    /// Looks into the index of each 1,024 decisions.
    fn of_request(&self) -> &'static str {
        "id IN (WITH RECURSIVE parts (part) AS (SELECT min(id) >> 10 FROM decisions UNION ALL \
             SELECT part + 1 FROM parts WHERE part < (SELECT max(id) >> 10 FROM decisions)) \
         SELECT found.id FROM parts CROSS JOIN decisions AS found \
             WHERE found.id >> 10 = parts.part AND found.request_id = {})"
    }

    fn run(&mut self, statement: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.execute(statement, values)
    }

    fn each(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        read: &mut dyn FnMut(&mut dyn Columns) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.query(statement, values, read).map(drop)
    }
}

impl Tables for SqliteTables<'_> {
    fn highest(&mut self) -> Result<Option<Time>, StoreError> {
        let time = self.first("SELECT highest FROM authority", &[], columns::time)?;
        time.ok_or_else(columns::damaged)
    }

    fn identity(&mut self) -> Result<String, StoreError> {
        let statement = "SELECT identity FROM authority";
        let identity = self.first(statement, &[], |row| row.text())?;
        identity.flatten().ok_or_else(columns::damaged)
    }

    fn new_name(&mut self) -> Result<String, StoreError> {
        let statement = "SELECT lower(hex(randomblob(8)))";
        let name = self.first(statement, &[], |row| row.text())?;
        name.flatten().ok_or_else(columns::damaged)
    }

    fn slots(&self) -> u64 {
        1
    }

    fn slot(&self) -> &'static str {
        "0"
    }

    fn job(&mut self, job: JobId) -> Result<Option<Record>, StoreError> {
        const FIND: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = ?1");
        self.first(FIND, &[Value::number(job.0)], columns::record)
    }

    fn executing(&mut self) -> Result<Vec<Record>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            job_columns!(),
            " FROM jobs WHERE state IN ('running', 'canceling') ORDER BY id"
        );
        self.query(FIND, &[], columns::record)
    }

    fn found(
        &mut self,
        token: &Digests,
        target: Option<&ProjectReference>,
    ) -> Result<Option<Found>, StoreError> {
        static BY_PATH: LazyLock<String> = LazyLock::new(|| find(1));
        let keys = target.map(path_keys).unwrap_or_default();
        let of_more_paths;
        let statement: &str = match keys.len() {
            0 | 1 => &BY_PATH,
            paths => {
                of_more_paths = find(paths);
                &of_more_paths
            }
        };
        let mut values = [Value::Null; 4].to_vec();
        for (value, presented) in values.iter_mut().zip(token.as_slice()) {
            *value = Value::Bytes(presented.digest.as_bytes());
        }
        if let Some(ProjectReference::Id(id)) = target {
            values[3] = Value::number(id.0);
        }
        values.extend(keys.iter().map(|key| Value::Text(key)));
        values.resize(values.len().max(5), Value::Null);
        let found = self.query(statement, &values, |row| {
            let digest = columns::digest(row)?;
            Ok((digest, found(row)?))
        })?;
        let mut found = found.into_iter();
        let found = found.find(|(digest, _)| token.as_slice().contains(digest));
        Ok(found.map(|(_, found)| found))
    }

    fn tokens(&mut self, which: &Selection) -> Result<Vec<TokenEntry>, StoreError> {
        let (condition, value) = columns::condition(which, '?');
        let statement = format!(
            "SELECT {} FROM tokens JOIN jobs ON jobs.id = tokens.job_id \
             WHERE {condition} ORDER BY tokens.id",
            token_columns!()
        );
        self.query(&statement, value.as_slice(), columns::entry)
    }

    fn lock_job(&mut self, job: JobId) -> Result<Option<Record>, StoreError> {
        self.job(job)
    }

    fn lock_pending(&mut self, after: JobId) -> Result<Option<Record>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            job_columns!(),
            " FROM jobs JOIN projects ON projects.id = jobs.project_id \
             WHERE jobs.state = 'pending' AND jobs.id > ?1 AND NOT projects.pending_delete \
             ORDER BY jobs.id LIMIT 1"
        );
        self.first(FIND, &[Value::number(after.0)], columns::record)
    }

    fn lock_standing(&mut self, record: &Record) -> Result<Standing, StoreError> {
        self.standing(record)
    }

    fn lock_presented(
        &mut self,
        token: &Digests,
    ) -> Result<Option<(TokenEntry, Record)>, StoreError> {
        let Some(entry) = self.presented(token)? else {
            return Ok(None);
        };
        let record = self.job(entry.job)?.ok_or_else(columns::damaged)?;
        Ok(Some((entry, record)))
    }

    fn lock_live(&mut self, which: &Selection) -> Result<Vec<Record>, StoreError> {
        let (condition, value) = columns::condition(which, '?');
        let statement = format!(
            "SELECT {} FROM tokens JOIN jobs ON jobs.id = tokens.job_id \
             WHERE tokens.revoked_at IS NULL AND {condition} ORDER BY jobs.id",
            job_columns!()
        );
        self.query(&statement, value.as_slice(), columns::record)
    }

    fn lock_epoch(&mut self) -> Result<Option<u64>, StoreError> {
        let epoch = self.first("SELECT epoch FROM authority", &[], |row| row.integer())?;
        let epoch = epoch.ok_or_else(columns::damaged)?;
        Ok(epoch.map(i64::cast_unsigned))
    }

    fn persist(&mut self, now: Time) -> Result<(), StoreError> {
        let statement = "UPDATE authority SET highest = ?1 WHERE highest IS NULL OR highest < ?1";
        self.execute(statement, &[Value::time(now)]).map(drop)
    }

    fn set_epoch(&mut self, epoch: u64) -> Result<(), StoreError> {
        let statement = "UPDATE authority SET epoch = ?1";
        self.execute(statement, &[Value::number(epoch)]).map(drop)
    }

    fn add_job(&mut self, record: &Record, about: &About) -> Result<JobId, StoreError> {
        static ADD: LazyLock<String> = LazyLock::new(|| columns::insert("jobs", &ADDED, '?'));
        let permissions = columns::permissions_text(about);
        let values = columns::added(record, about, permissions.as_deref());
        let id = self.first(&ADD, &values, columns::id)?;
        id.ok_or_else(columns::damaged)
    }

    fn save(&mut self, records: &[Record]) -> Result<(), StoreError> {
        static JOB: LazyLock<String> = LazyLock::new(|| update("jobs", &SAVED[1..], "id = ?1"));
        static TOKEN: LazyLock<String> = LazyLock::new(|| {
            let times = &SAVED[SAVED.len() - 5..];
            update("tokens", times, "job_id = ?1 AND attempt = ?5")
        });
        for record in records {
            let values = columns::saved(record);
            self.execute(&JOB, &values)?;
            if record.token.is_some() {
                self.execute(&TOKEN, &values)?;
            }
        }
        Ok(())
    }

    fn issue(&mut self, token: &Fresh, record: &Record) -> Result<(), StoreError> {
        let statement = "INSERT INTO tokens (digest, key_id, accessor, job_id, attempt, issued_at, \
                         runner_until, resource_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.execute(statement, &columns::issued(token, record)?)
            .map(drop)
    }

    fn forget(&mut self, until: Time) -> Result<u64, StoreError> {
        let statement = "DELETE FROM tokens WHERE revoked_at <= ?1";
        self.execute(statement, &[Value::time(until)])
    }
}

/// The statement that reads all about a token at one moment: of three digests, and of the number of a
/// project or so many paths. What is null is found nowhere.
fn find(paths: usize) -> String {
    const FIND: &str = concat!(
        "SELECT tokens.digest, tokens.key_id, ",
        token_columns!(),
        ", ",
        job_columns!(),
        ", ",
        about_columns!(),
        ", ",
        project_columns!("source"),
        ", ",
        user_columns!(),
        ", ",
        project_columns!("target"),
        ", members.role, listed.source_id IS NOT NULL, (SELECT highest FROM authority) \
         FROM tokens JOIN jobs ON jobs.id = tokens.job_id \
         LEFT JOIN projects AS source ON source.id = jobs.project_id \
         LEFT JOIN users ON users.id = jobs.user_id \
         LEFT JOIN projects AS target ON target.id = coalesce(?4, (SELECT id FROM projects \
             WHERE path_key IN (PATHS) ORDER BY length(path_key) DESC LIMIT 1)) \
         LEFT JOIN members ON members.user_id = jobs.user_id AND members.project_id = target.id \
         LEFT JOIN listed_projects AS listed ON listed.source_id = jobs.project_id \
             AND listed.target_id = target.id \
         WHERE tokens.digest IN (?1, ?2, ?3)"
    );
    FIND.replace("PATHS", &places(5, paths))
}

/// So many parameters from a number on.
pub(super) fn places(from: usize, count: usize) -> String {
    let places: Vec<String> = (from..from + count).map(|at| format!("?{at}")).collect();
    places.join(", ")
}

fn found(row: &mut dyn Columns) -> Result<Found, StoreError> {
    Ok(Found {
        token: columns::entry(row)?,
        job: columns::record(row)?,
        about: columns::about(row)?,
        source: columns::project(row)?,
        user: columns::user(row)?,
        target: columns::project(row)?,
        role: columns::role(row)?,
        is_listed: columns::flag(row)?,
        highest: columns::time(row)?,
    })
}

/// An update of columns whose values have the places that they have in [`SAVED`].
fn update(table: &str, set: &[&str], condition: &str) -> String {
    let place = |column: &&str| SAVED.iter().position(|it| it == column).map(|it| it + 1);
    let set = set
        .iter()
        .filter_map(|column| Some(format!("{column} = ?{}", place(column)?)));
    let set: Vec<String> = set.collect();
    format!("UPDATE {table} SET {} WHERE {condition}", set.join(", "))
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
