use std::ffi::OsString;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::environment::is_glob_match;
use super::super::error::is_plainly_a_name;
use super::*;

fn variables() -> Vec<(OsString, OsString)> {
    [
        ("CI_TOKEN", "hunter2-ci"),
        ("CI_KEY", ""),
        ("ci_token", "hunter2-small"),
        ("STARS", "Hunter*2"),
        ("SECRETS_TO_MASK", "SECRET_*"),
        ("CI", "true"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into()
}

fn names(pattern: &str) -> Vec<String> {
    let secrets = from_env(variables(), pattern).expect("a valid pattern");
    secrets.iter().map(|secret| secret.name().into()).collect()
}

fn refused(pattern: &str) -> (SourceErrorKind, String) {
    let error = from_env(variables(), pattern).expect_err("an invalid pattern");
    (error.kind(), message(&error))
}

#[test]
fn variables_are_found_by_name() {
    let secrets = from_env(variables(), "CI_TOKEN").expect("a variable that is set");
    assert_eq!(pairs(secrets), [pair("CI_TOKEN", "hunter2-ci")]);
    let secrets = from_env(variables(), "CI_KEY").expect("an empty variable");
    assert_eq!(pairs(secrets), [pair("CI_KEY", "")]);
}

#[test]
#[cfg(not(windows))]
fn variables_are_found_by_pattern() {
    assert_eq!(names("CI_*"), ["CI_TOKEN", "CI_KEY"]);
    assert_eq!(names("*_token"), ["ci_token"]);
    assert_eq!(names("*").len(), variables().len());
    assert_eq!(names("NONE_*"), [""; 0]);
}

#[test]
#[cfg(unix)]
fn names_and_values_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStringExt;

    let odd = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let variables = [(odd(b"KEY_\xff"), odd(b"\xfe\x80 value"))];
    let secrets = from_env(variables, "KEY_*").expect("a pattern that matches");
    assert_eq!(pairs(secrets), [pair("KEY_\u{fffd}", b"\xfe\x80 value")]);
}

#[test]
fn a_pattern_is_cut_at_its_stars() {
    let cases = [
        ("", "", true),
        ("", "A", false),
        ("A", "A", true),
        ("A", "AB", false),
        ("A", "BA", false),
        ("a", "A", false),
        ("*", "", true),
        ("**", "ANY", true),
        ("A*", "A", true),
        ("A*A", "A", false),
        ("A*A", "AA", true),
        ("*A*", "BAB", true),
        ("A*B*C", "AXBXC", true),
        ("A*B*C", "AXBX", false),
        ("A*AB", "AAB", true),
        ("AB*BA", "ABA", false),
        ("*AB*BC*", "ABC", false),
        // Nothing but the star is special.
        ("A?", "AB", false),
        ("[A]", "A", false),
        ("A.B", "AxB", false),
    ];
    for (pattern, name, is_match) in cases {
        let found = is_glob_match(pattern.as_bytes(), name.as_bytes());
        assert_eq!(found, is_match, "{pattern} {name}");
    }
}

#[test]
fn a_hostile_pattern_takes_no_time() {
    let begin = Instant::now();
    let name = b"a".repeat(200_000);
    for piece in ["*", "a*", "*a", "**a"] {
        let pattern = piece.repeat(10_000) + "b";
        assert!(!is_glob_match(pattern.as_bytes(), &name), "{piece}");
    }
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_unset_name_is_an_error_and_shown_if_it_is_one() {
    for name in ["DEPLOY_TOKEN", "deploy_token", "_KEY_2024", "X"] {
        let expected = format!("the variable `{name}` is not set");
        assert_eq!(refused(name), (SourceErrorKind::UnsetVariable, expected));
    }
}

#[test]
fn an_unset_name_that_may_be_a_secret_is_not_shown() {
    let long = format!("{MARK}{}", "x".repeat(60));
    let secrets = [
        "hunter2-XYZ",
        "Hunter",
        "hunterHUNTER",
        "hunter12345",
        "hunter two",
        "hunter=two",
        "$hunter",
        "hunter\n",
        "hünter",
        "12345",
        "____",
        &long,
    ];
    for secret in secrets {
        let (kind, text) = refused(secret);
        assert_eq!(kind, SourceErrorKind::UnsetVariable);
        assert_eq!(
            text.replace(secret, "SHOWN"),
            "the pattern names a variable that is not set (not shown: it may be a secret); give a name, without `$`"
        );
    }
    assert_eq!(
        refused(""),
        (
            SourceErrorKind::UnsetVariable,
            "no variable is named: the pattern is empty".into()
        )
    );
}

#[test]
fn a_value_in_place_of_a_name_is_told_by_name() {
    let expected = |name| {
        let text =
            format!("the pattern was given the value of the variable `{name}`; give its name");
        (SourceErrorKind::ValueForName, text)
    };
    assert_eq!(refused("hunter2-ci"), expected("CI_TOKEN"));
    assert_eq!(refused("hunter2-small"), expected("ci_token"));
    assert_eq!(refused("true"), expected("CI"));
    // A star in a value makes it no pattern.
    assert_eq!(refused("Hunter*2"), expected("STARS"));
}

#[test]
fn a_pattern_from_a_variable_may_match_nothing() {
    assert_eq!(names("SECRET_*"), [""; 0]);
}

#[test]
fn a_value_that_is_a_name_too_is_that_name() {
    let variables = [("A", "B"), ("B", "hunter2")].map(|(a, b)| (a.into(), b.into()));
    let secrets = from_env(variables, "B").expect("a variable that is set");
    assert_eq!(pairs(secrets), [pair("B", "hunter2")]);
}

#[test]
fn a_name_has_one_case_and_few_digits() {
    assert!(is_plainly_a_name(&"A".repeat(64), b""));
    assert!(!is_plainly_a_name(&"A".repeat(65), b""));
    assert!(is_plainly_a_name("A1234", b""));
    assert!(!is_plainly_a_name("A12345", b""));
    assert!(!is_plainly_a_name("a/b", b""));
    assert!(is_plainly_a_name("a/b", b"/"));
    assert!(!is_plainly_a_name("", b"/"));
}

/// Too simple to be wrong, and too slow to be used.
fn is_slow_match(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|at| is_slow_match(rest, &name[at..])),
        Some((byte, rest)) => name.first() == Some(byte) && is_slow_match(rest, &name[1..]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_match_is_what_a_slow_matcher_finds(pattern in "[ab*]{0,8}", name in "[ab]{0,10}") {
        let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
        prop_assert_eq!(is_glob_match(pattern, name), is_slow_match(pattern, name));
    }
}
