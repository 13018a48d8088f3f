//! Stores in files of SQLite.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use masker::token::journal::{Decision, DecisionFilter, RequestId};
use masker::token::lifecycle::{Event, Lifecycle};
use masker::token::store::{SqliteStore, Store, StoreErrorKind};
use tempfile::TempDir;

use super::world::World;
use super::{Factory, address};

/// A file for each store, in a folder of its own.
#[derive(Default)]
pub struct Files(Mutex<Vec<(usize, TempDir, Lifecycle)>>);

impl Factory for Files {
    fn open(&self, lifecycle: Lifecycle) -> Arc<dyn Store> {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let store = open(&folder, lifecycle.clone());
        let mut files = self.0.lock().expect("no test panicked");
        files.push((address(&store), folder, lifecycle));
        store
    }

    fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        let mut files = self.0.lock().expect("no test panicked");
        let is_its = |file: &&mut (usize, TempDir, Lifecycle)| file.0 == address(&store);
        let (known, folder, lifecycle) = files.iter_mut().find(is_its).expect("it was opened here");
        assert_eq!(Arc::strong_count(&store), 1, "somebody else holds it");
        drop(store);
        let store = open(folder, lifecycle.clone());
        *known = address(&store);
        store
    }
}

impl Files {
    /// The folder of the store that was opened last.
    pub fn last(&self) -> PathBuf {
        let files = self.0.lock().expect("no test panicked");
        files.last().expect("one was opened").1.path().to_owned()
    }

    /// Removes the files of all stores.
    #[cfg(feature = "postgres")]
    pub fn forget(&self) {
        self.0.lock().expect("no test panicked").clear();
    }
}

fn open(folder: &TempDir, lifecycle: Lifecycle) -> Arc<dyn Store> {
    let opened = SqliteStore::open(file(folder.path()), lifecycle);
    Arc::new(opened.expect("the file can be opened"))
}

fn file(folder: &Path) -> PathBuf {
    folder.join("tokens.db")
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    drop(open(&folder, Lifecycle::default()));
    let version = |statement: &str| {
        let connection = rusqlite::Connection::open(file(folder.path()));
        let connection = connection.expect("the file is there");
        connection
            .execute_batch(statement)
            .expect("it is a statement");
        let version = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
        version.expect("each file has one")
    };
    assert_eq!(version("PRAGMA user_version = 99"), 99);
    let refused = SqliteStore::open(file(folder.path()), Lifecycle::default());
    let kind = refused.expect_err("it is newer").kind();
    assert_eq!(kind, StoreErrorKind::NewerSchema);
    assert_eq!(version(""), 99);
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    std::fs::write(
        file(folder.path()),
        "no database at all, but long enough to be seen as one",
    )
    .expect("the folder is ours");
    let refused = SqliteStore::open(file(folder.path()), Lifecycle::default());
    let kind = refused.expect_err("it is none").kind();
    assert_eq!(kind, StoreErrorKind::Unavailable);
    let nowhere = folder.path().join("missing").join("tokens.db");
    assert!(SqliteStore::open(nowhere, Lifecycle::default()).is_err());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("there is a temporary folder");
    std::fs::write(file(folder.path()), "").expect("the folder is ours");
    let open_to_all = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(file(folder.path()), open_to_all).expect("the file is ours");
    let store = open(&folder, Lifecycle::default());
    store.sweep(World::start()).expect("it works");
    let entries = std::fs::read_dir(folder.path()).expect("it is there");
    let files: Vec<_> = entries.map(|it| it.expect("it can be listed")).collect();
    assert_eq!(files.len(), 3, "the file, -wal and -shm");
    for file in files {
        let mode = file.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
    }
}

/// As two processes would: each sees at once what the other did.
#[test]
fn two_stores_have_one_file() {
    let files = Files::default();
    let mut world = World::new(&files);
    let other = {
        let files = files.0.lock().expect("no test panicked");
        open(&files[0].1, Lifecycle::default())
    };
    let issued = world.run();
    world.apply(issued.job.id, Event::Cancel);
    assert_eq!(
        other.job(issued.job.id).expect("it is there"),
        world.job(issued.job.id)
    );
}

fn decision(request: &str) -> Decision {
    Decision::new(World::start(), RequestId::new(request), "D7", "unknown")
}

/// The index of requests has a part for each 1,024 decisions.
#[test]
fn a_request_is_found_wherever_the_journal_has_it() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let store = open(&folder, Lifecycle::default());
    let mut decisions: Vec<_> = (0..3_000).map(|at| decision(&format!("r{at}"))).collect();
    decisions.push(decision("r5"));
    store.record(&decisions).expect("the store works");
    let found = |request: &str| {
        let which = DecisionFilter {
            request_id: Some(RequestId::new(request)),
            ..DecisionFilter::default()
        };
        store.decisions(&which, 9).expect("the store works").len()
    };
    let requests = ["r0", "r5", "r1023", "r1024", "r2999", "r3000"];
    assert_eq!(requests.map(found), [1, 2, 1, 1, 1, 0]);
}
