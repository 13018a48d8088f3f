//! Real clients at a site that is protected as the README says.

mod git;
mod images;
mod npm;
mod packages;
mod proxy;
mod site;
mod terraform;
mod transcripts;
