//! Values that are not masked: which, and why.

use std::fmt;

/// A value that is not masked, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSecret {
    name: String,
    reason: Refusal,
}

impl RefusedSecret {
    pub(super) fn new(name: &str, reason: Refusal) -> RefusedSecret {
        RefusedSecret {
            name: name.to_owned(),
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
}

impl Refusal {
    /// Why this value is not to be masked, if it is not.
    pub(super) fn of(value: &[u8], min_length: usize) -> Option<Refusal> {
        let is_blank_text = str::from_utf8(value).is_ok_and(|text| text.trim().is_empty());
        if is_blank_text || value.trim_ascii().is_empty() {
            Some(Refusal::Blank)
        } else if value.len() < min_length {
            Some(Refusal::TooShort)
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
        })
    }
}
