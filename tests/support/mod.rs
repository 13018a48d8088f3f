//! What the tests share.

pub mod chunkers;
pub mod oracle;
pub mod random;
