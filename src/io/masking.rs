//! A masker that is known to have come to its end, and the report it may have.

use std::fmt;

#[cfg(any(feature = "stream", feature = "codec"))]
use bytes::Bytes;

use crate::mask::{MaskSet, Masker, Report, Sink};

/// What one stream needs, whatever it is read from or written to.
pub(super) struct Masking {
    /// `None` behind the end of the stream.
    masker: Option<Masker>,
    report: Option<Box<Report>>,
}

impl Masking {
    pub(super) fn new(set: &MaskSet) -> Masking {
        Masking {
            masker: Some(Masker::new(set)),
            report: None,
        }
    }

    pub(super) fn with_report(set: &MaskSet) -> Masking {
        Masking {
            report: Some(Box::default()),
            ..Masking::new(set)
        }
    }

    pub(super) fn report(&self) -> Option<&Report> {
        self.report.as_deref()
    }

    pub(super) fn is_finished(&self) -> bool {
        self.masker.is_none()
    }

    /// Does nothing behind the end, where there is nothing left to mask.
    pub(super) fn switch_to(&mut self, set: &MaskSet) {
        if let Some(masker) = &mut self.masker {
            masker.switch_to(set);
        }
    }

    /// Masks the next chunk. Must not be called behind the end: what it is given is dropped there.
    pub(super) fn push<'chunk>(&mut self, chunk: &'chunk [u8], sink: &mut impl Sink<'chunk>) {
        debug_assert!(!self.is_finished(), "no chunk comes behind the end");
        match (&mut self.masker, &mut self.report) {
            (Some(masker), Some(report)) => report.push(masker, chunk, sink),
            (Some(masker), None) => masker.push(chunk, sink),
            (None, _) => {}
        }
    }

    /// As [`push`](Masking::push), in slices that share the memory of the chunk.
    #[cfg(any(feature = "stream", feature = "codec"))]
    pub(super) fn push_bytes(&mut self, chunk: &Bytes, emit: impl FnMut(Bytes)) {
        debug_assert!(!self.is_finished(), "no chunk comes behind the end");
        match (&mut self.masker, &mut self.report) {
            (Some(masker), Some(report)) => report.push_bytes(masker, chunk, emit),
            (Some(masker), None) => masker.push_bytes(chunk, emit),
            (None, _) => {}
        }
    }

    /// Ends the stream; once is enough.
    pub(super) fn finish<'chunk>(&mut self, sink: &mut impl Sink<'chunk>) {
        match (self.masker.take(), &mut self.report) {
            (Some(masker), Some(report)) => report.finish(masker, sink),
            (Some(masker), None) => masker.finish(sink),
            (None, _) => {}
        }
    }

    /// As [`finish`](Masking::finish), in `Bytes`.
    #[cfg(any(feature = "stream", feature = "codec"))]
    pub(super) fn finish_bytes(&mut self, emit: impl FnMut(Bytes)) {
        match (self.masker.take(), &mut self.report) {
            (Some(masker), Some(report)) => report.finish_bytes(masker, emit),
            (Some(masker), None) => masker.finish_bytes(emit),
            (None, _) => {}
        }
    }
}

/// Shows the names of the secrets and whether the stream has ended.
impl fmt::Debug for Masking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.masker {
            Some(masker) => masker.fmt(f),
            None => f.write_str("finished"),
        }
    }
}
