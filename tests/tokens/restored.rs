//! Statement 110, in a file of SQLite: a copy from before a revocation is told from the store, though
//! the process that revoked was killed right after and no key was changed.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use masker::token::id::Accessor;
use masker::token::issuer::{Issued, IssuerErrorKind};
use masker::token::journal::{AuditFilter, Deed};
use masker::token::lifecycle::{Invalid, Lifecycle, Why};
use masker::token::store::{Guarded, Selection, SqliteStore, Store};

use super::world::{HOUR, MINUTE, SECOND, World, copy, invalid, open};

/// Tells the process that is to be killed whose token it is to revoke, and where.
const ACCESSOR: &str = "MASKER_TEST_RESTORED";
const FOLDER: &str = "MASKER_TEST_RESTORED_FOLDER";

struct Authority {
    folder: PathBuf,
    world: World,
    keys: masker::token::id::KeyRing,
    kept: Issued,
    revoked: Issued,
}

fn file(folder: &Path) -> PathBuf {
    folder.join("tokens.db")
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("keys").join("ring")
}

fn opened(folder: &Path) -> Arc<dyn Store> {
    let opened = SqliteStore::open(file(folder), Lifecycle::default());
    Arc::new(opened.expect("the file is whole"))
}

impl Authority {
    /// Two running jobs, and a process that has revoked the token of one and was killed.
    fn after_a_kill(folder: &Path) -> Authority {
        fs::create_dir(folder.join("keys")).expect("the folder is ours");
        let mut world = World::new(&super::InMemory);
        world.store = opened(folder);
        let store = &world.store;
        let guarded = store.guard(&key_file(folder)).expect("it can be made");
        assert_eq!(guarded, Guarded::Whole);
        world.furnish();
        let keys = world.keys();
        world.issuer = open(&world.store, copy(&keys), world.now);
        let (kept, revoked) = (world.run_for(9 * HOUR), world.run_for(9 * HOUR));
        // A backup, as SQLite makes it.
        let connection = rusqlite::Connection::open(file(folder)).expect("it is there");
        let backup = folder.join("backup.db");
        let into = connection.execute("VACUUM INTO ?1", [backup.to_str().expect("UTF-8")]);
        into.expect("the folder is ours");
        let mut child = spawn(folder, &revoked.accessor);
        let said = BufReader::new(child.stdout.take().expect("it was asked to be piped"));
        let told = said.lines().any(|line| line.expect("text") == "revoked 1");
        assert!(told, "it was never told that the token is dead");
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
        world.pass(2 * MINUTE);
        let folder = folder.to_owned();
        Authority {
            folder,
            world,
            keys,
            kept,
            revoked,
        }
    }

    /// As the process ends.
    fn close(&mut self) {
        self.world.store = World::new(&super::InMemory).store;
        let keys = self.world.keys();
        self.world.issuer = open(&self.world.store, keys, self.world.now);
    }

    fn restore(&mut self) {
        self.close();
        for ending in ["-wal", "-shm"] {
            fs::remove_file(self.folder.join(format!("tokens.db{ending}"))).ok();
        }
        fs::copy(self.folder.join("backup.db"), file(&self.folder)).expect("the folder is ours");
    }

    fn reopen(&mut self, guards: bool) -> Guarded {
        self.close();
        self.world.store = opened(&self.folder);
        let revoked = match guards {
            true => self.world.store.guard(&key_file(&self.folder)),
            false => Ok(Guarded::Whole),
        };
        self.world.issuer = open(&self.world.store, copy(&self.keys), self.world.now);
        revoked.expect("the mark can be read")
    }
}

fn spawn(folder: &Path, accessor: &Accessor) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command
        .args(["tokens::restored::to_be_killed", "--exact", "--nocapture"])
        .env(ACCESSOR, accessor.as_str())
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().expect("the tests can be run")
}

/// No test of its own: what the others run and kill.
#[test]
fn to_be_killed() {
    let (Ok(accessor), Ok(folder)) = (std::env::var(ACCESSOR), std::env::var(FOLDER)) else {
        return;
    };
    let store = opened(Path::new(&folder));
    let guarded = store.guard(&key_file(Path::new(&folder)));
    guarded.expect("the mark can be read");
    let accessor = Accessor::parse(&accessor).expect("it was written");
    let now = World::start() + MINUTE;
    let revoked = store.revoke(&Selection::Accessor(accessor), Why::Admin, now);
    let revoked = revoked.expect("the store works");
    writeln!(std::io::stdout(), "\nrevoked {revoked}").expect("somebody reads");
    // Until it is killed.
    std::thread::sleep(HOUR);
}

#[test]
fn s110_a_copy_from_before_a_revocation_revokes_all() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let mut authority = Authority::after_a_kill(folder.path());
    authority.restore();
    // What the mark is for: without it, the dead token lives.
    authority.reopen(false);
    assert!(authority.world.works(&authority.revoked).is_ok());
    authority.restore();
    assert_eq!(authority.reopen(true), Guarded::Restored { revoked: 2 });
    let why = Invalid::Revoked(Why::Restored);
    for issued in [&authority.kept, &authority.revoked] {
        assert_eq!(authority.world.works(issued), Err(invalid(why)));
    }
    let which = AuditFilter {
        what: Some(Deed::Restored),
        ..AuditFilter::default()
    };
    let events = authority.world.store.audit_events(&which, 9);
    assert_eq!(events.expect("the store works").len(), 1);
    // Once: what is issued now lives, also over the next start.
    let new = authority.world.run();
    assert_eq!(authority.reopen(true), Guarded::Whole);
    assert!(authority.world.works(&new).is_ok());
}

#[test]
fn s110_a_process_that_was_killed_leaves_no_old_copy() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let mut authority = Authority::after_a_kill(folder.path());
    assert_eq!(authority.reopen(true), Guarded::Whole);
    assert!(authority.world.works(&authority.kept).is_ok());
    let why = IssuerErrorKind::Invalid(Invalid::Revoked(Why::Admin));
    assert_eq!(authority.world.works(&authority.revoked), Err(why));
    // Another store with the same keys has a mark of its own, however far this one is.
    let other = tempfile::tempdir().expect("there is a temporary folder");
    let second = opened(other.path());
    let guarded = second.guard(&key_file(folder.path()));
    assert_eq!(guarded.expect("it can be made"), Guarded::Whole);
    let marks = fs::read_dir(folder.path().join("keys")).expect("it can be listed");
    assert_eq!(marks.count(), 2);
}

#[test]
fn a_damaged_mark_is_told() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let mut authority = Authority::after_a_kill(folder.path());
    let marks = fs::read_dir(folder.path().join("keys")).expect("it can be listed");
    for mark in marks {
        fs::write(mark.expect("it is there").path(), "no time").expect("it is ours");
    }
    authority.world.store = opened(folder.path());
    assert!(
        authority
            .world
            .store
            .guard(&key_file(folder.path()))
            .is_err()
    );
    // The store goes on without: only what was restored is not told.
    authority.world.now = authority.world.now + SECOND;
    authority.world.enqueue(HOUR);
}
