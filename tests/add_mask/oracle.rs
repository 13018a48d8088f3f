//! What lines `::add-mask::VALUE` do, as code too simple to be wrong. It has the whole text, and
//! goes through it line by line.

use std::ops::Range;
use std::sync::LazyLock;

use masker::Forms;
use regex::bytes::Regex;

/// A pattern, and from where on it counts: what had been printed when it was named stays printed.
pub struct Known {
    pub bytes: Vec<u8>,
    pub from: usize,
}

/// What is masked: the rest of each line behind the command, what is known at the beginning, and
/// what the lines name.
pub fn masked(
    text: &[u8],
    mut known: Vec<Known>,
    (forms, min_length): (Forms, usize),
) -> Vec<Range<usize>> {
    let mut ranges = values(text);
    let mut end = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        end += line.len();
        let value = value_on(line).filter(|_| line.ends_with(b"\n"));
        let Some(value) = value.map(|range| decoded(&line[range])) else {
            continue;
        };
        let is_blank = match str::from_utf8(&value) {
            Ok(value) => value.trim().is_empty(),
            Err(_) => value.trim_ascii().is_empty(),
        };
        if !is_blank && value.len() >= min_length {
            // Of what may be the beginning of a secret nothing has been printed.
            let from = end - live(&text[..end], &known);
            let patterns = forms.patterns(&value, min_length);
            known.extend(patterns.iter().map(|pattern| Known {
                bytes: pattern.expose().to_vec(),
                from,
            }));
        }
    }
    for known in &known {
        let places = known.from..text.len();
        let found = places.filter(|&at| text[at..].starts_with(&known.bytes));
        ranges.extend(found.map(|at| at..at + known.bytes.len()));
    }
    ranges
}

/// Where the values stand that lines name, finished or not.
pub fn values(text: &[u8]) -> Vec<Range<usize>> {
    let mut values = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        values.extend(value_on(line).map(|it| start + it.start..start + it.end));
        start += line.len();
    }
    values
}

fn value_on(line: &[u8]) -> Option<Range<usize>> {
    static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
        let command = "(?-u)(?i:::add-mask)(?: [^\n]*?)?::";
        Regex::new(command).expect("the pattern is right")
    });
    let start = COMMAND.find(line)?.end();
    let value = &line[start..];
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    let value = value.strip_suffix(b"\r").unwrap_or(value);
    Some(start..start + value.len())
}

/// By replacing the longest way round: first what stands for line ends, last what stands for `%`.
fn decoded(written: &[u8]) -> Vec<u8> {
    // Of each byte a character, so that it goes through a string and back.
    let text: String = written.iter().copied().map(char::from).collect();
    let is_blank = |c: char| c.is_ascii_whitespace();
    let mut text = text.trim_matches(is_blank).to_owned();
    for (from, to) in [("%0A", "\n"), ("%0a", "\n"), ("%0D", "\r"), ("%0d", "\r")] {
        text = text.replace(from, to);
    }
    let bytes = text.replace("%25", "%");
    bytes.chars().map(|c| c as u8).collect()
}

/// The length of the longest end of the text that may be the beginning of a pattern.
pub fn live(text: &[u8], known: &[Known]) -> usize {
    let is_live = |&at: &usize| {
        known.iter().any(|known| {
            let length = text.len() - at;
            at >= known.from && length < known.bytes.len() && known.bytes.starts_with(&text[at..])
        })
    };
    let from = (0..text.len()).find(is_live);
    text.len() - from.unwrap_or(text.len())
}

/// The text with one mask for all that share a byte.
pub fn render(text: &[u8], ranges: &[Range<usize>]) -> Vec<u8> {
    let mut is_covered = vec![false; text.len()];
    let mut is_joined = vec![false; text.len()];
    for range in ranges.iter().filter(|range| !range.is_empty()) {
        is_covered[range.clone()].fill(true);
        is_joined[range.start + 1..range.end].fill(true);
    }
    let mut out = Vec::new();
    for (at, &byte) in text.iter().enumerate() {
        if !is_covered[at] {
            out.push(byte);
        } else if !is_joined[at] {
            out.extend_from_slice(masker::DEFAULT_MASK.as_bytes());
        }
    }
    out
}

#[test]
fn the_oracle_by_hand() {
    let masked = |text: &str| {
        let ranges = masked(text.as_bytes(), Vec::new(), (Forms::RAW, 2));
        String::from_utf8(render(text.as_bytes(), &ranges)).expect("ASCII")
    };
    assert_eq!(
        masked("ab\n::add-mask::ab\nab"),
        "ab\n::add-mask::[MASKED]\n[MASKED]"
    );
    assert_eq!(
        masked("x::add-mask:: a%0Ab \r\na\nba"),
        "x::add-mask::[MASKED]\r\n[MASKED]a"
    );
    assert_eq!(
        masked("::add-mask::a\na::add-mask::"),
        "::add-mask::[MASKED]\na::add-mask::"
    );
    assert_eq!(
        masked("::Add-Mask x=y ::ab\n::add-maskx::ab\n::add-mask \n::ab"),
        "::Add-Mask x=y ::[MASKED]\n::add-maskx::[MASKED]\n::add-mask \n::[MASKED]"
    );
    assert_eq!(
        masked("::add-mask::%2525\n%25%"),
        "::add-mask::[MASKED]\n[MASKED]%"
    );
}
