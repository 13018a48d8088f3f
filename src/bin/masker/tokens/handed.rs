//! Where a new token is handed over to: opened before the token is made, as it is shown only once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use masker::token::id::Token;
use zeroize::Zeroizing;

use super::Failure;

/// A file or a descriptor that waits for a token.
pub struct Receiver {
    file: File,
    /// What to remove if there is no token.
    made: Option<PathBuf>,
}

impl Receiver {
    /// Makes a file that only the owner can read.
    pub fn file(path: &Path) -> Result<Receiver, Failure> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let file = options.open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::usage(
                "--token-file: the file is there already; remove it, or name another",
            ),
            _ => Failure::usage(format_args!("--token-file: {error}")),
        })?;
        Ok(Receiver {
            file,
            made: Some(path.to_owned()),
        })
    }

    /// Takes an open descriptor, but none of the first three: what is printed there is seen.
    pub fn descriptor(number: u32) -> Result<Receiver, Failure> {
        if number < 3 {
            return Err(Failure::usage(
                "--token-fd takes a descriptor from 3 on; for standard output there is --print-token",
            ));
        }
        let path = Path::new("/dev/fd").join(number.to_string());
        let file = OpenOptions::new().write(true).open(path);
        let file = file.map_err(|error| Failure::usage(format_args!("--token-fd: {error}")))?;
        Ok(Receiver { file, made: None })
    }

    /// Writes the token and a newline.
    pub fn take(mut self, token: &Token) -> Result<(), Failure> {
        let mut line = Zeroizing::new(Vec::with_capacity(token.expose().len() + 1));
        line.extend_from_slice(token.expose());
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.flush());
        written.map_err(|error| lost(&error))?;
        self.made = None;
        Ok(())
    }
}

/// Whether nobody can read standard output. One that was closed is /dev/null to us.
pub fn goes_nowhere() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |path| fs::metadata(path).map(|it| (it.dev(), it.ino()));
    matches!(
        (place("/dev/fd/1"), place("/dev/null")),
        (Ok(stdout), Ok(null)) if stdout == null
    )
}

/// Without a sign of its runner, the job is given to another after a while.
pub fn lost(error: &io::Error) -> Failure {
    Failure::denied(format_args!(
        "the token could not be handed over ({error}) and is lost; cancel the job, and retry it"
    ))
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(path) = &self.made {
            fs::remove_file(path).ok();
        }
    }
}
