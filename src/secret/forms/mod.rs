//! The forms that a secret takes in a log: pure functions from a value to the patterns to find.
//!
//! Each form has a file. Its functions write the value as real programs do, and name the program
//! and version they were observed with, or the standard they follow. Where a program writes the
//! edges of a value as its neighbours demand, only what the value alone determines is a pattern.

mod base64;
mod choice;
mod folded;
mod hex;
mod html;
mod json;
mod lines;
mod pieces;
mod quoted;
mod shell;
#[cfg(test)]
mod tests;
mod url;
mod write;

use std::fmt;

use zeroize::Zeroizing;

pub(crate) use base64::images as base64_images;
pub use choice::{Forms, UnknownForm};
pub(crate) use lines::is_one_character;

/// A way in which a value is written.
///
/// # Examples
///
/// ```
/// use masker::Form;
///
/// assert_eq!(Form::Base64.name(), "base64");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Form {
    /// The value, byte for byte.
    Raw,
    /// A value of several lines, with `\n`, `\r\n` or a space between them, and each line by
    /// itself. A line that is shorter than the minimum length, of brackets only, of one character
    /// again and again, or the armour of a PEM file is never masked alone. A value with white
    /// space around it is found without it too.
    Lines,
    /// The inside of a JSON string (RFC 8259, section 7), as the encoders in use write it, and of
    /// a JSON string in another.
    Json,
    /// Percent-encoding (RFC 3986, section 2.1), by the rules for parts of a URL and for forms,
    /// with digits of both cases, once and twice.
    Url,
    /// Base64 in the standard and the URL-safe alphabet (RFC 4648, sections 4 and 5), wherever the
    /// value stands in the text that is encoded: the characters that it alone determines. At its
    /// edges up to 4 bits are encoded in a character together with bits of the neighbours; that
    /// one character at each edge is not masked.
    Base64,
    /// Two hexadecimal digits a byte (RFC 4648, section 8), in lower or in upper case. Not with
    /// spaces, colons or line breaks between them.
    Hex,
    /// As shells quote it: between single or double quotes, behind backslashes, in `$'..'`, in the
    /// trace of `set -x`.
    Shell,
    /// With the entities of XML and HTML, named, decimal and hexadecimal.
    Html,
    /// As programming languages print strings: C, Go, Rust, Python, JavaScript, Perl, PHP and YAML;
    /// with its quotes doubled, as in SQL, CSV and YAML; with what is special in a pattern behind
    /// backslashes; with what does not print as `cat -v` shows it.
    Quoted,
    /// Base64 folded into lines of 64 or 76 characters, that end in `\n` or `\r\n`. Opt-in, since
    /// it costs a pattern for each place where a line may end: about 60 for a value of 30 bytes,
    /// and 12 KiB of patterns for each 100 bytes of a long one.
    Folded,
    /// Every piece of the value, of its base64 and of its hex that has the minimum length: wherever a
    /// program folds its lines or shows the beginning only. Opt-in, since a word of a passphrase is
    /// masked wherever it stands then, and since it costs a pattern for each character: about 10
    /// for each byte of a value.
    Pieces,
}

impl Form {
    /// All forms there are.
    const EVERY: [Form; 11] = [
        Form::Raw,
        Form::Lines,
        Form::Json,
        Form::Url,
        Form::Base64,
        Form::Hex,
        Form::Shell,
        Form::Html,
        Form::Quoted,
        Form::Folded,
        Form::Pieces,
    ];

    /// The name, as [`Forms`] are written and as reports show it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Form::Raw => "raw",
            Form::Lines => "lines",
            Form::Json => "json",
            Form::Url => "url",
            Form::Base64 => "base64",
            Form::Hex => "hex",
            Form::Shell => "shell",
            Form::Html => "html",
            Form::Quoted => "quoted",
            Form::Folded => "folded",
            Form::Pieces => "pieces",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One byte string to find, and the form of a value that it is.
///
/// It tells the value to whoever reads it, so it is treated as one: shown nowhere, wiped when it
/// is dropped.
pub struct Pattern {
    form: Form,
    bytes: Zeroizing<Vec<u8>>,
}

impl Pattern {
    /// The form.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The bytes to find. Whoever calls this answers for where they go.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }
}

/// Shows the form. Neither the bytes nor their number.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pattern")
            .field("form", &self.form)
            .field("bytes", &"[REDACTED]")
            .finish()
    }
}

