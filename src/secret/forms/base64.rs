//! Base64 (RFC 4648, sections 4 and 5), wherever the value stands in what is encoded.
//!
//! A character encodes 6 bits. With `b` bytes before the value it takes the bits from `8b` to
//! `8b + 8n`, so the characters from `ceil(8b / 6)` to `floor((8b + 8n) / 6)` encode bits of the
//! value only, and the others do not: those before and behind share bits with a neighbour, or with
//! the padding. Only `b` modulo 3 matters, since 3 bytes are 4 characters.
//!
//! So at each edge one character at most is left that has 2 or 4 bits of the value. What
//! stands there depends on the neighbour, and no pattern can have it.

use super::{Form, Found};

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Fewer characters than these stand in any text by chance. A value of 3 bytes has 4.
const MIN_CHARACTERS: usize = 4;

pub(super) fn find(value: &[u8], found: &mut Found) {
    for before in 0..3 {
        found.add_written(Form::Base64, value, |out| encode(value, before, out));
        found.add_written(Form::Base64, value, |out| {
            encode_url_safe(value, before, out);
        });
    }
}

/// What a text determines of base64, in both alphabets, by how many bytes come before it. Those that
/// stand in any text by chance are left out.
pub(crate) fn images(text: &[u8]) -> Vec<Vec<u8>> {
    let mut images = Vec::new();
    for before in 0..3 {
        for encode in [encode, encode_url_safe] {
            let mut image = Vec::new();
            encode(text, before, &mut image);
            if !image.is_empty() && !images.contains(&image) {
                images.push(image);
            }
        }
    }
    images
}

/// The same as [`encode`] in the other alphabet.
pub(super) fn encode_url_safe(value: &[u8], before: usize, out: &mut Vec<u8>) {
    encode(value, before, out);
    for character in out {
        match character {
            b'+' => *character = b'-',
            b'/' => *character = b'_',
            _ => {}
        }
    }
}

/// Writes the characters that `value` alone determines, behind so many bytes of something else.
/// Writes nothing where they are too few.
pub(super) fn encode(value: &[u8], before: usize, out: &mut Vec<u8>) {
    let first = (8 * before).div_ceil(6);
    let end = 8 * (before + value.len()) / 6;
    if end < first + MIN_CHARACTERS {
        return;
    }
    for character in first..end {
        let bit = 6 * character - 8 * before;
        let high = u16::from(value[bit / 8]) << 8;
        // The last character may end where the value does, and has nothing of a byte behind it.
        let low = value.get(bit / 8 + 1).copied().map_or(0, u16::from);
        let bits = (high | low) >> (10 - bit % 8);
        out.push(STANDARD[usize::from(bits & 63)]);
    }
}
