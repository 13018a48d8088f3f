//! What every writer does, be it one that blocks or one that is polled.

use std::io;
use std::mem;
use std::task::{Poll, ready};

use super::masking::Masking;
use super::waiting::{Pass, Waiting};

/// How many bytes one write takes at most. It bounds what waits for the inner writer.
const CHUNK: usize = 64 * 1024;

// What becomes of a write:
//
//   ─write─▶ finished? ──yes──▶ Err
//              │ no
//              ▼
//           failure kept? ──yes──▶ Err, and it is forgotten
//              │ no
//              ▼
//           drain what waits ──stops──▶ Err or Pending, nothing taken
//              │ nothing waits
//              ▼
//           push a chunk, drain ──fails──▶ the failure is kept ──▶ Ok(n)
//              └──written, not ready or WouldBlock──▶ Ok(n)
//
// A flush is the second and third step, and the flush of the inner writer; an end is the same
// behind the tail.

/// The driver of all writers: what is masked, and what the inner writer has yet to take.
pub(super) struct Passing {
    pub(super) masking: Masking,
    waiting: Waiting,
    /// What the inner writer failed with when bytes had been taken already.
    failure: Option<io::Error>,
    /// A call of the inner writer has begun and not come back.
    broken: bool,
}

impl Passing {
    pub(super) fn new(masking: Masking) -> Passing {
        Passing {
            masking,
            waiting: Waiting::default(),
            failure: None,
            broken: false,
        }
    }

    /// Masks some of the bytes, and lets `write` take what may leave. Where it is not ready, or has
    /// an error, none of the bytes were taken.
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        mut write: impl FnMut(&[u8]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if self.masking.is_finished() {
            let error = io::Error::other("there was a write behind the end of the stream");
            return Poll::Ready(Err(error));
        }
        ready!(self.drain(&mut write))?;
        let chunk = &bytes[..bytes.len().min(CHUNK)];
        let mut pass = Pass::new(&mut self.waiting, write);
        self.broken = true;
        self.masking.push(chunk, &mut pass);
        let written = pass.end();
        self.broken = false;
        if let Poll::Ready(Err(error)) = written
            && error.kind() != io::ErrorKind::WouldBlock
        {
            self.failure = Some(error);
        }
        Poll::Ready(Ok(chunk.len()))
    }

    /// Lets `write` take all that waits.
    pub(super) fn drain(
        &mut self,
        mut write: impl FnMut(&[u8]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        if let Some(failure) = self.failure.take() {
            return Poll::Ready(Err(failure));
        }
        assert!(
            !mem::replace(&mut self.broken, true),
            "the inner writer panicked earlier"
        );
        let drained = self.waiting.drain(&mut write);
        self.broken = false;
        drained
    }

    /// Ends what is masked: the tail waits then. Once is enough.
    pub(super) fn finish(&mut self) {
        let mut pass = Pass::new(&mut self.waiting, |_: &[u8]| Poll::Pending);
        self.masking.finish(&mut pass);
    }
}
