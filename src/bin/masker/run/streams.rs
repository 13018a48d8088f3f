//! The job's outputs, in one thread, so that there is an order between what they print, the secrets
//! that arrive and the job's end.
//!
//! ```text
//!  job runs ──────────────► job has ended ─────────────► done
//!     │   an output ends: its     │   the outputs have ended, or what still
//!     │   masker is finished      │   holds them has had its time: drained
//!     └───────────────────────────┴─► an output cannot be written: closed, its masker dropped
//! ```

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use jiff::Timestamp;
use masker::{MaskSet, Masker};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::child::Job;
use super::print::Printer;
use super::token::Shared;
use crate::args::OnShort;
use crate::control::Control;
use crate::report::Recorder;
use crate::{message, secrets};

/// How much is read at most before it is written, in bytes: as in the filter.
const BUFFER: usize = 256 * 1024;

/// How much is read of a stream that does not end when nobody waits for it any more: more than was
/// in its pipe when the job ended.
const DRAINED: usize = 2 * 1024 * 1024;

/// All that is at work while the job runs.
pub struct Streams<'a, 'r> {
    pub set: &'a mut MaskSet,
    pub recorder: &'a mut Recorder<'r>,
    pub printer: Printer,
    pub control: Option<Control>,
    pub job: Arc<Job>,
    /// Readable when the job may have ended, or somebody is in a hurry.
    pub ended: UnixStream,
    pub hurry: Arc<AtomicBool>,
    pub linger: Duration,
    /// Whether the job prints to a terminal, not to pipes.
    pub is_terminal: bool,
    /// Whether what one stream names must be known before the other is masked.
    pub names_secrets: bool,
    pub on_short: OnShort,
    /// Ends with the job, not with what that has left running.
    pub token: Shared,
}

/// One output of the job, up to its end.
struct Source {
    /// A terminal is written to elsewhere, but not kept open there.
    file: Arc<File>,
    masker: Masker,
}

/// What has become of the outputs so far.
struct Course {
    /// Nothing has failed.
    is_well: bool,
    /// None was left before its end.
    is_whole: bool,
    /// What has ended, kept open: a job that has closed its terminal and not yet ended would die by
    /// SIGHUP otherwise.
    ended: Vec<Arc<File>>,
}

/// What one read brought.
enum Read {
    Bytes(usize),
    Nothing,
    End,
}

impl Streams<'_, '_> {
    /// Masks and prints all that the job prints, and tells how it ended. Whether that went wrong
    /// has been said, and is told too.
    pub fn run(mut self, outputs: Vec<Arc<File>>) -> (Result<ExitStatus>, bool) {
        let source = |file| {
            let masker = Masker::new(self.set);
            Some(Source { file, masker })
        };
        let mut sources: Vec<_> = outputs.into_iter().map(source).collect();
        let mut course = Course {
            is_well: true,
            is_whole: true,
            ended: Vec::new(),
        };
        let status = self.work(&mut sources, &mut course);
        // Where it is not empty, something failed: nothing of it has been searched to the end.
        sources.clear();
        (status, course.is_well)
    }

    fn work(&mut self, sources: &mut [Option<Source>], course: &mut Course) -> Result<ExitStatus> {
        let mut end: Option<(ExitStatus, Instant)> = None;
        loop {
            if sources.iter().all(Option::is_none) {
                self.control = None;
                if let Some((status, _)) = end {
                    if course.is_whole && course.is_well {
                        self.recorder.complete();
                    }
                    return Ok(status);
                }
            }
            let time = end.map(|(_, deadline)| self.time_until(deadline));
            if end.is_some() && time == Some(Duration::ZERO) {
                self.leave_behind(sources, course);
                continue;
            }
            let ready = self.wait(sources, time)?;
            for (stream, _) in ready.iter().enumerate().filter(|(_, ready)| **ready) {
                self.read_in_order(stream, sources, course);
            }
            self.forget_wakes();
            if end.is_none()
                && let Some(status) = self.job.ended().context("waiting for the job")?
            {
                self.token.end(status.success());
                end = Some((status, Instant::now() + self.linger));
            }
        }
    }

    fn time_until(&self, deadline: Instant) -> Duration {
        match self.hurry.load(Ordering::SeqCst) {
            true => Duration::ZERO,
            false => deadline.saturating_duration_since(Instant::now()),
        }
    }

    /// Waits for an output, a client, the job's end, or that time. Tells which outputs are ready.
    fn wait(
        &mut self,
        sources: &mut [Option<Source>],
        time: Option<Duration>,
    ) -> Result<Vec<bool>> {
        let mut inputs: Vec<BorrowedFd<'_>> = vec![self.ended.as_fd()];
        let mut maskers = Vec::new();
        let mut numbers = Vec::new();
        let streams = sources.len();
        for (number, source) in sources.iter_mut().enumerate() {
            if let Some(Source { file, masker }) = source {
                let file: &File = file;
                inputs.push(file.as_fd());
                maskers.push(masker);
                numbers.push(number);
            }
        }
        let readable = match &mut self.control {
            Some(control) => {
                let readable = control.serve_once(&inputs, time, &mut maskers);
                if let Some(masker) = maskers.first() {
                    *self.set = masker.set().clone();
                }
                readable.context("waiting for the job and --control")?
            }
            None => poll_inputs(&inputs, time).context("waiting for the job")?,
        };
        let mut ready = vec![false; streams];
        for (number, readable) in numbers.into_iter().zip(&readable[1..]) {
            ready[number] = *readable;
        }
        Ok(ready)
    }

