//! What the common readers of `.env` files make of one value.

use std::{iter, mem};

use memchr::{memchr, memchr2, memmem};
use zeroize::Zeroizing;

/// The length in bytes of the shortest value that is a secret though it may not be what was meant:
/// the default minimum, since to refuse a guess would only puzzle people.
pub(super) const SHORTEST_OTHER: usize = 8;

/// What the readers of `.env` files take one text for, without repetitions; the first is ours.
pub(super) struct Readings {
    values: Vec<Zeroizing<Vec<u8>>>,
}

impl Readings {
    pub(super) fn of_unquoted(line: &[u8]) -> Readings {
        let mut readings = Readings { values: Vec::new() };
        let comment = line
            .windows(2)
            .position(|two| two[0].is_ascii_whitespace() && two[1] == b'#');
        let value = line[..comment.map_or(line.len(), |at| at + 1)].trim_ascii();
        readings.add(value, UNQUOTED);
        // To `docker run --env-file` the comment is a part of the value.
        readings.add(line.trim_ascii(), &[verbatim]);
        // To node and Python the spaces of Unicode are spaces, such as one pasted from a web page.
        if let Ok(value) = str::from_utf8(value) {
            readings.add(value.trim().as_bytes(), &[verbatim]);
        }
        // A shell joins pieces in quotes, and reads escapes in `$'..'`.
        if memchr2(b'"', b'\'', value).is_some() {
            let value = value.strip_prefix(b"$").unwrap_or(value);
            let is_no_quote = |byte: &u8| !matches!(byte, b'"' | b'\'');
            let joined: Zeroizing<Vec<u8>> =
                Zeroizing::new(value.iter().copied().filter(is_no_quote).collect());
            readings.add(&joined, &[verbatim, in_shell_word, in_python]);
        }
        // To node's readers any `#` begins a comment.
        let before_hash = &line[..memchr(b'#', line).unwrap_or(line.len())];
        readings.add(before_hash.trim_ascii(), &[verbatim]);
        readings
    }

    pub(super) fn of_quoted(quote: u8, inside: &[u8]) -> Readings {
        let escapes: &[Escapes] = match quote {
            b'"' => DOUBLE_QUOTED,
            b'\'' => SINGLE_QUOTED,
            _ => &[verbatim],
        };
        // Most readers turn every line ending into `\n` first; a shell does not.
        let with_line_feeds = memmem::find(inside, b"\r\n").map(|_| with_line_feeds(inside));
        let other = with_line_feeds.as_ref().map(|text| text.as_slice());
        let mut readings = Readings { values: Vec::new() };
        for text in iter::once(inside).chain(other) {
            readings.add(text, escapes);
            // To node itself a backslash does not keep a quote open.
            if quote == b'"'
                && let Some(at) = memchr(b'"', text)
            {
                readings.add(&text[..at], &[in_node]);
            }
        }
        readings
    }

    /// The different values, the first of them ours. They are moved out, not copied.
    pub(super) fn into_values(self) -> impl Iterator<Item = Vec<u8>> {
        self.values
            .into_iter()
            .map(|mut value| mem::take(&mut *value))
    }

    /// Adds what the text means by each of the rules.
    ///
    /// What is shorter than our reading and too short to be masked anyway would only be refused, in
    /// a message that makes people think their long value was.
    fn add(&mut self, text: &[u8], rules: &[Escapes]) {
        for escapes in rules {
            let value = unescape(text, *escapes);
            let is_better_left = self
                .values
                .first()
                .is_some_and(|ours| value.len() < SHORTEST_OTHER && value.len() < ours.len());
            if !is_better_left && !self.values.contains(&value) {
                self.values.push(value);
            }
        }
    }
}

/// What a byte after a backslash stands for, together with the backslash; `None` where both stand
/// for themselves.
type Escapes = fn(u8) -> Option<u8>;

const UNQUOTED: &[Escapes] = &[verbatim, in_shell_word, in_go_word, in_go];
const SINGLE_QUOTED: &[Escapes] = &[verbatim, in_python_single_quotes];
const DOUBLE_QUOTED: &[Escapes] = &[
    ours,
    in_node_package,
    in_node,
    in_python,
    in_shell,
    in_ruby,
    in_go,
    verbatim,
];

fn ours(byte: u8) -> Option<u8> {
    match byte {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'"' | b'\\' | b'$' => Some(byte),
        _ => None,
    }
}

/// Also what Docker makes of every value, and a shell of one in single quotes.
fn verbatim(_: u8) -> Option<u8> {
    None
}

/// The package `dotenv`.
fn in_node_package(byte: u8) -> Option<u8> {
    match byte {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        _ => None,
    }
}

/// `node --env-file`.
fn in_node(byte: u8) -> Option<u8> {
    (byte == b'n').then_some(b'\n')
}

/// The package `python-dotenv`.
fn in_python(byte: u8) -> Option<u8> {
    match byte {
        b'a' => Some(0x07),
        b'b' => Some(0x08),
        b't' => Some(b'\t'),
        b'n' => Some(b'\n'),
        b'v' => Some(0x0b),
        b'f' => Some(0x0c),
        b'r' => Some(b'\r'),
        b'"' | b'\'' | b'\\' => Some(byte),
        _ => None,
    }
}

fn in_python_single_quotes(byte: u8) -> Option<u8> {
    matches!(byte, b'\'' | b'\\').then_some(byte)
}

/// A shell that sources the file.
fn in_shell(byte: u8) -> Option<u8> {
    matches!(byte, b'"' | b'\\' | b'$' | b'`').then_some(byte)
}

/// Also the gem `dotenv`.
fn in_shell_word(byte: u8) -> Option<u8> {
    Some(byte)
}

/// The gem `dotenv`.
fn in_ruby(byte: u8) -> Option<u8> {
    (!matches!(byte, b'n' | b'r')).then_some(byte)
}

/// `godotenv`, and Docker Compose, which grew from it. Also the crate `dotenvy`, which refuses the
/// escapes it would read otherwise, and takes them without quotes too.
fn in_go(byte: u8) -> Option<u8> {
    match byte {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        _ => Some(byte),
    }
}

fn in_go_word(byte: u8) -> Option<u8> {
    (byte == b'$').then_some(byte)
}

fn unescape(text: &[u8], escapes: Escapes) -> Zeroizing<Vec<u8>> {
    // It never grows, so it never moves and leaves nothing behind.
    let mut value = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = memchr(b'\\', rest) {
        value.extend_from_slice(&rest[..at]);
        match rest.get(at + 1).and_then(|&byte| escapes(byte)) {
            Some(meaning) => {
                value.push(meaning);
                rest = &rest[at + 2..];
            }
            None => {
                value.push(b'\\');
                rest = &rest[at + 1..];
            }
        }
    }
    value.extend_from_slice(rest);
    value
}

fn with_line_feeds(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut lines = Zeroizing::new(Vec::with_capacity(text.len()));
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => {
                lines.extend_from_slice(line);
                lines.push(b'\n');
            }
            None => lines.extend_from_slice(line),
        }
    }
    lines
}
