use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::*;

/// One assignment and what all its readings are, ours first.
#[track_caller]
fn assert_readings(content: &str, readings: &[&str]) {
    let found = parsed(content, Format::Env);
    assert!(found.iter().all(|(name, _)| name == "KEY"), "{content}");
    let found: Vec<_> = found
        .iter()
        .map(|(_, value)| String::from_utf8_lossy(value))
        .collect();
    assert_eq!(found, readings, "{content}");
}

#[track_caller]
fn assert_error(content: &str, line: usize, sentence: &str) {
    let expected = format!("source, line {line}: {sentence}");
    assert_eq!(malformed(content, Format::Env), expected);
}

#[test]
fn what_is_no_value_is_skipped() {
    for content in [
        "KEY=value",
        "KEY=value\n",
        "KEY=value\r\n",
        "\n\r\n \t\nKEY=value",
        "# KEY=other\n  # KEY=other\nKEY=value\n#",
        "  KEY\t=  value  ",
        "export KEY=value",
        "\texport \t KEY = value\r\n",
        "KEY='value'",
        "KEY=\"value\" \t\r\n",
        "KEY = `value` # comment",
    ] {
        assert_readings(content, &["value"]);
    }
}

#[test]
fn each_assignment_is_a_secret_in_order() {
    let content = "A=1\nB=2\r\nA=3\nexport=4\nexport.d=5\n6-x_Y=6=6\nE=\nF=''";
    let expected = [
        pair("A", "1"),
        pair("B", "2"),
        pair("A", "3"),
        pair("export", "4"),
        pair("export.d", "5"),
        pair("6-x_Y", "6=6"),
        pair("E", ""),
        pair("F", ""),
    ];
    assert_eq!(parsed(content, Format::Env), expected);
}

#[test]
fn values_without_quotes_are_any_bytes() {
    let expected = [pair("KEY", b"\xff\xfe its $HOME ${A} $(b)")];
    let content = b"KEY= \xff\xfe its $HOME ${A} $(b) \n";
    assert_eq!(parsed(content, Format::Env), expected);
}

/// A shell joins what stands in quotes with what stands beside it, and has quotes of its own.
#[test]
fn quotes_within_a_value_are_read_as_a_shell_does_too() {
    assert_readings(
        "KEY=abc\"def ghi\"jkl",
        &["abc\"def ghi\"jkl", "abcdef ghijkl"],
    );
    assert_readings("KEY=it's here's", &["it's here's", "its heres"]);
    assert_readings(
        "KEY=$'tab\\tsecretvalue'",
        &[
            "$'tab\\tsecretvalue'",
            "$'tabtsecretvalue'",
            "tab\\tsecretvalue",
            "tabtsecretvalue",
            "tab\tsecretvalue",
        ],
    );
}

#[test]
fn a_comment_begins_after_a_space() {
    assert_readings("KEY=value # a # b", &["value", "value # a # b"]);
    assert_readings("KEY=value\t#", &["value", "value\t#"]);
    assert_readings("KEY= # comment", &["", "# comment"]);
    assert_readings("KEY=#value", &["#value"]);
}

#[test]
fn any_hash_may_begin_a_comment() {
    assert_readings("KEY=password1#2", &["password1#2", "password1"]);
    assert_readings(
        "KEY=password1#2 #3",
        &["password1#2", "password1#2 #3", "password1"],
    );
    // Too short to be masked, and a message about it would be about a value nobody has.
    assert_readings("KEY=pass#word", &["pass#word"]);
}

#[test]
fn a_space_of_unicode_may_be_trimmed() {
    assert_readings(
        "KEY=\u{a0}password\u{a0}",
        &["\u{a0}password\u{a0}", "password"],
    );
}

