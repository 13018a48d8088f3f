//! How many wrong tokens a client may present: 20 at once, and one a second from then on.
//!
//! A valid token is never refused: many jobs share the address of a runner.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;

use crate::token::clock::Time;

const BURST: u32 = 20;
const EACH: Duration = Duration::from_secs(1);

/// The most clients that are known. Whoever has failed longest ago is forgotten.
const CLIENTS: NonZeroUsize = NonZeroUsize::new(65_536).expect("some");

/// Counts failures by clients.
pub(super) struct Limiter {
    clients: Mutex<LruCache<Option<IpAddr>, Time>>,
}

impl Default for Limiter {
    fn default() -> Limiter {
        Limiter {
            clients: Mutex::new(LruCache::new(CLIENTS)),
        }
    }
}

impl Limiter {
    /// Takes note of a failure. The seconds to wait if there were too many; those do not count again.
    pub(super) fn failed(&self, client: Option<IpAddr>, now: Time) -> Option<u32> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        // Kept is the moment when all failures are forgiven; each failure moves it on by a second.
        let forgiven = clients.get_or_insert_mut(client.map(network), Time::default);
        let next = (*forgiven).max(now) + EACH;
        let over = next.since(now).saturating_sub(BURST * EACH);
        match over.is_zero() {
            true => {
                *forgiven = next;
                None
            }
            false => Some(over.as_secs().try_into().unwrap_or(u32::MAX).max(1)),
        }
    }
}

/// Whoever has an address of version 6 has a whole network of them.
fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            let prefix = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
    }
}
