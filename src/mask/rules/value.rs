//! What follows a literal: a value, masked from the byte on that leaves no doubt.

use super::class::{self, Class};

/// What values are like that a rule masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Behind a prefix that begins nothing else.
    Token,
    /// Behind a prefix that also stands in the middle of names, as in `highs_and_lows` or
    /// `task_live_reload`. Such tokens begin with letters and digits.
    PlainToken,
    /// Behind a prefix that also begins common words, as `npm_config_cache` or `pypi-publish`; and
    /// what base64 makes of a token, behind what it makes of the prefix. In both alphabets that is
    /// letters and digits alone: of ASCII, only `>`, `?` and `~` become anything else.
    LongToken,
    /// A token of Vault, of which any byte may be one that words are joined with.
    VaultToken,
    /// The identifier of an access key.
    AccessKey,
    /// The value of a parameter of a URL.
    Parameter,
    /// The value of a header.
    Header,
    /// What stands behind a scheme in a header.
    Credentials,
}

impl Shape {
    pub(super) const COUNT: usize = Shape::Credentials as usize + 1;

    /// The bytes a value is made of; it ends before the first other one.
    fn class(self) -> &'static Class {
        match self {
            Shape::Token => &class::TOKEN,
            Shape::PlainToken | Shape::LongToken | Shape::VaultToken => &class::BASE64_URL,
            Shape::AccessKey => &class::UPPER_OR_DIGIT,
            Shape::Parameter => &class::PARAMETER,
            Shape::Header | Shape::Credentials => &class::HEADER,
        }
    }

    fn doubt(self) -> Doubt {
        let head = |left, class| Doubt::Head { left, class };
        match self {
            Shape::Token => head(1, &class::TOKEN_START),
            Shape::PlainToken => head(10, &class::ALPHANUMERIC),
            Shape::LongToken => head(16, &class::ALPHANUMERIC),
            Shape::VaultToken => head(16, &class::BASE64_URL),
            Shape::AccessKey => head(16, &class::UPPER_OR_DIGIT),
            Shape::Parameter | Shape::Header | Shape::Credentials => {
                Doubt::Placeholder(Placeholder::Begin)
            }
        }
    }
}

/// What makes sure that a value is a secret. Until then its bytes are held.
#[derive(Clone, Copy)]
enum Doubt {
    /// It must begin with so many bytes of a class.
    Head {
        left: u8,
        class: &'static Class,
    },
    /// It must be no placeholder.
    Placeholder(Placeholder),
    None,
}

/// A value as it comes.
pub(super) struct Value {
    shape: Shape,
    doubt: Doubt,
    /// Where it begins in the stream.
    start: u64,
}

impl Value {
    pub(super) fn new(shape: Shape, start: u64) -> Value {
        Value {
            shape,
            doubt: shape.doubt(),
            start,
        }
    }

    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Whether it is a secret, as far as it has come.
    pub(super) fn is_certain(&self) -> bool {
        matches!(self.doubt, Doubt::None)
    }

    /// Whether it began as nothing but a secret does. The end of the stream may have cut it short.
    pub(super) fn is_likely(&self) -> bool {
        matches!(self.doubt, Doubt::Head { .. })
    }

    /// Takes what `text` has of the value, and returns how much that is. Where that is less than
    /// all of the text, the value is at its end.
    pub(super) fn take(&mut self, text: &[u8]) -> usize {
        let class = self.shape.class();
        let mut taken = 0;
        while !self.is_certain() {
            match text.get(taken) {
                Some(&byte) if class.contains(byte) && self.doubt.weigh(byte) => {
                    taken += 1;
                }
                _ => return taken,
            }
        }
        taken + class.length_of_run(&text[taken..])
    }
}

impl Doubt {
    /// Takes a byte of the value. Returns whether it may still be a secret.
    fn weigh(&mut self, byte: u8) -> bool {
        match self {
            Doubt::Head { left, class } => {
                if !class.contains(byte) {
                    return false;
                }
                *left -= 1;
                if *left == 0 {
                    *self = Doubt::None;
                }
            }
            Doubt::Placeholder(placeholder) => match placeholder.next(byte) {
                Some(next) => *placeholder = next,
                None => *self = Doubt::None,
            },
            Doubt::None => {}
        }
        true
    }
}

/// A value that is none: `$TOKEN`, the `$` of `${TOKEN}`, `***` or `...`, as command lines and
/// other maskers print them.
#[derive(Clone, Copy)]
pub(super) enum Placeholder {
    Begin,
    Dollar,
    /// An upper-case name behind a dollar, of so many bytes.
    Name(u8),
    /// So many times this byte.
    Repeated(u8, u8),
}

impl Placeholder {
    /// The longest that counts as one, in bytes: so much is held at most.
    const LONGEST: u8 = 64;

    /// What it is with one more byte; `None` where that makes it a value.
    pub(super) fn next(self, byte: u8) -> Option<Placeholder> {
        let is_upper = byte.is_ascii_uppercase() || byte == b'_';
        match self {
            Placeholder::Begin if byte == b'$' => Some(Placeholder::Dollar),
            Placeholder::Begin if matches!(byte, b'*' | b'.') => {
                Some(Placeholder::Repeated(byte, 1))
            }
            Placeholder::Dollar if is_upper => Some(Placeholder::Name(1)),
            Placeholder::Name(length) if is_upper || byte.is_ascii_digit() => {
                (length < Self::LONGEST).then_some(Placeholder::Name(length + 1))
            }
            Placeholder::Repeated(repeated, times) if byte == repeated => {
                (times < Self::LONGEST).then_some(Placeholder::Repeated(byte, times + 1))
            }
            _ => None,
        }
    }
}
