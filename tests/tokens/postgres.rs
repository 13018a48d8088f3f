//! Stores in PostgreSQL.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use masker::token::issuer::Issuer;
use masker::token::lifecycle::{Class, Event, Lifecycle, Outcome};
use masker::token::store::{PostgresStore, Store, StoreErrorKind};

use super::world::{World, copy, open as open_issuer};
use super::{Factory, address};
use crate::support::postgres::Server;

/// A schema for each store, in the one server of the tests.
#[derive(Default)]
pub struct Schemas(Mutex<Vec<(usize, String, Lifecycle)>>);

impl Factory for Schemas {
    fn is_there(&self) -> bool {
        Server::shared().is_some()
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn open(&self, lifecycle: Lifecycle) -> Arc<dyn Store> {
        let (schema, store) = new(lifecycle.clone());
        let mut schemas = self.0.lock().expect("no test panicked");
        schemas.push((address(&store), schema, lifecycle));
        store
    }

    fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        let mut schemas = self.0.lock().expect("no test panicked");
        let is_its = |it: &&mut (usize, String, Lifecycle)| it.0 == address(&store);
        let (known, schema, lifecycle) = schemas.iter_mut().find(is_its).expect("it is ours");
        assert_eq!(Arc::strong_count(&store), 1, "somebody else holds it");
        drop(store);
        let store = connect(schema, lifecycle.clone());
        *known = address(&store);
        store
    }
}

impl Schemas {
    /// The schema of the store that was opened last.
    pub fn last(&self) -> String {
        let schemas = self.0.lock().expect("no test panicked");
        schemas.last().expect("one was opened").1.clone()
    }

    /// Removes the tables of all stores.
    #[cfg(feature = "sqlite")]
    pub fn forget(&self) {
        for (_, schema, _) in self.0.lock().expect("no test panicked").drain(..) {
            server().run(&format!(
                "SET client_min_messages = warning; DROP SCHEMA {schema} CASCADE"
            ));
        }
    }
}

fn server() -> &'static Server {
    Server::shared().expect("whoever has none was skipped")
}

/// A store in a schema that is new.
pub fn new(lifecycle: Lifecycle) -> (String, Arc<dyn Store>) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let schema = format!("s{}", NEXT.fetch_add(1, Ordering::Relaxed));
    server().run(&format!("CREATE SCHEMA {schema}"));
    let store = connect(&schema, lifecycle);
    (schema, store)
}

pub fn connect(schema: &str, lifecycle: Lifecycle) -> Arc<dyn Store> {
    let connected = PostgresStore::connect(&server().config(schema), lifecycle);
    Arc::new(connected.expect("the server works"))
}

#[test]
fn s106_a_finish_on_one_node_is_effective_on_the_other() {
    if !Schemas::default().is_there() {
        return;
    }
    let schemas = Schemas::default();
    let mut world = World::new(&schemas);
    let keys = world.keys();
    let same_keys = copy(&keys);
    let schema = schemas.last();
    world.issuer = open_issuer(&world.store, keys, world.now);
    let other = connect(&schema, Lifecycle::default());
    let other: Issuer = open_issuer(&other, same_keys, world.now);
    for _ in 0..100 {
        let issued = world.run();
        let works = |issuer: &Issuer| {
            let token = issued.token.expose();
            issuer
                .authenticate(token, Class::Resource, None, world.now)
                .is_ok()
        };
        assert!(works(&world.issuer) && works(&other));
        let success = Event::Report(Outcome::Success);
        other
            .apply(issued.token.expose(), issued.job.id, &success, world.now)
            .expect("it runs");
        assert!(!works(&world.issuer) && !works(&other));
    }
}

#[test]
fn nodes_that_start_at_once_make_one_schema() {
    if !Schemas::default().is_there() {
        return;
    }
    server().run("CREATE SCHEMA at_once");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| connect("at_once", Lifecycle::default()));
        }
    });
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    if !Schemas::default().is_there() {
        return;
    }
    let (schema, _) = new(Lifecycle::default());
    server().run(&format!("INSERT INTO {schema}.masker_schema VALUES (99)"));
    let refused = PostgresStore::connect(&server().config(&schema), Lifecycle::default());
    let kind = refused.expect_err("it is newer").kind();
    assert_eq!(kind, StoreErrorKind::NewerSchema);
}

#[test]
fn connections_that_the_server_ended_are_made_anew() {
    if !Schemas::default().is_there() {
        return;
    }
    let (schema, _) = new(Lifecycle::default());
    let config = format!("{} application_name=ended", server().config(&schema));
    let store = PostgresStore::connect(&config, Lifecycle::default()).expect("the server works");
    assert_eq!(store.time().expect("it works"), None);
    server().run(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
         WHERE application_name = 'ended'",
    );
    let mut tries = (0..10).map(|_| store.time().is_ok());
    let worked = tries.position(|works| works);
    assert!(worked.is_some_and(|errors| errors <= 1), "{worked:?}");
}

/// No server is asked: each of these is refused, or allowed and found to have none.
#[test]
fn what_is_not_encrypted_does_not_leave_the_machine() {
    let kind = |config: &str| {
        let refused = PostgresStore::connect(config, Lifecycle::default());
        refused.expect_err("there is no such server").kind()
    };
    for config in [
        "postgres://masker:hunter2@192.0.2.1:1/db",
        "postgres://masker@db.example.org/db?sslmode=prefer",
        "host=localhost,192.0.2.1 user=masker",
        "host=localhost hostaddr=192.0.2.1 user=masker",
        "host=localhost.example.org user=masker",
        "host=127.0.0.1.example.org user=masker",
        "postgres://masker@[2001:db8::1]/db",
        "host=localhost port=1 user=masker sslmode=require",
        "user=masker",
        "postgres://",
        "",
    ] {
        assert_eq!(kind(config), StoreErrorKind::Misconfigured, "{config}");
    }
    for config in [
        "postgres://masker:hunter2@localhost:1/db?connect_timeout=5",
        "postgres://masker@127.9.9.9:1/db",
        "postgres://masker@127.0.0.1:1/db?sslmode=disable",
        "host=db.example.org hostaddr=127.0.0.1 port=1 user=masker",
        "host=/nowhere user=masker",
    ] {
        assert_eq!(kind(config), StoreErrorKind::Unavailable, "{config}");
    }
}

#[test]
fn errors_tell_no_values() {
    let wrong = "host=/nowhere user=masker passwort=hunter2";
    let refused = PostgresStore::connect(wrong, Lifecycle::default());
    let error = refused.expect_err("there is no such option");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("passwort"));
    let nowhere = "host=/nowhere user=masker password=hunter2";
    let refused = PostgresStore::connect(nowhere, Lifecycle::default());
    let error = refused.expect_err("there is no such server");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
