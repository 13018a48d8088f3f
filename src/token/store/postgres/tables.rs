//! The statements about jobs and tokens.

use std::sync::LazyLock;

use crate::token::clock::Time;
use crate::token::directory::{ProjectReference, Role};
use crate::token::id::Digests;
use crate::token::lifecycle::{JobId, Record, Standing, Why};
use crate::token::store::sql::columns::{
    self, ADDED, Columns, SAVED, Value, about_columns, job_columns, project_columns, token_columns,
    user_columns,
};
use crate::token::store::sql::{Found, Statements, Tables, may_act};
use crate::token::store::{About, Fresh, Selection, StoreError, TokenEntry};

use super::connection::{Connection, Parameter};
use super::values::Cursor;

/// The tables, as a connection sees them.
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
        let statement = "UPDATE clocks SET highest = $1 WHERE id = pg_backend_pid() % 16 \
                         AND (highest IS NULL OR highest < $1)";
        self.execute(statement, &[Value::time(time)])?;
        Ok(Some(time))
    }

    pub(super) fn query<R>(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Vec<R>, StoreError> {
        self.query_with(statement, &parameters(values), read)
    }

    pub(super) fn first<R>(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Option<R>, StoreError> {
        Ok(self.query(statement, values, read)?.into_iter().next())
    }

    /// How many rows it changed.
    pub(super) fn execute(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        self.connection.execute(statement, &parameters(values))
    }

    pub(super) fn query_with<R>(
        &mut self,
        statement: &str,
        parameters: &[Parameter<'_>],
        mut read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Vec<R>, StoreError> {
        let rows = self.connection.query(statement, parameters)?;
        rows.iter().map(|row| read(&mut Cursor::new(row))).collect()
    }

    /// Reads the rows of all digests, whichever is the right one, and takes it.
    fn presented<R>(
        &mut self,
        statement: &str,
        token: &Digests,
        others: &[Parameter<'_>],
        mut read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Option<R>, StoreError> {
        let digests = token.as_slice().iter();
        let digests: Vec<Value<'_>> = digests
            .map(|presented| Value::Bytes(presented.digest.as_bytes()))
            .collect();
        let mut parameters: Vec<Parameter<'_>> = vec![&digests];
        parameters.extend(others);
        let rows = self.query_with(statement, &parameters, |row| {
            Ok((columns::digest(row)?, read(row)?))
        })?;
        let mut rows = rows.into_iter();
        let found = rows.find(|(digest, _)| token.as_slice().contains(digest));
        Ok(found.map(|(_, read)| read))
    }
}

impl Statements for PostgresTables<'_> {
    fn mark(&self) -> char {
        '$'
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

impl Tables for PostgresTables<'_> {
    fn highest(&mut self) -> Result<Option<Time>, StoreError> {
        let kept = self.first("SELECT max(highest) FROM clocks", &[], columns::time)?;
        Ok(kept.flatten().max(self.time))
    }

    fn identity(&mut self) -> Result<String, StoreError> {
        let statement = "SELECT identity FROM authority";
        let identity = self.first(statement, &[], |row| row.text())?;
        identity.flatten().ok_or_else(columns::damaged)
    }

    fn new_name(&mut self) -> Result<String, StoreError> {
        let statement = "SELECT left(md5(random()::text || clock_timestamp()::text), 16)";
        let name = self.first(statement, &[], |row| row.text())?;
        name.flatten().ok_or_else(columns::damaged)
    }

    fn slots(&self) -> u64 {
        16
    }

    fn slot(&self) -> &'static str {
        "pg_backend_pid() % 16"
    }

    fn job(&mut self, job: JobId) -> Result<Option<Record>, StoreError> {
        const FIND: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = $1");
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
            ", members.role, listed.source_id IS NOT NULL, (SELECT max(highest) FROM clocks) \
             FROM tokens JOIN jobs ON jobs.id = tokens.job_id \
             LEFT JOIN projects AS source ON source.id = jobs.project_id \
             LEFT JOIN users ON users.id = jobs.user_id \
             LEFT JOIN projects AS target ON target.id = coalesce($2, (SELECT id FROM projects \
                 WHERE path_key = ANY ($3) ORDER BY length(path_key) DESC LIMIT 1)) \
             LEFT JOIN members ON members.user_id = jobs.user_id \
                 AND members.project_id = target.id \
             LEFT JOIN listed_projects AS listed ON listed.source_id = jobs.project_id \
                 AND listed.target_id = target.id \
             WHERE tokens.digest = ANY ($1)"
        );
        let keys = target.map(super::directory::path_keys).unwrap_or_default();
        let keys: Vec<Value<'_>> = keys.iter().map(|key| Value::Text(key)).collect();
        let id = match target {
            Some(ProjectReference::Id(id)) => Value::number(id.0),
            _ => Value::Null,
        };
        self.presented(FIND, token, &[&id, &keys], |row| {
            let (token, job) = (columns::entry(row)?, columns::record(row)?);
            let about = columns::about(row)?;
            let (source, user) = (columns::project(row)?, columns::user(row)?);
            let target = columns::project(row)?;
            let role: Role = columns::role(row)?;
            Ok(Found {
                token,
                job,
                about,
                source,
                user,
                target,
                role,
                is_listed: columns::flag(row)?,
                highest: columns::time(row)?,
            })
        })
    }

    fn tokens(&mut self, which: &Selection) -> Result<Vec<TokenEntry>, StoreError> {
        let (condition, value) = columns::condition(which, '$');
        let statement = format!(
            "SELECT {} FROM tokens JOIN jobs ON jobs.id = tokens.job_id \
             WHERE {condition} ORDER BY tokens.id",
            token_columns!()
        );
        self.query(&statement, value.as_slice(), columns::entry)
    }

    fn lock_job(&mut self, job: JobId) -> Result<Option<Record>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            job_columns!(),
            " FROM jobs WHERE id = $1 FOR UPDATE"
        );
        self.first(FIND, &[Value::number(job.0)], columns::record)
    }

    fn lock_pending(&mut self, after: JobId) -> Result<Option<Record>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            job_columns!(),
            " FROM jobs JOIN projects ON projects.id = jobs.project_id \
             WHERE jobs.state = 'pending' AND jobs.id > $1 AND NOT projects.pending_delete \
             ORDER BY jobs.id LIMIT 1 FOR UPDATE OF jobs SKIP LOCKED"
        );
        self.first(FIND, &[Value::number(after.0)], columns::record)
    }

    fn lock_standing(&mut self, record: &Record) -> Result<Standing, StoreError> {
        const USER: &str = concat!(
            "SELECT ",
            user_columns!(),
            " FROM users WHERE id = $1 FOR SHARE"
        );
        let project = "SELECT NOT pending_delete FROM projects WHERE id = $1 FOR SHARE";
        let is_alive = self.first(project, &[Value::number(record.project.0)], columns::flag)?;
        let user = match record.user {
            Some(user) => Some(self.first(USER, &[Value::number(user.0)], columns::user)?),
            None => None,
        };
        let may_act = |user: Option<Option<_>>| user.flatten().as_ref().is_some_and(may_act);
        Ok(Standing {
            project_alive: is_alive.unwrap_or_default(),
            user_active: user.is_none_or(may_act),
        })
    }

    /// The job first, as everywhere, and the token then.
    fn lock_presented(
        &mut self,
        token: &Digests,
    ) -> Result<Option<(TokenEntry, Record)>, StoreError> {
        const FIND: &str = concat!(
            "SELECT tokens.digest, tokens.key_id, ",
            token_columns!(),
            ", ",
            job_columns!(),
            " FROM jobs JOIN tokens ON jobs.id = tokens.job_id \
             WHERE tokens.digest = ANY ($1) ORDER BY jobs.id FOR UPDATE OF jobs, tokens"
        );
        self.presented(FIND, token, &[], |row| {
            Ok((columns::entry(row)?, columns::record(row)?))
        })
    }

    fn lock_live(&mut self, which: &Selection) -> Result<Vec<Record>, StoreError> {
        let (condition, value) = columns::condition(which, '$');
        // The token's row too: if it was revoked while this waited, it is no longer wanted.
        let statement = format!(
            "SELECT {} FROM jobs JOIN tokens ON jobs.id = tokens.job_id \
             WHERE tokens.revoked_at IS NULL AND {condition} ORDER BY jobs.id \
             FOR UPDATE OF jobs, tokens",
            job_columns!()
        );
        self.query(&statement, value.as_slice(), columns::record)
    }

    fn lock_epoch(&mut self) -> Result<Option<u64>, StoreError> {
        let statement = "SELECT epoch FROM authority FOR UPDATE";
        let epoch = self.first(statement, &[], |row| row.integer())?;
        let epoch = epoch.ok_or_else(columns::damaged)?;
        Ok(epoch.map(i64::cast_unsigned))
    }

    fn persist(&mut self, now: Time) -> Result<(), StoreError> {
        self.time = self.time.max(Some(now));
        Ok(())
    }

    fn set_epoch(&mut self, epoch: u64) -> Result<(), StoreError> {
        let statement = "UPDATE authority SET epoch = $1";
        self.execute(statement, &[Value::number(epoch)]).map(drop)
    }

    fn add_job(&mut self, record: &Record, about: &About) -> Result<JobId, StoreError> {
        static ADD: LazyLock<String> = LazyLock::new(|| columns::insert("jobs", &ADDED, '$'));
        let permissions = columns::permissions_text(about);
        let values = columns::added(record, about, permissions.as_deref());
        let id = self.first(&ADD, &values, columns::id)?;
        id.ok_or_else(columns::damaged)
    }

    fn save(&mut self, records: &[Record]) -> Result<(), StoreError> {
        static SAVE: LazyLock<String> = LazyLock::new(save);
        let rows: Vec<_> = records.iter().map(columns::saved).collect();
        let columns = (0..SAVED.len()).map(|at| rows.iter().map(|row| row[at]).collect());
        let columns: Vec<Vec<Value<'_>>> = columns.collect();
        let parameters: Vec<Parameter<'_>> = columns.iter().map(|it| it as _).collect();
        self.connection.execute(&SAVE, &parameters).map(drop)
    }

    fn save_revoked(&mut self, records: &[Record], at: Time, why: Why) -> Result<(), StoreError> {
        const SAVE: &str = "WITH revoked AS (SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[]) \
                            AS revoked (id, attempt)), \
             jobs_saved AS (UPDATE jobs SET revoked_at = $3, revoke_reason = $4 FROM revoked \
                            WHERE jobs.id = revoked.id) \
             UPDATE tokens SET revoked_at = $3, revoke_reason = $4 FROM revoked \
             WHERE tokens.job_id = revoked.id AND tokens.attempt = revoked.attempt";
        let ids: Vec<Value<'_>> = records.iter().map(|it| Value::number(it.id.0)).collect();
        let attempts = records.iter().map(|it| Value::number(it.attempt.into()));
        let attempts: Vec<Value<'_>> = attempts.collect();
        let (at, why) = (Value::time(at), Value::Text(why.as_str()));
        let parameters: [Parameter<'_>; 4] = [&ids, &attempts, &at, &why];
        self.connection.execute(SAVE, &parameters).map(drop)
    }

    fn issue(&mut self, token: &Fresh, record: &Record) -> Result<(), StoreError> {
        let statement = "INSERT INTO tokens (digest, key_id, accessor, job_id, attempt, issued_at, \
                         runner_until, resource_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        self.execute(statement, &columns::issued(token, record)?)
            .map(drop)
    }

    fn forget(&mut self, until: Time) -> Result<u64, StoreError> {
        let statement = "DELETE FROM tokens WHERE revoked_at <= $1";
        self.execute(statement, &[Value::time(until)])
    }
}

