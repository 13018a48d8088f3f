//! The authority over HTTP: the routers, asked as a server asks them, and `masker serve`.
//!
//! What a test's name begins with, such as `s43`, is the number of the acceptance statement.

#[cfg(feature = "artifacts")]
mod artifacts;
mod asking;
mod bodies;
mod decisions;
mod failure;
mod forward_auth;
mod frame;
mod introspection;
#[cfg(all(feature = "serve", unix))]
mod live;
#[cfg(feature = "artifacts")]
mod openapi;
mod operators;
mod pipelines;
#[cfg(all(feature = "serve", unix))]
mod process;
mod registry;
mod timing;
mod world;
