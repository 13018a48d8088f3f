//! Random numbers as a parameter.

use core::fmt;

/// A source of random bytes that nobody can guess.
///
/// Closures are sources too, so tests can give the bytes they like.
pub trait Random {
    /// Fills all of the bytes.
    ///
    /// # Errors
    ///
    /// If the source has none to give. What is in the bytes then is not to be used.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed>;
}

impl<F: FnMut(&mut [u8]) -> Result<(), RandomFailed>> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        self(bytes)
    }
}

/// A source of random bytes had none to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomFailed;

impl fmt::Display for RandomFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the source of random numbers failed")
    }
}

impl core::error::Error for RandomFailed {}
