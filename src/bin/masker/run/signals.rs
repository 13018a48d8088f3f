//! Signals to us are for the job.

use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::panic::{self, AssertUnwindSafe};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::raw::WithRawSiginfo;
use signal_hook::low_level::{emulate_default_handler, pipe};

use super::child::Job;
use super::pty::{self, Master};
use super::token::Shared;
use crate::control::Place;
use crate::limits;
use crate::signals::is_ignored;

/// Those that end a process which does not care for them.
const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// Signals that are caught, and wait for a job.
pub struct Signals {
    caught: SignalsInfo<WithRawSiginfo>,
    /// Gets a byte when a child has ended.
    pub ended: UnixStream,
    wake: UnixStream,
    hurry: Arc<AtomicBool>,
}

/// Who the signals are for.
pub struct Receiver {
    pub job: Arc<Job>,
    pub terminal: Option<Master>,
    pub socket: Place,
    pub token: Shared,
}

impl Signals {
    /// Catches what comes from here on. What whoever started us had ignored stays ignored, and is
    /// ignored by the job too.
    pub fn catch(is_pty: bool) -> io::Result<Signals> {
        let (ended, wake) = UnixStream::pair()?;
        ended.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        limits::outlive()?;
        pipe::register(SIGCHLD, wake.try_clone()?)?;
        let window = is_pty.then_some(SIGWINCH);
        let signals = ENDING.into_iter().chain([SIGUSR1, SIGUSR2]).chain(window);
        Ok(Signals {
            caught: SignalsInfo::new(signals.filter(|&signal| !is_ignored(signal)))?,
            ended,
            wake,
            hurry: Arc::default(),
        })
    }

    /// Passes on what has come, and what comes. In a thread of its own, since the one that masks
    /// may wait for the reader of its output.
    ///
    /// When the job has ended, the first signal makes true what is returned, and wakes who waits
    /// for [`ended`](Signals::ended); the second ends the process.
    pub fn pass_on(self, receiver: Receiver) -> io::Result<(UnixStream, Arc<AtomicBool>)> {
        let Signals {
            mut caught,
            ended,
            wake,
            hurry,
        } = self;
        let hurried = Arc::clone(&hurry);
        let forward = move || {
            for signal in &mut caught.forever() {
                let is_from_terminal = is_from_terminal(signal.si_code, signal.si_signo);
                receiver.take(signal.si_signo, is_from_terminal, &hurry, &wake);
            }
        };
        thread::Builder::new().spawn(|| or_end(forward))?;
        Ok((ended, hurried))
    }
}

impl Receiver {
    fn take(&self, signal: i32, is_from_terminal: bool, hurry: &AtomicBool, wake: &UnixStream) {
        if signal == SIGWINCH {
            if let Some(terminal) = &self.terminal {
                terminal.copy_size();
            }
            return;
        }
        // The keys of a terminal reach all processes in its foreground, so the job too: unless it
        // has a terminal of its own.
        let has_got_it = is_from_terminal && self.terminal.is_none();
        let is_there = match has_got_it {
            true => matches!(self.job.ended(), Ok(None)),
            false => self.job.send(signal),
        };
        if is_there || !ENDING.contains(&signal) {
            return;
        }
        if hurry.swap(true, Ordering::SeqCst) {
            pty::restore();
            self.socket.remove();
            self.token.end(false);
            emulate_default_handler(signal).ok();
        }
        // Where there is no room, it is awake.
        (&*wake).write_all(&[0]).ok();
    }
}

/// A thread that fails ends the process: its part would not be done.
pub fn or_end(work: impl FnOnce()) {
    if panic::catch_unwind(AssertUnwindSafe(work)).is_err() {
        pty::restore();
        process::exit(1);
    }
}

/// Whether a key was pressed, or the terminal has gone, and no process has sent it.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_from_terminal(code: i32, _: i32) -> bool {
    code > 0
}

/// Systems that do not tell who sent it: it counts as a key's where a key could have sent it to us.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_from_terminal(_: i32, signal: i32) -> bool {
    use rustix::process::getpgrp;
    use rustix::termios::tcgetpgrp;
    let foreground = || {
        let terminal = std::fs::File::open("/dev/tty").ok()?;
        tcgetpgrp(terminal).ok()
    };
    [SIGINT, SIGQUIT].contains(&signal) && foreground() == Some(getpgrp())
}
