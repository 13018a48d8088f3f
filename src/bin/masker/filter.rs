//! `job | masker`: reads what is there, masks it, and writes it at once.

use std::io::{self, ErrorKind, IoSlice, IsTerminal as _};
use std::ops::Range;

use anyhow::{Context as _, Result};
use masker::{Bytes, MaskSet, Masker, Sink};

use crate::args::FilterArgs;
use crate::control::{Control, Place};
use crate::exit::Exit;
use crate::limits::leave_no_core;
use crate::pipe::{Input, Output};
use crate::report::Recorder;
use crate::{message, secrets, signals};

/// How much is read at most before it is written, in bytes: small enough for the caches of a core,
/// large enough that system calls do not matter. A read returns what is there.
const BUFFER: usize = 256 * 1024;

/// Masks standard input to standard output.
pub fn run(args: &FilterArgs) -> Exit {
    leave_no_core();
    let socket = Place::default();
    let clean_up = args.control.as_ref().map(|_| {
        let socket = socket.clone();
        move || socket.remove()
    });
    if let Err(error) = signals::leave_first_to_the_job(clean_up) {
        message::error(format_args!("preparing for signals: {error}"));
        return Exit::Failed;
    }
    let prepared = secrets::load(args).and_then(|set| Ok((set, Recorder::new(args, &[None])?)));
    let (mut set, mut recorder) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            message::error(format_args!("{error:#}"));
            return Exit::Usage;
        }
    };
    let control = match args.control.as_deref() {
        Some(path) => Control::listen(path, &socket).map(Some),
        None => Ok(None),
    };
    let control = match control {
        Ok(control) => control,
        Err(error) => {
            message::error(format_args!("{error:#}"));
            return Exit::Usage;
        }
    };
    if io::stdin().is_terminal() {
        message::note("reading from the terminal; to mask a job, run `job | masker`");
    }
    let exit = match filter(args, &mut set, &mut recorder, control) {
        Ok(()) => Exit::Done,
        Err(error) => {
            message::error(format_args!("{error:#}"));
            Exit::Failed
        }
    };
    recorder.conclude(&set, exit)
}

/// Masks the input to its end. Afterwards the set is the one that was in force then.
fn filter(
    args: &FilterArgs,
    set: &mut MaskSet,
    recorder: &mut Recorder<'_>,
    mut control: Option<Control>,
) -> Result<()> {
    let mut input = Input::open().context("opening standard input")?;
    let mut output = Output::open().context("opening standard output")?;
    let mut masker = Masker::new(set);
    let mut buffer = vec![0; BUFFER];
    let end = loop {
        if let Some(control) = &mut control {
            let served = control.serve_until_readable(&input, &mut masker);
            served.context("waiting for standard input and --control")?;
        }
        match input.read(&mut buffer) {
            Ok(0) => break Ok(()),
            Ok(length) => {
                let mut pieces = Pieces::default();
                recorder.push(0, &mut masker, &buffer[..length], &mut pieces);
                secrets::report_newly_refused(set, masker.set(), args.on_short);
                *set = masker.set().clone();
                if !pieces.write_to(&mut output)? {
                    // What is masked already may not have been told yet, and is no less a leak.
                    recorder.finish(0, masker, &mut Pieces::default());
                    return Ok(());
                }
            }
            Err(error) => break Err(error),
        }
    };
    // Who adds a secret now would wait for whoever reads the last words, and in vain.
    drop(control);
    // All that is held has been searched, so it goes even where the input failed.
    let mut pieces = Pieces::default();
    recorder.finish(0, masker, &mut pieces);
    pieces.write_to(&mut output)?;
    end.context("reading standard input")?;
    recorder.complete();
    Ok(())
}

/// The output of one push, for one write: slices of the buffer that was read, and masks.
#[derive(Default)]
struct Pieces<'chunk> {
    pieces: Vec<Piece<'chunk>>,
    held: Vec<u8>,
}

enum Piece<'chunk> {
    Text(&'chunk [u8]),
    Held(Range<usize>),
    Mask(Bytes),
}

impl<'chunk> Sink<'chunk> for Pieces<'chunk> {
    fn text(&mut self, text: &'chunk [u8]) {
        self.pieces.push(Piece::Text(text));
    }

    fn held(&mut self, held: &[u8]) {
        let from = self.held.len();
        self.held.extend_from_slice(held);
        self.pieces.push(Piece::Held(from..self.held.len()));
    }

    fn mask(&mut self, mask: &Bytes) {
        self.pieces.push(Piece::Mask(mask.clone()));
    }
}

impl Pieces<'_> {
    /// Writes everything, and tells whether there is still somebody who reads it.
    fn write_to(&self, output: &mut Output) -> Result<bool> {
        let mut slices: Vec<IoSlice<'_>> = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => IoSlice::new(text),
                Piece::Held(range) => IoSlice::new(&self.held[range.clone()]),
                Piece::Mask(mask) => IoSlice::new(mask),
            })
            .collect();
        match output.write_all(&mut slices) {
            Ok(()) => Ok(true),
            Err(error) if is_reader_gone(&error) => Ok(false),
            Err(error) => Err(error).context("writing standard output"),
        }
    }
}

/// A pipe says it in one way, a socket in another.
pub fn is_reader_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
    )
}
