//! What is known of the artifacts of a job.

use core::fmt;

use crate::token::clock::Time;

/// The most bytes of a name.
const LONGEST: usize = 255;

/// The artifacts of a job, as one file. Its bytes are elsewhere; so is their end, for which a
/// [sweep](super::Store::sweep) tells whose are over.
///
/// They are over when they expire, or when the job is erased. What is over never comes back.
///
/// # Examples
///
/// ```
/// use masker::token::store::{Artifact, FileName};
///
/// let artifact = Artifact::new(FileName::new("artifacts.zip")?, 1 << 20);
/// assert_eq!((artifact.expires_at, artifact.is_private), (None, false));
/// # Ok::<(), masker::token::store::WrongFileName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// What the file is called.
    pub file_name: FileName,
    /// How many bytes it has.
    pub size: u64,
    /// From when on it is over, if ever.
    pub expires_at: Option<Time>,
    /// Whether it takes a Developer to read it.
    pub is_private: bool,
}

impl Artifact {
    /// A file for everyone who may see the job, which stays.
    #[must_use]
    pub fn new(file_name: FileName, size: u64) -> Artifact {
        Artifact {
            file_name,
            size,
            expires_at: None,
            is_private: false,
        }
    }

    /// Whether its time is over.
    pub(super) fn is_over(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// The name of a file without a folder, fit for a header of HTTP but for its quotation marks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileName(String);

impl FileName {
    /// Takes a name. Copies it.
    ///
    /// # Errors
    ///
    /// If it is empty, longer than 255 bytes, `.` or `..`, or has `/`, `\` or a control character.
    pub fn new(name: &str) -> Result<FileName, WrongFileName> {
        let is_refused = |char: char| char.is_control() || char == '/' || char == '\\';
        let is_name = (1..=LONGEST).contains(&name.len()) && name != "." && name != "..";
        match is_name && !name.contains(is_refused) {
            true => Ok(FileName(name.to_owned())),
            false => Err(WrongFileName(())),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text is no name of a file. It is not shown: anything may stand in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongFileName(());

impl fmt::Display for WrongFileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no name of a file")
    }
}

impl core::error::Error for WrongFileName {}
