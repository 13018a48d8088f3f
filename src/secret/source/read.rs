//! Reading a source to its end, into memory that is wiped.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

use zeroize::Zeroizing;

use super::MAX_SIZE;
use super::error::{Cause, SourceError, is_plainly_a_name};

/// Reads a file by its path.
pub(super) fn read_path(path: &Path) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    open_and_read(path).map_err(|cause| match cause {
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
    open_and_read(&folder.join(descriptor.to_string())).map_err(|cause| match cause {
        Cause::Read(error) if error.kind() == io::ErrorKind::NotFound => Cause::ClosedDescriptor,
        cause => cause,
    })
}

fn open_and_read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Cause> {
    let file = File::open(path).map_err(Cause::Read)?;
    // Pipes and devices say 0. The length is a hint: what counts is where reading ends.
    let expected = file.metadata().map_or(0, |metadata| metadata.len());
    let expected = usize::try_from(expected).unwrap_or(MAX_SIZE).min(MAX_SIZE);
    read_all(file, expected, MAX_SIZE)
}

/// Reads to the end, or to the limit. `Read::read_to_end` would leave a piece of the secrets behind
/// in freed memory each time its buffer moves; here the buffer that is left is wiped.
pub(super) fn read_all(
    mut reader: impl Read,
    expected: usize,
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, Cause> {
    const SMALLEST: usize = 4096;
    let mut length = 0;
    // One byte of room more than expected, to see the end without another buffer.
    let mut content = Zeroizing::new(vec![0; expected.max(SMALLEST) + 1]);
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
            let mut larger = Zeroizing::new(vec![0; 2 * length]);
            larger[..length].copy_from_slice(&content);
            content = larger;
        }
    }
    content.truncate(length);
    Ok(content)
}

/// Whether an error may show the path, or whether it may be a secret: a variable that should hold
/// a path to the secret and holds the secret itself is a mistake that CI settings make easy.
fn may_show(path: &Path, error: &io::Error) -> bool {
    // A folder that may not be entered is a folder that is there.
    let leads_somewhere = error.kind() == io::ErrorKind::PermissionDenied
        || path.symlink_metadata().is_ok()
        || path.parent().is_some_and(|parent| {
            // Not the root or the current folder alone: those are there for every text.
            parent
                .components()
                .any(|part| matches!(part, Component::Normal(_)))
                && parent.is_dir()
        });
    leads_somewhere
        || path
            .to_str()
            .is_some_and(|text| is_plainly_a_name(text, b"/.-"))
}
