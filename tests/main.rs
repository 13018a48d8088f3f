//! The integration tests: one binary, one module a feature.

mod cases;
mod corpus;
mod fail_closed;
mod properties;
mod support;
mod tidy;
