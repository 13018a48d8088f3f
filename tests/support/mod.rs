//! What the tests share.

pub mod chunkers;
#[cfg(feature = "cli")]
pub mod command;
pub mod events;
pub mod faults;
pub mod oracle;
#[cfg(any(feature = "tokio", feature = "stream"))]
pub mod polled;
#[cfg(all(unix, feature = "postgres"))]
pub mod postgres;
#[cfg(unix)]
pub mod programs;
pub mod random;
#[cfg(unix)]
pub mod server;
#[cfg(all(unix, feature = "serve"))]
pub mod service;
#[cfg(all(feature = "cli", target_os = "linux"))]
pub mod terminal;

/// The same logs as the benchmarks take.
#[path = "../../benches/support/logs.rs"]
pub mod logs;
