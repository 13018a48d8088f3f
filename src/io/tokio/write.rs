//! Masks what is written asynchronously.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::tokio::io::AsyncWrite;
use pin_project_lite::pin_project;

use crate::io::masking::Masking;
use crate::io::passing::Passing;
use crate::mask::{MaskSet, Report};

pin_project! {
    /// A writer of tokio that masks what is written and passes it on to another.
    ///
    /// As [`MaskWriter`](crate::io::MaskWriter) in all but that it is polled. A write takes up to
    /// 64 KiB and passes on at once all that may leave; what the inner writer is not ready for waits,
    /// goes with the next write, flush or shutdown, and bounds what is taken.
    ///
    /// [`shutdown`](::tokio::io::AsyncWriteExt::shutdown) ends the stream, and must be called: a writer
    /// that is dropped without it emits nothing more. A flush does not release what is held, which
    /// may be the beginning of a secret.
    ///
    /// # Cancel safety
    ///
    /// [`write`](::tokio::io::AsyncWriteExt::write), flush and shutdown can be dropped at any time
    /// and called again: a write that was not ready has taken nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::io::AsyncMaskWriter;
    /// use masker::{MaskSet, Secret};
    /// use tokio::io::AsyncWriteExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("job.log");
    /// let file = tokio::fs::File::create(&path).await?;
    /// let mut log = AsyncMaskWriter::new(file, &set);
    /// log.write_all(b"token is abcd12").await?;
    /// log.write_all(b"34efgh, bye\n").await?;
    /// log.shutdown().await?;
    /// assert_eq!(tokio::fs::read(&path).await?, b"token is [MASKED], bye\n");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the inner writer; `WriteZero` where it takes nothing. An error means that nothing of
    /// the given bytes was taken. One that the inner writer meets behind that point is told by the
    /// next call. After each, the same call can be made again, and nothing is lost, written twice
    /// or in another order.
    ///
    /// A write behind the shutdown is an error.
    ///
    /// # Panics
    ///
    /// Where the inner writer does; and in each call behind that, since it is unknown what was
    /// written.
    pub struct AsyncMaskWriter<W> {
        #[pin]
        inner: W,
        passing: Passing,
    }
}

impl<W> AsyncMaskWriter<W> {
    /// Makes a writer of a stream of its own. O(1), allocates nothing.
    #[must_use]
    pub fn new(inner: W, set: &MaskSet) -> AsyncMaskWriter<W> {
        AsyncMaskWriter {
            inner,
            passing: Passing::new(Masking::new(set)),
        }
    }

    /// Makes a writer that keeps a [`Report`] too, at the cost told there.
    #[must_use]
    pub fn with_report(inner: W, set: &MaskSet) -> AsyncMaskWriter<W> {
        AsyncMaskWriter {
            inner,
            passing: Passing::new(Masking::with_report(set)),
        }
    }

    /// What was found so far, where the writer was made
    /// [`with_report`](AsyncMaskWriter::with_report): of the whole stream, once it is shut down.
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

    /// The inner writer. What is held, and what waits to be written, is lost: shut it down first.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.inner
    }
}

// The states of a write and of a flush are those of `Passing`. Those of a shutdown, which goes on
// where it stopped when it is polled again:
//
//   ─poll─▶ open? ──yes──▶ finish: the tail waits
//              │ no             │
//              ▼                ▼
//           drain what waits ──Pending, error──▶ the same
//              │
//              ▼
//           shut inner down ──▶ what it says
impl<W: AsyncWrite> AsyncWrite for AsyncMaskWriter<W> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut this = self.project();
        let write = |piece: &[u8]| this.inner.as_mut().poll_write(context, piece);
        this.passing.write(bytes, write)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut this = self.project();
        let write = |piece: &[u8]| this.inner.as_mut().poll_write(context, piece);
        ready!(this.passing.drain(write))?;
        this.inner.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut this = self.project();
        this.passing.finish();
        let write = |piece: &[u8]| this.inner.as_mut().poll_write(context, piece);
        ready!(this.passing.drain(write))?;
        this.inner.poll_shutdown(context)
    }
}

/// Shows the names of the secrets, and no byte.
impl<W> fmt::Debug for AsyncMaskWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncMaskWriter")
            .field("masking", &self.passing.masking)
            .finish_non_exhaustive()
    }
}
