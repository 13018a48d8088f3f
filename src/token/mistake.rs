//! What is wrong with a file in TOML, and where.

use std::fmt;

/// Names the line, the key and the cause. It shows no value: what stands in a wrong place may be
/// anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    line: usize,
    key: Option<String>,
    cause: String,
}

impl Mistake {
    /// What cannot be as it is, at a byte of the text.
    pub(super) fn at(text: &str, at: usize, cause: impl Into<String>) -> Mistake {
        let (before, after) = text.split_at_checked(at).unwrap_or(("", text));
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next().unwrap_or(after);
        Mistake {
            line: before.matches('\n').count() + 1,
            key: line.split_once('=').and_then(|(key, _)| name(key)),
            cause: cause.into(),
        }
    }

    /// What the parser says, without the values it quotes.
    pub(super) fn malformed(text: &str, error: &toml::de::Error) -> Mistake {
        let at = error.span().map_or(0, |span| span.start);
        Mistake::at(text, at, without_values(error.message()))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(key) = &self.key {
            write!(f, ", `{key}`")?;
        }
        write!(f, ": {}", self.cause)
    }
}

/// What stands before the `=` of a line, if it is a plain key.
pub(super) fn name(key: &str) -> Option<String> {
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
