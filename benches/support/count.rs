//! Masks for the clock alone: the output is looked at, and copied nowhere.

use std::hint::black_box;

use masker::{Bytes, MaskSet, Masker, Sink};

/// Takes every piece and copies none.
pub struct Count(pub usize);

impl<'chunk> Sink<'chunk> for Count {
    fn text(&mut self, text: &'chunk [u8]) {
        self.0 += black_box(text).len();
    }
    fn held(&mut self, held: &[u8]) {
        self.0 += black_box(held).len();
    }
    fn mask(&mut self, mask: &Bytes) {
        self.0 += black_box(mask).len();
    }
}

/// Masks a text in chunks of a length, and counts what comes out.
pub fn count_masked(set: &MaskSet, text: &[u8], chunk: usize) -> usize {
    let mut count = Count(0);
    let mut masker = Masker::new(set);
    for chunk in text.chunks(chunk) {
        masker.push(chunk, &mut count);
    }
    masker.finish(&mut count);
    count.0
}
