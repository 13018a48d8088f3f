//! The promises of every source. A secret in these tests has [`MARK`] in it, and no error may.

mod dotenv;
mod environment;
mod files;
mod json;
mod properties;

use std::error::Error;
use std::iter;
use std::path::Path;

use super::*;

/// A piece of a secret that no message of ours has by chance.
const MARK: &str = "hunter";

/// What is parsed, to compare.
fn parsed(content: impl AsRef<[u8]>, format: Format) -> Vec<(String, Vec<u8>)> {
    let secrets = parse(content.as_ref(), format, "source").expect("a valid source");
    pairs(secrets)
}

fn pairs(secrets: Vec<Secret>) -> Vec<(String, Vec<u8>)> {
    secrets
        .iter()
        .map(|secret| (secret.name().to_owned(), secret.expose().to_owned()))
        .collect()
}

fn pair(name: &str, value: impl AsRef<[u8]>) -> (String, Vec<u8>) {
    (name.to_owned(), value.as_ref().to_owned())
}

/// The message of an error in the content, which must not show it.
fn malformed(content: impl AsRef<[u8]>, format: Format) -> String {
    let error = parse(content.as_ref(), format, "source").expect_err("an invalid source");
    assert_eq!(error.kind(), SourceErrorKind::Malformed);
    message(&error)
}

fn message(error: &SourceError) -> String {
    assert_shows_no_secret(error);
    error.to_string()
}

fn assert_shows_no_secret(error: &SourceError) {
    let chain = iter::successors(Some(error as &dyn Error), |&error| error.source());
    for error in chain {
        for text in [format!("{error}"), format!("{error:?}")] {
            assert!(
                !text.to_lowercase().contains(MARK),
                "this shows a secret: {text}"
            );
            assert!(!text.contains('\n'), "this breaks the line: {text}");
        }
    }
}

#[test]
fn the_name_of_a_file_promises_its_format() {
    let cases = [
        ("secrets.json", Some(Format::Json)),
        ("a/b/Secrets.JSON", Some(Format::Json)),
        (".env.json", Some(Format::Json)),
        ("prod.env", Some(Format::Env)),
        ("/x/.env", Some(Format::Env)),
        (".ENV", Some(Format::Env)),
        (".env.local", Some(Format::Env)),
        ("docker.env.production", None),
        ("json", None),
        ("env", None),
        (".environment", None),
        ("secrets.json.txt", None),
        ("folder.env/tokens", None),
        ("/", None),
        ("", None),
    ];
    for (path, format) in cases {
        assert_eq!(Format::of_path(Path::new(path)), format, "{path}");
    }
}

#[test]
fn lines_lose_their_ends_and_nothing_else() {
    let content = b"  one \r\n\n\r\n# two\n\xff three\r\r\n\tfour";
    let expected = [
        pair("source:1", "  one "),
        pair("source:4", "# two"),
        pair("source:5", b"\xff three\r"),
        pair("source:6", "\tfour"),
    ];
    assert_eq!(parsed(content, Format::Lines), expected);
}

#[test]
fn empty_content_has_no_secret() {
    for content in ["", "\u{feff}", "\n\n"] {
        assert_eq!(parsed(content, Format::Lines), []);
        assert_eq!(parsed(content, Format::Env), []);
        assert_eq!(
            malformed(content, Format::Json),
            format!(
                "source, line {}: the JSON ends too early",
                1 + content.matches('\n').count()
            )
        );
    }
}

#[test]
fn a_byte_order_mark_is_no_content() {
    let lines = parsed("\u{feff}hunter2", Format::Lines);
    assert_eq!(lines, [pair("source:1", "hunter2")]);
    let env = parsed("\u{feff}KEY=hunter2", Format::Env);
    assert_eq!(env, [pair("KEY", "hunter2")]);
    let json = parsed("\u{feff}{\"KEY\": \"hunter2\"}", Format::Json);
    assert_eq!(json, [pair("KEY", "hunter2")]);
    // One only, and only at the start.
    let second = parsed("\u{feff}\u{feff}a\n\u{feff}b", Format::Lines);
    let expected = [pair("source:1", "\u{feff}a"), pair("source:2", "\u{feff}b")];
    assert_eq!(second, expected);
}

#[test]
fn utf_16_and_nul_are_errors() {
    let little: Vec<u8> = "\u{feff}KEY=hunter2"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<u8> = "\u{feff}KEY=hunter2"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let contents: [&[u8]; 5] = [
        &little,
        &big,
        b"\xff\xfe",
        b"\xfe\xffKEY=x",
        b"KEY=hunter\0",
    ];
    for content in contents {
        for format in [Format::Json, Format::Env, Format::Lines] {
            let error = parse(content, format, "source").expect_err("no UTF-8");
            assert_eq!(error.kind(), SourceErrorKind::Encoding);
            assert_eq!(
                message(&error),
                "source: it is UTF-16 or no text; save the file as UTF-8"
            );
        }
    }
}

#[test]
fn names_in_messages_cannot_forge_lines_or_colours() {
    let error = parse(b"A", Format::Env, "x\n\u{1b}[31mok").expect_err("no `=`");
    assert!(message(&error).starts_with("x\\n\\u{1b}[31mok, line 1: "));
    let forged = malformed(r#"{"A\nB\u009b": 1}"#, Format::Json);
    assert_eq!(
        forged,
        "source: `A\\nB\\u{9b}` has a value that is not a string"
    );
}