/// The patterns of one value, as they are found.
struct Found {
    min_length: usize,
    patterns: Vec<Pattern>,
    /// Where those of the text at hand begin.
    of_text: usize,
    /// Where a pattern is written before it is known whether it is one; large enough never to
    /// grow, since growing leaves copies behind that are not wiped.
    scratch: Zeroizing<Vec<u8>>,
}

/// No way of writing makes a byte longer than this: it takes `\M-\C-x`, `$'\303'` or `\\u0001`.
const MAX_GROWTH: usize = 8;

impl Found {
    fn new(min_length: usize, value: &[u8]) -> Found {
        Found {
            min_length: min_length.max(1),
            patterns: Vec::new(),
            of_text: 0,
            // Twice, since `\r\n` between lines may make the value itself longer.
            scratch: Zeroizing::new(Vec::with_capacity(value.len() * 2 * MAX_GROWTH)),
        }
    }

    /// Adds a pattern, unless it is shorter than the minimum length.
    fn add(&mut self, form: Form, bytes: &[u8]) {
        // Most ways of writing a value agree on it, so most are known before they are copied. Equal
        // ones of other texts go in the end: to look for them here would be quadratic.
        let is_known = || {
            self.patterns[self.of_text..]
                .iter()
                .any(|it| *it.bytes == bytes)
        };
        if bytes.len() >= self.min_length && !is_known() {
            self.push(form, bytes);
        }
    }

    /// Adds a pattern that is long enough, without a look for an equal one: for forms that have too
    /// many to look through.
    fn push(&mut self, form: Form, bytes: &[u8]) {
        let bytes = Zeroizing::new(bytes.to_vec());
        self.patterns.push(Pattern { form, bytes });
    }

    /// Adds what `write` makes of `value`, unless that is the value itself.
    fn add_written(&mut self, form: Form, value: &[u8], write: impl FnOnce(&mut Vec<u8>)) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        write(&mut scratch);
        if *scratch != value {
            self.add(form, &scratch);
        }
        self.scratch = scratch;
    }

    /// The patterns, equal ones once: as the first form that has them.
    fn into_patterns(self) -> Vec<Pattern> {
        let mut patterns = self.patterns;
        // The sort is stable, so among equals the first found stays first.
        patterns.sort_by(|a, b| a.bytes.cmp(&b.bytes));
        patterns.dedup_by(|later, earlier| later.bytes == earlier.bytes);
        patterns
    }
}

/// All patterns of a value.
fn patterns(value: &[u8], forms: Forms, min_length: usize) -> Vec<Pattern> {
    let mut found = Found::new(min_length, value);
    found.add(Form::Raw, value);
    let mut texts = vec![Zeroizing::new(value.to_vec())];
    if forms.contains(Form::Lines) {
        lines::find(value, &mut found, &mut texts);
    }
    for text in &texts {
        found.of_text = found.patterns.len();
        for form in forms.iter() {
            match form {
                Form::Raw | Form::Lines => {}
                Form::Json => json::find(text, &mut found),
                Form::Url => url::find(text, &mut found),
                Form::Base64 => base64::find(text, &mut found),
                Form::Hex => hex::find(text, &mut found),
                Form::Shell => shell::find(text, &mut found),
                Form::Html => html::find(text, &mut found),
                Form::Quoted => quoted::find(text, &mut found),
                Form::Folded => folded::find(text, &mut found),
                Form::Pieces => pieces::find(text, &mut found),
            }
        }
    }
    found.into_patterns()
}
