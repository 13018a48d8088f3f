//! Secrets that nobody named, behind what announces them.

mod cases;
mod fragments;
mod marked;
mod oracle;
mod pieces;
mod properties;
