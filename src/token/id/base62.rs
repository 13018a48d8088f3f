//! Numbers in base 62, of a fixed width.

use zeroize::Zeroize as _;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Appends a number, given as big-endian words, in as many digits as are asked for, the first ones
/// `0` where it is smaller. The words are zero afterwards: what they held may be a secret.
pub(super) fn push(number: &mut [u32], width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + width, b'0');
    for place in out[start..].iter_mut().rev() {
        *place = DIGITS[remainder(number)];
    }
    debug_assert!(number.iter().all(|word| *word == 0), "the width is enough");
    number.zeroize();
}

/// Whether all of these are digits.
pub(super) fn is_all(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_alphanumeric)
}

/// Divides the number by 62 in place.
fn remainder(number: &mut [u32]) -> usize {
    let mut rest = 0u64;
    for word in number {
        let with_rest = rest << 32 | u64::from(*word);
        *word = (with_rest / 62) as u32;
        rest = with_rest % 62;
    }
    rest as usize
}
