//! The job's process: how it starts, who it is, and how it has ended.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use masker::Secret;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process};

use crate::exit::Exit;
use crate::message;
use crate::pipe;

/// The job while it runs, and afterwards.
pub struct Job {
    /// Whoever sends a signal holds it, so that nobody waits for the job meanwhile: its number may
    /// be another process's then.
    child: Mutex<Child>,
}

/// The command, not yet started.
pub fn command(words: &[OsString]) -> Command {
    let (program, args) = words.split_first().expect("the command line has a command");
    let mut command = Command::new(program);
    command.args(args);
    command
}

/// Gives the command these variables more.
pub fn give(command: &mut Command, variables: &[Secret]) {
    for variable in variables {
        command.env(variable.name(), OsStr::from_bytes(variable.expose()));
    }
}

/// Starts the command with a pipe for each of its outputs. Its standard input is ours.
pub fn start(mut command: Command) -> io::Result<(Job, Vec<Arc<File>>)> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().map(OwnedFd::from);
    let stderr = child.stderr.take().map(OwnedFd::from);
    let outputs = stdout.into_iter().chain(stderr);
    let outputs: Vec<_> = outputs.map(|it| Arc::new(File::from(it))).collect();
    for output in &outputs {
        pipe::enlarge(output);
        // The other end is another description, so it blocks for the job as it should.
        do_not_block(output)?;
    }
    Ok((Job::new(child), outputs))
}

/// Makes a read or write return where it would wait.
pub fn do_not_block(file: &File) -> io::Result<()> {
    let flags = fcntl_getfl(file.as_fd())?;
    Ok(fcntl_setfl(file.as_fd(), flags | OFlags::NONBLOCK)?)
}

/// How we end where the command could not be started. The command is not told: it may have a secret
/// among its words.
pub fn did_not_start(error: &io::Error) -> Exit {
    match error.kind() {
        ErrorKind::NotFound => {
            message::error(
                "the command is not found (not shown, it may hold a secret); is it spelled right, \
                 and in a folder of PATH? What takes a shell is run by sh -c",
            );
            Exit::Job(127)
        }
        _ => {
            message::error(format_args!(
                "the command cannot be run (not shown, it may hold a secret): {error}"
            ));
            Exit::Job(126)
        }
    }
}

/// As a shell tells it.
pub fn exit_of(status: ExitStatus) -> Exit {
    let code = status.code();
    let code = code.or_else(|| status.signal().map(|signal| 128 + signal));
    match code.and_then(|code| u8::try_from(code).ok()) {
        Some(0) => Exit::Done,
        Some(code) => Exit::Job(code),
        None => Exit::Failed,
    }
}

impl Job {
    pub fn new(child: Child) -> Job {
        Job {
            child: Mutex::new(child),
        }
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> io::Result<Option<ExitStatus>> {
        self.lock().try_wait()
    }

    /// Sends a signal, and tells whether the job was still there to get it.
    pub fn send(&self, signal: i32) -> bool {
        let mut child = self.lock();
        // Of a job that cannot be waited for nothing is known.
        if !matches!(child.try_wait(), Ok(None)) {
            return false;
        }
        if let Some(signal) = Signal::from_named_raw(signal) {
            // It may be another user's, as behind sudo: then there is nothing to do about it.
            kill_process(Pid::from_child(&child), signal).ok();
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
