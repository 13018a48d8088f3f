//! What can be wrong with a file of projects.

use std::error::Error;
use std::fmt;

/// A file of projects cannot be used.
///
/// The message names the line, the key and the cause. It shows no value: what stands in a wrong
/// place may be anything.
///
/// # Examples
///
/// ```
/// use masker::token::directory::{DirectoryErrorKind, Projects};
///
/// let error = Projects::parse("[[project]]\nid = 1\npath = 'a/b'\nmembers = { dana = 'owner' }");
/// let error = error.unwrap_err();
/// assert_eq!(error.kind(), DirectoryErrorKind::Inconsistent);
/// assert_eq!(error.to_string(), "line 4, `members`: it names a user that the file does not have");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryError {
    kind: DirectoryErrorKind,
    line: usize,
    key: Option<String>,
    cause: String,
}

/// What is wrong with a file of projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DirectoryErrorKind {
    /// It is no TOML, or not of this shape.
    Malformed,
    /// It says one thing twice, or names what it does not have.
    Inconsistent,
}

impl DirectoryError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> DirectoryErrorKind {
        self.kind
    }

    /// Two facts that do not fit, at a byte of the text.
    pub(super) fn inconsistent(text: &str, at: usize, cause: &str) -> DirectoryError {
        DirectoryError::at(DirectoryErrorKind::Inconsistent, text, at, cause.to_owned())
    }

    /// What the parser says, without the values it quotes.
    pub(super) fn malformed(text: &str, error: &toml::de::Error) -> DirectoryError {
        let at = error.span().map_or(0, |span| span.start);
        let cause = without_values(error.message());
        DirectoryError::at(DirectoryErrorKind::Malformed, text, at, cause)
    }

    fn at(kind: DirectoryErrorKind, text: &str, at: usize, cause: String) -> DirectoryError {
        let (before, after) = text.split_at_checked(at).unwrap_or(("", text));
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next().unwrap_or(after);
        DirectoryError {
            kind,
            line: before.matches('\n').count() + 1,
            key: line.split_once('=').and_then(|(key, _)| name(key)),
            cause,
        }
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(key) = &self.key {
            write!(f, ", `{key}`")?;
        }
        write!(f, ": {}", self.cause)
    }
}

impl Error for DirectoryError {}

/// What stands before the `=` of a line, if it is a plain key.
fn name(key: &str) -> Option<String> {
    let key = key.trim();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (!key.is_empty() && key.len() <= 64 && key.bytes().all(is_plain)).then(|| key.to_owned())
}

/// The parser quotes what it found where it expected something else: that part is left out.
fn without_values(message: &str) -> String {
    let names_keys = [
        "missing field",
        "unknown field",
        "duplicate field",
        "duplicate key",
    ];
    if names_keys.iter().any(|start| message.starts_with(start)) {
        return message.replace('\n', " ");
    }
    match message.find("expected ") {
        Some(at) => message[at..].replace('\n', " "),
        None => "this is no TOML".to_owned(),
    }
}
