//! The authority over HTTP: the routers, asked as a server asks them, and `masker serve`.
//!
//! What a test's name begins with, such as `s43`, is the number of the acceptance statement.

mod administration;
mod carriers;
mod failure;
mod forward_auth;
mod frame;
mod identity;
mod introspection;
mod reasons;
mod registry;
mod scope;
#[cfg(all(feature = "serve", unix))]
mod serve;
mod steps;
mod world;
