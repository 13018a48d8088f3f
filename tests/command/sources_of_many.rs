//! `--secrets` and `--secrets-fd`: where many secrets are, and how they stand there.

use super::Folder;
use crate::support::command::masker;

const FIRST: &str = "first-value-of-many";
const SECOND: &str = "second value, of many";

const OBJECT: &str = r#"{"ONE": "first-value-of-many", "TWO": "second value, of many"}"#;
const ARRAY: &str = r#"[{"name": "ONE", "value": "first-value-of-many"},
                        {"value": "second value, of many", "name": "TWO", "masked": true}]"#;
const ENV: &str =
    "# of many\nexport ONE=first-value-of-many\n\nTWO='second value, of many' # two\n";
const LINES: &str = "first-value-of-many\r\n\nsecond value, of many";

/// What a job prints in which just the values are masked, and not the names or a whole line.
fn job() -> String {
    format!("ONE={FIRST}\nTWO='{SECOND}'\nthird value\n")
}

const MASKED: &str = "ONE=[MASKED]\nTWO='[MASKED]'\nthird value\n";

#[test]
fn the_ending_of_a_file_says_its_format() {
    let folder = Folder::new();
    for (name, content) in [
        ("secrets.json", OBJECT),
        ("SECRETS.JSON", OBJECT),
        ("list.json", ARRAY),
        ("ci.env", ENV),
        (".env", ENV),
        (".env.production", ENV),
        ("secrets.txt", LINES),
        ("secrets", LINES),
        ("json", LINES),
    ] {
        let outcome = masker(&["--secrets"])
            .arg(folder.file(name, content))
            .run(job());
        outcome.has_printed(MASKED).says_nothing();
    }
}

#[test]
fn a_format_that_is_given_counts_for_more_than_the_ending() {
    let folder = Folder::new();
    for (format, name, content) in [
        ("json", "secrets.env", OBJECT),
        ("json", "secrets", ARRAY),
        ("env", "secrets.json", ENV),
        ("env", "secrets", ENV),
        ("lines", "secrets.json", LINES),
        ("lines", "secrets.env", LINES),
    ] {
        let call = masker(&["--secrets-format", format, "--secrets"]);
        let outcome = call.arg(folder.file(name, content)).run(job());
        outcome.has_printed(MASKED).says_nothing();
    }
}

#[test]
fn the_escapes_of_json_are_decoded() {
    let folder = Folder::new();
    let path = folder.file("1.json", r#"{"KEY": "p\u00e4ss\"w\\rd\n\ud83d\ude00"}"#);
    let outcome = masker(&["--secrets"]).arg(path).run("a päss\"w\\rd\n😀 b");
    outcome.has_printed("a [MASKED] b");
}

#[test]
fn the_quotes_of_env_files_are_no_part_of_the_value() {
    let folder = Folder::new();
    for (line, value) in [
        ("KEY=plain-value", "plain-value"),
        ("  KEY = spaces around it  ", "spaces around it"),
        ("KEY=before a # comment", "before a"),
        ("KEY='single # quotes'", "single # quotes"),
        ("KEY=\"double \\\"quotes\\\"\"", "double \"quotes\""),
        ("KEY=\"two\\nlines\"", "two\nlines"),
        ("KEY='two\nlines'", "two\nlines"),
        ("KEY=`back 'n' ticks`", "back 'n' ticks"),
        ("KEY=pa$$word=${HOME}", "pa$$word=${HOME}"),
    ] {
        let path = folder.file("1.env", format!("{line}\n"));
        let outcome = masker(&["--secrets"]).arg(path).run(format!("<{value}>"));
        outcome.has_printed("<[MASKED]>");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_secret() {
    let folder = Folder::new();
    for (name, content) in [("1.json", OBJECT), ("1.env", ENV), ("1.txt", LINES)] {
        let path = folder.file(name, format!("\u{feff}{content}"));
        masker(&["--secrets"])
            .arg(path)
            .run(job())
            .has_printed(MASKED);
    }
}

#[cfg(unix)]
mod descriptors {
    use super::*;
    use crate::support::command::shell;

    #[test]
    fn a_descriptor_may_be_what_another_program_prints() {
        for (content, flag) in [
            (LINES, ""),
            (LINES, "--secrets-format lines"),
            (OBJECT, "--secrets-format json"),
            (ARRAY, "--secrets-format json"),
            (ENV, "--secrets-format env"),
        ] {
            let script = format!(r#""$masker" --secrets-fd 3 {flag} 3< <(printf %s "$content")"#);
            let outcome = shell(&script).env("content", content).run(job());
            outcome.has_printed(MASKED).says_nothing();
        }
    }

    #[test]
    fn a_descriptor_may_be_a_file() {
        let folder = Folder::new();
        let path = folder.file("secrets.json", LINES);
        let call = shell(r#""$masker" --secrets-fd 17 17< "$path""#).env("path", path);
        call.run(job()).has_printed(MASKED).says_nothing();
    }

    #[test]
    fn several_descriptors_add_up() {
        let script = r#""$masker" --secrets-fd 3 --secrets-fd 4 3<<< "$first" 4<<< "$second""#;
        let call = shell(script).env("first", FIRST).env("second", SECOND);
        call.run(job()).has_printed(MASKED).says_nothing();
    }
}
