//! CI job tokens: one for each attempt of a job, issued when a runner claims it and dead when it ends.
//!
//! [`id`] knows the text of a token, and [`lifecycle`] the states of a job as a pure function. Time
//! and randomness are parameters; [`system`] has those of the machine.

pub mod clock;
pub mod directory;
pub mod id;
pub mod lifecycle;
pub mod system;
