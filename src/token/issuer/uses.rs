//! When tokens were last used: noted in memory, and written down later.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Issuer;
use crate::token::clock::Time;
use crate::token::id::Accessor;
use crate::token::store::{StoreError, Swept, TokenEntry};

/// How old what is known of a token may be before it is worth a note.
const INTERVAL: Duration = Duration::from_secs(60);
/// Threads that decide at once seldom meet in one of these.
const SHARDS: u64 = 16;
/// The most tokens in a shard.
const MOST: usize = 4_096;

/// Uses that no store knows of yet. Bounded: what has no room is not noted.
#[derive(Default)]
pub(super) struct Uses([Mutex<HashMap<Accessor, Time>>; SHARDS as usize]);

impl Uses {
    /// Notes a use if it is news. Waits for nobody: a use that is not noted now is noted when the
    /// token is used again.
    pub(super) fn note(&self, token: &TokenEntry, now: Time) {
        let is_known = |last: Time| now.since(last) < INTERVAL;
        if token.last_used_at.is_some_and(is_known) {
            return;
        }
        let shard = &self.0[(token.job.0 % SHARDS) as usize];
        let Ok(mut uses) = shard.try_lock() else {
            return;
        };
        if let Some(last) = uses.get_mut(&token.accessor) {
            *last = now.max(*last);
        } else if uses.len() < MOST {
            uses.insert(token.accessor.clone(), now);
        }
    }

    fn take(&self) -> Vec<(Accessor, Time)> {
        let mut taken = Vec::new();
        for shard in &self.0 {
            let mut uses = shard.lock().unwrap_or_else(PoisonError::into_inner);
            taken.extend(uses.drain());
        }
        taken
    }
}

impl Issuer {
    /// Writes down when tokens were last used, and returns of how many. To be called now and then, as
    /// [`sweep`](Issuer::sweep) does; a process that is killed loses what it had not written.
    ///
    /// # Errors
    ///
    /// If the store fails. What was noted is lost then.
    pub fn write_uses(&self) -> Result<usize, StoreError> {
        let uses = self.uses.take();
        self.store.used(&uses)?;
        Ok(uses.len())
    }

    /// Writes uses down and sweeps the store: see [`Store::sweep`](crate::token::store::Store::sweep).
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn sweep(&self, now: Time) -> Result<Swept, StoreError> {
        self.write_uses()?;
        self.store.sweep(now)
    }
}
