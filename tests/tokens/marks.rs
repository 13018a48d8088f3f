//! Statement 110 for all databases: whatever is done with a copy from before, it is told from the store; and
//! what cannot be told is not trusted.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use masker::token::id::KeyRing;
use masker::token::issuer::Issued;
use masker::token::lifecycle::{Invalid, Lifecycle, Why};
use masker::token::store::{Guarded, Selection, Store};
use tempfile::TempDir;

use super::world::{HOUR, MINUTE, World, copy, invalid, open};

/// A database that is backed up, and put back.
trait Kept {
    fn open(&self) -> Arc<dyn Store>;
    fn back_up(&self);
    /// While no process has it open, or under the hands of those that do.
    fn restore(&self);
}

/// Two jobs that run on a store of which there is a backup, and two nodes with the same keys.
struct Site<'k> {
    kept: &'k dyn Kept,
    folder: TempDir,
    world: World,
    keys: KeyRing,
    first: Issued,
    second: Issued,
}

impl<'k> Site<'k> {
    fn new(kept: &'k dyn Kept) -> Site<'k> {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        for node in ["one", "two"] {
            fs::create_dir(folder.path().join(node)).expect("the folder is ours");
        }
        let mut world = World::new(&super::InMemory);
        let keys = world.keys();
        world.store = kept.open();
        guard(&*world.store, &at(folder.path(), "one"));
        world.furnish();
        world.issuer = open(&world.store, copy(&keys), world.now);
        let (first, second) = (world.run_for(9 * HOUR), world.run_for(9 * HOUR));
        world.pass(MINUTE);
        kept.back_up();
        Site {
            kept,
            folder,
            world,
            keys,
            first,
            second,
        }
    }

    fn revoke_first(&self) {
        let which = Selection::Accessor(self.first.accessor.clone());
        let revoked = self.world.store.revoke(&which, Why::Admin, self.world.now);
        assert_eq!(revoked.expect("the store works"), 1);
    }

    /// As the process ends.
    fn close(&mut self) {
        self.world.store = World::new(&super::InMemory).store;
        self.world.issuer = open(&self.world.store, copy(&self.keys), self.world.now);
    }

    fn restore(&mut self) {
        self.close();
        self.kept.restore();
    }

    /// A process that has the keys of a node, or none.
    fn open(&mut self, node: Option<&str>) -> Option<Guarded> {
        self.close();
        self.world.store = self.kept.open();
        let guarded = node.map(|node| guard(&*self.world.store, &at(self.folder.path(), node)));
        self.world.issuer = open(&self.world.store, copy(&self.keys), self.world.now);
        guarded
    }

    fn are_revoked(&self) {
        let why = Invalid::Revoked(Why::Restored);
        for issued in [&self.first, &self.second] {
            assert_eq!(self.world.works(issued), Err(invalid(why)));
        }
    }

    /// Whatever it was, it is over.
    fn goes_on(&mut self, node: &str) {
        let new = self.world.run();
        assert_eq!(self.open(Some(node)), Some(Guarded::Whole));
        assert!(self.world.works(&new).is_ok());
    }
}

fn at(folder: &Path, node: &str) -> PathBuf {
    folder.join(node).join("keys")
}

fn guard(store: &dyn Store, keys: &Path) -> Guarded {
    store.guard(keys).expect("the mark can be read")
}

/// Commands without the keys write into the copy before anybody looks at the mark.
fn what_others_write_does_not_hide_a_copy(kept: &dyn Kept) {
    let mut site = Site::new(kept);
    site.revoke_first();
    site.restore();
    site.open(None);
    for _ in 0..100 {
        site.world.pass(MINUTE);
        site.world.enqueue(HOUR);
    }
    assert!(
        site.world.works(&site.first).is_ok(),
        "the dead token lives"
    );
    let restored = Some(Guarded::Restored { revoked: 2 });
    assert_eq!(site.open(Some("one")), restored);
    site.are_revoked();
    site.goes_on("one");
}

/// Nor does another node, which had seen less.
fn what_another_node_writes_does_not_hide_a_copy(kept: &dyn Kept) {
    let mut site = Site::new(kept);
    site.revoke_first();
    site.restore();
    // It is new, and so has nothing to compare with.
    assert_eq!(site.open(Some("two")), Some(Guarded::Whole));
    for _ in 0..100 {
        site.world.pass(MINUTE);
        site.world.enqueue(HOUR);
    }
    let restored = Some(Guarded::Restored { revoked: 2 });
    assert_eq!(site.open(Some("one")), restored);
    site.are_revoked();
    site.goes_on("two");
    site.goes_on("one");
}

/// Moves are counted: a clock that stands still, or was set back, hides nothing.
fn a_clock_that_was_set_back_does_not_hide_a_copy(kept: &dyn Kept) {
    let mut site = Site::new(kept);
    site.world.now = World::start();
    site.revoke_first();
    site.restore();
    let restored = Some(Guarded::Restored { revoked: 2 });
    assert_eq!(site.open(Some("one")), restored);
    site.are_revoked();
}

fn a_copy_from_before_the_first_mark_is_told(kept: &dyn Kept) {
    let mut site = Site::new(kept);
    assert_eq!(site.open(Some("two")), Some(Guarded::Whole));
    site.revoke_first();
    site.restore();
    let restored = Some(Guarded::Restored { revoked: 2 });
    assert_eq!(site.open(Some("two")), restored);
    site.are_revoked();
    site.goes_on("two");
}

fn a_mark_that_is_gone_ends_all_tokens(kept: &dyn Kept) {
    let mut site = Site::new(kept);
    site.close();
    let files = fs::read_dir(site.folder.path().join("one")).expect("it can be listed");
    let files: Vec<_> = files.flatten().map(|file| file.path()).collect();
    assert_eq!(files.len(), 1, "there is the mark, and no key");
    fs::remove_file(&files[0]).expect("it is ours");
    // Another node has its own.
    assert_eq!(site.open(Some("two")), Some(Guarded::Whole));
    assert!(site.world.works(&site.first).is_ok());
    let unmarked = Some(Guarded::Unmarked { revoked: 2 });
    assert_eq!(site.open(Some("one")), unmarked);
    site.are_revoked();
    site.goes_on("one");
}

/// The copy takes the place of the store under the hands of a process.
#[cfg(feature = "postgres")]
fn a_copy_is_told_by_who_works_with_it(kept: &dyn Kept) {
    let mut site = Site::new(kept);
    site.revoke_first();
    kept.restore();
    site.world.pass(MINUTE);
    site.world.enqueue(HOUR);
    site.are_revoked();
    site.goes_on("one");
}

macro_rules! on {
    ($database:ident: $kept:expr, $($test:ident),*) => {
        mod $database {
            use super::*;

            $(#[test]
            fn $test() {
                if let Some(kept) = $kept {
                    super::$test(&kept);
                }
            })*
        }
    };
}

#[cfg(feature = "sqlite")]
on!(s110_sqlite: Some(InFile(tempfile::tempdir().expect("there is a temporary folder"))),
    what_others_write_does_not_hide_a_copy,
    what_another_node_writes_does_not_hide_a_copy,
    a_clock_that_was_set_back_does_not_hide_a_copy,
    a_copy_from_before_the_first_mark_is_told,
    a_mark_that_is_gone_ends_all_tokens
);

#[cfg(feature = "postgres")]
on!(s110_postgresql: InSchema::new(),
    what_others_write_does_not_hide_a_copy,
    what_another_node_writes_does_not_hide_a_copy,
    a_clock_that_was_set_back_does_not_hide_a_copy,
    a_copy_from_before_the_first_mark_is_told,
    a_mark_that_is_gone_ends_all_tokens,
    a_copy_is_told_by_who_works_with_it
);

#[cfg(feature = "sqlite")]
struct InFile(TempDir);

#[cfg(feature = "sqlite")]
impl InFile {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

#[cfg(feature = "sqlite")]
impl Kept for InFile {
    fn open(&self) -> Arc<dyn Store> {
        let path = self.path("tokens.db");
        let opened = masker::token::store::SqliteStore::open(path, Lifecycle::default());
        Arc::new(opened.expect("the file is whole"))
    }

