//! What the tests share.

pub mod chunkers;
#[cfg(feature = "cli")]
pub mod command;
pub mod oracle;
pub mod random;

/// The same logs as the benchmarks take.
#[path = "../../benches/support/logs.rs"]
pub mod logs;
