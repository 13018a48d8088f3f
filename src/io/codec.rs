//! Masks what a codec reads.

use std::fmt;
use std::io;

use bytes::{Bytes, BytesMut};
use tokio_util::codec::Decoder;

use super::masking::Masking;
use super::queue::Queue;
use crate::mask::{MaskSet, Report};

/// A decoder whose frames are the masked pieces of what is read, for `FramedRead` and its like.
///
/// A frame is what may go on, as soon as it may: cut anywhere, never empty, and no line. Frames are
/// slices of the buffer that is decoded, and share its memory; nothing is copied but what was held.
/// What the decoder is given it takes whole.
///
/// [`decode_eof`](Decoder::decode_eof) ends the stream, so a `FramedRead` gives the held tail as its
/// last frames, masked if it may be a [cut secret](crate::Truncated).
///
/// O(bytes), and 32 bytes of memory for each frame of one buffer.
///
/// # Examples
///
/// ```
/// use masker::io::MaskDecoder;
/// use masker::{MaskSet, Secret};
/// use tokio_stream::StreamExt;
/// use tokio_util::codec::FramedRead;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
/// let socket = &b"token is abcd1234efgh, bye\n"[..];
///
/// let mut frames = FramedRead::new(socket, MaskDecoder::new(&set));
/// let mut log = Vec::new();
/// while let Some(frame) = frames.next().await {
///     log.extend_from_slice(&frame?);
/// }
/// assert_eq!(log, b"token is [MASKED], bye\n");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Only where there are bytes behind the end, which is none of the decoder's making. These are
/// dropped.
///
/// # Panics
///
/// Never.
pub struct MaskDecoder {
    queue: Queue,
}

impl MaskDecoder {
    /// Makes a decoder of a stream of its own. O(1), allocates nothing.
    #[must_use]
    pub fn new(set: &MaskSet) -> MaskDecoder {
        let queue = Queue::new(Masking::new(set));
        MaskDecoder { queue }
    }

    /// Makes a decoder that keeps a [`Report`] too, at the cost told there.
    #[must_use]
    pub fn with_report(set: &MaskSet) -> MaskDecoder {
        let queue = Queue::new(Masking::with_report(set));
        MaskDecoder { queue }
    }

    /// What was found so far, where the decoder was made
    /// [`with_report`](MaskDecoder::with_report).
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.queue.masking.report()
    }

    /// Goes on with another set: see [`Masker::switch_to`](crate::Masker::switch_to).
    pub fn switch_to(&mut self, set: &MaskSet) {
        self.queue.masking.switch_to(set);
    }
}

// What becomes of a call:
//
//   ─▶ a piece waits? ──yes──▶ Some(piece)
//          │ no
//          ▼
//      bytes? ──none──▶ decode: None; decode_eof: finish, then Some(the tail) or None
//          │ some
//          ▼
//      finished? ──yes──▶ Err, and the bytes are dropped
//          │ no
//          ▼
//      push all of them ──▶ Some(piece), or None where all is held; decode_eof: as with no bytes
impl Decoder for MaskDecoder {
    type Item = Bytes;
    type Error = io::Error;

    fn decode(&mut self, source: &mut BytesMut) -> io::Result<Option<Bytes>> {
        if let Some(piece) = self.queue.pop() {
            return Ok(Some(piece));
        }
        if source.is_empty() {
            return Ok(None);
        }
        let chunk = source.split().freeze();
        if self.queue.masking.is_finished() {
            return Err(io::Error::other(
                "there are bytes behind the end of the stream",
            ));
        }
        self.queue.push(&chunk);
        Ok(self.queue.pop())
    }

    fn decode_eof(&mut self, source: &mut BytesMut) -> io::Result<Option<Bytes>> {
        if let Some(piece) = self.decode(source)? {
            return Ok(Some(piece));
        }
        self.queue.finish();
        Ok(self.queue.pop())
    }
}

/// Shows the names of the secrets, and no byte.
impl fmt::Debug for MaskDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskDecoder")
            .field("masking", &self.queue.masking)
            .finish_non_exhaustive()
    }
}
