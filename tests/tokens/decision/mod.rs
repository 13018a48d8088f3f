//! What the token of a job may access.

mod carriers;
mod columns;
mod directory;
mod every_route;
mod identity;
mod outbound;
mod own_routes;
mod paths;
mod properties;
mod requests;
mod rows;
mod scope_editing;
mod world;

/// Stands for the token of the job. Nothing that is decided depends on it.
const TOKEN: &str = "mjt_0example";
