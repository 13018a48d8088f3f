//! Masks a stream of `Bytes`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use pin_project_lite::pin_project;

use super::masking::Masking;
use super::queue::Queue;
use crate::mask::{MaskSet, Report};

pin_project! {
    /// A stream of `Bytes` that masks another, such as the body of a request or an answer.
    ///
    /// Text comes as slices of the inner stream's chunks, which share their memory by reference
    /// count: nothing is copied but what was held. A chunk's pieces come one by one, none of them
    /// empty, before the next chunk is asked for. At the end comes the held tail, masked if it may be
    /// a [cut secret](crate::Truncated), and then `None`, for good: the inner stream is not polled
    /// again.
    ///
    /// O(bytes), and 32 bytes of memory for each piece of one chunk.
    ///
    /// # Cancel safety
    ///
    /// A future that waits for the next piece can be dropped at any time: nothing is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::io::MaskStream;
    /// use masker::{Bytes, MaskSet, Secret};
    /// use tokio_stream::StreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
    /// let chunks = ["token is abcd12", "34efgh, bye\n"].map(|it| Ok(Bytes::from(it)));
    /// let body = tokio_stream::iter(chunks);
    ///
    /// let mut masked = MaskStream::new(body, &set);
    /// let mut pieces = Vec::new();
    /// while let Some(piece) = masked.next().await {
    ///     pieces.push(piece.map_err(|error: std::io::Error| error)?);
    /// }
    /// assert_eq!(pieces, ["token is ", "[MASKED]", ", bye\n"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the inner stream, as they come. What is held stays held. Where the inner stream goes
    /// on behind its error, so does this one; where it ends, the tail comes as at every end.
    ///
    /// # Panics
    ///
    /// Only where the inner stream does.
    pub struct MaskStream<S> {
        #[pin]
        inner: S,
        queue: Queue,
    }
}

impl<S> MaskStream<S> {
    /// Makes a stream. O(1), allocates nothing.
    #[must_use]
    pub fn new(inner: S, set: &MaskSet) -> MaskStream<S> {
        let queue = Queue::new(Masking::new(set));
        MaskStream { inner, queue }
    }

    /// Makes a stream that keeps a [`Report`] too, at the cost told there.
    #[must_use]
    pub fn with_report(inner: S, set: &MaskSet) -> MaskStream<S> {
        let queue = Queue::new(Masking::with_report(set));
        MaskStream { inner, queue }
    }

    /// What was found so far, where the stream was made [`with_report`](MaskStream::with_report).
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.queue.masking.report()
    }

    /// Goes on with another set: see [`Masker::switch_to`](crate::Masker::switch_to).
    pub fn switch_to(&mut self, set: &MaskSet) {
        self.queue.masking.switch_to(set);
    }

    /// The inner stream.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner stream. What is held, and what waits to be taken, is lost.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.inner
    }
}

// What becomes of a poll:
//
//   ┌─▶ a piece waits? ──yes──▶ Some(Ok(piece))
//   │          │ no
//   │          ▼
//   │       finished? ──yes──▶ None
//   │          │ no
//   │          ▼
//   │       poll inner ──Pending, error──▶ the same
//   │          │    └──None──▶ finish ─┐
//   │          ▼                       │
//   │        push                      │
//   └──────────┴───────────────────────┘
impl<S, E> Stream for MaskStream<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    type Item = Result<Bytes, E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            if let Some(piece) = this.queue.pop() {
                return Poll::Ready(Some(Ok(piece)));
            }
            if this.queue.masking.is_finished() {
                return Poll::Ready(None);
            }
            match ready!(this.inner.as_mut().poll_next(context)) {
                Some(Ok(chunk)) => this.queue.push(&chunk),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => this.queue.finish(),
            }
        }
    }
}

/// Shows the names of the secrets, and no byte.
impl<S> fmt::Debug for MaskStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskStream")
            .field("masking", &self.queue.masking)
            .finish_non_exhaustive()
    }
}
