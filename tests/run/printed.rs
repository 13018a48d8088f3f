//! `--timestamps`, `--log` and `--limit`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Folder, run};
use crate::support::command::TOKEN;

/// The lines behind their times, each of which is checked.
#[track_caller]
fn without_times(printed: &str) -> String {
    let line = |line: &str| {
        let (time, rest) = line.split_once(' ').expect("a time stands before it");
        let shape = |byte: u8| {
            if byte.is_ascii_digit() {
                '0'
            } else {
                char::from(byte)
            }
        };
        let shape: String = time.bytes().map(shape).collect();
        assert_eq!(shape, "0000-00-00T00:00:00.000Z", "{printed:?}");
        rest.to_owned()
    };
    printed.split_inclusive('\n').map(line).collect()
}

#[test]
fn no_time_splits_a_secret() {
    let script = r#"
        for ((i = 0; i < ${#TOKEN}; i++)); do printf %s "${TOKEN:i:1}"; sleep 0.002; done
        printf '\n\r\nx'; echo "e $TOKEN" >&2
    "#;
    let outcome = run(&["--timestamps"], script).run("");
    let printed = String::from_utf8(outcome.stdout).expect("it is UTF-8");
    assert_eq!(without_times(&printed), "[MASKED]\n\r\nx");
    assert_eq!(without_times(&outcome.stderr), "e [MASKED]\n");
}

/// A secret of several lines has no times in it either.
#[test]
fn no_time_splits_a_secret_of_many_lines() {
    let secret = "first-line-0123\nsecond-line-4567\nthird-line-89ab";
    let script = r#"printf '%s\nend\n' "$KEY""#;
    let outcome = run(&["--timestamps", "--secret-env", "KEY"], script)
        .env("KEY", secret)
        .run("");
    let printed = String::from_utf8(outcome.stdout).expect("it is UTF-8");
    assert_eq!(without_times(&printed), "[MASKED]\nend\n");
}

fn log_flags(path: &Path) -> [&str; 2] {
    ["--log", path.to_str().expect("it is UTF-8")]
}

#[test]
fn the_log_has_both_outputs_in_order_for_its_owner_only() {
    let folder = Folder::new();
    let path = folder.file("job.log", "what was there before");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let script = r#"echo "1 $TOKEN"; sleep 0.1; echo "2 $TOKEN" >&2; sleep 0.1; echo 3"#;
    let outcome = run(&log_flags(&path), script).run("");
    outcome.has_printed("1 [MASKED]\n3\n");
    assert_eq!(outcome.stderr, "2 [MASKED]\n");
    let log = fs::read_to_string(&path).expect("there is a log");
    assert_eq!(log, "1 [MASKED]\n2 [MASKED]\n3\n");
    let mode = fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_log_does_not_replace_a_secret() {
    let folder = Folder::new();
    let path = folder.file("key", TOKEN);
    let name = path.to_str().expect("it is UTF-8");
    for flags in [
        &["--log", name, "--secret-file", name][..],
        &["--log", name, "--secrets", name],
        &["--log", name, "--env-file", &format!("A={name}")],
    ] {
        let outcome = run(flags, "echo started").run("");
        outcome.is_refused().says("--log").hides(TOKEN);
        assert_eq!(fs::read(&path).expect("it is there"), TOKEN.as_bytes());
    }
}

#[test]
fn the_limit_is_of_both_outputs_and_whole_characters() {
    let folder = Folder::new();
    let path = folder.path("job.log");
    let trace = folder.path("trace");
    let script = r#"
        printf 'äää'; sleep 0.1; printf '\303' >&2; sleep 0.1; printf '\244' >&2; sleep 0.1
        seq 1 100000; seq 1 100000 >&2; touch "$trace"; exit 5
    "#;
    let [log, path_name] = log_flags(&path);
    let outcome = run(&["--forms", "raw", "--limit", "11", log, path_name], script)
        .env("trace", &trace)
        .run("");
    assert_eq!(outcome.stdout, "äää1\n2".as_bytes(), "{outcome:?}");
    let said = outcome.stderr.matches("--limit").count();
    assert!(outcome.stderr.starts_with("ä") && said == 1, "{outcome:?}");
    assert_eq!(fs::read_to_string(&path).expect("a log"), "ääää1\n2");
    assert!(trace.exists(), "the job did not go on");
    outcome.has_status(5);
}

#[test]
fn the_limit_is_of_what_is_masked() {
    let script = r#"echo "$TOKEN"; echo "$TOKEN""#;
    let outcome = run(&["--limit", "18"], script).run("");
    outcome.has_printed("[MASKED]\n[MASKED]\n").says_nothing();
    let outcome = run(&["--limit", "12"], script).run("");
    outcome
        .has_printed("[MASKED]\n[MA")
        .says("--limit")
        .hides(TOKEN);
}
