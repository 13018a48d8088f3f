//! Masks what is read.

use std::fmt;
use std::io::{self, Read};

use super::masking::Masking;
use super::waiting::{Fill, Waiting, too_many};
use crate::mask::{MaskSet, Report};

/// How many bytes are read at once at most. On the stack: between reads a stream keeps none of it.
const CHUNK: usize = 16 * 1024;

/// A reader that masks what another reads.
///
/// A read returns as soon as there is anything that may leave. At the end of the inner reader comes
/// the held tail, masked if it may be a [cut secret](crate::Truncated), and then the end, for good:
/// the inner reader is not asked again.
///
/// The inner reader is asked only when nothing waits, once for each read and again only while all
/// that came is held. O(bytes read); they are copied once, and a small caller's buffer makes what
/// does not fit wait.
///
/// # Examples
///
/// Masks what a child process prints:
///
/// ```
/// use std::io;
/// use std::process::{Command, Stdio};
///
/// use masker::io::MaskReader;
/// use masker::{MaskSet, Secret};
///
/// # #[cfg(unix)] {
/// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
/// let mut job = Command::new("sh")
///     .args(["-c", "printf 'token is abcd12'; echo '34efgh, bye'"])
///     .stdout(Stdio::piped())
///     .spawn()?;
/// let stdout = job.stdout.take().expect("it is piped");
///
/// let mut log = Vec::new();
/// io::copy(&mut MaskReader::new(stdout, &set), &mut log)?;
/// assert_eq!(log, b"token is [MASKED], bye\n");
/// # job.wait()?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Those of the inner reader, as they come, `Interrupted` and `WouldBlock` too. What is held stays
/// held, and reading can go on.
///
/// # Panics
///
/// Only where the inner reader does. Reading can go on.
pub struct MaskReader<R> {
    inner: R,
    masking: Masking,
    waiting: Waiting,
}

impl<R> MaskReader<R> {
    /// Makes a reader of a stream of its own. O(1), allocates nothing.
    #[must_use]
    pub fn new(inner: R, set: &MaskSet) -> MaskReader<R> {
        MaskReader::of(inner, Masking::new(set))
    }

    /// Makes a reader that keeps a [`Report`] too, at the cost told there.
    #[must_use]
    pub fn with_report(inner: R, set: &MaskSet) -> MaskReader<R> {
        MaskReader::of(inner, Masking::with_report(set))
    }

    fn of(inner: R, masking: Masking) -> MaskReader<R> {
        MaskReader {
            inner,
            masking,
            waiting: Waiting::default(),
        }
    }

    /// What was found so far, where the reader was made [`with_report`](MaskReader::with_report).
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.masking.report()
    }

    /// Goes on with another set: see [`Masker::switch_to`](crate::Masker::switch_to).
    pub fn switch_to(&mut self, set: &MaskSet) {
        self.masking.switch_to(set);
    }

    /// The inner reader.
    #[must_use]
    pub fn get_ref(&self) -> &R {
        &self.inner
    }

    /// The inner reader. What is held, and what waits to be read, is lost.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.inner
    }
}

// What becomes of a read:
//
//              ┌─────────── something is left ───────────┐
//              ▼                                         │
//   ─read─▶ waiting? ──yes──▶ give it, as far as there is room ──▶ Ok(n)
//              │ no
//              ▼
//           finished? ──yes──▶ Ok(0)
//              │ no
//              ▼
//   ┌───▶ read inner ──error──▶ Err
//   │          │   └──end──▶ finish: tail to the caller ──▶ Ok(n), n = 0 where there is none
//   │          ▼
//   │        push ──something may leave──▶ to the caller, the rest waits ──▶ Ok(n)
//   └──all held┘
impl<R: Read> Read for MaskReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if !self.waiting.is_empty() {
            let count = self.waiting.as_slice().read(buffer)?;
            self.waiting.advance(count);
            return Ok(count);
        }
        let mut filled = 0;
        while filled == 0 && !self.masking.is_finished() {
            let mut chunk = [0; CHUNK];
            let count = self.inner.read(&mut chunk)?;
            let chunk = chunk.get(..count).ok_or_else(too_many)?;
            let mut sink = Fill {
                waiting: &mut self.waiting,
                fill: |mut piece: &[u8]| {
                    let count = piece.read(&mut buffer[filled..]).unwrap_or(0);
                    filled += count;
                    count
                },
            };
            if chunk.is_empty() {
                self.masking.finish(&mut sink);
            } else {
                self.masking.push(chunk, &mut sink);
            }
        }
        Ok(filled)
    }
}

/// Shows the names of the secrets, and no byte.
impl<R> fmt::Debug for MaskReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskReader")
            .field("masking", &self.masking)
            .finish_non_exhaustive()
    }
}
