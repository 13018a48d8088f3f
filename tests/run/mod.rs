//! `masker run -- COMMAND`: the job, its outputs, its end and everything between.

mod ends;
mod env_file;
#[cfg(target_os = "linux")]
mod faults;
mod linger;
mod masked;
mod printed;
mod report;
mod signals;
#[cfg(target_os = "linux")]
mod terminal;
mod unwritable;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::command::{Call, TOKEN, masker};

/// `masker run` with these flags, on a script for bash in which `$TOKEN` holds [`TOKEN`].
fn run(flags: &[&str], script: &str) -> Call {
    command(flags, &["bash", "-c", script])
}

/// `masker run` with these flags, on a command.
fn command(flags: &[&str], command: &[&str]) -> Call {
    let path = std::env::var_os("PATH").unwrap_or_default();
    masker(&["run", "--secret-env", "TOKEN"])
        .args(flags)
        .arg("--")
        .args(command)
        .env("PATH", path)
        .env("TOKEN", TOKEN)
}

/// A folder of a test's own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder can be made"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file can be written");
        path
    }
}

/// Waits for something that takes a moment.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("in ten seconds it did not come to be that {what}");
}
