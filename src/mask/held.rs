//! The bytes of a stream that wait for the next.

use std::collections::VecDeque;
use std::ops::Range;

/// The memory that stays with a stream however little it holds, in bytes.
const KEPT: usize = 256;

/// The end of the input so far, from where an occurrence may still begin. Some of these bytes may
/// stand behind an emitted mask already; they are kept all the same, since a secret that is added
/// later may begin among them.
#[derive(Default)]
pub(super) struct Held {
    bytes: VecDeque<u8>,
    from: u64,
}

impl Held {
    /// The place in the stream where the held bytes begin.
    pub(super) fn from(&self) -> u64 {
        self.from
    }

    /// The place in the stream behind them, where the next chunk begins.
    pub(super) fn end(&self) -> u64 {
        self.from + self.bytes.len() as u64
    }

    /// The held bytes in two pieces, each with the place in the stream where it begins.
    pub(super) fn pieces(&self) -> [(u64, &[u8]); 2] {
        let (front, back) = self.bytes.as_slices();
        [(self.from, front), (self.from + front.len() as u64, back)]
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Drops what lies before `settled`, and holds the chunk from there on. Copies what is held
    /// then, and nothing that was held before.
    pub(super) fn advance(&mut self, settled: u64, chunk: &[u8]) {
        let dropped = (settled - self.from) as usize;
        let of_held = dropped.min(self.bytes.len());
        self.bytes.drain(..of_held);
        self.bytes.extend(&chunk[dropped - of_held..]);
        self.from = settled;
        // A long secret that nearly came must not cost each of thousands of streams its memory.
        if self.bytes.len() < self.bytes.capacity() / 8 {
            self.bytes.shrink_to(KEPT);
        }
    }
}

/// What a piece of the stream that begins at `from` has of the range.
pub(super) fn clip<'p>(piece: &'p [u8], from: u64, range: &Range<u64>) -> &'p [u8] {
    let index = |place: u64| (place.saturating_sub(from) as usize).min(piece.len());
    let (start, end) = (index(range.start), index(range.end));
    &piece[start..end.max(start)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each time that it goes costs a copy, so it stays while more than little may be held again.
    #[test]
    fn memory_goes_when_an_eighth_of_it_is_not_held() {
        let mut held = Held::default();
        held.advance(0, &[b'x'; 4_096]);
        let capacity = held.capacity();
        assert!(capacity >= 4_096);
        for left in [capacity / 2, capacity / 8] {
            held.advance(4_096 - left as u64, &[]);
            assert_eq!(held.capacity(), capacity);
        }
        held.advance(4_097 - capacity as u64 / 8, &[]);
        assert!(held.capacity() < capacity);
        held.advance(4_096, &[]);
        assert_eq!(held.capacity(), KEPT);
        assert_eq!(held.end(), 4_096);
    }
}
