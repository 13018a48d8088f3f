//! What stands between a header's name and its value: a colon, blanks, quotes, and a scheme.

use super::value::Shape;

/// The schemes of `Authorization` whose credentials are one secret word.
const SCHEMES: [&[u8]; 2] = [b"basic", b"bearer"];
const LONGEST_SCHEME: usize = 6;

/// What stands before the value of a header, as it comes.
pub(super) struct LeadIn {
    shape: Shape,
    part: Part,
}

#[derive(Clone, Copy)]
enum Part {
    /// What may stand between the name and its colon: a quote, where headers are printed as a map.
    BeforeColon,
    /// Blanks behind the colon.
    Blanks,
    /// Quotes and brackets before the value, and blanks between them.
    Openers,
    /// The scheme, in lower case, as far as it has come.
    Scheme {
        word: [u8; LONGEST_SCHEME],
        length: usize,
    },
    BlanksBehindScheme,
}

/// How far a lead-in was followed in a text.
pub(super) enum Followed {
    /// The text ended first.
    ToTheEnd,
    /// A value of this shape begins behind so many bytes.
    ToValue { shape: Shape, length: usize },
    /// Something stands there that no header has.
    Astray,
}

impl LeadIn {
    /// Begins behind the name of a header with values of a shape: before
    /// [`Shape::Credentials`] a scheme must stand.
    pub(super) fn new(shape: Shape) -> LeadIn {
        let part = Part::BeforeColon;
        LeadIn { shape, part }
    }

    /// Follows it through `text`.
    pub(super) fn follow(&mut self, text: &[u8]) -> Followed {
        let wants_scheme = self.shape == Shape::Credentials;
        for (length, &byte) in text.iter().enumerate() {
            let is_blank = matches!(byte, b' ' | b'\t');
            let is_opener = matches!(byte, b'"' | b'\'' | b'[' | b'\\');
            let next = match self.part {
                Part::BeforeColon if byte == b':' => Some(Part::Blanks),
                Part::BeforeColon => {
                    matches!(byte, b'"' | b'\'' | b'\\').then_some(Part::BeforeColon)
                }
                Part::Blanks | Part::Openers | Part::BlanksBehindScheme if is_blank => {
                    Some(self.part)
                }
                Part::Blanks | Part::Openers if is_opener => Some(Part::Openers),
                Part::Blanks | Part::Openers if wants_scheme => spell([0; LONGEST_SCHEME], 0, byte),
                Part::Scheme { word, length } if is_blank => SCHEMES
                    .contains(&&word[..length])
                    .then_some(Part::BlanksBehindScheme),
                Part::Scheme { word, length } => spell(word, length, byte),
                Part::Blanks | Part::Openers | Part::BlanksBehindScheme => {
                    let shape = self.shape;
                    return Followed::ToValue { shape, length };
                }
            };
            match next {
                Some(next) => self.part = next,
                None => return Followed::Astray,
            }
        }
        Followed::ToTheEnd
    }
}

/// The scheme with one more byte; `None` where that is the beginning of none of ours.
fn spell(mut word: [u8; LONGEST_SCHEME], length: usize, byte: u8) -> Option<Part> {
    *word.get_mut(length)? = byte.to_ascii_lowercase();
    let length = length + 1;
    let is_ours = SCHEMES
        .iter()
        .any(|scheme| scheme.starts_with(&word[..length]));
    is_ours.then_some(Part::Scheme { word, length })
}
