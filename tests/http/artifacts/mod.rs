//! Artifacts: left behind by jobs, given out, and deleted.

mod archives;
mod changes;
mod downloads;
mod runners;
mod sweeps;
mod uploads;

use std::fs;
use std::io::{Cursor, Write as _};

use super::world::{Job, World};

impl World {
    /// Puts artifacts in place as the coordinator of jobs does.
    #[track_caller]
    pub fn keep(&self, job: &Job, query: &str, bytes: &[u8]) {
        let line = format!("PUT /admin/jobs/{}/artifacts{query}", job.id.0);
        let kept = self.admin(&line).bytes("application/zip", bytes).send();
        assert_eq!(kept.status, 201, "{}", kept.text());
    }

    /// The files that are there, with their sizes.
    pub fn files(&self) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let entry = entry.expect("a file");
                let meta = entry.metadata().expect("a file");
                if meta.is_dir() {
                    folders.push(entry.path());
                } else {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    found.push((name, meta.len()));
                }
            }
        }
        found.sort();
        found
    }
}

/// An archive with files.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in files {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).expect("memory");
        writer.write_all(contents).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}
