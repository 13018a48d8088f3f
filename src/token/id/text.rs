//! A token: prefix, 256 random bits and a check, in 53 characters with the default prefix.

use core::fmt;

use zeroize::Zeroizing;

use super::{IdError, Malformed, Prefix, Random, base62};
use crate::secret::Secret;

/// The most bytes that are looked at as a token; whatever is longer is refused unread.
pub const MAX_PRESENTED: usize = 128;

/// Random bytes in a token.
const RANDOM: usize = 32;
/// Digits for these: 62^43 is more than 2^256.
const BODY: usize = 43;
/// Digits for 32 bits of check.
const CHECK: usize = 6;

/// The text of a token: well-formed, which says nothing of whether it is valid.
///
/// It is shown nowhere: `Debug` redacts it, there is no `Display`, no comparison, no clone and no
/// serialization, and its memory is wiped when it is dropped. [`expose`](Token::expose) is the
/// one way to read it.
///
/// # Examples
///
/// ```
/// use masker::token::id::{Malformed, Prefixes, Token};
/// use masker::token::system::OsRandom;
///
/// let prefixes = Prefixes::default();
/// let token = Token::generate(prefixes.job(), &mut OsRandom)?;
/// assert_eq!(token.expose().len(), 53);
/// assert!(Token::parse(prefixes.job(), token.expose()).is_ok());
/// let refused = Token::parse(prefixes.runner(), token.expose()).unwrap_err();
/// assert_eq!(refused, Malformed::Prefix);
/// # Ok::<(), masker::token::id::IdError>(())
/// ```
pub struct Token(Secret);

impl Token {
    /// Makes a new one of 256 random bits. Allocates.
    ///
    /// # Errors
    ///
    /// If the source of random numbers fails.
    pub fn generate(prefix: &Prefix, random: &mut dyn Random) -> Result<Token, IdError> {
        let mut bytes = Zeroizing::new([0; RANDOM]);
        random.fill(&mut *bytes)?;
        let mut words = Zeroizing::new([0; RANDOM / 4]);
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        // All of its room at once: growing would leave a piece of the token in memory given back.
        let mut text = Vec::with_capacity(prefix.as_str().len() + BODY + CHECK);
        text.extend_from_slice(prefix.as_str().as_bytes());
        base62::push(&mut *words, BODY, &mut text);
        let check = crc32fast::hash(&text);
        base62::push(&mut [check], CHECK, &mut text);
        Ok(Token::new(text))
    }

    /// Reads what was presented as a token. Copies it if it is well-formed, and allocates nothing else.
    ///
    /// # Errors
    ///
    /// The first of the causes that holds, in the order of [`Malformed`].
    pub fn parse(prefix: &Prefix, presented: &[u8]) -> Result<Token, Malformed> {
        if presented.len() > MAX_PRESENTED {
            return Err(Malformed::TooLong);
        }
        let rest = presented
            .strip_prefix(prefix.as_str().as_bytes())
            .ok_or(Malformed::Prefix)?;
        if rest.len() != BODY + CHECK {
            return Err(Malformed::Length);
        }
        if !base62::is_all(rest) {
            return Err(Malformed::Character);
        }
        let (checked, check) = presented.split_at(presented.len() - CHECK);
        let mut expected = Vec::with_capacity(CHECK);
        base62::push(&mut [crc32fast::hash(checked)], CHECK, &mut expected);
        match expected == check {
            true => Ok(Token::new(presented)),
            false => Err(Malformed::Check),
        }
    }

    /// The text itself, all of it ASCII. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// The same text as a secret to be masked in the job's log, by the name of its variable.
    #[must_use]
    pub fn into_secret(self) -> Secret {
        self.0
    }

    fn new(text: impl Into<Vec<u8>>) -> Token {
        Token(Secret::new("CI_JOB_TOKEN", text))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([REDACTED])")
    }
}
