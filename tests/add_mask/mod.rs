//! Lines by which a job names its own secrets: `::add-mask::VALUE`.

mod cases;
#[cfg(feature = "cli")]
mod command;
#[cfg(all(feature = "cli", unix))]
mod interplay;
mod limits;
mod oracle;
mod properties;

const COMMAND: &str = "::add-mask::";
