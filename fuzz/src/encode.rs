//! Encoders that are not ours. Each writes character by character, so what stands for a secret is
//! known whatever its neighbours are.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A name, and what it makes of a text.
type Encoder<T> = (&'static str, fn(&T) -> String);

/// A way to write text.
pub const OF_TEXT: &[Encoder<str>] = &[
    ("json", json),
    ("json in json", |text| json(&json(text))),
    ("url", url),
    ("url, lower case", |text| lower_digits(&url(text))),
    ("url twice", |text| url(&url(text))),
    ("form", |text| url(text).replace("%20", "+")),
    ("html", html),
    ("xml", |text| html(text).replace("&#x27;", "&apos;")),
    ("Rust, escape_default", |text| {
        text.escape_default().to_string()
    }),
    ("Rust, escape_ascii", |text| {
        text.as_bytes().escape_ascii().to_string()
    }),
    ("doubled quotes", |text| text.replace('\'', "''")),
];

/// A way to write bytes.
pub const OF_BYTES: &[Encoder<[u8]>] = &[
    ("hex", |bytes| {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }),
    ("hex, upper case", |bytes| {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }),
];

/// Ways to write bytes in which 3 of them share 4 characters.
pub const BASE64: &[Encoder<[u8]>] = &[
    ("base64", |bytes| STANDARD.encode(bytes)),
    ("base64, safe in URLs", |bytes| URL_SAFE.encode(bytes)),
];

/// Where the characters stand that so many bytes alone determine, behind so many others.
pub fn of_base64(before: usize, length: usize) -> Range<usize> {
    (8 * before).div_ceil(6)..8 * (before + length) / 6
}

fn json(text: &str) -> String {
    let string = serde_json::to_string(text).expect("a string is JSON");
    string[1..string.len() - 1].to_owned()
}

fn url(text: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, ENCODED).to_string()
}

fn lower_digits(encoded: &str) -> String {
    let pieces = encoded
        .split('%')
        .enumerate()
        .map(|(number, piece)| match number {
            0 => piece.to_owned(),
            _ => format!("%{}{}", piece[..2].to_ascii_lowercase(), &piece[2..]),
        });
    pieces.collect()
}

/// As html.escape of Python.
fn html(text: &str) -> String {
    let pairs = [
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("\"", "&quot;"),
        ("'", "&#x27;"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
