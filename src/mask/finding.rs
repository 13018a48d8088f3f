//! What was found, told without what it is.

use super::rules::Rule;
use crate::secret::forms::Form;

/// A place of the input where something was masked, and whose it was. Neither the value, nor its
/// length, nor where it ends.
///
/// What counts as one finding: the places where patterns stand are taken, but for those that lie
/// inside a longer one, which explains their bytes. Of these, each name and form is told once for
/// each mask, at the first place: so a secret of several lines that is printed whole is one finding
/// and not one a line, and where two secrets overlap both are told, of one mask. A value that lies
/// inside another secret's, as a password does in a URL, is told where it stands alone. What a rule
/// found is told unless a secret covers the first byte of it. A pattern
/// that several names have is told for each of them, in the order in which they were added.
///
/// The findings of a stream do not depend on how it was cut. They come in the order of their
/// offsets, each behind the [mask](crate::Sink::mask) that stands for it and before any text behind
/// that.
///
/// # Examples
///
/// ```
/// use masker::{Bytes, Finding, Form, MaskSet, Masker, Origin, Secret, Sink};
///
/// #[derive(Default)]
/// struct Leaks(Vec<(String, Form, u64)>);
///
/// impl<'chunk> Sink<'chunk> for Leaks {
///     fn text(&mut self, _: &'chunk [u8]) {}
///     fn held(&mut self, _: &[u8]) {}
///     fn mask(&mut self, _: &Bytes) {}
///     fn found(&mut self, finding: &Finding<'_>) {
///         if let Origin::Secret { name, form } = finding.origin() {
///             self.0.push((name.to_owned(), form, finding.offset()));
///         }
///     }
/// }
///
/// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
/// let mut leaks = Leaks::default();
/// let mut masker = Masker::new(&set);
/// masker.push(b"it is abcd1234", &mut leaks);
/// masker.push(b"efgh, in hex 616263643132333465666768.", &mut leaks);
/// masker.finish(&mut leaks);
///
/// let token = || "TOKEN".to_owned();
/// assert_eq!(leaks.0, [(token(), Form::Raw, 6), (token(), Form::Hex, 27)]);
/// # Ok::<(), masker::SetError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding<'s> {
    origin: Origin<'s>,
    offset: u64,
}

impl<'s> Finding<'s> {
    pub(super) fn new(origin: Origin<'s>, offset: u64) -> Finding<'s> {
        Finding { origin, offset }
    }

    /// What was found.
    #[must_use]
    pub fn origin(&self) -> Origin<'s> {
        self.origin
    }

    /// How many bytes of the input come before its first byte.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

/// What made a place of the input be masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Origin<'s> {
    /// A secret, in one of its forms. Where several forms of it write the same bytes, the first.
    Secret {
        /// The name of the secret.
        name: &'s str,
        /// How its value was written.
        form: Form,
    },
    /// A secret that nobody named, found by a rule.
    Rule {
        /// The rule.
        rule: Rule,
        /// What announced it: the prefix of a token, the name of a parameter or of a header.
        name: &'s str,
    },
    /// The beginning of some secret, that the end of the stream cut short. Whose is not known: it
    /// may be that of several. Told where [`Truncated::Mask`](crate::Truncated::Mask) masked it and
    /// nothing else had.
    Truncated,
}
