//! The statements about jobs and tokens.

use core::ops::RangeFrom;
use std::sync::LazyLock;

use crate::token::clock::Time;
use crate::token::directory::ProjectReference;
use crate::token::id::{Digests, MAX_KEYS};
use crate::token::lifecycle::{JobId, Record, Standing};
use crate::token::store::{About, Choice, Fresh, Selection, StoreError, TokenEntry};

use super::columns::{
    self, ADDED, Columns, SAVED, Value, about_columns, job_columns, project_columns, token_columns,
    user_columns,
};
use super::directory::path_keys;
use super::statement::{add_texts, insert_numbered};
use super::{Found, Tables, may_act};

/// Keeps the columns of a job that [`saved`](columns::saved) has the values of.
pub(in crate::token::store) static SAVE_JOB: LazyLock<String> =
    LazyLock::new(|| update("jobs", 1.., "id = ?1"));

/// Keeps, of the same values, those of its last token: the last ones.
pub(in crate::token::store) static SAVE_TOKEN: LazyLock<String> =
    LazyLock::new(|| update("tokens", SAVED.len() - 5.., "job_id = ?1 AND attempt = ?5"));

impl dyn Tables + '_ {
    /// A name that no other store has.
    pub(super) fn identity(&mut self) -> Result<String, StoreError> {
        let statement = "SELECT identity FROM authority";
        let identity = self.first(statement, &[], |row| row.text())?;
        identity.flatten().ok_or_else(columns::damaged)
    }

    /// A name that nothing has yet.
    pub(super) fn new_name(&mut self) -> Result<String, StoreError> {
        let name = self.first(self.select_new_name(), &[], |row| row.text())?;
        name.flatten().ok_or_else(columns::damaged)
    }

    pub(in crate::token::store) fn job(
        &mut self,
        job: JobId,
    ) -> Result<Option<Record>, StoreError> {
        const FIND: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = ?1");
        self.first(FIND, &[Value::number(job.0)], columns::record)
    }

    pub(super) fn executing(&mut self) -> Result<Vec<Record>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            job_columns!(),
            " FROM jobs WHERE state IN ('running', 'canceling') ORDER BY id"
        );
        self.query(FIND, &[], columns::record)
    }

    /// All about a token at one moment.
    pub(super) fn found(
        &mut self,
        token: &Digests,
        target: Option<&ProjectReference>,
    ) -> Result<Option<Found>, StoreError> {
        let keys = target.map(path_keys).unwrap_or_default();
        let mut values = digests(token);
        values.push(match target {
            Some(ProjectReference::Id(id)) => Value::number(id.0),
            _ => Value::Null,
        });
        let paths = add_texts(&mut values, &keys);
        let statement = format!(
            "SELECT tokens.digest, tokens.key_id, {token}, {job}, {about}, {source}, {user}, \
                 {target}, members.role, listed.source_id IS NOT NULL, ({highest}) \
             FROM tokens JOIN jobs ON jobs.id = tokens.job_id \
             LEFT JOIN projects AS source ON source.id = jobs.project_id \
             LEFT JOIN users ON users.id = jobs.user_id \
             LEFT JOIN projects AS target ON target.id = coalesce(?4, (SELECT id FROM projects \
                 WHERE path_key IN ({paths}) ORDER BY length(path_key) DESC LIMIT 1)) \
             LEFT JOIN members ON members.user_id = jobs.user_id \
                 AND members.project_id = target.id \
             LEFT JOIN listed_projects AS listed ON listed.source_id = jobs.project_id \
                 AND listed.target_id = target.id \
             WHERE tokens.digest IN (?1, ?2, ?3)",
            token = token_columns!(),
            job = job_columns!(),
            about = about_columns!(),
            source = project_columns!("source"),
            user = user_columns!(),
            target = project_columns!("target"),
            highest = self.select_highest(),
        );
        self.presented(&statement, &values, token, |row| {
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
        })
    }

    pub(in crate::token::store) fn tokens(
        &mut self,
        which: &Selection,
    ) -> Result<Vec<TokenEntry>, StoreError> {
        let (condition, value) = columns::condition(which);
        let statement = format!(
            "SELECT {} FROM tokens JOIN jobs ON jobs.id = tokens.job_id \
             WHERE {condition} ORDER BY tokens.id",
            token_columns!()
        );
        self.query(&statement, value.as_slice(), columns::entry)
    }

    /// An index has the live ones alone.
    pub(in crate::token::store) fn live_tokens(&mut self) -> Result<u64, StoreError> {
        let statement = "SELECT count(*) FROM tokens WHERE revoked_at IS NULL";
        let live = self.first(statement, &[], columns::number)?;
        live.ok_or_else(columns::damaged)
    }

    pub(super) fn lock_job(&mut self, job: JobId) -> Result<Option<Record>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            job_columns!(),
            " FROM jobs WHERE id = ?1 FOR UPDATE"
        );
        self.first(FIND, &[Value::number(job.0)], columns::record)
    }

    /// The pending job with the lowest number after another that was chosen, that no transaction holds,
    /// and that no dead project keeps where it is.
    pub(super) fn lock_pending(
        &mut self,
        after: JobId,
        choice: &Choice,
    ) -> Result<Option<Record>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            job_columns!(),
            " FROM jobs JOIN projects ON projects.id = jobs.project_id \
             WHERE jobs.state = 'pending' AND jobs.id > ?1 AND NOT projects.pending_delete \
             AND jobs.id = coalesce(?2, jobs.id) \
             AND jobs.project_id = coalesce(?3, jobs.project_id) \
             ORDER BY jobs.id LIMIT 1 FOR UPDATE OF jobs SKIP LOCKED"
        );
        self.first(FIND, &columns::chosen(after, choice), columns::record)
    }

    /// Whether the job's project and user are alive.
    pub(super) fn standing(&mut self, record: &Record) -> Result<Standing, StoreError> {
        let project = self.project(&ProjectReference::Id(record.project))?;
        let user = record.user.map(|user| self.user(user)).transpose()?;
        Ok(Standing {
            project_alive: project.is_some_and(|project| !project.pending_delete),
            user_active: user.is_none_or(|user| user.as_ref().is_some_and(may_act)),
        })
    }

    /// The same, and they stay so until the transaction ends.
    ///
    /// For jobs without a live token only: whoever deletes a project locks it first and its live
    /// jobs then, so with one of those in hand this would wait for the other for ever.
    pub(super) fn lock_standing(&mut self, record: &Record) -> Result<Standing, StoreError> {
        const USER: &str = concat!(
            "SELECT ",
            user_columns!(),
            " FROM users WHERE id = ?1 FOR SHARE"
        );
        let project = "SELECT NOT pending_delete FROM projects WHERE id = ?1 FOR SHARE";
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
    pub(super) fn lock_presented(
        &mut self,
        token: &Digests,
    ) -> Result<Option<(TokenEntry, Record)>, StoreError> {
        const FIND: &str = concat!(
            "SELECT tokens.digest, tokens.key_id, ",
            token_columns!(),
            ", ",
            job_columns!(),
            " FROM jobs JOIN tokens ON jobs.id = tokens.job_id \
             WHERE tokens.digest IN (?1, ?2, ?3) ORDER BY jobs.id FOR UPDATE OF jobs, tokens"
        );
        self.presented(FIND, &digests(token), token, |row| {
            Ok((columns::entry(row)?, columns::record(row)?))
        })
    }

    /// The jobs whose live tokens are in a selection.
    pub(super) fn lock_live(&mut self, which: &Selection) -> Result<Vec<Record>, StoreError> {
        let (condition, value) = columns::condition(which);
        // The token's row too: if it was revoked while this waited, it is no longer wanted.
        let statement = format!(
            "SELECT {} FROM jobs JOIN tokens ON jobs.id = tokens.job_id \
             WHERE tokens.revoked_at IS NULL AND {condition} ORDER BY jobs.id \
             FOR UPDATE OF jobs, tokens",
            job_columns!()
        );
        self.query(&statement, value.as_slice(), columns::record)
    }

    pub(in crate::token::store) fn lock_epoch(&mut self) -> Result<Option<u64>, StoreError> {
        let statement = "SELECT epoch FROM authority FOR UPDATE";
        let epoch = self.first(statement, &[], |row| row.integer())?;
        let epoch = epoch.ok_or_else(columns::damaged)?;
        Ok(epoch.map(i64::cast_unsigned))
    }

    pub(super) fn announced_epoch(&mut self) -> Result<Option<u64>, StoreError> {
        let statement = "SELECT announced FROM authority";
        let epoch = self.first(statement, &[], |row| row.integer())?;
        Ok(epoch.flatten().map(i64::cast_unsigned))
    }

    pub(super) fn set_announced_epoch(&mut self, epoch: u64) -> Result<(), StoreError> {
        let statement = "UPDATE authority SET announced = ?1";
        self.execute(statement, &[Value::number(epoch)]).map(drop)
    }

    pub(super) fn set_epoch(&mut self, epoch: u64) -> Result<(), StoreError> {
        let statement = "UPDATE authority SET epoch = ?1";
        self.execute(statement, &[Value::number(epoch)]).map(drop)
    }

    /// Adds a job that nothing has happened to yet. Its number is the database's.
    pub(super) fn add_job(&mut self, record: &Record, about: &About) -> Result<JobId, StoreError> {
        static ADD: LazyLock<String> = LazyLock::new(|| insert_numbered("jobs", &ADDED));
        let permissions = columns::permissions_text(about);
        let values = columns::added(record, about, permissions.as_deref());
        let id = self.first(&ADD, &values, columns::id)?;
        id.ok_or_else(columns::damaged)
    }

    /// Adds the row of the token that was issued for a record.
    pub(super) fn issue(&mut self, token: &Fresh, record: &Record) -> Result<(), StoreError> {
        let statement = "INSERT INTO tokens (digest, key_id, accessor, job_id, attempt, issued_at, \
                         runner_until, resource_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.execute(statement, &columns::issued(token, record)?)
            .map(drop)
    }

    /// Deletes the rows of tokens that were revoked until then.
    pub(super) fn forget(&mut self, until: Time) -> Result<u64, StoreError> {
        let statement = "DELETE FROM tokens WHERE revoked_at <= ?1";
        self.execute(statement, &[Value::time(until)])
    }

    /// Reads what a statement finds by the digests that are its first values, and takes the row of
    /// the right one, whichever it is. A row begins with its digest.
    pub(super) fn presented<R>(
        &mut self,
        statement: &str,
        values: &[Value<'_>],
        token: &Digests,
        mut read: impl FnMut(&mut dyn Columns) -> Result<R, StoreError>,
    ) -> Result<Option<R>, StoreError> {
        let rows = self.query(statement, values, |row| {
            Ok((columns::digest(row)?, read(row)?))
        })?;
        let mut rows = rows.into_iter();
        let found = rows.find(|(digest, _)| token.as_slice().contains(digest));
        Ok(found.map(|(_, read)| read))
    }
}

const _: () = assert!(MAX_KEYS == 3, "the statements have a place for each digest");

/// The values for as many digests as there can be. Nothing equals null.
pub(super) fn digests(token: &Digests) -> Vec<Value<'_>> {
    let digests = token.as_slice().iter();
    let digests = digests.map(|presented| Value::Bytes(presented.digest.as_bytes()));
    let mut values: Vec<Value<'_>> = digests.collect();
    values.resize(MAX_KEYS, Value::Null);
    values
}

/// An update of some of the columns of [`SAVED`], with their values in the places they have there.
fn update(table: &str, which: RangeFrom<usize>, condition: &str) -> String {
    let places = SAVED.iter().zip(1..).skip(which.start);
    let set: Vec<String> = places
        .map(|(it, place)| format!("{it} = ?{place}"))
        .collect();
    format!("UPDATE {table} SET {} WHERE {condition}", set.join(", "))
}
