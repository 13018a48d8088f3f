//! Searched bytes on their way out, in both directions: to one who reads, and to a writer.

use std::io;
use std::task::{Poll, ready};

use bytes::Bytes;

use crate::mask::Sink;

/// The memory that stays with a stream when nothing waits, in bytes. Also how much is gathered
/// before it is written: larger pieces go out without a copy.
const KEPT: usize = 4 * 1024;

/// Searched bytes that wait to be taken, in order.
#[derive(Default)]
pub(super) struct Waiting {
    bytes: Vec<u8>,
    taken: usize,
}

impl Waiting {
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Forgets the first bytes, which have been taken.
    pub(super) fn advance(&mut self, count: usize) {
        self.taken += count;
        if self.is_empty() {
            self.bytes.clear();
            self.taken = 0;
            // A writer that was slow once must not cost each of thousands of streams its memory.
            self.bytes.shrink_to(KEPT);
        }
    }

    /// Lets `write` take all. Where it stops, the rest keeps waiting.
    pub(super) fn drain(&mut self, write: &mut impl WriteSome) -> Poll<io::Result<()>> {
        while !self.is_empty() {
            let count = ready!(write_some(write, self.as_slice()))?;
            self.advance(count);
        }
        Poll::Ready(Ok(()))
    }
}

/// Gives what is pushed to one who reads, as far as there is room; the rest waits. At the beginning
/// nothing does.
pub(super) struct Fill<'w, F> {
    /// Takes as many bytes as there is room for, and says how many.
    pub(super) fill: F,
    pub(super) waiting: &'w mut Waiting,
}

impl<F: FnMut(&[u8]) -> usize> Fill<'_, F> {
    fn take(&mut self, piece: &[u8]) {
        // Nothing waits before there is no room left, so what comes behind cannot overtake it.
        let taken = (self.fill)(piece);
        self.waiting.add(&piece[taken..]);
    }
}

impl<'chunk, F: FnMut(&[u8]) -> usize> Sink<'chunk> for Fill<'_, F> {
    fn text(&mut self, text: &'chunk [u8]) {
        self.take(text);
    }

    fn held(&mut self, held: &[u8]) {
        self.take(held);
    }

    fn mask(&mut self, mask: &Bytes) {
        self.take(mask);
    }
}

/// A write as writers have it, of those that block and of those that are polled alike.
pub(super) trait WriteSome: FnMut(&[u8]) -> Poll<io::Result<usize>> {}

impl<W: FnMut(&[u8]) -> Poll<io::Result<usize>>> WriteSome for W {}

/// Writes what is pushed until the writer stops; from there on it waits.
///
/// Small pieces are gathered, so that a line with a mask in it is one write; large ones are written
/// from where they stand.
pub(super) struct Pass<'w, W> {
    write: W,
    waiting: &'w mut Waiting,
    /// Ready and well as long as the writer takes what it is given.
    going: Poll<io::Result<()>>,
}

impl<'w, W: WriteSome> Pass<'w, W> {
    pub(super) fn new(waiting: &'w mut Waiting, write: W) -> Pass<'w, W> {
        Pass {
            write,
            waiting,
            going: Poll::Ready(Ok(())),
        }
    }

    /// Writes what was gathered. Says where the writer has stopped, if it has.
    pub(super) fn end(mut self) -> Poll<io::Result<()>> {
        self.drain();
        self.going
    }

    fn is_going(&self) -> bool {
        matches!(self.going, Poll::Ready(Ok(())))
    }

    fn drain(&mut self) {
        if self.is_going() {
            self.going = self.waiting.drain(&mut self.write);
        }
    }

    fn take(&mut self, mut piece: &[u8]) {
        if self.waiting.as_slice().len() + piece.len() > KEPT {
            self.drain();
        }
        while piece.len() > KEPT && self.is_going() {
            match write_some(&mut self.write, piece) {
                Poll::Ready(Ok(count)) => piece = &piece[count..],
                Poll::Ready(Err(error)) => self.going = Poll::Ready(Err(error)),
                Poll::Pending => self.going = Poll::Pending,
            }
        }
        self.waiting.add(piece);
    }
}

impl<'chunk, W: WriteSome> Sink<'chunk> for Pass<'_, W> {
    fn text(&mut self, text: &'chunk [u8]) {
        self.take(text);
    }

    fn held(&mut self, held: &[u8]) {
        self.take(held);
    }

    fn mask(&mut self, mask: &Bytes) {
        self.take(mask);
    }
}

/// One write that takes a byte at least. One that was interrupted is tried again, as
/// [`write_all`](io::Write::write_all) does.
fn write_some(write: &mut impl WriteSome, bytes: &[u8]) -> Poll<io::Result<usize>> {
    loop {
        return match ready!(write(bytes)) {
            Ok(0) => Poll::Ready(Err(io::Error::new(
                io::ErrorKind::WriteZero,
                "the writer takes no more bytes",
            ))),
            Ok(count) if count > bytes.len() => Poll::Ready(Err(too_many())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            done => Poll::Ready(done),
        };
    }
}

/// The error for a reader or a writer that says it did more than it was asked to.
pub(super) fn too_many() -> io::Error {
    io::Error::other("more bytes were said to be read or written than there was room for")
}
