//! What a flag takes, where a parser of ours says it.

use std::fmt;
use std::ops::RangeInclusive;

/// What a flag takes, in words: the error of a parser, which shows nothing of the value.
#[derive(Debug)]
pub struct Takes(String);

impl Takes {
    pub fn an(words: &'static str) -> Takes {
        Takes(words.to_owned())
    }
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Takes {}

/// Reads a whole number that is neither too small nor too large.
pub fn number(text: &str, range: RangeInclusive<u64>) -> Result<u64, Takes> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    let (least, most) = range.into_inner();
    number.ok_or_else(|| Takes(format!("a whole number from {least} to {most}")))
}
