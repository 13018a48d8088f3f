//! The store, the keys and the clock that a command works with.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use masker::token::clock::{Clock as _, Time};
use masker::token::configuration::Configuration;
use masker::token::id::KeyRing;
use masker::token::issuer::Issuer;
use masker::token::lifecycle::Lifecycle;
use masker::token::store::{Guarded, Store, StoreError};
use masker::token::system::{OsRandom, SystemClock};

use super::args::{KeyArgs, StoreArgs};
use super::failure::Failure;
use super::place::Place;
use super::{configuration, key_file};
use crate::message;

/// The variable that stands for `--key-file`.
pub const KEY_FILE: &str = "MASKER_KEY_FILE";

/// A store, and the time in it.
pub struct Kept {
    pub store: Arc<dyn Store>,
    pub configuration: Configuration,
    clock: Arc<SystemClock>,
}

impl Kept {
    /// Opens a store that is there.
    pub fn open(args: &StoreArgs) -> Result<Kept, Failure> {
        Kept::with(args, configuration::of(args)?, false)
    }

    /// Opens a store that may know another file of keys than the one that is named.
    pub fn open_unguarded(args: &StoreArgs) -> Result<Kept, Failure> {
        let configuration = configuration::of(args)?;
        let store = Kept::place(args, &configuration, false)?;
        Kept::of(store, configuration)
    }

    /// Opens a store, or makes it.
    pub fn make(args: &StoreArgs) -> Result<Kept, Failure> {
        Kept::with(args, configuration::of(args)?, true)
    }

    /// The same, where the file of what an operator chooses was read before.
    #[cfg(feature = "serve")]
    pub fn configured(args: &StoreArgs, configuration: Configuration) -> Result<Kept, Failure> {
        Kept::with(args, configuration, false)
    }

    fn with(args: &StoreArgs, configuration: Configuration, makes: bool) -> Result<Kept, Failure> {
        let store = Kept::place(args, &configuration, makes)?;
        if let Some(path) = key_variable() {
            guard(&*store, &path)?;
        }
        Kept::of(store, configuration)
    }

    fn place(
        args: &StoreArgs,
        configuration: &Configuration,
        makes: bool,
    ) -> Result<Arc<dyn Store>, Failure> {
        let lifecycle = Lifecycle::new(configuration.lifecycle.clone());
        Place::of(args)?.open(makes, lifecycle)
    }

    /// A store that is open already.
    pub fn of(store: Arc<dyn Store>, configuration: Configuration) -> Result<Kept, Failure> {
        let clock = Arc::new(SystemClock::starting_after(store.time()?));
        Ok(Kept {
            store,
            configuration,
            clock,
        })
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
        // Held until the store has seen its epoch.
        let (ring, _file) = ring(keys, store)?;
        if let Some(path) = key_path(keys) {
            guard(&*self.store, &path)?;
        }
        self.issuer_with(ring)
    }

    pub fn issuer_with(&self, ring: KeyRing) -> Result<Issuer, Failure> {
        let store = Arc::clone(&self.store);
        let prefixes = self.configuration.prefixes.clone();
        Ok(Issuer::open(prefixes, ring, store, self.now())?)
    }
}

/// The keys of the file, and the file as long as nobody may change it.
pub fn ring(keys: &KeyArgs, store: &StoreArgs) -> Result<(KeyRing, Option<File>), Failure> {
    match key_path(keys) {
        Some(path) => key_file::read(&path).map(|(ring, file)| (ring, Some(file))),
        // What ends with the process needs no keys that outlive it.
        None if Place::of(store)?.is_in_memory() => Ok((KeyRing::generate(&mut OsRandom)?, None)),
        None => Err(no_key_file()),
    }
}

/// The key file that was named, on the command line or in the environment.
pub fn key_path(args: &KeyArgs) -> Option<PathBuf> {
    args.key_file.clone().or_else(key_variable)
}

fn key_variable() -> Option<PathBuf> {
    let named = env::var_os(KEY_FILE).filter(|it| !it.is_empty());
    named.map(PathBuf::from)
}

/// Tells keys of another store by their name, and a store that was copied back from before by the mark
/// beside the keys. Where keys are mounted so that nothing can be written beside them, there is no mark.
fn guard(store: &dyn Store, keys: &Path) -> Result<(), Failure> {
    if !keys.exists() {
        return Ok(());
    }
    // Before a mark is made that is of no use. A file that cannot be read is for those to tell who
    // need the keys.
    if let Ok((ring, _file)) = key_file::read(keys) {
        store.know_keys(ring.name())?;
    }
    let guarded = match store.guard(keys) {
        Err(error) if is_read_only(&error) => {
            // A command that works with keys looks twice.
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                message::warning(
                    "nothing can be written beside the keys, so a restored old store cannot be \
                     recognized; make the folder writable for this user",
                );
            });
            return Ok(());
        }
        guarded => guarded?,
    };
    match guarded {
        Guarded::Restored { revoked } => message::warning(format_args!(
            "the store is a copy from before, so all its live tokens were revoked: {revoked}"
        )),
        Guarded::Unmarked { revoked } => message::warning(format_args!(
            "the mark beside the keys is gone, so the store may be a copy from before, and all its live \
             tokens were revoked: {revoked}; keep the file `.mark-…` with the keys"
        )),
        _ => {}
    }
    Ok(())
}

fn is_read_only(error: &StoreError) -> bool {
    use std::io::{Error, ErrorKind};
    let cause = std::error::Error::source(error).and_then(|it| it.downcast_ref::<Error>());
    cause.is_some_and(|cause| {
        matches!(
            cause.kind(),
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
        )
    })
}

pub fn no_key_file() -> Failure {
    Failure::config(format_args!(
        "there is no key: name the file with --key-file or {KEY_FILE}; `masker keys new` makes one"
    ))
}
