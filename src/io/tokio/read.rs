//! Masks what is read asynchronously.

use std::fmt;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::tokio::io::{AsyncRead, ReadBuf};
use pin_project_lite::pin_project;

use crate::io::masking::Masking;
use crate::io::waiting::{Fill, Waiting};
use crate::mask::{MaskSet, Report};

/// How many bytes are read at once at most. On the stack, and never initialized: a stream that
/// waits for its next byte keeps none of it.
const CHUNK: usize = 16 * 1024;

pin_project! {
    /// A reader of tokio that masks what another reads.
    ///
    /// As [`MaskReader`](crate::io::MaskReader) in all but that it is polled: a read returns as soon
    /// as there is anything that may leave, and behind the held tail comes the end, for good.
    ///
    /// While it waits it takes no memory but for what is held.
    ///
    /// # Cancel safety
    ///
    /// A future that reads from it can be dropped at any time and nothing is lost, where that
    /// holds for the future itself, as for [`read`](::tokio::io::AsyncReadExt::read).
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::io::AsyncMaskReader;
    /// use masker::{MaskSet, Secret};
    /// use tokio::io::AsyncWriteExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
    /// let (mut job, output) = tokio::io::duplex(64);
    /// let print = async move {
    ///     job.write_all(b"token is abcd12").await?;
    ///     job.write_all(b"34efgh, bye\n").await
    /// };
    ///
    /// let mut log = Vec::new();
    /// let mut masked = AsyncMaskReader::new(output, &set);
    /// let (printed, copied) = tokio::join!(print, tokio::io::copy(&mut masked, &mut log));
    /// printed.and(copied)?;
    /// assert_eq!(log, b"token is [MASKED], bye\n");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the inner reader, as they come. What is held stays held, and reading can go on.
    ///
    /// # Panics
    ///
    /// Only where the inner reader does. Reading can go on.
    pub struct AsyncMaskReader<R> {
        #[pin]
        inner: R,
        masking: Masking,
        waiting: Waiting,
    }
}

impl<R> AsyncMaskReader<R> {
    /// Makes a reader of a stream of its own. O(1), allocates nothing.
    #[must_use]
    pub fn new(inner: R, set: &MaskSet) -> AsyncMaskReader<R> {
        AsyncMaskReader::of(inner, Masking::new(set))
    }

    /// Makes a reader that keeps a [`Report`] too, at the cost told there.
    #[must_use]
    pub fn with_report(inner: R, set: &MaskSet) -> AsyncMaskReader<R> {
        AsyncMaskReader::of(inner, Masking::with_report(set))
    }

    fn of(inner: R, masking: Masking) -> AsyncMaskReader<R> {
        AsyncMaskReader {
            inner,
            masking,
            waiting: Waiting::default(),
        }
    }

    /// What was found so far, where the reader was made
    /// [`with_report`](AsyncMaskReader::with_report).
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

// What becomes of a poll:
//
//   ─poll─▶ waiting? ──yes──▶ give it, as far as there is room ──▶ Ready, the rest waits
//              │ no
//              ▼
//           finished? ──yes──▶ Ready, nothing filled: the end
//              │ no
//              ▼
//   ┌───▶ poll inner ──Pending, error──▶ the same; nothing has been read, so nothing is lost
//   │          │   └──end──▶ finish: the tail to the caller ──▶ Ready
//   │          ▼
//   │        push ──something may leave──▶ to the caller, the rest waits ──▶ Ready
//   └──all held┘
impl<R: AsyncRead> AsyncRead for AsyncMaskReader<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut this = self.project();
        if !this.waiting.is_empty() {
            let count = put(buffer, this.waiting.as_slice());
            this.waiting.advance(count);
            return Poll::Ready(Ok(()));
        }
        let room = buffer.remaining();
        while buffer.remaining() == room && room > 0 && !this.masking.is_finished() {
            let mut chunk = [MaybeUninit::uninit(); CHUNK];
            let mut chunk = ReadBuf::uninit(&mut chunk);
            ready!(this.inner.as_mut().poll_read(context, &mut chunk))?;
            let mut sink = Fill {
                waiting: this.waiting,
                fill: |piece: &[u8]| put(buffer, piece),
            };
            if chunk.filled().is_empty() {
                this.masking.finish(&mut sink);
            } else {
                this.masking.push(chunk.filled(), &mut sink);
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Fills in as much as there is room for, and says how much.
fn put(buffer: &mut ReadBuf<'_>, bytes: &[u8]) -> usize {
    let count = bytes.len().min(buffer.remaining());
    buffer.put_slice(&bytes[..count]);
    count
}

/// Shows the names of the secrets, and no byte.
impl<R> fmt::Debug for AsyncMaskReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncMaskReader")
            .field("masking", &self.masking)
            .finish_non_exhaustive()
    }
}
