//! A file that is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// A file that can be written, as far as one can know.
pub struct ReportFile {
    folder: PathBuf,
    path: PathBuf,
}

impl ReportFile {
    /// Makes sure that the file can be written, and removes the one of an earlier run: whoever
    /// finds a report must not take it for that of a run that was killed.
    ///
    /// Nothing of the path is told in an error: it may be a secret that slipped in.
    pub fn prepare<'p>(
        path: &Path,
        secret_files: impl Iterator<Item = &'p PathBuf>,
    ) -> Result<ReportFile> {
        // What a link stands for is written, not the link.
        let real = fs::canonicalize(path);
        let is_there = real.is_ok() || path.symlink_metadata().is_ok();
        let path = real.unwrap_or_else(|_| path.to_owned());
        // To replace a device or a pipe by a file would take it from everybody else.
        if is_there && !path.symlink_metadata().is_ok_and(|it| it.is_file()) {
            bail!("this is no regular file");
        }
        let streams = ["/dev/fd/0", "/dev/fd/1", "/dev/fd/2"].map(Path::new);
        let mut others = streams
            .into_iter()
            .chain(secret_files.map(PathBuf::as_path));
        if is_there && others.any(|other| is_same_file(&path, other)) {
            bail!("this is the input, the output or a file of secrets");
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            bail!("this is no name of a file");
        };
        let file = ReportFile {
            // Joined anew, so that no slash is left at its end.
            path: parent.join(name),
            folder: Path::new(".").join(parent),
        };
        let (temporary, _) = file.create().context("a file cannot be created there")?;
        // It is made again at the end: a second signal would leave it behind.
        fs::remove_file(temporary).context("a file cannot be removed there")?;
        if is_there {
            fs::remove_file(&file.path).context("the earlier report cannot be removed")?;
        }
        Ok(file)
    }

    /// Writes the file beside its place, and moves it there.
    pub fn write(self, content: &[u8]) -> io::Result<()> {
        let (temporary, mut file) = self.create()?;
        let written = file
            .write_all(content)
            .and_then(|()| fs::rename(&temporary, &self.path));
        if written.is_err() {
            // That it cannot be removed says no more than the first error.
            fs::remove_file(&temporary).ok();
        }
        written
    }

    /// Creates a file of another name in the same folder, which only its owner can read.
    fn create(&self) -> io::Result<(PathBuf, File)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let process = std::process::id();
        let mut number = 0;
        loop {
            let name = format!(".masker-report-{process}-{number}.tmp");
            let path = self.folder.join(name);
            match options.open(&path) {
                // Another container that shares the folder has the same number of process.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 100 => {
                    number += 1;
                }
                created => return created.map(|file| (path, file)),
            }
        }
    }
}

#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let number = |path| fs::metadata(path).map(|it| (it.dev(), it.ino()));
    matches!((number(one), number(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(not(unix))]
fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}
