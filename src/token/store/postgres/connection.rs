//! Connections, their transactions and the schema.

use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use postgres::config::{Host, SslMode, TargetSessionAttrs};
use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Row, Statement};

use crate::token::store::sql::pool::Reusable;
use crate::token::store::{Inspected, Schema, StoreError, StoreErrorKind};

/// From the first to the last, each applied once and never changed again.
const MIGRATIONS: &[&str] = &[
    include_str!("0001.sql"),
    include_str!("0002.sql"),
    include_str!("0003.sql"),
    include_str!("0004.sql"),
    include_str!("0005.sql"),
    include_str!("0006.sql"),
];

/// The advisory lock of those who migrate: "masker" in ASCII.
const LOCK: i64 = 0x6d61_736b_6572;

/// Commits wait for the disk, even if the server says that they need not. A statement that hangs
/// fails in the end, and a node that fell silent in a transaction lets go of what it has locked.
const SESSION: &str = "SET default_transaction_isolation = 'read committed'; \
    SELECT set_config('synchronous_commit', 'on', false) \
        WHERE current_setting('synchronous_commit') = 'off'; \
    SET statement_timeout = '60s'; \
    SET lock_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '60s';";

/// What is unique because it is given by the caller. All else that is unique is so by our doing.
const GIVEN: [&str; 6] = [
    "tokens_digest_key",
    "tokens_accessor_key",
    "projects_path_key_key",
    "listed_projects_pkey",
    "triggers_digest_key",
    "triggers_accessor_key",
];

pub(super) type Parameter<'p> = &'p (dyn ToSql + Sync);

/// A connection and the statements that were prepared on it.
pub(super) struct Connection {
    client: Client,
    statements: HashMap<String, Statement>,
    in_transaction: bool,
}

impl Reusable for Connection {
    /// Not one whose transaction panicked.
    fn is_reusable(&self) -> bool {
        !self.in_transaction && !self.client.is_closed()
    }
}

pub(super) fn config(text: &str) -> Result<Config, StoreError> {
    // The error may quote the password.
    let wrong = |_| StoreError::misconfigured("PostgreSQL does not know this configuration");
    let mut config: Config = text.parse().map_err(wrong)?;
    refuse_unsafe(&config)?;
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(10));
    }
    Ok(config)
}

