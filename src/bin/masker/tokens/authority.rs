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
    clock: SystemClock,
}

impl Kept {
    pub fn open(args: &StoreArgs) -> Result<Kept, Failure> {
        let name = named_store(args)?;
        let store = open_store(&name)?;
        let clock = SystemClock::starting_after(store.time()?);
        Ok(Kept { store, clock })
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

/// What `--store` takes. Not shown in errors: a URL may hold a password.
const KINDS: &str = "memory:FILE, for trials";

/// Opens a store by its name.
fn open_store(name: &str) -> Result<Arc<dyn Store>, Failure> {
    match name.strip_prefix(MEMORY) {
        Some(path) => in_memory(Path::new(path)),
        None => Err(Failure::usage(format_args!("--store takes {KINDS}"))),
    }
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
