//! The machine's own clock and random numbers: the one place where either is asked for.

use std::fmt;
use std::time::{Instant, SystemTime};

use crate::token::clock::{Anchor, Clock, Time};
use crate::token::id::{Random, RandomFailed};

/// The clock of the machine, read once at the start and monotonic from then on.
///
/// # Examples
///
/// ```
/// use masker::token::clock::Clock;
/// use masker::token::system::SystemClock;
///
/// let clock = SystemClock::starting_after(None);
/// assert!(clock.now() <= clock.now());
/// ```
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    anchor: Anchor,
}

impl SystemClock {
    /// Starts a clock that never tells a time before the highest one that was persisted.
    #[must_use]
    pub fn starting_after(highest_persisted: Option<Time>) -> SystemClock {
        let wall = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        SystemClock {
            started: Instant::now(),
            anchor: Anchor::new(
                Time::default() + wall,
                highest_persisted,
                core::time::Duration::ZERO,
            ),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Time {
        self.anchor.at(self.started.elapsed())
    }
}

/// The random numbers of the operating system.
#[derive(Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        getrandom::fill(bytes).map_err(|_| RandomFailed)
    }
}

impl fmt::Debug for OsRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OsRandom")
    }
}