    /// Reads what a stream has, and masks it. Where a line of standard output may have named a
    /// secret, what was printed there before is masked first.
    fn read_in_order(
        &mut self,
        stream: usize,
        sources: &mut [Option<Source>],
        course: &mut Course,
    ) {
        let mut buffer = vec![0; BUFFER];
        let read = self.read(stream, sources, &mut buffer, course);
        if self.names_secrets && stream > 0 {
            let mut other = vec![0; BUFFER];
            let mut left = DRAINED;
            while left > 0
                && let read @ Read::Bytes(length) = self.read(0, sources, &mut other, course)
            {
                left = left.saturating_sub(length);
                self.mask(0, read, &other, sources, course);
            }
        }
        self.mask(stream, read, &buffer, sources, course);
    }

    /// Reads what is there. An output that cannot be read has ended.
    fn read(
        &self,
        stream: usize,
        sources: &mut [Option<Source>],
        buffer: &mut [u8],
        course: &mut Course,
    ) -> Read {
        let Some(source) = &mut sources[stream] else {
            return Read::Nothing;
        };
        match (&*source.file).read(buffer) {
            Ok(0) => Read::End,
            Ok(length) => Read::Bytes(length),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Read::Nothing
            }
            // So a terminal ends whose last program has left.
            Err(error)
                if self.is_terminal
                    && error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) =>
            {
                Read::End
            }
            Err(error) => {
                message::error(format_args!("reading the job's output: {error}"));
                course.is_well = false;
                Read::End
            }
        }
    }

    /// Masks and prints what was read.
    fn mask(
        &mut self,
        stream: usize,
        read: Read,
        buffer: &[u8],
        sources: &mut [Option<Source>],
        course: &mut Course,
    ) {
        let mut masked = Vec::new();
        match read {
            Read::Nothing => return,
            Read::End => match sources[stream].take() {
                Some(Source { file, masker }) => {
                    course.ended.push(file);
                    self.recorder.finish(stream, masker, &mut masked);
                }
                None => return,
            },
            Read::Bytes(length) => {
                let Some(source) = &mut sources[stream] else {
                    return;
                };
                let masker = &mut source.masker;
                self.recorder
                    .push(stream, masker, &buffer[..length], &mut masked);
                self.share_set_of(stream, sources);
            }
        }
        if masked.is_empty() {
            return;
        }
        match self.printer.print(stream, &masked, Timestamp::now()) {
            Ok(true) => {}
            // As if the job wrote to that pipe itself: it gets the signal, or the error.
            Ok(false) => {
                course.is_whole = false;
                sources[stream] = None;
            }
            Err(error) => {
                message::error(format_args!("{error:#}; the job's output ends here"));
                course.is_well = false;
                sources.fill_with(|| None);
            }
        }
    }

    /// What a line of one stream has named is a secret of the other too.
    fn share_set_of(&mut self, stream: usize, sources: &mut [Option<Source>]) {
        let Some(source) = &sources[stream] else {
            return;
        };
        let set = source.masker.set();
        let size = |set: &MaskSet| (set.names().count(), set.refused().len());
        if !self.names_secrets || size(set) == size(self.set) {
            return;
        }
        secrets::report_newly_refused(self.set, set, self.on_short);
        *self.set = set.clone();
        for (other, source) in sources.iter_mut().enumerate() {
            if let Some(source) = source
                && other != stream
            {
                source.masker.switch_to(self.set);
            }
        }
    }

    /// Reads what is there of streams that others still hold, and ends them.
    fn leave_behind(&mut self, sources: &mut [Option<Source>], course: &mut Course) {
        for stream in 0..sources.len() {
            let mut left = DRAINED;
            let mut buffer = vec![0; BUFFER];
            while left > 0 && sources[stream].is_some() {
                let read = self.read(stream, sources, &mut buffer, course);
                match read {
                    Read::Nothing => break,
                    Read::Bytes(length) => left = left.saturating_sub(length),
                    Read::End => {}
                }
                self.mask(stream, read, &buffer, sources, course);
            }
        }
        let is_held = sources.iter().any(Option::is_some);
        for stream in 0..sources.len() {
            self.mask(stream, Read::End, &[], sources, course);
        }
        if is_held {
            message::warning(
                "the job has ended, and something it left running still holds its output: that is \
                 no longer waited for (see --linger)",
            );
            course.is_whole = false;
        }
    }

    fn forget_wakes(&mut self) {
        let mut bytes = [0; 64];
        while matches!(self.ended.read(&mut bytes), Ok(length) if length > 0) {}
    }
}

fn poll_inputs(inputs: &[BorrowedFd<'_>], time: Option<Duration>) -> Result<Vec<bool>> {
    let time = time
        .map(Timespec::try_from)
        .transpose()
        .map_err(|_| anyhow!("no such time"))?;
    let input = |&input| PollFd::from_borrowed_fd(input, PollFlags::IN);
    let mut descriptors: Vec<_> = inputs.iter().map(input).collect();
    match poll(&mut descriptors, time.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let is_readable = |it: &PollFd<'_>| !it.revents().is_empty();
    Ok(descriptors.iter().map(is_readable).collect())
}
