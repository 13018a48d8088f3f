//! `masker run -- COMMAND`: runs the job itself, masks both of its outputs, and ends as it does.

mod args;
#[cfg(unix)]
mod child;
#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod env_file;
#[cfg(unix)]
mod job;
#[cfg(unix)]
mod limit;
#[cfg(unix)]
mod log;
#[cfg(unix)]
mod print;
#[cfg(unix)]
mod pty;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod stamp;
#[cfg(unix)]
mod streams;
#[cfg(unix)]
mod token;
#[cfg(unix)]
mod typed;

pub use args::{AFTER_LONG_HELP, RunArgs};
#[cfg(not(unix))]
pub use elsewhere::run;
#[cfg(unix)]
pub use job::run;
