//! The log of the service, on standard error.

use std::io;

use tracing_subscriber::filter::LevelFilter;

use super::args::LogFormat;

/// Begins to write what happens. One line an event.
pub fn begin(format: LogFormat) {
    let log = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::INFO)
        .with_ansi(false)
        .with_writer(io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .init(),
    }
}
