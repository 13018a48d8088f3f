//! Secrets that cannot be loaded end the command before it has read a byte of the job.

use super::Folder;
use crate::support::command::{Call, TOKEN, masker};

/// A part of each malformed source, which no message may show.
const VALUE: &str = "Xyzzy-Plugh-0815-Plover";

/// Refused with the name of the source and no piece of its content, nothing read, nothing printed.
#[track_caller]
fn check(call: Call, flag: &str, source: &str) {
    let outcome = call.env("GOOD_KEY", TOKEN).run_unread();
    outcome
        .is_refused()
        .says("masker: error: ")
        .says(flag)
        .says(source)
        .hides(VALUE)
        .hides(TOKEN);
}

#[test]
fn a_malformed_file_ends_it_before_anything_is_read() {
    let folder = Folder::new();
    for (name, content) in [
        ("no.json", VALUE.to_owned()),
        ("empty.json", String::new()),
        ("cut.json", format!(r#"{{"KEY": "{VALUE}""#)),
        ("cut-in-value.json", format!(r#"{{"KEY": "{VALUE}"#)),
        ("behind.json", format!(r#"{{"KEY": "{VALUE}"}} "{VALUE}""#)),
        ("text.json", format!(r#""{VALUE}""#)),
        (
            "number.json",
            format!(r#"{{"A": "{VALUE}", "KEY": 12345678}}"#),
        ),
        (
            "nested.json",
            format!(r#"{{"KEY": {{"inner": "{VALUE}"}}}}"#),
        ),
        ("unnamed.json", format!(r#"[{{"value": "{VALUE}"}}]"#)),
        ("valueless.json", String::from(r#"[{"name": "KEY"}]"#)),
        ("no.env", format!("{VALUE}\n")),
        ("nameless.env", format!("={VALUE}\n")),
        ("open.env", format!("KEY='{VALUE}\n")),
        ("behind.env", format!("KEY='{VALUE}'{VALUE}\n")),
        ("second-line.env", format!("KEY={VALUE}\n{VALUE}\n")),
        ("nul.txt", format!("{VALUE}\0{VALUE}\n")),
    ] {
        let path = folder.file(name, content);
        check(masker(&["--secrets"]).arg(path), "--secrets", name);
    }
}

#[test]
fn a_file_in_utf_16_is_malformed_in_every_format() {
    let folder = Folder::new();
    let units = format!("\u{feff}{VALUE}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<u8>>();
    let path = folder.file("wide.txt", units);
    for format in ["json", "env", "lines"] {
        let call = masker(&["--secrets-format", format, "--secrets"]).arg(&path);
        check(call, "--secrets", "wide.txt");
    }
}

#[test]
fn a_file_that_is_missing_or_no_file_ends_it_before_anything_is_read() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("folder")).expect("a folder can be made");
    for flag in ["--secrets", "--secret-file"] {
        for name in ["missing.json", "folder"] {
            check(masker(&[flag]).arg(folder.path(name)), flag, name);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_ends_it_before_anything_is_read() {
    use std::fs::{File, Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let path = folder.file("locked", VALUE);
    set_permissions(&path, Permissions::from_mode(0o000)).expect("the file is ours");
    if File::open(&path).is_ok() {
        println!("skipped: this user may read every file");
        return;
    }
    for flag in ["--secrets", "--secret-file"] {
        check(masker(&[flag]).arg(&path), flag, "locked");
    }
}

#[test]
fn one_good_source_does_not_make_up_for_a_bad_one() {
    let folder = Folder::new();
    let bad = folder.file("bad.json", format!("[{VALUE}"));
    let call = masker(&["--secret-env", "GOOD_KEY", "--allow-empty", "--secrets"]).arg(bad);
    check(call, "--secrets", "bad.json");
}

#[test]
fn the_descriptors_of_the_job_hold_no_secrets() {
    for number in ["0", "1", "2"] {
        let call = masker(&["--secrets-fd", number]);
        check(call, "--secrets-fd", &format!("descriptor {number}"));
    }
}

#[test]
fn a_descriptor_that_is_not_open_ends_it_before_anything_is_read() {
    check(
        masker(&["--secrets-fd", "4711"]),
        "--secrets-fd",
        "descriptor 4711",
    );
}

#[cfg(unix)]
#[test]
fn a_malformed_descriptor_ends_it_before_anything_is_read() {
    use crate::support::command::shell;

    let script = r#""$masker" --secrets-fd 3 --secrets-format json 3< <(printf %s "{$value}")"#;
    check(
        shell(script).env("value", VALUE),
        "--secrets-fd",
        "descriptor 3",
    );
}

/// As a script sees it that falls back to something else.
#[cfg(unix)]
#[test]
fn the_next_command_gets_all_the_input() {
    use crate::support::command::shell;

    let outcome = shell(r#""$masker" --secrets /no/such/file || cat"#).run("line 1\nline 2\n");
    outcome.has_printed("line 1\nline 2\n").says("--secrets");
}
