//! The command line: every flag, every exit status, and what is said on the way.

mod defaults;
mod help;
mod mask;
mod refused;
mod slips;
mod sources;
mod sources_of_many;
mod unloadable;

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

/// A folder with files, which is removed when it is dropped.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder can be made"))
    }

    /// Writes a file, and gives its path.
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file can be written");
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}
