//! Keys that are rotated or retired while we serve.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

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
}

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
        }))
    }

    /// Takes the keys of the file, if they are others than before. Blocks.
    pub fn look(&self) -> Result<(), Failure> {
        // Held until the tokens of keys that are gone have ended.
        let (ring, _file) = key_file::read(&self.path)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = of(&ring);
        if seen.as_ref() == Some(&found) {
            return Ok(());
        }
        self.issuer.set_keys(ring, self.clock.now())?;
        if seen.replace(found).is_some() {
            tracing::info!(target: "masker::keys", "the keys have changed");
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
