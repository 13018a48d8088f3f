//! Time as a parameter: UTC in microseconds, and a clock that cannot be set back.

use core::fmt;
use core::time::Duration;

/// A moment in UTC, in microseconds since the beginning of 1970.
///
/// Never beyond what a signed integer of 64 bits holds, so that every database can keep it. Sums
/// stop at that end, in the year 294,247, and never wrap around.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use masker::token::clock::Time;
///
/// let start = Time::from_micros(1_000_000);
/// assert_eq!((start + Duration::from_secs(60)).micros(), 61_000_000);
/// assert_eq!(Time::MAX + Duration::from_secs(1), Time::MAX);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

impl Time {
    /// The latest moment there is.
    pub const MAX: Time = Time(i64::MAX as u64);

    /// The moment so many microseconds after the beginning of 1970, or [`Time::MAX`] if that is earlier.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Time {
        match micros < Time::MAX.0 {
            true => Time(micros),
            false => Time::MAX,
        }
    }

    /// Microseconds since the beginning of 1970.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// How long after the other moment this one is; zero if it is not.
    #[must_use]
    pub const fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl core::ops::Add<Duration> for Time {
    type Output = Time;

    fn add(self, duration: Duration) -> Time {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        Time::from_micros(self.0.saturating_add(micros))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}us", self.0)
    }
}

/// Tells the time.
pub trait Clock {
    /// The time now. Never earlier than a time it told before.
    fn now(&self) -> Time;
}

impl<F: Fn() -> Time> Clock for F {
    fn now(&self) -> Time {
        self()
    }
}

/// The wall clock as it was at the start of a process, continued by a monotonic clock.
///
/// A wall clock that jumps while the process runs changes nothing: neither does a token end early,
/// nor does one live longer. Across a restart the time goes on from the highest that was persisted,
/// so a wall clock that was set back gives no token its life again.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use masker::token::clock::{Anchor, Time};
///
/// let hour = Duration::from_secs(3600);
/// let persisted = Time::from_micros(0) + 10 * hour;
/// // The wall clock was set back by two hours while the process was down.
/// let wall = Time::from_micros(0) + 8 * hour;
/// let anchor = Anchor::new(wall, Some(persisted), Duration::from_secs(5));
/// assert_eq!(anchor.at(Duration::from_secs(5)), persisted);
/// assert_eq!(anchor.at(Duration::from_secs(6)), persisted + Duration::from_secs(1));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Anchor {
    origin: Time,
    monotonic: Duration,
}

impl Anchor {
    /// Ties the wall clock to a reading of the monotonic clock, not before the highest persisted time.
    #[must_use]
    pub fn new(wall: Time, highest_persisted: Option<Time>, monotonic: Duration) -> Anchor {
        Anchor {
            origin: wall.max(highest_persisted.unwrap_or_default()),
            monotonic,
        }
    }

    /// The time at a later reading of the same monotonic clock.
    #[must_use]
    pub fn at(&self, monotonic: Duration) -> Time {
        self.origin + monotonic.saturating_sub(self.monotonic)
    }
}
