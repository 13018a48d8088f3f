//! A process that ends in time, whatever it does.

use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A child that is killed when its time is over or when the test lets go of it.
pub struct Watched {
    child: Arc<Mutex<Child>>,
    /// Dropped to call the watchdog off.
    leash: Option<Sender<()>>,
    /// Tells whether it had to kill.
    watchdog: Option<JoinHandle<bool>>,
}

impl Watched {
    pub fn new(child: Child, time: Duration) -> Watched {
        let child = Arc::new(Mutex::new(child));
        let (leash, called_off) = mpsc::channel();
        let watched = Arc::clone(&child);
        let watchdog = thread::spawn(move || {
            let is_overdue = called_off.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
            if is_overdue {
                kill(&mut lock(&watched));
            }
            is_overdue
        });
        Watched {
            child,
            leash: Some(leash),
            watchdog: Some(watchdog),
        }
    }

    pub fn child(&self) -> MutexGuard<'_, Child> {
        lock(&self.child)
    }

    /// Waits for the end, and tells whether the watchdog brought it about.
    pub fn wait(&mut self) -> (ExitStatus, bool) {
        let status = loop {
            // Not one long wait: the watchdog needs the child too.
            match self.child().try_wait().expect("a child can be waited for") {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(1)),
            }
        };
        (status, self.call_off())
    }

    fn call_off(&mut self) -> bool {
        drop(self.leash.take());
        self.watchdog
            .take()
            .is_some_and(|watchdog| watchdog.join().expect("the watchdog does not panic"))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.call_off();
        let mut child = self.child();
        kill(&mut child);
        child.wait().ok();
    }
}

/// A test that failed while it held the lock is no reason to let the child live.
fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills the child with its whole group: the children of a shell would keep its pipes open.
#[cfg(unix)]
fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // Its number means another process once it has been waited for.
    if matches!(child.try_wait(), Ok(None)) {
        kill_process_group(Pid::from_child(child), Signal::KILL).ok();
    }
}

#[cfg(not(unix))]
fn kill(child: &mut Child) {
    child.kill().ok();
}
