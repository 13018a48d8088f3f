//! Masks what is written.

use std::fmt;
use std::io::{self, Write};
use std::task::Poll;

use super::masking::Masking;
use super::passing::Passing;
use crate::mask::{MaskSet, Report};

/// A writer that masks what is written and passes it on to another.
///
/// A write takes up to 64 KiB and passes on at once all that may leave. What the inner writer does
/// not take then has been searched; it waits, and the next call passes it on before anything else.
/// No more is taken before it is gone.
///
/// [`finish`](MaskWriter::finish) ends the stream, and must be called: a writer that is dropped
/// without it emits nothing more, neither what is held nor what waits. [`flush`](Write::flush) does
/// not release what is held, which may be the beginning of a secret.
///
/// O(bytes written). Pieces of more than 4 KiB are written from where they stand, smaller ones are
/// gathered.
///
/// # Examples
///
/// ```
/// use std::io::Write;
///
/// use masker::io::MaskWriter;
/// use masker::{MaskSet, Secret};
///
/// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("job.log");
/// let mut log = MaskWriter::new(std::fs::File::create(&path)?, &set);
/// write!(log, "token is {}", "abcd12")?;
/// assert_eq!(std::fs::read(&path)?, b"token is ");
/// writeln!(log, "{}, bye", "34efgh")?;
/// log.finish()?.sync_all()?;
/// assert_eq!(std::fs::read(&path)?, b"token is [MASKED], bye\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Those of the inner writer, `WouldBlock` too; `WriteZero` where it takes nothing. `Interrupted` is
/// tried again. An error means that nothing of the given bytes was taken. One that the inner writer
/// meets behind that point is told by the next call. After each, the same call can be made again,
/// and nothing is lost, written twice or in another order.
///
/// A write behind the end is an error.
///
/// # Panics
///
/// Where the inner writer does; and in each call behind that, since it is unknown what was written.
pub struct MaskWriter<W> {
    inner: W,
    passing: Passing,
}

impl<W> MaskWriter<W> {
    /// Makes a writer of a stream of its own. O(1), allocates nothing.
    #[must_use]
    pub fn new(inner: W, set: &MaskSet) -> MaskWriter<W> {
        MaskWriter {
            inner,
            passing: Passing::new(Masking::new(set)),
        }
    }

    /// Makes a writer that keeps a [`Report`] too, at the cost told there.
    #[must_use]
    pub fn with_report(inner: W, set: &MaskSet) -> MaskWriter<W> {
        MaskWriter {
            inner,
            passing: Passing::new(Masking::with_report(set)),
        }
    }

    /// What was found so far, where the writer was made [`with_report`](MaskWriter::with_report).
    /// For that of the whole stream, call [`try_finish`](MaskWriter::try_finish) first.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.passing.masking.report()
    }

    /// Goes on with another set: see [`Masker::switch_to`](crate::Masker::switch_to).
    pub fn switch_to(&mut self, set: &MaskSet) {
        self.passing.masking.switch_to(set);
    }

    /// The inner writer.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.inner
    }
}

impl<W: Write> MaskWriter<W> {
    /// Ends the stream: emits the held tail, masked if it may be a [cut
    /// secret](crate::Truncated), flushes, and returns the inner writer.
    ///
    /// # Errors
    ///
    /// Those of the inner writer. What has not been written then is lost, and the inner writer too:
    /// where it can go on, call [`try_finish`](MaskWriter::try_finish) first.
    pub fn finish(mut self) -> io::Result<W> {
        self.try_finish()?;
        Ok(self.inner)
    }

    /// Ends the stream as [`finish`](MaskWriter::finish) does, and keeps the writer. Can be called
    /// again until it succeeds, and any number of times.
    ///
    /// # Errors
    ///
    /// Those of the inner writer. Nothing is lost.
    pub fn try_finish(&mut self) -> io::Result<()> {
        self.passing.finish();
        self.flush()
    }
}

impl<W: Write> Write for MaskWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let inner = &mut self.inner;
        blocking(self.passing.write(bytes, |piece| of(inner.write(piece))))
    }

    fn flush(&mut self) -> io::Result<()> {
        let inner = &mut self.inner;
        blocking(self.passing.drain(|piece| of(inner.write(piece))))?;
        self.inner.flush()
    }
}

/// A writer that blocks, or says `WouldBlock`, is never pending.
fn of(written: io::Result<usize>) -> Poll<io::Result<usize>> {
    Poll::Ready(written)
}

fn blocking<T>(done: Poll<io::Result<T>>) -> io::Result<T> {
    match done {
        Poll::Ready(done) => done,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

/// Shows the names of the secrets, and no byte.
impl<W> fmt::Debug for MaskWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskWriter")
            .field("masking", &self.passing.masking)
            .finish_non_exhaustive()
    }
}
