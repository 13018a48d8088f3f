//! Secrets that arrive while the job runs: `masker --control PATH` listens on a socket, and
//! `masker add --control PATH` brings one.

#[cfg(unix)]
mod add;
#[cfg(unix)]
mod client;
#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod listener;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod timed;
#[cfg(unix)]
mod wire;

#[cfg(unix)]
pub use add::run as add;
#[cfg(not(unix))]
pub use elsewhere::{Control, Place, add};
#[cfg(unix)]
pub use listener::Control;
#[cfg(unix)]
pub use socket::Place;
