//! Real clients at a site that is protected as the README says.

mod attacked;
mod caddy;
mod git;
mod images;
mod kills;
mod nodes;
mod npm;
mod packages;
mod proxy;
mod releases;
mod site;
mod terraform;
mod transcripts;
