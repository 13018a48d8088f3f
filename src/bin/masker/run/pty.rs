//! `--pty`: a terminal for the job, and what becomes of ours while it runs.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Command;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use pty_process::Error;
use pty_process::blocking::{Command as TerminalCommand, Pts, open};
use rustix::termios::{
    LocalModes, OptionalActions, OutputModes, Termios, Winsize, tcgetattr, tcgetwinsize, tcsetattr,
    tcsetwinsize,
};

use super::child::{Job, do_not_block};
use crate::message;

/// What a terminal has whose size nobody knows.
const USUAL_SIZE: Winsize = Winsize {
    ws_row: 24,
    ws_col: 80,
    ws_xpixel: 0,
    ws_ypixel: 0,
};

/// Our terminal as it was, while it is raw. Not in the guard alone: whatever ends the process must
/// find it.
static OURS: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// Our side of the job's terminal, as long as its output is read. When that ends, it closes, and the
/// job sees its terminal hang up.
#[derive(Clone)]
pub struct Master(Weak<File>);

/// Starts the command on a terminal of its own, as the leader of a session of its own. What it
/// prints is read from the file.
pub fn start(command: Command) -> io::Result<(Job, Master, Arc<File>)> {
    let (pty, pts) = open().map_err(of_io)?;
    prepare(&pts)?;
    let file = Arc::new(File::from(OwnedFd::from(pty)));
    do_not_block(&file)?;
    let master = Master(Arc::downgrade(&file));
    master.copy_size();
    // This takes our copies of the job's side with it: else what is read would have no end.
    let child = TerminalCommand::from(command).spawn(pts).map_err(of_io)?;
    Ok((Job::new(child), master, file))
}

/// Ends of lines become CR LF once, and what nobody has typed is not shown as if somebody had.
fn prepare(pts: &Pts) -> io::Result<()> {
    let mut modes = tcgetattr(pts.as_fd())?;
    if !is_ours_for_both() {
        // No terminal needs them, or ours adds them.
        modes.output_modes.remove(OutputModes::ONLCR);
    }
    if !io::stdin().is_terminal() {
        modes.local_modes.remove(LocalModes::ECHO);
    }
    Ok(tcsetattr(pts.as_fd(), OptionalActions::Now, &modes)?)
}

/// Whether the job's terminal is ours from end to end: then it alone makes lines of what is printed.
fn is_ours_for_both() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

impl Master {
    /// The job's terminal, while it is open.
    pub fn file(&self) -> Option<Arc<File>> {
        self.0.upgrade()
    }

    /// Makes the job's terminal as large as ours. The kernel tells the job.
    pub fn copy_size(&self) {
        let Some(file) = self.file() else {
            return;
        };
        let sizes = [
            tcgetwinsize(io::stdout()),
            tcgetwinsize(io::stdin()),
            tcgetwinsize(io::stderr()),
        ];
        let size = sizes.into_iter().find_map(Result::ok);
        // A terminal that takes no size still works.
        tcsetwinsize(&*file, size.unwrap_or(USUAL_SIZE)).ok();
    }
}

/// Passes the keys of our terminal on as they are, until it is dropped. Without a terminal there is
/// nothing to do.
pub struct RawMode;

impl RawMode {
    pub fn begin() -> RawMode {
        if let Err(error) = make_raw() {
            message::warning(format_args!("the terminal stays as it is: {error}"));
        }
        RawMode
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        restore();
    }
}

fn make_raw() -> io::Result<()> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Ok(());
    }
    let before = tcgetattr(&stdin)?;
    let mut raw = before.clone();
    raw.make_raw();
    if !is_ours_for_both() {
        // What comes to this terminal, by whatever way, has ends of lines as others write them.
        raw.output_modes = before.output_modes;
    }
    let is_raw = !raw.output_modes.contains(OutputModes::OPOST);
    let terminal = File::from(stdin.as_fd().try_clone_to_owned()?);
    let mut ours = OURS.lock().unwrap_or_else(PoisonError::into_inner);
    *ours = Some((terminal, before));
    tcsetattr(&stdin, OptionalActions::Now, &raw)?;
    message::IS_RAW.store(is_raw, Ordering::SeqCst);
    Ok(())
}

/// Makes our terminal what it was. More than once does no harm.
pub fn restore() {
    let mut ours = OURS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((terminal, before)) = ours.take() {
        // One that has hung up needs nothing.
        tcsetattr(terminal, OptionalActions::Now, &before).ok();
        message::IS_RAW.store(false, Ordering::SeqCst);
    }
}

fn of_io(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::Rustix(error) => error.into(),
    }
}