    fn back_up(&self) {
        let connection = rusqlite::Connection::open(self.path("tokens.db")).expect("it is there");
        let backup = self.path("backup.db");
        let into = connection.execute("VACUUM INTO ?1", [backup.to_str().expect("UTF-8")]);
        into.expect("the folder is ours");
    }

    fn restore(&self) {
        for ending in ["-wal", "-shm"] {
            fs::remove_file(self.path(&format!("tokens.db{ending}"))).ok();
        }
        fs::copy(self.path("backup.db"), self.path("tokens.db")).expect("the folder is ours");
    }
}

#[cfg(feature = "postgres")]
struct InSchema(String);

#[cfg(feature = "postgres")]
impl InSchema {
    fn new() -> Option<InSchema> {
        crate::support::postgres::Server::shared()?;
        let (schema, _) = super::postgres::new(Lifecycle::default());
        Some(InSchema(schema))
    }

    /// Runs a statement for each table, with its name in place of `{}`.
    fn for_each_table(&self, statement: &str) {
        let schema = &self.0;
        crate::support::postgres::Server::shared()
            .expect("it is there")
            .run(&format!(
                "CREATE SCHEMA IF NOT EXISTS {schema}_backup;
                 SET session_replication_role = replica;
                 DO $$ DECLARE name text; BEGIN
                 FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '{schema}' LOOP
                     EXECUTE replace('{statement}', '{{}}', quote_ident(name));
                 END LOOP; END $$"
            ));
    }
}

#[cfg(feature = "postgres")]
impl Kept for InSchema {
    fn open(&self) -> Arc<dyn Store> {
        super::postgres::connect(&self.0, Lifecycle::default())
    }

    fn back_up(&self) {
        let schema = &self.0;
        self.for_each_table(&format!(
            "CREATE TABLE {schema}_backup.{{}} AS TABLE {schema}.{{}}"
        ));
    }

    fn restore(&self) {
        let schema = &self.0;
        self.for_each_table(&format!(
            "DELETE FROM {schema}.{{}}; INSERT INTO {schema}.{{}} OVERRIDING SYSTEM VALUE \
             SELECT * FROM {schema}_backup.{{}}"
        ));
    }
}
