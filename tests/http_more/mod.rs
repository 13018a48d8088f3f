//! Pipelines and artifacts over HTTP.
//!
//! What a test's name begins with, such as `s77`, is the number of the acceptance statement.

mod archives;
mod artifacts;
mod jobs;
#[cfg(all(feature = "serve", unix))]
mod live;
mod paths;
mod runners;
mod sweeps;
mod triggers;
mod uploads;
mod world;
