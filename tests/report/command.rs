//! `--report`: the file, its content, and when it is written.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::command::{Call, TOKEN, masker, masker_of_token};

/// A folder in which reports are written, and nothing else.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder can be made"))
    }

    fn report(&self) -> PathBuf {
        self.0.path().join("report.json")
    }

    /// The one file that is there, as it is.
    #[track_caller]
    fn text(&self) -> String {
        assert_eq!(self.names(), ["report.json"]);
        fs::read_to_string(self.report()).expect("a report is text")
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text()).expect("a report is JSON")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder can be listed");
        let names = entries.map(|entry| entry.expect("it can be listed").file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    fn masker(&self, args: &[&str]) -> Call {
        masker_of_token(args).arg("--report").arg(self.report())
    }
}

#[test]
fn a_report_tells_who_leaked_what_and_where() {
    let folder = Folder::new();
    let call = folder.masker(&["--secret-env", "KEY", "--secret-env", "UNUSED"]);
    let call = call
        .env("KEY", "hunter2\nhunter3!")
        .env("UNUSED", "never printed");
    let job = format!(
        "one\n{TOKEN}\nhunter2\nhunter3! in hex: {}\n {TOKEN}",
        hex(TOKEN)
    );
    let outcome = call.run(&job);
    let masked = "one\n[MASKED]\n[MASKED] in hex: [MASKED]\n [MASKED]";
    outcome.has_printed(masked).says_nothing();
    let offset = |what: &str| job.find(what).expect("it stands in the job");
    let expected = json!({
        "version": 1,
        "complete": true,
        "bytes": job.len(),
        "masks": 4,
        "truncated": null,
        "leaks": [
            {"secret": "TOKEN", "form": "raw", "count": 2, "first": [
                {"offset": 4, "line": 2},
                {"offset": job.rfind(TOKEN), "line": 5},
            ]},
            {"secret": "KEY", "form": "raw", "count": 1, "first": [
                {"offset": offset("hunter2"), "line": 3},
            ]},
            {"secret": "TOKEN", "form": "hex", "count": 1, "first": [
                {"offset": offset(&hex(TOKEN)), "line": 4},
            ]},
        ],
        "refused": [],
    });
    assert_eq!(folder.json(), expected);
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_report_never_shows_a_value() {
    let folder = Folder::new();
    let call = folder
        .masker(&["--secret-env", "PIN", "--summary"])
        .env("PIN", "4711");
    let job = format!("{TOKEN} 4711 {} {}", hex(TOKEN), &TOKEN[..12]);
    let outcome = call.run(job);
    outcome
        .has_status(0)
        .hides(TOKEN)
        .hides("4711")
        .hides(hex(TOKEN));
    let text = folder.text();
    for secret in [TOKEN, "4711", &hex(TOKEN)] {
        for piece in secret.as_bytes().windows(secret.len().min(6)) {
            let piece = str::from_utf8(piece).expect("ASCII");
            assert!(!text.contains(piece), "{piece} in {text}");
        }
    }
}

#[test]
fn where_nothing_leaked_the_list_is_empty() {
    for job in ["", "all is well\n", "4711 ********"] {
        let folder = Folder::new();
        folder.masker(&[]).run(job).has_printed(job).says_nothing();
        let report = folder.json();
        assert_eq!(report["leaks"], json!([]));
        assert_eq!(
            (&report["masks"], &report["bytes"]),
            (&json!(0), &json!(job.len()))
        );
    }
}

#[test]
fn what_is_refused_is_listed_by_name_and_reason() {
    let folder = Folder::new();
    let call = folder.masker(&["--secret-env", "P*", "--secret-env", "PIN"]);
    let call = call
        .env("PIN", "4711")
        .env("PAD", "********")
        .env("PLAIN", "  ");
    call.run("4711").has_printed("4711").says("PIN");
    let mut refused = folder.json()["refused"].as_array().expect("a list").clone();
    refused.sort_by_key(Value::to_string);
    let expected = [("blank", "PLAIN"), ("repeated", "PAD"), ("short", "PIN")];
    let expected = expected.map(|(reason, name)| json!({"reason": reason, "secret": name}));
    assert_eq!(refused, expected);
}

#[test]
fn a_secret_cut_short_is_reported_where_it_begins() {
    let folder = Folder::new();
    let job = format!("a\nb {}", &TOKEN[..12]);
    folder.masker(&[]).run(&job).has_printed("a\nb [MASKED]");
    let report = folder.json();
    assert_eq!(report["truncated"], json!({"offset": 4, "line": 2}));
    assert_eq!(
        (&report["masks"], &report["leaks"]),
        (&json!(1), &json!([]))
    );

    let folder = Folder::new();
    folder
        .masker(&["--truncated", "keep"])
        .run(&job)
        .has_printed(&job);
    assert_eq!(folder.json()["truncated"], Value::Null);
}

#[test]
fn names_of_any_characters_are_written_as_json() {
    let folder = Folder::new();
    let names = [
        "\"quoted\"\n\u{1b}[31m",
        "ünïcödé 😀",
        "a b",
        "\\ \u{0} \u{7f}",
    ];
    let secrets: serde_json::Map<String, Value> = names
        .iter()
        .enumerate()
        .map(|(number, &name)| (name.to_owned(), json!(format!("the value no. {number}"))))
        .collect();
    let file = tempfile::NamedTempFile::with_suffix(".json").expect("a file can be made");
    fs::write(file.path(), Value::from(secrets).to_string()).expect("a file can be written");
    let call = masker(&["--summary", "--secrets"]).arg(file.path());
    let call = call.arg("--report").arg(folder.report());
    let job: String = (0..4)
        .map(|number| format!("the value no. {number}\n"))
        .collect();
    let outcome = call.run(job);
    outcome.has_printed("[MASKED]\n".repeat(4));
    for (leak, name) in folder.json()["leaks"]
        .as_array()
        .expect("a list")
        .iter()
        .zip(names)
    {
        assert_eq!(leak["secret"], name);
    }
    assert!(
        !outcome.stderr.trim_end().contains(|c: char| c.is_control()),
        "{outcome:?}"
    );
}

#[test]
fn a_report_is_there_only_when_masker_has_ended() {
    let folder = Folder::new();
    fs::write(folder.report(), "of an earlier run").expect("a file can be written");
    let mut running = folder.masker(&[]).start();
    running.write(format!("{TOKEN}\n"));
    running.expect("[MASKED]\n");
    assert_eq!(
        folder.names(),
        [""; 0],
        "one that is there is taken for ours"
    );
    running.end().has_status(0);
    assert_eq!(folder.json()["masks"], 1);
}

#[test]
fn what_is_not_read_to_its_end_is_not_complete() {
    let folder = Folder::new();
    let mut running = folder.masker(&["--fail-on-leak"]).start();
    running.write(format!("{TOKEN}\n"));
    running.expect("[MASKED]\n");
    drop(running.take_stdout());
    let mut stdin = running.take_stdin();
    // Once is too little: a command that another test is starting may still hold the pipe.
    while io::Write::write_all(&mut stdin, b"for nobody\n").is_ok() {
        thread::sleep(Duration::from_millis(1));
    }
    running.wait().has_status(3).says_nothing();
    let report = folder.json();
    assert_eq!(
        (&report["complete"], &report["masks"]),
        (&json!(false), &json!(1))
    );
}

#[test]
fn the_output_is_the_same_with_a_report_and_without() {
    let folder = Folder::new();
    let mut running = folder.masker(&["--summary"]).start();
    running.write(&TOKEN[..9]);
    running.write(&TOKEN[9..]);
    running.expect("[MASKED]");
    running.write("prompt> ");
    running.expect("prompt> ");
    running.end().has_printed("");
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    folder.masker(&[]).run(TOKEN).has_printed("[MASKED]");
    let metadata = fs::metadata(folder.report()).expect("it is there");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
mod signals {
    use rustix::process::Signal;

    use super::*;

    #[test]
    fn one_signal_leaves_the_report() {
        for signal in [Signal::TERM, Signal::INT] {
            let folder = Folder::new();
            let mut running = folder.masker(&[]).start();
            running.write("started\n");
            running.expect("started\n");
            running.signal(signal);
            running.write(format!("bye {TOKEN}"));
            running.end().has_printed("bye [MASKED]");
            let report = folder.json();
            assert_eq!(
                (&report["complete"], &report["masks"]),
                (&json!(true), &json!(1))
            );
        }
    }

    #[test]
    fn two_leave_nothing() {
        let folder = Folder::new();
        let mut running = folder.masker(&[]).start();
        for text in ["started\n", "still here\n"] {
            running.write(text);
            running.expect(text);
            running.signal(Signal::TERM);
        }
        assert!(!running.wait().status.success());
        assert_eq!(folder.names(), [""; 0]);
    }
}