/// Nothing is encrypted. So nothing leaves the machine, unless that was said; where encryption is
/// asked for there is none to be had, and to go on without it would be worse than an error.
fn refuse_unsafe(config: &Config) -> Result<(), StoreError> {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    if hosts.is_empty() && addresses.is_empty() {
        return Err(StoreError::misconfigured(
            "it names no host: say host=/run/postgresql for a socket of this machine",
        ));
    }
    let stays_here = |host: &Host| match host {
        Host::Tcp(name) if name == "localhost" => true,
        Host::Tcp(name) => name.parse().is_ok_and(|it: IpAddr| it.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    // Where an address is given, a name is not looked up.
    let stays_here = match addresses {
        [] => hosts.iter().all(stays_here),
        addresses => addresses.iter().all(IpAddr::is_loopback),
    };
    match config.get_ssl_mode() {
        SslMode::Disable => Ok(()),
        SslMode::Prefer if stays_here => Ok(()),
        SslMode::Prefer => Err(StoreError::misconfigured(
            "connections are not encrypted, and this one leaves the machine: use a socket, the \
             loopback, or a tunnel; or say sslmode=disable where nobody else reads the network",
        )),
        _ => Err(StoreError::misconfigured(
            "it asks for encryption, which there is none of: use a socket, the loopback, or a \
             tunnel",
        )),
    }
}

impl Connection {
    pub(super) fn open(config: &Config) -> Result<Connection, StoreError> {
        let mut client = config.connect(NoTls).map_err(failed)?;
        client.batch_execute(SESSION).map_err(failed)?;
        Ok(Connection {
            client,
            statements: HashMap::new(),
            in_transaction: false,
        })
    }

    pub(super) fn query(
        &mut self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepared(statement)?;
        let rows = self.client.query(&statement, parameters);
        rows.map_err(failed)
    }

    pub(super) fn execute(
        &mut self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<u64, StoreError> {
        let statement = self.prepared(statement)?;
        let changed = self.client.execute(&statement, parameters);
        changed.map_err(failed)
    }

    /// Commits what the work did, or undoes it if that fails.
    pub(super) fn transact<R>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        self.in_transaction = true;
        let begun = self.client.batch_execute("BEGIN").map_err(failed);
        let done = begun.and_then(|()| work(self)).and_then(|done| {
            self.client.batch_execute("COMMIT").map_err(failed)?;
            Ok(done)
        });
        if done.is_err() {
            // If this fails the connection is given up, and the server undoes it.
            self.in_transaction = self.client.batch_execute("ROLLBACK").is_err();
        } else {
            self.in_transaction = false;
        }
        done
    }

    /// Applies what is missing, in one transaction. Another node that starts meanwhile waits for it.
    pub(super) fn migrate(&mut self) -> Result<(), StoreError> {
        self.transact(|connection| {
            connection.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
            connection
                .batch("CREATE TABLE IF NOT EXISTS masker_schema (version BIGINT PRIMARY KEY)")?;
            let found = "SELECT coalesce(max(version), 0) FROM masker_schema";
            let rows = connection.query(found, &[])?;
            let version = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok());
            let applied = version.and_then(|version| usize::try_from(version).ok());
            let missing = MIGRATIONS.get(applied.unwrap_or(usize::MAX)..);
            let missing = missing.ok_or(StoreErrorKind::NewerSchema)?;
            let first = MIGRATIONS.len() - missing.len() + 1;
            for (version, migration) in (first as i64..).zip(missing) {
                connection.batch(migration)?;
                let done = "INSERT INTO masker_schema (version) VALUES ($1)";
                connection.execute(done, &[&version])?;
            }
            Ok(())
        })
    }

    /// Looks at the schema and at what is known of the keys, and changes nothing.
    pub(super) fn inspect(&mut self) -> Result<Inspected, StoreError> {
        let number = |rows: Vec<Row>| {
            let number = rows.first().map(|row| row.try_get::<_, Option<i64>>(0));
            number.transpose().map_err(failed).map(Option::flatten)
        };
        let is_there = "SELECT 1::BIGINT WHERE to_regclass('masker_schema') IS NOT NULL";
        let applied = match number(self.query(is_there, &[])?)? {
            None => None,
            Some(_) => number(self.query("SELECT max(version) FROM masker_schema", &[])?)?,
        };
        let applied = usize::try_from(applied.unwrap_or(0)).unwrap_or(usize::MAX);
        let schema = Schema::of(applied, MIGRATIONS.len())?;
        let epoch = match schema {
            Schema::Missing => None,
            _ => number(self.query("SELECT epoch FROM authority", &[])?)?,
        };
        let epoch = epoch.map(i64::cast_unsigned);
        let keys = match schema {
            Schema::Current => self.query("SELECT keys FROM authority", &[])?,
            _ => Vec::new(),
        };
        let keys = keys.first().map(|row| row.try_get(0)).transpose();
        Ok(Inspected {
            schema,
            epoch,
            keys: keys.map_err(failed)?.flatten(),
        })
    }

    fn batch(&mut self, statements: &str) -> Result<(), StoreError> {
        self.client.batch_execute(statements).map_err(failed)
    }

    fn prepared(&mut self, text: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        // Statements are written for SQLite too, which has another sign before the number of a
        // parameter. That sign is in none of them for anything else.
        let statement = self
            .client
            .prepare(&text.replace('?', "$"))
            .map_err(failed)?;
        self.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// What people can mend is told in words.
fn unavailable(state: &SqlState) -> StoreError {
    let known = [
        (SqlState::INVALID_PASSWORD, "the password is wrong"),
        (
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
            "the user may not connect from here",
        ),
        (SqlState::INVALID_CATALOG_NAME, "there is no such database"),
        (
            SqlState::INVALID_SCHEMA_NAME,
            "there is no schema to work in",
        ),
        (SqlState::INSUFFICIENT_PRIVILEGE, "the user may not do this"),
        (SqlState::READ_ONLY_SQL_TRANSACTION, "it can only be read"),
        (
            SqlState::TOO_MANY_CONNECTIONS,
            "it has too many connections",
        ),
        (SqlState::DISK_FULL, "its disk is full"),
    ];
    let words = known.iter().find(|(known, _)| known == state);
    let words = words.map(|(_, words)| format!(": {words}"));
    let (code, words) = (state.code(), words.unwrap_or_default());
    StoreError::unavailable(format!("PostgreSQL answered with SQLSTATE {code}{words}"))
}

/// An error without the values of the statement, which the server's own message has.
pub(super) fn failed(error: postgres::Error) -> StoreError {
    if let Some(refused) = error.as_db_error() {
        let is_given = refused.constraint().is_some_and(|it| GIVEN.contains(&it));
        return match *refused.code() == SqlState::UNIQUE_VIOLATION && is_given {
            true => StoreErrorKind::Duplicate.into(),
            false => unavailable(refused.code()),
        };
    }
    let cause = error.source().and_then(|it| it.downcast_ref::<io::Error>());
    StoreError::unavailable(match cause {
        Some(cause) => format!("the connection to PostgreSQL failed: {}", cause.kind()),
        None => "the connection to PostgreSQL failed".to_owned(),
    })
}
