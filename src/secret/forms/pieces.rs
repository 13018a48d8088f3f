//! Pieces of a value, wherever a program cuts it: `fold`, `xxd` and `hexdump -C` with 16 characters
//! in a line, `curl --trace-ascii` of curl 7.88 with 64, the data in `GIT_TRACE_CURL` of git 2.47 with
//! 60, `sed -n l`, a string that strace 6.1 shows the first 32 bytes of.
//!
//! Where the cuts are depends on what stands before, and what stands between the pieces on the
//! program. So each piece of the minimum length is a pattern: all of them that stand side by side are
//! one run, and so one mask. A piece at an edge that is shorter than that stays.

use zeroize::Zeroizing;

use super::lines::tells_something;
use super::write::{self, Case};
use super::{Form, Found, base64};

/// Fewer characters than these stand in any text by chance, and tell next to nothing.
const LEAST: usize = 6;

pub(super) fn find(value: &[u8], found: &mut Found) {
    // A piece that goes over the end of a line, or of the armour around a key, tells nothing more.
    for line in value.split(|byte| b"\r\n".contains(byte)) {
        let line = line.trim_ascii();
        if !line.is_empty() && tells_something(line) {
            of_line(line, found);
        }
    }
}

fn of_line(line: &[u8], found: &mut Found) {
    pieces(line, found);
    let mut encoded = Zeroizing::new(Vec::with_capacity(line.len() * 2));
    for case in [Case::Lower, Case::Upper] {
        encoded.clear();
        for &byte in line {
            write::hex(byte.into(), 2, case, &mut encoded);
        }
        pieces(&encoded, found);
    }
    for before in 0..3 {
        for write in [base64::encode, base64::encode_url_safe] {
            encoded.clear();
            write(line, before, &mut encoded);
            pieces(&encoded, found);
        }
    }
}

fn pieces(text: &[u8], found: &mut Found) {
    for piece in text.windows(found.min_length.max(LEAST)) {
        if tells_something(piece) {
            found.push(Form::Pieces, piece);
        }
    }
}
