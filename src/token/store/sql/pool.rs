//! A few connections that many threads take in turns.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::token::store::StoreError;

/// How long a thread waits for a connection before it says that there is none.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a connection can be given to the next one.
pub(in crate::token::store) trait Reusable {
    fn is_reusable(&self) -> bool;
}

/// At most so many connections, opened when they are needed.
pub(in crate::token::store) struct Pool<C> {
    size: usize,
    opener: Box<dyn Fn() -> Result<C, StoreError> + Send + Sync>,
    slots: Mutex<Slots<C>>,
    returned: Condvar,
}

struct Slots<C> {
    idle: Vec<C>,
    /// How many there are, idle or in use.
    open: usize,
}

impl<C: Reusable> Pool<C> {
    pub(in crate::token::store) fn new(
        size: usize,
        opener: impl Fn() -> Result<C, StoreError> + Send + Sync + 'static,
    ) -> Pool<C> {
        let idle = Vec::with_capacity(size);
        Pool {
            size,
            opener: Box::new(opener),
            slots: Mutex::new(Slots { idle, open: 0 }),
            returned: Condvar::new(),
        }
    }

    /// Waits for a connection if all are in use.
    pub(in crate::token::store) fn take(&self) -> Result<Pooled<'_, C>, StoreError> {
        let is_busy = |slots: &mut Slots<C>| slots.idle.is_empty() && slots.open >= self.size;
        let waited = self
            .returned
            .wait_timeout_while(self.slots(), PATIENCE, is_busy);
        let (mut slots, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(StoreError::unavailable("no connection became free in time"));
        }
        let mut pooled = Pooled {
            pool: self,
            connection: slots.idle.pop(),
        };
        if pooled.connection.is_none() {
            slots.open += 1;
            // Opening takes its time, which the others need not wait for.
            drop(slots);
            pooled.connection = Some((self.opener)()?);
        }
        Ok(pooled)
    }

    /// Nothing that can panic happens under the lock, so what it guards is whole.
    fn slots(&self) -> MutexGuard<'_, Slots<C>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use, which goes back when it is dropped.
pub(in crate::token::store) struct Pooled<'p, C: Reusable> {
    pool: &'p Pool<C>,
    connection: Option<C>,
}

impl<C: Reusable> Deref for Pooled<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        self.connection.as_ref().expect("it is there until dropped")
    }
}

impl<C: Reusable> DerefMut for Pooled<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        self.connection.as_mut().expect("it is there until dropped")
    }
}

impl<C: Reusable> Drop for Pooled<'_, C> {
    fn drop(&mut self) {
        let connection = self.connection.take().filter(Reusable::is_reusable);
        let mut slots = self.pool.slots();
        let mut broken = Vec::new();
        match connection {
            Some(connection) => slots.idle.push(connection),
            None => {
                // A database that ended one connection has ended the others as well, as a rule.
                broken = std::mem::take(&mut slots.idle);
                slots.open -= 1 + broken.len();
            }
        }
        drop(slots);
        match broken.is_empty() {
            true => self.pool.returned.notify_one(),
            false => self.pool.returned.notify_all(),
        }
    }
}
