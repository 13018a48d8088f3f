//! Who leaked what: `--report`, `--summary` and `--fail-on-leak`.

mod file;
mod json;
mod summary;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use masker::{MaskSet, Masker, Report, Sink};

use crate::args::FilterArgs;
use crate::exit::Exit;
use crate::message;
use file::ReportFile;

const REPORT_HELP: &str = r#"Write who leaked what to a file, as JSON: names and places, never values

The file is written when masker ends, whole or not at all, and only its owner can read it. One that is there already is removed at the start. A second signal ends masker without a report.

  {
    "version": 1,           of this format; fields may be added to it
    "complete": true,       whether the input was read to its end
    "bytes": 123456,        of input
    "masks": 3,             in the output
    "truncated": null,      or the place of a secret that the end of the input cut short
    "leaks": [
      {
        "secret": "CI_JOB_TOKEN",
        "form": "raw",      as --forms has it
        "count": 2,         once at most for each mask
        "first": [{"offset": 812, "line": 12}, ...]
      }                     10 places at most: bytes before it, and the number of its line
    ],
    "refused": [{"secret": "PIN", "reason": "short"}]
  }                         not masked: short, blank or repeated

Of masker run, each leak and the truncated have a field "stream", stdout or stderr, whose offsets and lines they tell; bytes and masks are of both, and "streams" has them for each. With --pty there is one stream and no such field.

Whoever has the masked output too can compare it with the offsets, and learn how long a secret is."#;

/// The flags that say what is told of the secrets that were found.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What is reported")]
pub struct ReportArgs {
    /// Write who leaked what to a file, as JSON: names and places, never values
    #[arg(long, value_name = "FILE", long_help = REPORT_HELP)]
    pub report: Option<PathBuf>,

    /// Say at the end, on standard error, what was masked
    #[arg(long)]
    pub summary: bool,

    /// End with status 3 if anything was masked
    #[arg(long)]
    pub fail_on_leak: bool,
}

/// Keeps what was found for those flags, if one of them was given.
pub struct Recorder<'a> {
    args: &'a ReportArgs,
    file: Option<ReportFile>,
    /// One for each stream, or none.
    reports: Vec<StreamReport>,
    is_complete: bool,
}

/// What was found in one of the job's streams.
pub struct StreamReport {
    /// As the report calls it, where the job has more than one.
    stream: Option<&'static str>,
    report: Report,
}

impl Recorder<'_> {
    /// Makes sure that the report can be written. No input must have been read. The streams are
    /// those of the job, by name where there are several.
    pub fn new<'a>(args: &'a FilterArgs, streams: &[Option<&'static str>]) -> Result<Recorder<'a>> {
        let sources = &args.sources;
        let secret_files = || sources.secret_file.iter().chain(&sources.secrets);
        let args = &args.report;
        let file = args
            .report
            .as_deref()
            .map(|path| ReportFile::prepare(path, secret_files()))
            .transpose()
            .context("--report")?;
        let is_wanted = file.is_some() || args.summary || args.fail_on_leak;
        let report = |&stream| StreamReport {
            stream,
            report: Report::new(),
        };
        let streams = if is_wanted { streams } else { &[] };
        Ok(Recorder {
            args,
            file,
            reports: streams.iter().map(report).collect(),
            is_complete: false,
        })
    }

    /// Masks the next chunk of a stream.
    pub fn push<'chunk>(
        &mut self,
        stream: usize,
        masker: &mut Masker,
        chunk: &'chunk [u8],
        sink: &mut impl Sink<'chunk>,
    ) {
        match self.reports.get_mut(stream) {
            Some(of_stream) => of_stream.report.push(masker, chunk, sink),
            None => masker.push(chunk, sink),
        }
    }

    /// Masks what is held at the end of a stream.
    pub fn finish<'chunk>(&mut self, stream: usize, masker: Masker, sink: &mut impl Sink<'chunk>) {
        match self.reports.get_mut(stream) {
            Some(of_stream) => of_stream.report.finish(masker, sink),
            None => masker.finish(sink),
        }
    }

    /// Says that all input has been read and masked.
    pub fn complete(&mut self) {
        self.is_complete = true;
    }

    /// Tells what was found, however the job's output ended, and how the command is to end.
    pub fn conclude(self, set: &MaskSet, exit: Exit) -> Exit {
        if self.reports.is_empty() {
            return exit;
        }
        if self.args.summary {
            summary::say(&self.reports);
        }
        if let Some(file) = self.file {
            let content = json::of(&self.reports, set, self.is_complete);
            if let Err(error) = file.write(&content) {
                message::error(format_args!("--report: writing the file: {error}"));
                // That a job failed says more.
                return if exit == Exit::Done {
                    Exit::Failed
                } else {
                    exit
                };
            }
        }
        let has_leaked = self.reports.iter().any(StreamReport::has_leaked);
        match exit {
            Exit::Done if self.args.fail_on_leak && has_leaked => Exit::Leaked,
            exit => exit,
        }
    }
}

impl StreamReport {
    /// A mask on the line by which a job names a secret is no leak.
    fn has_leaked(&self) -> bool {
        !self.report.leaks().is_empty() || self.report.truncated().is_some()
    }
}
