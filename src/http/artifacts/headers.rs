//! Headers of files.

use std::fmt::Write as _;

use axum::http::header::HeaderValue;

/// Says that an answer is a file to be kept under a name, and not shown.
pub(super) fn attachment(name: &str) -> HeaderValue {
    let is_plain = |char: char| {
        let is_visible = char.is_ascii_graphic() || char == ' ';
        is_visible && !['"', '\\', '%'].contains(&char)
    };
    let plain = |char| if is_plain(char) { char } else { '_' };
    let fallback: String = name.chars().map(plain).collect();
    let mut value = format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        match is_unreserved {
            true => value.push(char::from(byte)),
            // A String takes all that is written to it.
            false => write!(value, "%{byte:02X}").unwrap_or_default(),
        }
    }
    // All of it is visible ASCII.
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}
