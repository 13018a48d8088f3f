//! Real clients at a site that is protected as the README says.

mod attacked;
mod caddy;
mod configured;
mod families;
mod git;
mod images;
mod kills;
mod nodes;
mod npm;
mod packages;
mod proxy;
mod pypi;
mod releases;
mod site;
mod terraform;
mod transcripts;
