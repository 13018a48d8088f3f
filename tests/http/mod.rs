//! The authority over HTTP: the routers, asked as a server asks them, and `masker serve`.
//!
//! What a test's name begins with, such as `s43`, is the number of the acceptance statement.

mod about;
mod acknowledged;
#[cfg(feature = "artifacts")]
mod artifacts;
mod asking;
mod bodies;
mod decisions;
mod edits;
mod failure;
mod forward_auth;
mod frame;
mod introspection;
mod key_rotation;
#[cfg(all(feature = "serve", unix))]
mod live;
mod metrics;
#[cfg(feature = "artifacts")]
mod openapi;
mod operators;
mod own_routes;
mod pipelines;
#[cfg(all(feature = "serve", unix))]
mod process;
mod registry;
mod request_ids;
mod timing;
mod world;
