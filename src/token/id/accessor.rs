//! The name of a token that may be shown.

use core::fmt;

use super::{IdError, IdErrorKind, Prefix, Random, base62};

/// The second name of a token, for logs, lists and revocation. It is no secret and opens nothing.
///
/// # Examples
///
/// ```
/// use masker::token::id::Accessor;
/// use masker::token::system::OsRandom;
///
/// let accessor = Accessor::generate(&mut OsRandom)?;
/// assert!(accessor.as_str().starts_with("mja_"));
/// assert_eq!(Accessor::parse(accessor.as_str())?, accessor);
/// # Ok::<(), masker::token::id::IdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Accessor(String);

impl Accessor {
    /// Makes a new one of 95 random bits. Allocates.
    ///
    /// # Errors
    ///
    /// If the source of random numbers fails.
    pub fn generate(random: &mut dyn Random) -> Result<Accessor, IdError> {
        let mut text = Prefix::ACCESSOR.as_bytes().to_vec();
        base62::push_name(random, &mut text)?;
        let text = String::from_utf8(text).expect("the prefix and the digits are ASCII");
        Ok(Accessor(text))
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If it is not `mja_` and 16 characters of base62.
    pub fn parse(text: &str) -> Result<Accessor, IdError> {
        let digits = text.strip_prefix(Prefix::ACCESSOR);
        match digits.is_some_and(base62::is_name) {
            true => Ok(Accessor(text.to_owned())),
            false => Err(IdErrorKind::Accessor.into()),
        }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Accessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Accessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
