//! On which line a place of the stream is.

use std::collections::VecDeque;

use memchr::memchr_iter;

/// The number of newlines for which memory stays with a stream.
const KEPT: usize = 32;

/// The newlines of a stream: those before what the masker holds are counted, the places of the
/// others are kept, since what is found there may be told of much later.
#[derive(Clone, Default)]
pub(super) struct Lines {
    /// How many there are before what is held.
    settled: u64,
    /// The places of those that are held.
    held: VecDeque<u64>,
}

/// The chunk that is being pushed, and how far its newlines have been counted.
pub(super) struct Piece<'chunk> {
    /// The place in the stream where it begins.
    from: u64,
    chunk: &'chunk [u8],
    counted: usize,
    newlines: u64,
}

impl<'chunk> Piece<'chunk> {
    pub(super) fn new(from: u64, chunk: &'chunk [u8]) -> Piece<'chunk> {
        Piece {
            from,
            chunk,
            counted: 0,
            newlines: 0,
        }
    }

    /// How many newlines the chunk has before a place of the stream. Places come in order, so no
    /// byte is looked at twice.
    fn newlines_before(&mut self, place: u64) -> u64 {
        let index = (place.saturating_sub(self.from) as usize).min(self.chunk.len());
        if let Some(more) = self.chunk.get(self.counted..index) {
            self.newlines += memchr_iter(b'\n', more).count() as u64;
            self.counted = index;
        }
        self.newlines
    }
}

impl Lines {
    /// How many newlines come before a place that is held, or in the chunk that is being pushed.
    pub(super) fn before(&self, place: u64, piece: &mut Piece<'_>) -> u64 {
        let held = self.held.partition_point(|&newline| newline < place) as u64;
        self.settled + held + piece.newlines_before(place)
    }

    /// Goes on behind the chunk: from `settled` on the stream is held.
    pub(super) fn advance(&mut self, settled: u64, mut piece: Piece<'_>) {
        let before = self.before(settled, &mut piece);
        let of_held = self.held.partition_point(|&newline| newline < settled);
        self.held.drain(..of_held);
        self.settled = before;

        let (from, counted) = (piece.from, piece.counted);
        let rest = memchr_iter(b'\n', &piece.chunk[counted..]);
        self.held
            .extend(rest.map(|index| from + (counted + index) as u64));
        // A long secret of many lines that nearly came must not cost a stream its memory.
        if self.held.is_empty() {
            self.held.shrink_to(KEPT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{MaskSet, Masker, Report};
    use crate::secret::Secret;

    #[test]
    fn a_stream_keeps_newlines_only_while_they_are_held() {
        let secret = Secret::new("LINES", "x\n".repeat(1_000));
        let set = MaskSet::builder().secret(secret).build();
        let set = set.expect("one secret builds");
        let (mut masker, mut report) = (Masker::new(&set), Report::new());
        let mut out = Vec::new();
        report.push(&mut masker, "x\n".repeat(999).as_bytes(), &mut out);
        assert_eq!(report.lines.held.len(), 999);
        for _ in 0..10 {
            report.push(&mut masker, "y\n".repeat(1_000).as_bytes(), &mut out);
            assert!(report.lines.held.is_empty());
            assert!(report.lines.held.capacity() <= KEPT);
        }
        assert_eq!(report.lines.settled, 10_999);
    }
}
