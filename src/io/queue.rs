//! Searched pieces on their way to one who takes `Bytes`.

use std::collections::VecDeque;

use bytes::Bytes;

use super::masking::Masking;

/// The number of pieces for which memory stays with a stream.
const KEPT: usize = 8;

/// What one stream needs whose pieces are taken one by one.
pub(super) struct Queue {
    pub(super) masking: Masking,
    pieces: VecDeque<Bytes>,
}

impl Queue {
    pub(super) fn new(masking: Masking) -> Queue {
        Queue {
            masking,
            pieces: VecDeque::new(),
        }
    }

    /// Masks the next chunk. The pieces of the one before have been taken.
    pub(super) fn push(&mut self, chunk: &Bytes) {
        let pieces = &mut self.pieces;
        self.masking
            .push_bytes(chunk, |piece| pieces.push_back(piece));
    }

    /// Ends the stream; once is enough.
    pub(super) fn finish(&mut self) {
        let pieces = &mut self.pieces;
        self.masking.finish_bytes(|piece| pieces.push_back(piece));
    }

    /// The next piece.
    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let piece = self.pieces.pop_front();
        // A chunk full of secrets must not cost each of thousands of streams its memory.
        if self.pieces.is_empty() {
            self.pieces.shrink_to(KEPT);
        }
        piece
    }
}
