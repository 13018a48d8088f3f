//! Secrets that nobody named, behind what announces them.

mod fragments;
mod oracle;
mod properties;
