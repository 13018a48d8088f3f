//! What a flag takes, where a parser of ours says it.

use std::fmt;

/// What a flag takes, in words: the error of a parser, which shows nothing of the value.
#[derive(Debug)]
pub struct Takes(pub &'static str);

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Takes {}
