//! What a store has seen, kept outside of it: so that an old copy of the store is told from the store.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::token::clock::Time;

use super::StoreError;

/// All digits of any time, so that a later one takes the place of an earlier one as a whole.
const LENGTH: usize = 20;

/// The highest time that a store has persisted, in a file of its own beside the keys.
///
/// It is written after each change, before whoever asked for the change is told. So a store that is
/// behind its mark has forgotten something it had told: it is a copy from before. Processes that
/// work with one store share the file.
pub(super) struct Mark(Mutex<(File, Option<Time>)>);

impl Mark {
    /// Opens the mark of a store, or makes it.
    pub(super) fn open(beside: &Path, store: &str) -> Result<Mark, StoreError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path(beside, store));
        Ok(Mark(Mutex::new((
            file.map_err(StoreError::unavailable)?,
            None,
        ))))
    }

    /// The time of the mark, if it has one.
    pub(super) fn time(&self) -> Result<Option<Time>, StoreError> {
        let mut mark = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read(&mut mark.0).map_err(StoreError::unavailable)
    }

    /// Where this process has moved it.
    pub(super) fn known(&self) -> Option<Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Moves the mark to a time, unless it is there or further.
    ///
    /// The operating system has it then, which outlives the process; the disk has it a little later.
    pub(super) fn advance(&self, time: Option<Time>) -> Result<(), StoreError> {
        let mut mark = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, known) = &mut *mark;
        if time <= *known {
            return Ok(());
        }
        // Another process may have moved it further since.
        file.lock().map_err(StoreError::unavailable)?;
        let moved = raise(file, time);
        file.unlock().map_err(StoreError::unavailable)?;
        moved.map_err(StoreError::unavailable)?;
        *known = time;
        Ok(())
    }
}

fn raise(file: &mut File, time: Option<Time>) -> Result<(), Error> {
    let Some(time) = time else { return Ok(()) };
    if read(file)? < Some(time) {
        file.rewind()?;
        file.write_all(format!("{:0LENGTH$}\n", time.micros()).as_bytes())?;
    }
    Ok(())
}

fn read(file: &mut File) -> Result<Option<Time>, Error> {
    let mut text = String::with_capacity(LENGTH + 1);
    file.rewind()?;
    file.take(2 * LENGTH as u64).read_to_string(&mut text)?;
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.trim_end();
    let micros = (digits.len() == LENGTH)
        .then(|| digits.parse().ok())
        .flatten();
    let damaged = || {
        Error::new(
            ErrorKind::InvalidData,
            "the mark beside the keys is damaged",
        )
    };
    micros.map(Time::from_micros).map(Some).ok_or_else(damaged)
}

/// One for each store that has these keys: what one has seen says nothing of another.
fn path(beside: &Path, store: &str) -> PathBuf {
    let mut path = beside.as_os_str().to_owned();
    path.push(format!(".mark-{store}"));
    path.into()
}
