//! From the command line to the job, and from its end to ours.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use anyhow::{Context as _, Result, bail};
use masker::{MaskSet, Secret};

use super::child::{self, Job};
use super::print::{NAMES, Printer};
use super::signals::{Receiver, Signals};
use super::streams::Streams;
use super::{RunArgs, env_file, log, pty, token, typed};
use crate::control::{Control, Place};
use crate::exit::Exit;
use crate::limits::leave_no_core;
use crate::report::Recorder;
#[cfg(feature = "token")]
use crate::tokens::NoneWaits;
use crate::{message, secrets};

/// All that must be well before the job starts.
struct Prepared<'a> {
    token: token::Held,
    variables: Vec<Secret>,
    set: MaskSet,
    recorder: Recorder<'a>,
    printer: Printer,
    control: Option<Control>,
    socket: Place,
    signals: Signals,
}

/// A job that runs.
struct Started {
    job: Arc<Job>,
    outputs: Vec<Arc<File>>,
    terminal: Option<pty::Master>,
}

/// Runs the job.
pub fn run(args: &RunArgs) -> Exit {
    let prepared = match prepare(args) {
        Ok(prepared) => prepared,
        #[cfg(feature = "token")]
        Err(error) if error.is::<NoneWaits>() => {
            message::note(error);
            return Exit::NoneWaits;
        }
        Err(error) => {
            message::error(format_args!("{error:#}"));
            return Exit::Usage;
        }
    };
    let mut command = child::command(&args.command);
    prepared.token.equip(&mut command);
    child::give(&mut command, &prepared.variables);
    match start(command, args.pty) {
        Ok(started) => attend(args, prepared, started),
        Err(error) => {
            let exit = child::did_not_start(&error);
            prepared.recorder.conclude(&prepared.set, exit)
        }
    }
}

fn prepare(args: &RunArgs) -> Result<Prepared<'_>> {
    let mut variables = env_file::read(&args.env_file)?;
    // From here on it lives, and whatever fails ends it.
    let token = token::Held::begin(args)?;
    // What a pipeline was started with gives way to what the command line says, and that to the token.
    variables.splice(0..0, token.given());
    variables.extend(token.secrets());
    let copies = variables.iter();
    let copies = copies.map(|it| Secret::new(it.name(), it.expose()));
    let set = secrets::load_with(&args.filter, copies.collect(), token.prefix().as_deref())?;
    token.refuse_unmasked(&set)?;
    let names: &[_] = match args.pty {
        true => &[None],
        false => &NAMES.map(Some),
    };
    let recorder = Recorder::new(&args.filter, names)?;
    let printer = Printer::new(args, names.len(), open_log(args)?)?;
    let socket = Place::default();
    let control = args.filter.control.as_deref();
    let control = control.map(|path| Control::listen(path, &socket));
    Ok(Prepared {
        token,
        variables,
        set,
        recorder,
        printer,
        control: control.transpose()?,
        socket,
        signals: Signals::catch(args.pty).context("preparing for signals")?,
    })
}

fn open_log(args: &RunArgs) -> Result<Option<File>> {
    let Some(path) = &args.log else {
        return Ok(None);
    };
    if args.filter.report.report.as_ref() == Some(path) {
        bail!("--log: this is the file of --report");
    }
    let sources = &args.filter.sources;
    let files = sources.secret_file.iter().chain(&sources.secrets);
    let variables = args.env_file.iter().filter_map(|flag| {
        let flag = flag.to_str()?;
        flag.split_once('=').map(|(_, path)| Path::new(path))
    });
    let files = files.map(PathBuf::as_path).chain(variables);
    log::create(path, files).context("--log").map(Some)
}

fn start(command: Command, is_pty: bool) -> io::Result<Started> {
    let (job, outputs, terminal) = if is_pty {
        let (job, terminal, output) = pty::start(command)?;
        (job, vec![output], Some(terminal))
    } else {
        let (job, outputs) = child::start(command)?;
        (job, outputs, None)
    };
    // Not before, since the job would have this limit too.
    leave_no_core();
    Ok(Started {
        job: Arc::new(job),
        outputs,
        terminal,
    })
}

/// Masks what the job prints, to its end.
fn attend(args: &RunArgs, prepared: Prepared<'_>, started: Started) -> Exit {
    let Prepared {
        mut set,
        mut recorder,
        printer,
        control,
        socket,
        signals,
        token,
        ..
    } = prepared;
    let Started {
        job,
        outputs,
        terminal,
    } = started;
    let raw = terminal.as_ref().map(|_| pty::RawMode::begin());
    let receiver = Receiver {
        job: Arc::clone(&job),
        terminal: terminal.clone(),
        socket,
        token: token.share(),
    };
    let passed_on = signals.pass_on(receiver).and_then(|passed_on| {
        if let Some(terminal) = terminal {
            thread::Builder::new().spawn(move || typed::pass_on(&terminal))?;
        }
        Ok(passed_on)
    });
    let (ended, hurry) = match passed_on {
        Ok(passed_on) => passed_on,
        Err(error) => {
            // The job loses its outputs, and ends by that.
            message::error(format_args!("starting a thread: {error}"));
            return Exit::Failed;
        }
    };
    let streams = Streams {
        set: &mut set,
        recorder: &mut recorder,
        printer,
        control,
        job,
        ended,
        hurry,
        linger: Duration::from_secs(args.linger),
        is_terminal: args.pty,
        names_secrets: args.filter.add_mask,
        on_short: args.filter.on_short,
        token: token.share(),
    };
    let (status, is_well) = streams.run(outputs);
    drop(raw);
    let exit = match status {
        Ok(status) if is_well => child::exit_of(status),
        Ok(_) => Exit::Failed,
        Err(error) => {
            message::error(format_args!("{error:#}"));
            Exit::Failed
        }
    };
    recorder.conclude(&set, exit)
}