#[test]
fn quotes_end_where_they_began() {
    assert_readings(r#"KEY='a "b` # c'"#, &[r#"a "b` # c"#]);
    assert_readings(r#"KEY="a 'b` # c""#, &[r#"a 'b` # c"#]);
    assert_readings(r#"KEY=`a "b' # c`"#, &[r#"a "b' # c"#]);
    assert_readings("KEY=' value '", &[" value "]);
    // Quotes within an unquoted value are part of it.
    assert_readings("KEY=a'b\"c`", &["a'b\"c`"]);
}

#[test]
fn quoted_values_span_lines() {
    for quote in ["'", "\"", "`"] {
        let content = format!("\nKEY={quote}a\n# b\n\nc=d{quote}\nB=2\nC");
        assert_eq!(
            malformed(&content, Format::Env),
            "source, line 7: there is no `=` between a name and a value"
        );
        let content = content.strip_suffix("\nC").expect("the last line");
        let expected = [pair("KEY", "a\n# b\n\nc=d"), pair("B", "2")];
        assert_eq!(parsed(content, Format::Env), expected);
    }
}

#[test]
fn line_endings_in_quotes_are_read_in_two_ways() {
    assert_readings("KEY='one\r\n\r\ntwo'", &["one\r\n\r\ntwo", "one\n\ntwo"]);
    assert_readings(
        "KEY=\"passwords\r\n\\\"\"",
        &[
            "passwords\r\n\"",
            "passwords\r\n\\\"",
            "passwords\r\n\\",
            "passwords\n\"",
            "passwords\n\\\"",
            "passwords\n\\",
        ],
    );
    assert_readings("KEY=`one line\rtwo`", &["one line\rtwo"]);
}

#[test]
fn double_quotes_have_escapes() {
    let ours = |text: &str| parsed(format!("KEY=\"{text}\""), Format::Env).remove(0).1;
    assert_eq!(ours(r"a\nb\rc\td"), b"a\nb\rc\td");
    assert_eq!(ours(r#"\"\\\$"#), br#""\$"#);
    assert_eq!(ours(r"\\n"), br"\n");
    assert_eq!(ours(r"\\\\"), br"\\");
    assert_eq!(ours(r"\a\'\`\ \x41\u0041"), br"\a\'\`\ \x41\u0041");
    assert_eq!(ours("$HOME ${A:-b} $(c)"), b"$HOME ${A:-b} $(c)");
    assert_eq!(ours("line\\\nline"), b"line\\\nline");
}

#[test]
fn double_quotes_are_read_as_each_reader_does() {
    assert_readings(
        r#"KEY="one\ntwo\$x""#,
        &[
            "one\ntwo$x",   // ours, and Go
            "one\ntwo\\$x", // node and Python
            "one\\ntwo$x",  // a shell and Ruby
            "one\\ntwo\\$x",
        ],
    );
    assert_readings(
        r#"KEY="domain\user\"\a""#,
        &[
            "domain\\user\"\\a",   // ours and a shell
            "domain\\user\\\"\\a", // node
            "domain\\user\"\u{7}", // Python
            "domainuser\"a",       // Ruby and Go
            "domain\\user\\",      // node without its package
        ],
    );
    // The second backslash and the `n` are a line break to node.
    let readings = parsed(r#"KEY="C:\\new\\folder""#, Format::Env);
    assert!(readings.contains(&pair("KEY", "C:\\\new\\\\folder")));
    assert_readings(
        r#"KEY="all\t\a\b\f\v\r""#,
        &[
            "all\t\\a\\b\\f\\v\r",
            "all\\t\\a\\b\\f\\v\r",
            "all\\t\\a\\b\\f\\v\\r",
            "all\t\u{7}\u{8}\u{c}\u{b}\r",
            "alltabfv\\r",
            "alltabfv\r",
        ],
    );
}

#[test]
fn other_values_have_the_escapes_of_some_readers() {
    assert_readings(r"KEY='pass\\word\n'", &[r"pass\\word\n", r"pass\word\n"]);
    assert_readings(r"KEY=`pass\\word\n`", &[r"pass\\word\n"]);
    assert_readings(
        r"KEY=pass\$word\n",
        &[r"pass\$word\n", "pass$wordn", r"pass$word\n", "pass$word\n"],
    );
    assert_readings(r"KEY=password\", &[r"password\"]);
}

#[test]
fn errors_name_the_line_and_no_content() {
    let no_equals = "there is no `=` between a name and a value";
    assert_error("hunter2", 1, no_equals);
    assert_error("A=1\n\n#\nexport hunter2\nB=2", 4, no_equals);
    assert_error("KEY: hunter2", 1, no_equals);

    let no_name = "what stands before the `=` is no name of a variable";
    assert_error("=hunter2", 1, no_name);
    assert_error("A=1\r\n  = hunter2", 2, no_name);
    assert_error("hunter 2=x", 1, no_name);
    assert_error("hunter+2=x", 1, no_name);
    assert_error("hünter=x", 1, no_name);
    assert_error("'hunter'=x", 1, no_name);
    assert_error("export =\nhunter 2=x", 2, no_name);

    let not_closed = "a quote is opened and never closed";
    assert_error("KEY='hunter2", 1, not_closed);
    assert_error("\nKEY=\"hunter2\nA=1\n", 2, not_closed);
    assert_error("KEY=\"hunter2\\\"", 1, not_closed);
    assert_error("KEY=\"hunter2\\", 1, not_closed);
    assert_error("KEY=`hunter2'\"", 1, not_closed);
    assert_error("KEY='", 1, not_closed);

    let after_quote = "text follows the closing quote; only a comment after a space may";
    assert_error("KEY='hunter'2", 1, after_quote);
    assert_error("KEY=\"hunter\" 2", 1, after_quote);
    assert_error("KEY='hunter\n2'#x", 2, after_quote);
    assert_error("KEY='hunter'\\''2'", 1, after_quote);
    assert_error("KEY=\"\"\"\nhunter2\n\"\"\"", 1, after_quote);
}

#[test]
fn a_large_file_takes_linear_time() {
    const SIZE: usize = 2 * 1024 * 1024;
    let mut lines = String::new();
    while lines.len() < SIZE {
        writeln!(lines, "KEY_{}=\"a\\nb\" # c", lines.len()).expect("a string takes all");
    }
    let contents = [
        lines,
        format!("KEY=\"{}\"", "\\\\".repeat(SIZE / 2)),
        format!("KEY={}", " #".repeat(SIZE / 2)),
        format!("KEY='{}'", "\r\n".repeat(SIZE / 2)),
        "\n".repeat(SIZE),
        " ".repeat(SIZE) + "\nKEY=value",
        "A=\n".repeat(SIZE / 3),
    ];
    let begin = Instant::now();
    for content in &contents {
        assert!(parse(content.as_bytes(), Format::Env, "source").is_ok());
    }
    // Some seconds without optimization; a step that is quadratic takes days.
    assert!(begin.elapsed() < Duration::from_secs(120));
}
