//! Secrets in `.env` files, which every reader reads a little differently.
//!
//! There is no standard, so for one value the program that reads the file and we may disagree, and
//! what we did not think of would leak. Where the common readers differ, each of their readings
//! becomes a secret of the same name ([`Readings`]); a text that makes no sense to most of them is
//! an error.
//!
//! Of crates, `dotenvy` was looked at: it expands `$VAR` in values, where a password with a `$`
//! must be masked as it was typed, and its errors carry the line they are about.

use memchr::{memchr, memchr_iter, memchr2};

use super::error::{Cause, SourceError, is_plainly_a_name};
use super::readings::Readings;
use crate::secret::Secret;

const NO_EQUALS: &str = "there is no `=` between a name and a value";
const NO_NAME: &str = "what stands before the `=` is no name of a variable";
const NOT_CLOSED: &str = "a quote is opened and never closed";
const AFTER_QUOTE: &str = "text follows the closing quote; only a comment after a space may";

pub(super) fn parse(content: &[u8], source_name: &str) -> Result<Vec<Secret>, SourceError> {
    let mut reader = Reader {
        source_name,
        rest: content,
        line: 1,
    };
    let mut secrets = Vec::new();
    while !reader.rest.is_empty() {
        if let Err(sentence) = reader.read_assignment(&mut secrets) {
            return Err(SourceError::on_line(
                source_name,
                reader.line,
                Cause::Syntax(sentence),
            ));
        }
    }
    Ok(secrets)
}

/// What is left of the content, and the line on which it begins.
struct Reader<'c> {
    source_name: &'c str,
    rest: &'c [u8],
    line: usize,
}

impl<'c> Reader<'c> {
    /// Reads a comment, an empty line, or an assignment of one line or more. On an error the reader
    /// stands on the line at fault.
    fn read_assignment(&mut self, secrets: &mut Vec<Secret>) -> Result<(), &'static str> {
        let line = self.line_ahead();
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            self.advance(line.len());
            return Ok(());
        }
        let equals = memchr(b'=', line).ok_or(NO_EQUALS)?;
        let name = variable_name(&line[..equals]).ok_or(NO_NAME)?;
        // Base64 ends in `=`, so a line of it reads as a name without a value. Such a value is
        // refused by name, and the message must not be what shows the secret.
        let is_like_base64 = line[equals..].trim_ascii().iter().all(|&byte| byte == b'=');
        let name = if is_like_base64 && !is_plainly_a_name(name, b".-") {
            format!("{}:{}", self.source_name, self.line)
        } else {
            name.to_owned()
        };
        self.advance(equals + 1);
        let values = self.read_value()?.into_values();
        secrets.extend(values.map(|value| Secret::new(name.as_str(), value)));
        Ok(())
    }

    fn read_value(&mut self) -> Result<Readings, &'static str> {
        let line = self.line_ahead();
        let value = line.trim_ascii_start();
        match value.first() {
            Some(&quote @ (b'"' | b'\'' | b'`')) => {
                self.advance(line.len() - value.len());
                self.read_quoted(quote)
            }
            _ => {
                self.advance(line.len());
                Ok(Readings::of_unquoted(line))
            }
        }
    }

    fn read_quoted(&mut self, quote: u8) -> Result<Readings, &'static str> {
        let inside = &self.rest[1..];
        let end = closing_quote(quote, inside).ok_or(NOT_CLOSED)?;
        self.advance(1 + end + 1);
        let line = self.line_ahead();
        let after = line.trim_ascii_start();
        // Without a space a shell takes `#` for a part of the value, and others for a comment.
        let is_comment = after.starts_with(b"#") && after.len() < line.len();
        if !after.is_empty() && !is_comment {
            return Err(AFTER_QUOTE);
        }
        self.advance(line.len());
        Ok(Readings::of_quoted(quote, &inside[..end]))
    }

    /// The rest of the line, with its end.
    fn line_ahead(&self) -> &'c [u8] {
        let end = memchr(b'\n', self.rest).map_or(self.rest.len(), |at| at + 1);
        &self.rest[..end]
    }

    fn advance(&mut self, length: usize) {
        let (passed, rest) = self.rest.split_at(length);
        self.line += memchr_iter(b'\n', passed).count();
        self.rest = rest;
    }
}

/// The name in `NAME` or `export NAME`. Dots and dashes are no part of a shell's names, but node's
/// reader takes them.
fn variable_name(text: &[u8]) -> Option<&str> {
    let text = text.trim_ascii();
    let name = match text.strip_prefix(b"export") {
        Some(rest) if rest.first().is_some_and(u8::is_ascii_whitespace) => rest.trim_ascii_start(),
        _ => text,
    };
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if name.is_empty() || !name.iter().all(is_part) {
        return None;
    }
    str::from_utf8(name).ok()
}

/// Where the quote is closed. Only within double quotes can a backslash keep it open.
fn closing_quote(quote: u8, inside: &[u8]) -> Option<usize> {
    if quote != b'"' {
        return memchr(quote, inside);
    }
    let mut from = 0;
    loop {
        let at = from + memchr2(b'"', b'\\', inside.get(from..)?)?;
        if inside[at] == b'"' {
            return Some(at);
        }
        from = at + 2;
    }
}
