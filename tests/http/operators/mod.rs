//! What operators do, and nobody else.

mod administration;
mod jobs;
mod tokens;
