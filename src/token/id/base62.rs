//! Numbers in base 62, of a fixed width.

use zeroize::Zeroize as _;

use super::{Random, RandomFailed};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How long a name is.
pub(super) const NAME: usize = 16;

/// Appends a name of 95 random bits, which nothing has yet.
pub(super) fn push_name(random: &mut dyn Random, out: &mut Vec<u8>) -> Result<(), RandomFailed> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    // Of 128 bits: that the first of the 62^16 values are likelier shows in the 33rd bit.
    let value = u128::from_be_bytes(bytes) % 62u128.pow(NAME as u32);
    let mut words = [96, 64, 32, 0].map(|shift| (value >> shift) as u32);
    push(&mut words, NAME, out);
    Ok(())
}

/// Whether this has the shape of a name.
pub(super) fn is_name(text: &str) -> bool {
    text.len() == NAME && is_all(text.as_bytes())
}

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
