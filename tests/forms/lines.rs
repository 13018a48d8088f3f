//! Secrets of several lines, as jobs print them.

use masker::Forms;

use super::{mask, set};

const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACBHK9b9vE0Vv9r5yE4qgkSgJzP4mYq0m8a1zZlJpT3w3QAAAJhWg2a1VoNm
tQAAAAtzc2gtZWQyNTUxOQ
kQ==
-----END OPENSSH PRIVATE KEY-----
";

const ACCOUNT: &str = r#"{
  "type": "service_account",
  "private_key_id": "0123456789abcdef",
  "nested": {
    "a": 1
  },
  "client_email": "ci@example.iam.gserviceaccount.com"
}"#;

fn masked(secret: &str, text: &str) -> String {
    let set = set(secret.as_bytes(), Forms::ALL);
    String::from_utf8(mask(&set, text.as_bytes())).expect("UTF-8 in, UTF-8 out")
}

#[test]
fn the_whole_is_one_mask_however_its_lines_are_joined() {
    for secret in [KEY, ACCOUNT] {
        let whole = secret.trim_end();
        let words: Vec<&str> = whole.split_whitespace().collect();
        for shown in [
            whole.to_owned(),
            whole.replace('\n', "\r\n"),
            whole.replace('\n', " "),
            words.join(" "),
            whole.replace('\n', "\\n"),
        ]
        .iter()
        .take(if secret == KEY { 5 } else { 4 })
        {
            assert_eq!(masked(secret, &format!("a {shown} b")), "a [MASKED] b");
            // Wherever the secret came from, it may have had the other line ends there.
            let secret = secret.replace('\n', "\r\n");
            assert_eq!(masked(&secret, &format!("a {shown} b")), "a [MASKED] b");
        }
    }
}

#[test]
fn lines_are_masked_behind_a_timestamp_and_an_indent() {
    let behind = |prefix: &str, text: &str| -> String {
        text.lines()
            .map(|line| format!("{prefix}{line}\r\n"))
            .collect()
    };
    for prefix in ["2026-01-02T03:04:05Z ", "    ", "\t| "] {
        let shown = masked(KEY, &behind(prefix, KEY));
        let expected = "-----BEGIN OPENSSH PRIVATE KEY-----\n[MASKED]\n[MASKED]\n[MASKED]\nkQ==\n\
                        -----END OPENSSH PRIVATE KEY-----\n";
        assert_eq!(shown, behind(prefix, expected));
        let shown = masked(ACCOUNT, &behind(prefix, ACCOUNT));
        let expected = "{\n  [MASKED]\n  [MASKED]\n  [MASKED]\n    \"a\": 1\n  },\n  [MASKED]\n}";
        assert_eq!(shown, behind(prefix, expected));
    }
}

#[test]
fn brackets_armour_and_rules_are_never_masked_alone() {
    let secret =
        "{\n[{(<\"',;:>)}]\n-----BEGIN KEY-----\n----------\n0123456789\n-----END KEY-----\n}";
    let set = masker::MaskSet::builder()
        .secret(masker::Secret::new("odd", secret))
        .min_length(1)
        .build()
        .expect("it builds");
    let text = "{ } [{(<\"',;:>)}] -----BEGIN KEY----- ---------- -----END KEY----- 0123456789.\n";
    assert_eq!(
        String::from_utf8_lossy(&mask(&set, text.as_bytes())),
        text.replace("0123456789", "[MASKED]")
    );
}

#[test]
fn a_line_is_masked_in_the_other_forms_too() {
    let line = KEY.lines().nth(1).expect("it has lines");
    let hex: String = line.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(masked(KEY, &format!("<{hex}>")), "<[MASKED]>");
    let quoted = ACCOUNT
        .lines()
        .nth(1)
        .expect("it has lines")
        .trim()
        .replace('"', "\\\"");
    assert_eq!(masked(ACCOUNT, &format!("<{quoted}>")), "<[MASKED]>");
}

#[test]
fn white_space_around_a_value_may_be_lost() {
    assert_eq!(masked("  hunter22 \n", "<hunter22>"), "<[MASKED]>");
    assert_eq!(masked("  hunter22 \n", "<  hunter22 \n>"), "<[MASKED]>");
}
