//! The OpenAPI document: that it is valid, whole, and true.

mod document;
mod live;
mod routes;
mod valid;
