//! Reading a source to its end, into memory that is wiped.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

use zeroize::Zeroizing;

use super::MAX_SIZE;
use super::error::{Cause, SourceError, is_plainly_a_name};

/// Reads a file by its path.
pub(super) fn read_path(path: &Path) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    let content = File::open(path)
        .map_err(Cause::Read)
        .and_then(|file| read_all(file, MAX_SIZE));
    content.map_err(|cause| match cause {
        Cause::Read(error) if !may_show(path, &error) => SourceError::new(Cause::HiddenPath(error)),
        cause => SourceError::within(&path.to_string_lossy(), cause),
    })
}

/// Reads what stands behind an open descriptor of this process.
///
/// It is opened once more by its path, since to use the number itself takes unsafe code.
pub(super) fn read_descriptor(descriptor: u32) -> Result<Zeroizing<Vec<u8>>, Cause> {
    match descriptor {
        0 => return Err(Cause::StandardDescriptor("the job's output")),
        1 => return Err(Cause::StandardDescriptor("the masked output")),
        2 => return Err(Cause::StandardDescriptor("our messages")),
        _ => {}
    }
    let folder = Path::new("/dev/fd");
    if !cfg!(unix) || !folder.is_dir() {
        return Err(Cause::NoDescriptors);
    }
    let again =
        open_again(&folder.join(descriptor.to_string())).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Cause::ClosedDescriptor,
            _ => Cause::Read(error),
        })?;
    read_all(again, MAX_SIZE)
}

/// Opening a named pipe waits for a writer, and the one that filled it may be done: without
/// blocking, what is in the pipe can be read all the same.
#[cfg(unix)]
fn open_again(path: &Path) -> io::Result<Waiting> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(Waiting(open(path, flags, Mode::empty())?.into()))
}

#[cfg(not(unix))]
fn open_again(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// A file that does not block, read as if it did.
#[cfg(unix)]
struct Waiting(File);

#[cfg(unix)]
impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use rustix::event::{PollFd, PollFlags, poll};
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    poll(&mut [PollFd::new(&self.0, PollFlags::IN)], None)?;
                }
                done => return done,
            }
        }
    }
}

/// Reads to the end, or to the limit. `Read::read_to_end` would leave a piece of the secrets behind
/// in freed memory each time its buffer moves; here the buffer that is left is wiped.
pub(super) fn read_all(mut reader: impl Read, limit: usize) -> Result<Zeroizing<Vec<u8>>, Cause> {
    let mut content = room_for(SMALLEST)?;
    let mut length = 0;
    loop {
        match reader.read(&mut content[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Cause::Read(error)),
        }
        if length > limit {
            return Err(Cause::TooLarge);
        }
        if length == content.len() {
            let mut larger = room_for(2 * length)?;
            larger[..length].copy_from_slice(&content);
            content = larger;
        }
    }
    content.truncate(length);
    Ok(content)
}

/// The first buffer, in bytes.
const SMALLEST: usize = 8192;

/// Where there is no memory, the abort that Rust makes of it would tell how much was asked for.
fn room_for(length: usize) -> Result<Zeroizing<Vec<u8>>, Cause> {
    let mut room = Vec::new();
    room.try_reserve_exact(length)
        .map_err(|_| Cause::TooLarge)?;
    room.resize(length, 0);
    Ok(Zeroizing::new(room))
}

/// Whether an error may show the path, or whether it may be a secret: a variable that should hold
/// a path to the secret and holds the secret itself is a mistake that CI settings make easy.
fn may_show(path: &Path, error: &io::Error) -> bool {
    // A folder that may not be entered is a folder that is there.
    let leads_somewhere = error.kind() == io::ErrorKind::PermissionDenied
        || path.symlink_metadata().is_ok()
        || path.parent().is_some_and(|parent| {
            // Not the root or the current folder alone: those are there for every text.
            let has_name = |part| matches!(part, Component::Normal(_));
            parent.components().any(has_name) && parent.is_dir()
        });
    leads_somewhere || is_plainly_a_file_name(path)
}

/// Whether a path that leads nowhere is a name such as `secrets.json` or `.env`, and not the value
/// of a variable.
fn is_plainly_a_file_name(path: &Path) -> bool {
    let is_known = |ending: &str| ["env", "json", "key", "pem", "txt"].contains(&ending);
    let text = path.to_str().unwrap_or_default();
    let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending);
    is_known(ending)
        && is_plainly_a_name(text, b"/.-")
        && !std::env::vars_os().any(|(_, value)| value == path.as_os_str())
}
