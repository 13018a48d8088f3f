//! The integration tests: one binary, one module a feature.

mod add_mask;
#[cfg(all(feature = "cli", feature = "token", unix))]
mod authority;
mod cases;
#[cfg(feature = "cli")]
mod command;
#[cfg(all(feature = "cli", unix))]
mod control;
mod corpus;
mod exhaustive;
mod fail_closed;
#[cfg(unix)]
mod forms;
#[cfg(feature = "http")]
mod http;
mod io;
mod layers;
mod linear;
#[cfg(feature = "cli")]
mod pipe;
mod properties;
mod report;
mod rules;
#[cfg(all(feature = "cli", unix))]
mod run;
#[cfg(all(feature = "serve", unix))]
mod served;
mod support;
mod tidy;
#[cfg(feature = "token")]
mod tokens;
#[cfg(all(unix, feature = "cli"))]
mod transcripts;
