//! The file with the keys: only its owner can read it, and it is never half written.

use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use masker::token::id::KeyRing;
use zeroize::Zeroizing;

use super::failure::Failure;

/// Far more than three keys take.
const MAX_LENGTH: u64 = 4096;

/// The keys, and the file as long as nobody may change it.
///
/// Whoever takes their epoch to the store holds it until that is done: between the change of the file
/// and that of the store, the store would look restored, and all tokens would end.
pub fn read(path: &Path) -> Result<(KeyRing, File), Failure> {
    let file = open_as_it_is(path, OpenOptions::new().read(true), lock_shared)?;
    Ok((parse(path, &file)?, file))
}

fn parse(path: &Path, mut file: &File) -> Result<KeyRing, Failure> {
    // All of its room at once: growing would leave keys in memory given back.
    let mut text = Zeroizing::new(Vec::with_capacity(2 * MAX_LENGTH as usize));
    let read = file
        .rewind()
        .and_then(|()| file.take(MAX_LENGTH + 1).read_to_end(&mut text));
    read.map_err(|error| unusable(path, error))?;
    KeyRing::parse(&text).map_err(|error| unusable(path, error))
}

/// Opens and locks the file that has the name then, not one that was replaced meanwhile.
fn open_as_it_is(
    path: &Path,
    options: &OpenOptions,
    lock: fn(&File) -> std::io::Result<()>,
) -> Result<File, Failure> {
    loop {
        let file = options.open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => unusable(
                path,
                "there is no such file; make one with `masker keys new`, or name another",
            ),
            _ => unusable(path, error),
        })?;
        refuse_others("--key-file", path, &file)?;
        lock(&file).map_err(|error| unusable(path, error))?;
        if is_named(path, &file) {
            return Ok(file);
        }
    }
}

fn unusable(path: &Path, why: impl Display) -> Failure {
    Failure::config(format_args!("--key-file {}: {why}", path.display()))
}

#[cfg(unix)]
fn is_named(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |it: fs::Metadata| (it.dev(), it.ino());
    let (named, open) = (fs::metadata(path).map(place), file.metadata().map(place));
    // One that is gone is told by the next try.
    matches!((named, open), (Ok(named), Ok(open)) if named == open)
}

#[cfg(unix)]
fn lock(file: &File) -> std::io::Result<()> {
    file.lock()
}

#[cfg(unix)]
fn lock_shared(file: &File) -> std::io::Result<()> {
    file.lock_shared()
}

/// Elsewhere a locked file can be neither read nor replaced by others.
#[cfg(not(unix))]
fn lock(_: &File) -> std::io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
use lock as lock_shared;

#[cfg(not(unix))]
fn is_named(_: &Path, _: &File) -> bool {
    true
}

/// Makes the file.
pub fn create(path: &Path, ring: &KeyRing) -> Result<(), Failure> {
    match write_new(path, ring) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(Failure::denied(format_args!(
                "--key-file {}: the file is there already, and its keys may be in use; rotate them, or \
             name another file",
                path.display()
            )))
        }
        written => written.map_err(|error| not_written(path, &error)),
    }
}

/// Changes the file as a whole. Others that would change it, or take its epoch to the store, wait until
/// this is dropped.
pub struct Change {
    path: PathBuf,
    new: PathBuf,
    old: File,
    /// Locked from the start: it has the name before the change is over.
    file: File,
    is_done: bool,
}

impl Change {
    pub fn begin(path: &Path) -> Result<Change, Failure> {
        // Else a link would be replaced, and whoever names the file itself would go on with the old keys.
        let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut writable = OpenOptions::new();
        let old = open_as_it_is(path, writable.read(true).write(true), lock)?;
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let new = PathBuf::from(new);
        let file = options().open(&new).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::denied(
                "--key-file: the keys are being changed; if no other masker does that, one was \
                 killed: remove the file of the same name with .new",
            ),
            _ => not_written(path, &error),
        })?;
        let change = Change {
            path: path.to_owned(),
            new,
            old,
            file,
            is_done: false,
        };
        lock(&change.file).map_err(|error| unusable(path, error))?;
        Ok(change)
    }

    /// The keys as they were.
    pub fn ring(&self) -> Result<KeyRing, Failure> {
        parse(&self.path, &self.old)
    }

    /// Puts the new keys in the place of the old ones, durably.
    pub fn finish(&mut self, ring: &KeyRing) -> Result<(), Failure> {
        let written = write(&self.file, ring).and_then(|()| fs::rename(&self.new, &self.path));
        self.is_done = written.is_ok();
        let written = written.and_then(|()| sync_folder(&self.path));
        written.map_err(|error| not_written(&self.path, &error))
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if !self.is_done {
            fs::remove_file(&self.new).ok();
        }
    }
}

fn write_new(path: &Path, ring: &KeyRing) -> std::io::Result<()> {
    let file = options().open(path)?;
    let written = write(&file, ring).and_then(|()| sync_folder(path));
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

fn write(mut file: &File, ring: &KeyRing) -> std::io::Result<()> {
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

fn not_written(path: &Path, error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => unusable(path, "there is no such folder; make it, or name another"),
        _ => unusable(path, format_args!("the file cannot be written: {error}")),
    }
}

/// Refuses a file of secrets that others than its owner can read: they may be known.
#[cfg(unix)]
pub fn refuse_others(flag: &str, path: &Path, file: &File) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = path.display();
    let metadata = file.metadata();
    let metadata =
        metadata.map_err(|error| Failure::config(format_args!("{flag} {shown}: {error}")))?;
    match metadata.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(Failure::config(format_args!(
            "{flag} {shown}: others can read or change the file; chmod 600, and put new secrets into \
             it if they did"
        ))),
    }
}

#[cfg(not(unix))]
pub fn refuse_others(_: &str, _: &Path, _: &File) -> Result<(), Failure> {
    Ok(())
}
