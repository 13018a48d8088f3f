//! No content of a file of secrets makes a loader panic, and no error shows a piece of it.
#![no_main]

use std::ffi::OsString;
use std::io::Write as _;

use libfuzzer_sys::fuzz_target;
use masker::Secret;
use masker::source::{self, Format, SourceError};

const SOURCE: &str = "source";

fuzz_target!(|content: &[u8]| {
    for format in [Format::Json, Format::Env, Format::Lines] {
        let found = source::parse(content, format, SOURCE);
        the_error_says_nothing_of(content, format, &found);
        match (format, found) {
            (Format::Json, Ok(secrets)) => every_string_is_a_secret(content, &secrets),
            (Format::Lines, Ok(secrets)) => every_line_is_a_secret(content, &secrets),
            (Format::Env, Ok(secrets)) => every_plain_value_is_a_secret(content, &secrets),
            _ => {}
        }
    }
    files(content);
    environment(content);
});

/// What an error says does not depend on the letters of a value: with others in their place it says
/// the same. Those that mean something in a format stay: digits of hex, and all lower-case ones.
fn the_error_says_nothing_of(
    content: &[u8],
    format: Format,
    found: &Result<Vec<Secret>, SourceError>,
) {
    let other: Vec<u8> = content.iter().map(|&byte| turned(byte)).collect();
    let of_other = source::parse(&other, format, SOURCE);
    match (found, of_other) {
        (Ok(_), Ok(_)) => {}
        (Err(error), Err(of_other)) => {
            let said = error.to_string();
            assert!(said.starts_with(SOURCE), "{said}");
            // A name of JSON may be shown. It is one that stands before a colon.
            let is_named = format == Format::Json && said.contains('`');
            let shown = (said, format!("{error:?}"));
            let of_other = (of_other.to_string(), format!("{of_other:?}"));
            assert!(
                is_named || shown == of_other,
                "{shown:?} is not {of_other:?}"
            );
            if is_named {
                the_name_is_no_value(content, &shown.0);
            }
        }
        (found, of_other) => panic!("{found:?} is not {of_other:?}"),
    }
}

/// Another letter from G to Z, and what is none as it is.
fn turned(byte: u8) -> u8 {
    match byte {
        b'G'..=b'Y' => byte + 1,
        b'Z' => b'G',
        _ => byte,
    }
}

/// What stands between the backticks is followed by a colon where it stands in the content.
fn the_name_is_no_value(content: &[u8], said: &str) {
    let between = said
        .split_once('`')
        .and_then(|(_, rest)| rest.rsplit_once('`'));
    let Some((name, _)) = between else { return };
    // Escapes are not for this test, and a short text may stand anywhere.
    if name.len() < 8 || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return;
    }
    let quoted = format!("\"{name}\"");
    let places = content.windows(quoted.len()).enumerate();
    let mut places = places.filter(|(_, it)| *it == quoted.as_bytes()).peekable();
    // The name of an entry in an array stands behind a colon itself.
    let is_name = |at: usize| {
        let behind = content[at + quoted.len()..].trim_ascii_start();
        let before = content[..at].trim_ascii_end();
        behind.starts_with(b":") || before.ends_with(b":")
    };
    assert!(
        places.peek().is_none() || places.any(|(at, _)| is_name(at)),
        "{said} of {}",
        content.escape_ascii()
    );
}

/// By a parser that is not ours: of an object each field, of an array each value.
fn every_string_is_a_secret(content: &[u8], secrets: &[Secret]) {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let parsed: serde_json::Value = serde_json::from_slice(content).expect("it has been parsed");
    let values: Vec<_> = match &parsed {
        serde_json::Value::Object(fields) => fields.values().collect(),
        serde_json::Value::Array(entries) => entries.iter().map(|it| &it["value"]).collect(),
        other => panic!("secrets of {other}"),
    };
    for value in values {
        let value = value.as_str().expect("what is no string is an error");
        assert!(
            has(secrets, value.as_bytes()),
            "{parsed}: {value} is no secret"
        );
    }
}

fn every_line_is_a_secret(content: &[u8], secrets: &[Secret]) {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    for line in content.split_inclusive(|&byte| byte == b'\n') {
        let line = match line.strip_suffix(b"\n") {
            Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
            None => line,
        };
        assert!(
            line.is_empty() || has(secrets, line),
            "{}",
            line.escape_ascii()
        );
    }
}

/// What no reader of such files could read in another way.
fn every_plain_value_is_a_secret(content: &[u8], secrets: &[Secret]) {
    let is_quote = |byte: &u8| b"'\"`\\\r".contains(byte);
    if content.iter().any(is_quote) {
        return;
    }
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    for line in content.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii();
        let equals = line.iter().position(|&byte| byte == b'=');
        let (false, Some(equals)) = (line.starts_with(b"#"), equals) else {
            continue;
        };
        let value = line[equals + 1..].trim_ascii();
        if value.iter().all(u8::is_ascii_alphanumeric) {
            assert!(
                has(secrets, value),
                "{} in {}",
                value.escape_ascii(),
                content.escape_ascii()
            );
        }
    }
}

fn has(secrets: &[Secret], value: &[u8]) -> bool {
    secrets.iter().any(|secret| secret.expose() == value)
}

/// The loaders of files, with and without a format.
fn files(content: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(content).expect("a file can be written");
    let whole = source::from_file(file.path()).expect("any bytes are a secret");
    let expected = content
        .strip_suffix(b"\n")
        .map(|it| it.strip_suffix(b"\r").unwrap_or(it));
    assert_eq!(whole.expose(), expected.unwrap_or(content));
    match source::from_secrets_file(file.path(), None) {
        Ok(secrets) => every_line_is_a_secret(content, &secrets),
        Err(error) => {
            let lines = source::parse(content, Format::Lines, SOURCE).expect_err("as lines");
            assert_eq!(error.kind(), lines.kind());
        }
    }
}

/// The first line is a pattern, the others are variables.
fn environment(content: &[u8]) {
    let Ok(content) = str::from_utf8(content) else {
        return;
    };
    let (pattern, rest) = content.split_once('\n').unwrap_or((content, ""));
    let variable = |line: &'_ str| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        (OsString::from(name), OsString::from(value))
    };
    let variables: Vec<_> = rest.lines().map(variable).collect();
    let Err(error) = source::from_env(variables.clone(), pattern) else {
        return;
    };
    // No value but one that is a name too, and none that looks like a token. What is said where there
    // are no variables is our own text: a fuzzer that sees it compared tries it as a value.
    let ours = source::from_env([] as [(OsString, OsString); 0], pattern).map_err(shown);
    let ours = ours.err().unwrap_or_default();
    let error = shown(error);
    let is_token = |text: &str| {
        let has = |test: fn(&char) -> bool| text.chars().any(|char| test(&char));
        text.len() >= 12 && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase)
    };
    for (_, value) in &variables {
        let value = value.to_str().unwrap_or("");
        let is_name = variables.iter().any(|(name, _)| {
            let name = name.to_str().unwrap_or("");
            name.contains(value)
        });
        if is_token(value) && !is_name && !ours.contains(value) {
            assert!(!error.contains(value), "{error}");
        }
    }
}

/// An error in both of its forms.
fn shown(error: SourceError) -> String {
    format!("{error} or {error:?}")
}
