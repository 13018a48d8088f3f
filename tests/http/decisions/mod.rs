//! What is allowed, what is denied, and what is told of it.

mod carriers;
mod identity;
mod paths;
mod reasons;
mod resources;
mod scope;
mod steps;
