//! The integration tests: one binary, one module a feature.

mod properties;
mod support;
