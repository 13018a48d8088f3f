//! Where masked output goes.

use bytes::Bytes;

use super::finding::Finding;

/// Takes the pieces of the output, in order.
///
/// What a sink has been given may be passed on at once: no later input changes it. Pieces are
/// never empty.
///
/// A sink has no errors of its own. One that writes keeps its first error and drops what comes
/// after it, or collects the pieces and writes them when the push is over.
///
/// # Examples
///
/// A sink that counts masks and passes nothing on:
///
/// ```
/// use masker::{Bytes, MaskSet, Masker, Secret, Sink};
///
/// struct Count(usize);
///
/// impl<'chunk> Sink<'chunk> for Count {
///     fn text(&mut self, _: &'chunk [u8]) {}
///     fn held(&mut self, _: &[u8]) {}
///     fn mask(&mut self, _: &Bytes) {
///         self.0 += 1;
///     }
/// }
///
/// let set = MaskSet::builder().secret(Secret::new("TOKEN", "hunter2hunter2")).build()?;
/// let mut count = Count(0);
/// Masker::new(&set).push(b"hunter2hunter2, hunter2hunter2", &mut count);
/// assert_eq!(count.0, 2);
/// # Ok::<(), masker::SetError>(())
/// ```
pub trait Sink<'chunk> {
    /// Takes a slice of the chunk that is being pushed. Nothing has been copied, and the slice
    /// lives as long as the chunk, so that a sink can gather slices for one vectored write.
    fn text(&mut self, text: &'chunk [u8]);

    /// Takes bytes of earlier chunks that were held back until now. At most as many as the
    /// longest pattern has; they live in the masker's own memory, so what is kept is copied.
    fn held(&mut self, held: &[u8]);

    /// Takes the mask for one run of covered bytes.
    fn mask(&mut self, mask: &Bytes);

    /// Takes what was found: whose it is and where, not what. Does nothing by default.
    ///
    /// It comes behind the mask that stands for it, and before any text behind that mask; a mask
    /// has one or more of them. Where the first bytes behind it might yet have made it part of
    /// something longer, it comes with a later push than the mask.
    fn found(&mut self, finding: &Finding<'_>) {
        let _ = finding;
    }
}

/// Appends everything, copied.
impl<'chunk> Sink<'chunk> for Vec<u8> {
    fn text(&mut self, text: &'chunk [u8]) {
        self.extend_from_slice(text);
    }

    fn held(&mut self, held: &[u8]) {
        self.extend_from_slice(held);
    }

    fn mask(&mut self, mask: &Bytes) {
        self.extend_from_slice(mask);
    }
}

/// Passes text on as slices of the chunk that share its memory by reference count.
pub(super) struct BytesSink<'chunk, F> {
    pub(super) chunk: &'chunk Bytes,
    pub(super) emit: F,
}

impl<'chunk, F: FnMut(Bytes)> Sink<'chunk> for BytesSink<'chunk, F> {
    fn text(&mut self, text: &'chunk [u8]) {
        (self.emit)(self.chunk.slice_ref(text));
    }

    fn held(&mut self, held: &[u8]) {
        (self.emit)(Bytes::copy_from_slice(held));
    }

    fn mask(&mut self, mask: &Bytes) {
        (self.emit)(mask.clone());
    }
}
