//! What the tests share.

pub mod chunkers;
#[cfg(feature = "cli")]
pub mod command;
pub mod oracle;
pub mod random;
