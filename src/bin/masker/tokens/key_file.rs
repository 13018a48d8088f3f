//! The file with the keys: only its owner can read it, and it is never half written.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use masker::token::id::KeyRing;
use zeroize::Zeroizing;

use super::failure::Failure;

/// Far more than three keys take.
const MAX_LENGTH: u64 = 4096;

pub fn read(path: &Path) -> Result<KeyRing, Failure> {
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::config(
            "--key-file: there is no such file; make one with `masker keys new`, or name another",
        ),
        _ => Failure::config(format_args!("--key-file: {error}")),
    })?;
    refuse_others(&file)?;
    // All of its room at once: growing would leave keys in memory given back.
    let mut text = Zeroizing::new(Vec::with_capacity(2 * MAX_LENGTH as usize));
    let read = file.take(MAX_LENGTH + 1).read_to_end(&mut text);
    read.map_err(|error| Failure::config(format_args!("--key-file: {error}")))?;
    KeyRing::parse(&text).map_err(|error| Failure::config(format_args!("--key-file: {error}")))
}

/// Makes the file.
pub fn create(path: &Path, ring: &KeyRing) -> Result<(), Failure> {
    match write_new(path, ring) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::denied(
            "--key-file: the file is there already, and its keys may be in use; rotate them, or \
             name another file",
        )),
        written => written.map_err(|error| not_written(&error)),
    }
}

/// Changes the file as a whole. What runs at the same time is refused, so that no key gets lost.
pub struct Change {
    path: PathBuf,
    new: PathBuf,
    /// Held from the start, so that another change cannot begin.
    file: Option<File>,
}

impl Change {
    pub fn begin(path: &Path) -> Result<Change, Failure> {
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let new = PathBuf::from(new);
        let file = options().open(&new).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::denied(
                "--key-file: the keys are being changed; if no other masker does that, one was \
                 killed: remove the file of the same name with .new",
            ),
            _ => not_written(&error),
        })?;
        let (path, file) = (path.to_owned(), Some(file));
        Ok(Change { path, new, file })
    }

    /// Puts the new keys in the place of the old ones, durably.
    pub fn finish(mut self, ring: &KeyRing) -> Result<(), Failure> {
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let written = write(file, ring)
            .and_then(|()| fs::rename(&self.new, &self.path))
            .and_then(|()| sync_folder(&self.path));
        if written.is_err() {
            fs::remove_file(&self.new).ok();
        }
        written.map_err(|error| not_written(&error))
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            fs::remove_file(&self.new).ok();
        }
    }
}

fn write_new(path: &Path, ring: &KeyRing) -> std::io::Result<()> {
    let file = options().open(path)?;
    let written = write(file, ring).and_then(|()| sync_folder(path));
    if written.is_err() {
        fs::remove_file(path).ok();
    }
    written
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write(mut file: File, ring: &KeyRing) -> std::io::Result<()> {
    file.write_all(ring.to_secret("keys").expose())?;
    file.sync_all()
}

/// A name is durable when its folder is.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn not_written(error: &std::io::Error) -> Failure {
    Failure::config(format_args!(
        "--key-file: the file cannot be written: {error}"
    ))
}

/// Keys that others could read may be known.
#[cfg(unix)]
fn refuse_others(file: &File) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata();
    let metadata =
        metadata.map_err(|error| Failure::config(format_args!("--key-file: {error}")))?;
    match metadata.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(Failure::config(
            "--key-file: others can read or change the file; chmod 600, and new keys if they did",
        )),
    }
}

#[cfg(not(unix))]
fn refuse_others(_: &File) -> Result<(), Failure> {
    Ok(())
}
