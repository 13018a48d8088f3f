//! What must come of a case: the oracle, asked so that long texts in many chunks do not take for ever.

use std::ops::Range;

use crate::case::Case;
use crate::support::{chunkers, oracle};

/// What must have come out behind each chunk, and at the end.
pub struct Expected<'c> {
    pub chunks: Vec<&'c [u8]>,
    /// What must be out when so many chunks are in.
    pub so_far: Vec<Vec<u8>>,
    pub output: Vec<u8>,
}

impl<'c> Expected<'c> {
    pub fn of(case: &'c Case) -> Expected<'c> {
        let occurrences = oracle::occurrences(&case.secrets, &case.text);
        let chunks = chunkers::by_cuts(&case.cuts, &case.text);
        let mut read = 0;
        let mut so_far = vec![Vec::new()];
        for chunk in &chunks {
            read += chunk.len();
            so_far.push(out_behind(case, &occurrences, read));
        }
        let output = match case.truncated {
            None => oracle::mask_all(&occurrences, &case.text),
            Some(least) => oracle::truncated(&case.secrets, &case.text, least),
        };
        Expected {
            chunks,
            so_far,
            output,
        }
    }
}

/// As [`oracle::so_far`] of the first bytes, with the occurrences that are known.
fn out_behind(case: &Case, occurrences: &[Range<usize>], read: usize) -> Vec<u8> {
    let longest = case.secrets.iter().map(Vec::len).max().unwrap_or(0);
    let text = &case.text[..read];
    let settled = read - oracle::live(&case.secrets, &text[read.saturating_sub(longest)..]);
    let known = occurrences.iter().filter(|it| it.end <= read).cloned();
    oracle::settled_until(settled, true, &known.collect::<Vec<_>>(), text)
}
