//! What operators do, and nobody else.

mod acknowledged;
mod administration;
mod edits;
mod jobs;
mod key_rotation;
mod metrics;
mod request_ids;
mod tokens;
