//! Keys that are rotated or retired while we serve.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use masker::http::{KeyRotation, KeyRotationError};
use masker::token::clock::Clock as _;
use masker::token::id::{KeyId, KeyRing};
use masker::token::issuer::Issuer;
use masker::token::journal::Actor;
use masker::token::store::Store;
use masker::token::system::SystemClock;

use super::ServeArgs;
use crate::exit::Exit;
use crate::tokens::{Changed, Failure, Kept, key_file, key_path};

/// The file of the keys, looked at again and again.
///
/// Without that, tokens of a new key would not be known here, and ours would be made under a key that
/// others have retired, who end them.
pub struct Keys {
    path: PathBuf,
    issuer: Arc<Issuer>,
    store: Arc<dyn Store>,
    clock: Arc<SystemClock>,
    /// What was there at the last look.
    seen: Mutex<Option<(u64, Vec<KeyId>)>>,
    /// What the file looked like from outside then.
    state: Mutex<Option<FileState>>,
}

/// What tells without reading it that a file was replaced or written: when, how much, and which one.
type FileState = (Option<SystemTime>, u64, u64);

impl Keys {
    /// Nothing, where the keys are in memory only.
    pub fn of(args: &ServeArgs, issuer: &Arc<Issuer>, kept: &Kept) -> Option<Arc<Keys>> {
        let path = key_path(&args.keys).filter(|_| !args.dev)?;
        Some(Arc::new(Keys {
            path,
            issuer: Arc::clone(issuer),
            store: Arc::clone(&kept.store),
            clock: kept.clock(),
            seen: Mutex::default(),
            state: Mutex::default(),
        }))
    }

    /// As [`look`](Keys::look), if the file is not what it was at the last look. Two system calls if it is.
    pub fn glance(&self) -> Result<(), Failure> {
        let known = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state(&self.path) == known {
            true => Ok(()),
            false => self.look(),
        }
    }

    /// Takes the keys of the file, if they are others than before. Blocks.
    pub fn look(&self) -> Result<(), Failure> {
        // Before it is read: what is changed since is seen by the next glance.
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state(&self.path);
        // Held until the tokens of keys that are gone have ended.
        let (ring, _file) = key_file::read(&self.path)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = of(&ring);
        if seen.as_ref() == Some(&found) {
            return Ok(());
        }
        let now = self.clock.now();
        match &*seen {
            // A command that knows no store changes no epoch, and has nobody to tell.
            Some((epoch, _)) if *epoch == ring.epoch() => self.issuer.set_keys(ring, now)?,
            // Else the one who changed them has written that down, with who it was.
            _ => self.issuer.follow_keys(ring, now)?,
        };
        let live: Vec<u32> = found.1.iter().map(|key| key.0).collect();
        if seen.replace(found).is_some() {
            tracing::info!(target: "masker::keys", ?live, "the keys have changed");
        }
        Ok(())
    }

    /// Adds a key to the file, and goes on with it.
    fn add(&self, who: &Actor) -> Result<Vec<KeyId>, Failure> {
        let now = self.clock.now();
        let changed = Changed::write(&self.path, Some((&*self.store, now)), None)?;
        // Held until all know the key: whoever looks at the file in between would be the one who
        // changed it, to the journal.
        let Changed { ring, file, .. } = changed;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = of(&ring);
        self.issuer.set_keys_by(ring, who, now)?;
        let (_, live) = seen.insert(found).clone();
        drop(file);
        Ok(live)
    }
}

/// Nothing, while there is no file.
fn state(path: &Path) -> Option<FileState> {
    let found = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let number = 0;
    Some((found.modified().ok(), found.len(), number))
}

/// What tells one ring from another.
fn of(ring: &KeyRing) -> (u64, Vec<KeyId>) {
    (ring.epoch(), ring.ids().collect())
}

impl KeyRotation for Keys {
    fn rotate(&self, who: &Actor) -> Result<Vec<KeyId>, KeyRotationError> {
        self.add(who).map_err(|failure| match failure.exit() {
            Exit::Store => {
                let error = failure.text();
                tracing::error!(target: "masker::keys", error, "the keys cannot be rotated");
                KeyRotationError::Unavailable
            }
            _ => KeyRotationError::Refused(failure.text().to_owned()),
        })
    }
}
