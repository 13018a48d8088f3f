use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const FORMATS: [Format; 3] = [Format::Json, Format::Env, Format::Lines];

/// Bytes that mean something in one of the formats, and others.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "KEY", "=", "export ", "'", "\"", "`", "\\", "\n", "\r\n", " ", "#", "$", "{", "}", "[",
        "]", ":", ",", "name", "value", "\\u", "d800", "1", "null", "\u{feff}", "ä",
    ];
    let piece = proptest::sample::select(pieces.to_vec()).prop_map(|piece| piece.into());
    let piece = prop_oneof![9 => piece, 1 => vec(any::<u8>(), 0..4)];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Text as it is likely to go wrong.
fn value() -> impl Strategy<Value = String> {
    prop_oneof!["[\\\\\"'`$# \r\nntabx\u{a0}]{0,12}", "\\PC{0,12}"]
}

fn in_double_quotes(value: &str, has_line_escapes: bool) -> String {
    let mut quoted = String::from("\"");
    for character in value.chars() {
        match character {
            '\n' if has_line_escapes => quoted.push_str("\\n"),
            '\r' if has_line_escapes => quoted.push_str("\\r"),
            '"' | '\\' | '$' => quoted.extend(['\\', character]),
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_content_panics_or_shows_in_an_error(content in content()) {
        for format in FORMATS {
            if let Err(error) = parse(&content, format, "source") {
                prop_assert!(error.to_string().starts_with("source"));
            }
        }
    }

    #[test]
    fn no_bytes_panic(content in vec(any::<u8>(), 0..200)) {
        for format in FORMATS {
            drop(parse(&content, format, "source"));
        }
    }

    /// An error depends on names and places only: another value, the same message.
    #[test]
    fn an_error_does_not_depend_on_a_value(
        first in "[a-z]{8}",
        second in "[A-Z+/]{8}",
        frame in proptest::sample::select(vec![
            (Format::Env, "KEY='@"),
            (Format::Env, "KEY='@'x"),
            (Format::Env, "KEY=x\n@"),
            (Format::Env, "KEY=x\n@ y=@"),
            (Format::Json, r#"{"KEY": "@" x}"#),
            (Format::Json, r#"{"KEY": ["@"]}"#),
            (Format::Json, r#"[{"name": 1, "value": "@"}]"#),
            (Format::Json, r#"[{"name": "KEY", "value": ["@"]}]"#),
            (Format::Json, r#"["@"]"#),
            (Format::Json, r#""@""#),
            (Format::Json, "@"),
        ]),
    ) {
        let (format, frame) = frame;
        let error = |value: &str| {
            let error = parse(frame.replace('@', value).as_bytes(), format, "source");
            let error = error.expect_err("a frame that is an error");
            (error.to_string(), format!("{error:?}"))
        };
        // The first letter of a word may begin `null`, `true` or `false`, which moves the column.
        prop_assume!(!first.starts_with(['n', 't', 'f']));
        prop_assert_eq!(error(&first), error(&second));
    }

    #[test]
    fn json_comes_back(secrets in vec(("\\PC{1,8}|[\"\\\\\n]{1,3}", value()), 0..6)) {
        let string = |text: &str| serde_json::to_string(text).expect("a string is JSON");
        let expected: Vec<_> = secrets.iter().map(|(name, value)| pair(name, value)).collect();

        let fields = secrets.iter().map(|(name, value)| {
            format!("{}:{}", string(name), string(value))
        });
        let object = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
        prop_assert_eq!(parsed(object, Format::Json), expected.clone());

        let entries = secrets.iter().map(|(name, value)| {
            serde_json::json!({ "name": name, "value": value, "other": [value] })
        });
        let array = serde_json::Value::from_iter(entries).to_string();
        prop_assert_eq!(parsed(array, Format::Json), expected);
    }

    /// The first reading of each assignment is the value that was written, and the others have the
    /// same name.
    #[test]
    fn double_quotes_come_back(
        secrets in vec(("[A-Za-z0-9_.-]{1,6}", value(), any::<bool>()), 0..6),
    ) {
        let mut content = String::new();
        let mut expected = Vec::new();
        for ((name, value, has_line_escapes), number) in secrets.iter().zip(0..) {
            let name = format!("{name}{number}");
            let quoted = in_double_quotes(value, *has_line_escapes);
            content.push_str(&format!("export {name} = {quoted} # comment\r\n"));
            expected.push(pair(&name, value));
        }
        let mut found = parsed(content, Format::Env);
        found.dedup_by(|other, ours| other.0 == ours.0);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn lines_come_back(values in vec("[ -~]{1,12}", 0..8), ending in "\r?\n") {
        let expected: Vec<_> = values.iter().zip(1..).map(|(value, number): (_, usize)| {
            pair(&format!("source:{number}"), value)
        }).collect();
        prop_assert_eq!(parsed(values.join(&ending), Format::Lines), expected);
    }
}
