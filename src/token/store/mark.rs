//! What a store has seen, kept outside of it: so that an old copy of the store is told from the store.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::token::clock::Time;

use super::StoreError;

/// All digits of any number, so that a later one takes the place of an earlier one as a whole.
const DIGITS: usize = 20;

/// More than a mark is long.
const LENGTH: u64 = 256;

/// How often the disk is waited for. Each time would be once more for every change; a loss of power takes
/// the moves since then.
const SYNCED_EVERY: Duration = Duration::from_secs(1);

/// How far a store was when a mark was moved.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// How often the mark was moved. Nobody else moves the number that the store has for this mark, so no
    /// copy catches up with it.
    pub(super) moves: u64,
    /// The highest time that was persisted.
    pub(super) highest: Time,
}

/// A mark of a store, in a file beside the keys.
///
/// It is written after each change, before whoever asked for the change is told. So a store that is
/// behind its mark has forgotten something it had told: it is a copy from before. Processes that
/// work with one store and one file of keys share the mark.
pub(super) struct Mark {
    name: String,
    place: String,
    kept: Mutex<Kept>,
}

struct Kept {
    file: File,
    /// Where this process has moved it.
    seen: Seen,
    synced: Option<Instant>,
}

/// The file of a mark, while it is compared with the store. Other processes wait.
pub(super) struct Opened {
    file: File,
    path: PathBuf,
    /// The machine and the path. By this the store remembers that there was a mark here.
    pub(super) place: String,
    /// The name and the last move of the mark, if there is one.
    pub(super) found: Option<(String, Seen)>,
}

impl Opened {
    /// Opens the file of a store's mark, or makes an empty one. There is one for each store that has these
    /// keys: what one has seen says nothing of another.
    pub(super) fn beside(keys: &Path, store: &str) -> Result<Opened, StoreError> {
        let mut path = keys.as_os_str().to_owned();
        path.push(format!(".mark-{store}"));
        Opened::open(path.into()).map_err(StoreError::unavailable)
    }

    fn open(path: PathBuf) -> Result<Opened, io::Error> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        file.lock()?;
        let found = read(&mut file)?;
        let place = place(&path);
        Ok(Opened {
            file,
            path,
            place,
            found,
        })
    }

    /// Writes what the store has, unless that is there, and lets other processes go on.
    pub(super) fn keep(mut self, name: String, seen: Seen) -> Result<Mark, StoreError> {
        self.raise(&name, seen).map_err(StoreError::unavailable)?;
        let kept = Mutex::new(Kept {
            file: self.file,
            seen,
            synced: None,
        });
        Ok(Mark {
            name,
            place: self.place,
            kept,
        })
    }

    fn raise(&mut self, name: &str, seen: Seen) -> Result<(), io::Error> {
        raise(&mut self.file, name, seen)?;
        if self.found.is_none() {
            self.file.sync_data()?;
            // The store says from now on that it is there.
            #[cfg(unix)]
            {
                // A name alone has an empty parent, which cannot be opened.
                let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
                File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            }
        }
        self.file.unlock()
    }
}

impl Mark {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Where this process has moved it.
    pub(super) fn known(&self) -> Seen {
        self.kept().seen
    }

    /// Moves the mark, unless it is there or further.
    ///
    /// The operating system has it then, which outlives the process; the disk has it within a second of
    /// moves.
    pub(super) fn advance(&self, seen: Seen) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if seen.moves <= kept.seen.moves {
            return Ok(());
        }
        kept.advance(&self.name, seen)
            .map_err(StoreError::unavailable)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn advance(&mut self, name: &str, seen: Seen) -> Result<(), io::Error> {
        // Another process may have moved it further since.
        self.file.lock()?;
        let moved = raise(&mut self.file, name, seen);
        self.file.unlock()?;
        moved?;
        self.seen = seen;
        if self.synced.is_none_or(|it| it.elapsed() >= SYNCED_EVERY) {
            self.file.sync_data()?;
            self.synced = Some(Instant::now());
        }
        Ok(())
    }
}

fn place(path: &Path) -> String {
    #[cfg(unix)]
    let machine = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    #[cfg(not(unix))]
    let machine = std::env::var("COMPUTERNAME").unwrap_or_default();
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    format!("{machine}:{}", path.display())
}

fn raise(file: &mut File, name: &str, seen: Seen) -> Result<(), io::Error> {
    match read(file)? {
        Some((_, last)) if last.moves >= seen.moves => Ok(()),
        _ => write(file, name, seen),
    }
}

fn write(file: &mut File, name: &str, seen: Seen) -> Result<(), io::Error> {
    let (moves, highest) = (seen.moves, seen.highest.micros());
    file.rewind()?;
    file.write_all(format!("{name} {moves:0DIGITS$} {highest:0DIGITS$}\n").as_bytes())
}

fn read(file: &mut File) -> Result<Option<(String, Seen)>, io::Error> {
    let mut text = String::new();
    file.rewind()?;
    file.take(LENGTH).read_to_string(&mut text)?;
    if text.is_empty() {
        return Ok(None);
    }
    let damaged = || {
        let what =
            "the mark beside the keys is damaged; without it, all live tokens are revoked once";
        io::Error::new(ErrorKind::InvalidData, what)
    };
    parse(&text).map(Some).ok_or_else(damaged)
}

fn parse(text: &str) -> Option<(String, Seen)> {
    let fields: Vec<&str> = text.strip_suffix('\n')?.split(' ').collect();
    let [name, moves, highest] = fields[..] else {
        return None;
    };
    let number = |digits: &str| (digits.len() == DIGITS).then(|| digits.parse().ok())?;
    let seen = Seen {
        moves: number(moves)?,
        highest: Time::from_micros(number(highest)?),
    };
    Some((name.to_owned(), seen))
}
