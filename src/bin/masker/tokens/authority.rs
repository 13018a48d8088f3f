//! The store, the keys and the clock that a command works with.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use masker::token::clock::{Clock as _, Time};
use masker::token::id::{KeyRing, Prefixes};
use masker::token::issuer::Issuer;
use masker::token::lifecycle::Lifecycle;
use masker::token::store::{MemoryStore, Store};
use masker::token::system::{OsRandom, SystemClock};

use super::args::{KeyArgs, StoreArgs};
use super::failure::Failure;
use super::{directory, key_file};

/// The variable that stands for `--store`.
pub const STORE: &str = "MASKER_STORE";
/// The variable that stands for `--key-file`.
pub const KEY_FILE: &str = "MASKER_KEY_FILE";

/// A store, and the time in it.
pub struct Kept {
    pub store: Arc<dyn Store>,
    clock: Arc<SystemClock>,
}

impl Kept {
    /// Opens a store that is there.
    pub fn open(args: &StoreArgs) -> Result<Kept, Failure> {
        Kept::with(args, false)
    }

    /// Opens a store, or makes it.
    pub fn make(args: &StoreArgs) -> Result<Kept, Failure> {
        Kept::with(args, true)
    }

    fn with(args: &StoreArgs, makes: bool) -> Result<Kept, Failure> {
        let name = named_store(args)?;
        let store = open_store(&name, makes)?;
        Kept::of(store)
    }

    /// A store that is open already.
    pub fn of(store: Arc<dyn Store>) -> Result<Kept, Failure> {
        let clock = Arc::new(SystemClock::starting_after(store.time()?));
        Ok(Kept { store, clock })
    }

    #[cfg(feature = "serve")]
    pub fn clock(&self) -> Arc<SystemClock> {
        Arc::clone(&self.clock)
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Issues and recognizes tokens, with the keys of the file.
    pub fn issuer(&self, keys: &KeyArgs, store: &StoreArgs) -> Result<Issuer, Failure> {
        let ring = match key_path(keys) {
            Some(path) => key_file::read(&path)?,
            // What ends with the process needs no keys that outlive it.
            None if named_store(store)?.starts_with(MEMORY) => KeyRing::generate(&mut OsRandom)?,
            None => return Err(no_key_file()),
        };
        self.issuer_with(ring)
    }

    pub fn issuer_with(&self, ring: KeyRing) -> Result<Issuer, Failure> {
        let store = Arc::clone(&self.store);
        Ok(Issuer::open(Prefixes::default(), ring, store, self.now())?)
    }
}

/// The key file that was named, on the command line or in the environment.
pub fn key_path(args: &KeyArgs) -> Option<PathBuf> {
    let variable = || env::var_os(KEY_FILE).filter(|it| !it.is_empty());
    args.key_file
        .clone()
        .or_else(|| variable().map(PathBuf::from))
}

pub fn no_key_file() -> Failure {
    Failure::config(format_args!(
        "there is no key: name the file with --key-file or {KEY_FILE}; `masker keys new` makes one"
    ))
}

fn named_store(args: &StoreArgs) -> Result<String, Failure> {
    let name = args.store.clone().or_else(|| env::var(STORE).ok());
    name.filter(|name| !name.is_empty()).ok_or_else(|| {
        Failure::usage(format_args!(
            "say where jobs and tokens are kept, with --store or {STORE}: {KINDS}"
        ))
    })
}

const MEMORY: &str = "memory:";

#[cfg(feature = "sqlite")]
const SQLITE: &str = "sqlite:";

/// What `--store` takes. What was typed is not shown in errors: a URL may hold a password.
#[cfg(feature = "sqlite")]
const KINDS: &str = match cfg!(feature = "postgres") {
    true => "sqlite:PATH; postgres://USER@HOST/DATABASE; or memory:FILE, for trials",
    false => "sqlite:PATH; or memory:FILE, for trials",
};
#[cfg(not(feature = "sqlite"))]
const KINDS: &str = "memory:FILE, for trials; this masker was built without the feature sqlite";

/// Opens a store by its name.
fn open_store(name: &str, makes: bool) -> Result<Arc<dyn Store>, Failure> {
    if let Some(path) = name.strip_prefix(MEMORY) {
        return in_memory(Path::new(path));
    }
    #[cfg(feature = "sqlite")]
    if let Some(path) = name.strip_prefix(SQLITE).filter(|path| !path.is_empty()) {
        return in_file(Path::new(path), makes);
    }
    #[cfg(feature = "postgres")]
    if name.starts_with("postgres://") || name.starts_with("postgresql://") {
        let store = masker::token::store::PostgresStore::connect(name, Lifecycle::default())?;
        return Ok(Arc::new(store));
    }
    #[cfg(not(feature = "sqlite"))]
    let _ = makes;
    Err(Failure::usage(format_args!("--store takes {KINDS}")))
}

/// A path that is mistyped would otherwise be a new store without a word, where nothing is found.
#[cfg(feature = "sqlite")]
fn in_file(path: &Path, makes: bool) -> Result<Arc<dyn Store>, Failure> {
    if !makes && !path.exists() {
        return Err(Failure::store(
            "there is no store at the path of --store; `masker directory load` makes one, or name another",
        ));
    }
    let store = masker::token::store::SqliteStore::open(path, Lifecycle::default())?;
    Ok(Arc::new(store))
}

/// A store that ends with the process, with the projects and users of a file.
fn in_memory(path: &Path) -> Result<Arc<dyn Store>, Failure> {
    let store = MemoryStore::new(Lifecycle::default());
    if !path.as_os_str().is_empty() {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::config(format_args!("--store: reading the file: {error}")))?;
        let now = SystemClock::starting_after(None).now();
        directory::load(&store, &directory::parse(&text)?, now)?;
    }
    Ok(Arc::new(store))
}
