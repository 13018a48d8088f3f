//! Keys that are rotated or retired while we serve.

use std::path::PathBuf;
use std::sync::Arc;

use masker::token::clock::Clock as _;
use masker::token::id::KeyId;
use masker::token::issuer::Issuer;
use masker::token::system::SystemClock;

use super::ServeArgs;
use crate::tokens::{Failure, key_file, key_path};

/// The file of the keys, looked at again and again.
///
/// Without that, tokens of a new key would not be known here, and ours would be made under a key that
/// others have retired, who end them.
pub struct Keys {
    path: PathBuf,
    issuer: Arc<Issuer>,
    clock: Arc<SystemClock>,
    /// What was there at the last look.
    seen: Option<(u64, Vec<KeyId>)>,
}

impl Keys {
    /// Nothing, where the keys are in memory only.
    pub fn of(args: &ServeArgs, issuer: &Arc<Issuer>, clock: Arc<SystemClock>) -> Option<Keys> {
        let path = key_path(&args.keys).filter(|_| !args.dev)?;
        Some(Keys {
            path,
            issuer: Arc::clone(issuer),
            clock,
            seen: None,
        })
    }

    /// Takes the keys of the file, if they are others than before. Blocks.
    pub fn look(&mut self) -> Result<(), Failure> {
        // Held until the tokens of keys that are gone have ended.
        let (ring, _file) = key_file::read(&self.path)?;
        let found = (ring.epoch(), ring.ids().collect());
        if self.seen.as_ref() == Some(&found) {
            return Ok(());
        }
        self.issuer.set_keys(ring, self.clock.now())?;
        if self.seen.replace(found).is_some() {
            tracing::info!(target: "masker::keys", "the keys have changed");
        }
        Ok(())
    }
}