/// One statement for any number of records, which come as an array for each column.
fn save() -> String {
    let is_text = |name: &str| matches!(name, "state" | "failure" | "reported" | "revoke_reason");
    let is_flag = |name: &str| matches!(name, "erased" | "cancels_gracefully");
    let arrays = SAVED.iter().enumerate().map(|(at, name)| {
        let kind = match name {
            name if is_text(name) => "TEXT",
            name if is_flag(name) => "BOOLEAN",
            _ => "BIGINT",
        };
        format!("${}::{kind}[]", at + 1)
    });
    let arrays: Vec<String> = arrays.collect();
    let set = |names: &[&str]| {
        let pairs: Vec<String> = names
            .iter()
            .map(|it| format!("{it} = saved.{it}"))
            .collect();
        pairs.join(", ")
    };
    format!(
        "WITH saved AS (SELECT * FROM unnest({}) AS saved ({})), \
         jobs_saved AS (UPDATE jobs SET {} FROM saved WHERE jobs.id = saved.id) \
         UPDATE tokens SET {} FROM saved \
         WHERE tokens.job_id = saved.id AND tokens.attempt = saved.attempt",
        arrays.join(", "),
        SAVED.join(", "),
        set(&SAVED[1..]),
        set(&SAVED[SAVED.len() - 5..]),
    )
}

fn parameters<'p>(values: &'p [Value<'_>]) -> Vec<Parameter<'p>> {
    values.iter().map(|value| value as _).collect()
}
