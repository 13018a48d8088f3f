//! Base64 in lines: of 76 characters as `base64` writes them (GNU coreutils 9.1; RFC 2045,
//! section 6.8, with `\r\n`) and of 64 as `openssl base64` and PEM files have them (OpenSSL 3.0;
//! RFC 7468, section 2).
//!
//! Where in a line the value begins is not known, but both widths are multiples of 4, as are the
//! characters for 3 bytes: so a line can end at every fourth character only. For each such place
//! there is a pattern of the two pieces of lines that meet there, and for a long value one of each
//! whole line, which holds in front of a timestamp, too.

use zeroize::Zeroizing;

use super::{Form, Found, base64};

const WIDTHS: [usize; 2] = [64, 76];

/// How much of the line beyond makes a short piece long enough to be a pattern.
const BEYOND: usize = 16;

pub(super) fn find(value: &[u8], found: &mut Found) {
    let mut encoded = Zeroizing::new(Vec::with_capacity(value.len() * 4 / 3 + 4));
    for before in 0..3 {
        encoded.clear();
        base64::encode(value, before, &mut encoded);
        // In which column the first of them stands, modulo 4.
        let column = (8 * before).div_ceil(6) % 4;
        for width in WIDTHS {
            for end in (4 - column..encoded.len()).step_by(4) {
                folded_at(&encoded, end, width, found);
            }
        }
    }
}

/// The patterns of an encoding of which a line of `width` characters ends before `end`.
fn folded_at(encoded: &[u8], end: usize, width: usize, found: &mut Found) {
    let (before, behind) = encoded.split_at(end);
    if before.len() >= width {
        found.add(Form::Folded, &before[before.len() - width..]);
    }
    let begins_before = before.len() <= width;
    let ends_behind = behind.len() <= width;
    let before = match (begins_before, ends_behind) {
        (true, _) => before,
        (false, true) => &before[before.len() - BEYOND..],
        (false, false) => return,
    };
    let behind = &behind[..behind.len().min(if ends_behind { width } else { BEYOND })];
    for newline in [&b"\n"[..], b"\r\n"] {
        found.add_written(Form::Folded, encoded, |out| {
            out.extend_from_slice(before);
            out.extend_from_slice(newline);
            out.extend_from_slice(behind);
        });
    }
}
