//! Values of several lines, and values with white space around them.
//!
//! A log seldom shows such a value as it is: a terminal makes `\r\n` of `\n`, `echo $KEY` and
//! `set -x` join the lines with spaces, a runner puts a timestamp before each, YAML an indent.

use zeroize::Zeroizing;

use super::{Form, Found};

/// Adds the value joined in other ways and its lines, and adds to `texts` what the other forms
/// are to be made of too.
///
/// Those made of each line find it where the whole was written in a way of which nobody thought:
/// in base64 of the lines with an indent before each, or of a JSON string that holds them.
pub(super) fn find(value: &[u8], found: &mut Found, texts: &mut Vec<Zeroizing<Vec<u8>>>) {
    let lines: Vec<&[u8]> = value
        .trim_ascii()
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    let whole = Zeroizing::new(lines.join(&b'\n'));
    if whole.len() >= found.min_length && !texts.contains(&whole) {
        found.add(Form::Lines, &whole);
        texts.push(whole);
    }
    if lines.len() == 1 {
        return;
    }
    // The other forms of this one are left to those of its lines: they would double the patterns,
    // and hide no more than a short last line.
    found.add(Form::Lines, &Zeroizing::new(lines.join(&b"\r\n"[..])));
    // With the indents, as `tr '\n' ' '` leaves it, and without, as a shell's word splitting does.
    found.add(Form::Lines, &Zeroizing::new(lines.join(&b' ')));
    let words = value.split(u8::is_ascii_whitespace);
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    found.add(Form::Lines, &Zeroizing::new(words.join(&b' ')));

    for line in lines {
        let line = line.trim_ascii();
        if line.len() >= found.min_length && tells_something(line) {
            found.add(Form::Lines, line);
            texts.push(Zeroizing::new(line.to_vec()));
        }
    }
}

/// Whether a line belongs to this value and not to every other of its kind. To mask `},` or
/// `----------` all over a log would wreck it, and hide nothing.
pub(super) fn tells_something(line: &[u8]) -> bool {
    let is_armour = line.starts_with(b"-----BEGIN") || line.starts_with(b"-----END");
    let is_bracket = |byte: &u8| b"{}[]()<>,;:\"' \t".contains(byte);
    !is_armour && !is_one_character(line) && !line.iter().all(is_bracket)
}

/// Whether a text is one character again and again, or one byte: a rule under a title, or what
/// stands where a secret should.
pub(crate) fn is_one_character(text: &[u8]) -> bool {
    let is_first = |byte| Some(byte) == text.first();
    let is_first_of = |text: &str| {
        let first = text.chars().next();
        text.chars().all(|character| Some(character) == first)
    };
    text.iter().all(is_first) || str::from_utf8(text).is_ok_and(is_first_of)
}
