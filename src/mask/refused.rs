//! Values that are not masked: which, and why.

use std::fmt;
use std::sync::Arc;

use super::set::DEFAULT_MIN_LENGTH;
use crate::secret::forms::is_one_character;

/// A value that is not masked, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSecret {
    /// Shared, since a set has the names of all sets that it extends.
    name: Arc<str>,
    reason: Refusal,
}

impl RefusedSecret {
    pub(super) fn new(name: &str, reason: Refusal) -> RefusedSecret {
        RefusedSecret {
            name: name.into(),
            reason,
        }
    }

    /// The name of the secret.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why its value is not masked.
    #[must_use]
    pub fn reason(&self) -> Refusal {
        self.reason
    }
}

/// Why a value is not masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The value is empty or consists of white space.
    Blank,
    /// The value is shorter than the minimum length.
    TooShort,
    /// The value is one character again and again, but for white space around it, and has
    /// [`DEFAULT_MIN_LENGTH`] bytes or more. Shorter ones are let in by whoever sets a lower
    /// minimum.
    Repeated,
    /// The job named the value itself, and it has more than 64 KiB, or all that it named has more
    /// than 512 KiB, where each new value counts 256 bytes more; or with its forms the set would have
    /// [more patterns](crate::SetErrorKind::TooLarge) than it may.
    TooLong,
}

impl Refusal {
    /// The reason in a word, as reports have it: `blank`, `short`, `repeated` or `long`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Refusal::Blank => "blank",
            Refusal::TooShort => "short",
            Refusal::Repeated => "repeated",
            Refusal::TooLong => "long",
        }
    }

    /// Why this value is not to be masked, if it is not.
    pub(super) fn of(value: &[u8], min_length: usize, allow_repeated: bool) -> Option<Refusal> {
        let text = match str::from_utf8(value) {
            Ok(text) => text.trim().as_bytes(),
            Err(_) => value.trim_ascii(),
        };
        if text.is_empty() {
            Some(Refusal::Blank)
        } else if value.len() < min_length {
            Some(Refusal::TooShort)
        } else if !allow_repeated && value.len() >= DEFAULT_MIN_LENGTH && is_one_character(text) {
            Some(Refusal::Repeated)
        } else {
            None
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Blank => "empty or only white space",
            Refusal::TooShort => "shorter than the minimum length",
            Refusal::Repeated => "one character again and again",
            Refusal::TooLong => "too long: a job may name 64 KiB at once, and 512 KiB in all, of which each value takes 256 bytes more; and in all forms no more than the 16 MiB of a set",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<Refusal> {
        Refusal::of(value.as_bytes(), DEFAULT_MIN_LENGTH, false)
    }

    #[test]
    fn one_character_again_and_again_is_refused() {
        for value in [
            "xxxxxxxx",
            "********",
            "--------",
            "00000000",
            "••••••••",
            "😀😀",
            "  xxxxxxxx\r\n",
            "\u{a0}xxxxxxxx",
            "\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(of(value), Some(Refusal::Repeated), "{value:?}");
            assert_eq!(
                Refusal::of(value.as_bytes(), 1, false),
                Some(Refusal::Repeated)
            );
            assert_eq!(Refusal::of(value.as_bytes(), 1, true), None);
        }
        let no_text = Refusal::of(&[0xff; 8], 8, false);
        assert_eq!(no_text, Some(Refusal::Repeated));
    }

    #[test]
    fn all_else_of_the_minimum_length_is_masked() {
        for value in [
            "xxxxxxxy",
            "yxxxxxxx",
            "xyxyxyxy",
            "xxxx xxxx",
            "••••••••x",
            "ääääåäää",
        ] {
            assert_eq!(of(value), None, "{value:?}");
        }
    }

    #[test]
    fn a_lower_minimum_lets_short_ones_in() {
        assert_eq!(Refusal::of(b"1111111", 4, false), None);
        assert_eq!(Refusal::of(b"x", 1, false), None);
        assert_eq!(Refusal::of(b"11111111", 4, false), Some(Refusal::Repeated));
    }

    #[test]
    fn the_word_of_each_reason_is_another() {
        let reasons = [
            Refusal::Blank,
            Refusal::TooShort,
            Refusal::Repeated,
            Refusal::TooLong,
        ];
        let words = reasons.map(Refusal::name);
        assert_eq!(words, ["blank", "short", "repeated", "long"]);
    }

    #[test]
    fn blank_and_short_are_said_first() {
        assert_eq!(of("          "), Some(Refusal::Blank));
        assert_eq!(of(""), Some(Refusal::Blank));
        assert_eq!(of("xxxxxxx"), Some(Refusal::TooShort));
    }
}
