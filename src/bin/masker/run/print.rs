//! From masked bytes to our standard output and standard error.

use std::fs::File;
use std::io::{IoSlice, Write as _};

use anyhow::{Context as _, Result};
use jiff::Timestamp;

use super::RunArgs;
use super::limit::Limit;
use super::stamp::Stamper;
use crate::filter::is_reader_gone;
use crate::message;
use crate::pipe::Output;

/// What the streams are called, in the order of their numbers.
pub const NAMES: [&str; 2] = ["stdout", "stderr"];

/// Prints what is masked, with what the flags make of it.
pub struct Printer {
    outputs: Vec<Output>,
    stampers: Option<Vec<Stamper>>,
    limit: Option<Limit>,
    log: Option<File>,
}

impl Printer {
    /// For the job's one stream, or for its two.
    pub fn new(args: &RunArgs, streams: usize, log: Option<File>) -> Result<Printer> {
        let mut outputs = vec![Output::open().context("opening standard output")?];
        if streams > 1 {
            outputs.push(Output::open_error().context("opening standard error")?);
        }
        let stampers = || (0..streams).map(|_| Stamper::new()).collect();
        Ok(Printer {
            outputs,
            stampers: args.timestamps.then(stampers),
            limit: args.limit.map(|size| Limit::new(size, streams)),
            log,
        })
    }

    /// Prints what comes next on a stream, and tells whether somebody still reads that.
    pub fn print(&mut self, stream: usize, masked: &[u8], now: Timestamp) -> Result<bool> {
        let stamped;
        let mut text = masked;
        if let Some(stampers) = &mut self.stampers {
            stamped = stampers[stream].stamp(text, now);
            text = &stamped;
        }
        let mut is_cut = false;
        if let Some(limit) = &mut self.limit {
            let was_reached = limit.is_reached();
            text = limit.cut(stream, text);
            is_cut = limit.is_reached() && !was_reached;
        }
        // The file has what may not have been read, not the other way round.
        if let Some(log) = &mut self.log {
            log.write_all(text).context("--log: writing the file")?;
        }
        let written = self.outputs[stream].write_all(&mut [IoSlice::new(text)]);
        if is_cut {
            message::warning("--limit: no more is printed; the job goes on");
        }
        match written {
            Ok(()) => Ok(true),
            Err(error) if is_reader_gone(&error) => Ok(false),
            Err(error) => Err(error).context(match stream {
                0 => "writing standard output",
                _ => "writing standard error",
            }),
        }
    }
}
