//! What is allowed, what is denied, and what is told of it.

mod about;
mod carriers;
mod identity;
mod own_routes;
mod paths;
mod reasons;
mod resources;
mod scope;
mod steps;
