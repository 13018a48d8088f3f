//! `--log`: what is printed, in a file too.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Makes the file, or empties the one that is there. Nothing of the path is told in an error: it
/// may be a secret that slipped in.
pub fn create<'p>(path: &Path, sources: impl Iterator<Item = &'p Path>) -> Result<File> {
    // Opened before it is emptied, to see what it is.
    let mut options = OpenOptions::new();
    let options = options.create(true).append(true).mode(0o600);
    let file = options.open(path).context("the file cannot be written")?;
    let opened = file.metadata()?;
    let is_opened = |other: &Path| {
        let other = fs::metadata(other);
        other.is_ok_and(|it| (it.dev(), it.ino()) == (opened.dev(), opened.ino()))
    };
    let mut sources = sources;
    if opened.is_file() {
        if sources.any(is_opened) {
            bail!("this is a file of secrets");
        }
        if ["/dev/fd/0", "/dev/fd/1", "/dev/fd/2"]
            .iter()
            .any(|it| is_opened(Path::new(it)))
        {
            bail!("this is the input or the output already");
        }
        file.set_len(0).context("the file cannot be emptied")?;
        // Where it is somebody else's, its mode is theirs to choose.
        let of_owner = file.set_permissions(Permissions::from_mode(0o600));
        let is_allowed = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
        match of_owner {
            Err(error) if !is_allowed(&error) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(file)
}
