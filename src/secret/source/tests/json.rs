use std::time::{Duration, Instant};

use super::*;

#[track_caller]
fn assert_error(content: &str, message: &str) {
    assert_eq!(malformed(content, Format::Json), format!("source{message}"));
}

#[test]
fn an_object_has_names_and_values() {
    let content = r#" { "KEY": "hunter2", "sp ace": "\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00é",
        "EMPTY": "" } "#;
    let expected = [
        pair("KEY", "hunter2"),
        pair("sp ace", "\"\\/\u{8}\u{c}\n\r\tä😀é"),
        pair("EMPTY", ""),
    ];
    assert_eq!(parsed(content, Format::Json), expected);
    assert_eq!(parsed("{}", Format::Json), []);
}

#[test]
fn every_value_of_a_repeated_name_is_kept() {
    let expected = [pair("A", "first"), pair("B", "x"), pair("A", "last")];
    assert_eq!(
        parsed(r#"{"A": "first", "B": "x", "A": "last"}"#, Format::Json),
        expected
    );
    let expected = [pair("A", "first"), pair("A", "other")];
    let content = r#"[{"value": "first", "name": "A"}, {"name": "A", "value": "other"}]"#;
    assert_eq!(parsed(content, Format::Json), expected);
}

#[test]
fn an_entry_has_one_name_and_one_value() {
    for content in [
        r#"[{"name": "A", "value": "hunter2", "value": "hunter2"}]"#,
        r#"[{"name": "A", "value": "hunter2", "name": "B"}]"#,
    ] {
        let error = parse(content.as_bytes(), Format::Json, "s.json").expect_err("two of one");
        assert_eq!(
            message(&error),
            "s.json: entry 1 has two names or two values"
        );
    }
}

#[test]
fn an_array_has_entries_with_other_fields() {
    let content = r#"[
        {"name": "A", "value": "hunter2"},
        {"id": 1, "tags": ["x", {"value": "no"}], "value": "b", "masked": true, "name": "B",
         "note": null, "score": -1.5}
    ]"#;
    let expected = [pair("A", "hunter2"), pair("B", "b")];
    assert_eq!(parsed(content, Format::Json), expected);
    assert_eq!(parsed("[]", Format::Json), []);
}

#[test]
fn a_nul_that_is_escaped_is_a_value() {
    let expected = [pair("KEY", "a\0b")];
    assert_eq!(parsed(r#"{"KEY": "a\u0000b"}"#, Format::Json), expected);
}

#[test]
fn a_value_that_is_no_string_is_named() {
    for value in [
        "1",
        "-1",
        "1.5",
        "1e300",
        "true",
        "null",
        "{}",
        r#"["hunter2"]"#,
    ] {
        let text = ": `KEY` has a value that is not a string";
        assert_error(&format!(r#"{{"A": "hunter2", "KEY": {value}}}"#), text);
        assert_error(&format!(r#"[{{"value": {value}, "name": "KEY"}}]"#), text);
    }
}

#[test]
fn an_entry_without_a_name_is_counted() {
    let no_name = ": entry 2 has no `name` that is a string";
    for entry in [
        r#"{"value": "hunter2"}"#,
        r#"{"Name": "A", "value": "hunter2"}"#,
        r#"{"name": 5, "value": "hunter2"}"#,
        r#"{"name": ["hunter2"], "value": "x"}"#,
        "{}",
    ] {
        let content = format!(r#"[{{"name": "A", "value": "a"}}, {entry}]"#);
        assert_error(&content, no_name);
    }
    for entry in [r#""hunter2""#, "[]", "1", "null"] {
        assert_error(&format!("[{entry}]"), ": entry 1 is not an object");
    }
    assert_error(r#"[{"name": "A"}]"#, ": `A` has no `value`");
    let empty = ": entry 1 has an empty name";
    assert_error(r#"[{"name": "", "value": "hunter2"}]"#, empty);
    assert_error(r#"{"": "hunter2"}"#, empty);
}

#[test]
fn other_json_holds_no_secrets() {
    for content in [r#""hunter2""#, "1", "true", "null"] {
        let text = "the JSON is neither an object of names and values nor an array of such entries";
        assert_error(content, &format!(": {text}"));
    }
}

#[test]
fn broken_json_is_found_by_line_and_column() {
    assert_error("hunter2", ", line 1: the JSON is not valid at column 1");
    assert_error(
        "{\n \"A\": hunter2}",
        ", line 2: the JSON is not valid at column 7",
    );
    assert_error(
        "{'hunter2': ''}",
        ", line 1: the JSON is not valid at column 2",
    );
    assert_error(
        r#"{"A": "hunter2"} x"#,
        ", line 1: the JSON is not valid at column 18",
    );
    assert_error(
        r#"{"A": "hunter2"}{}"#,
        ", line 1: the JSON is not valid at column 17",
    );
    assert_error(
        "{\"A\": \"hunter\n2\"}",
        ", line 2: the JSON is not valid at column 0",
    );
    assert_error(
        r#"{"A": "hunter2",}"#,
        ", line 1: the JSON is not valid at column 17",
    );
    assert_error(
        r#"{"A": "hunter2", "hunter"}"#,
        ", line 1: the JSON is not valid at column 26",
    );
    for text in [
        r"\ud800",
        r"\ud800x",
        r"\udc00",
        r"\x41",
        r"\u12",
        r"\ud800\u0041",
    ] {
        let content = format!(r#"{{"A": "hunter2", "B": "hunter{text}"}}"#);
        let message = malformed(&content, Format::Json);
        assert!(message.starts_with("source, line 1: the JSON is not valid at column "));
    }
    assert_error(r#"{"A": "hunter2"#, ", line 1: the JSON ends too early");
    assert_error(
        "{\"A\": \"hunter2\",\n",
        ", line 2: the JSON ends too early",
    );
}

#[test]
fn json_is_utf_8() {
    let message = malformed(b"{\"A\": \"hunter\xff\"}", Format::Json);
    assert!(message.starts_with("source, line 1: the JSON is not valid at column "));
}

#[test]
fn depth_is_bounded() {
    let depth = 1_000_000;
    for (open, close) in [("[", "]"), (r#"{"hunter":"#, "}")] {
        let content = open.repeat(depth) + "1" + &close.repeat(depth);
        assert!(malformed(&content, Format::Json).contains("is not valid at column"));
    }
}

#[test]
fn a_large_file_takes_linear_time() {
    const SIZE: usize = 2 * 1024 * 1024;
    let contents = [
        format!("{{\"A\": \"\"{}}}", ", \"A\": \"b\\n\"".repeat(SIZE / 12)),
        format!("{{\"A\": \"{}\"}}", "\\n".repeat(SIZE / 2)),
        "\n".repeat(SIZE) + "{}",
    ];
    let begin = Instant::now();
    for content in &contents {
        assert!(parse(content.as_bytes(), Format::Json, "source").is_ok());
    }
    assert!(begin.elapsed() < Duration::from_secs(120));
}
