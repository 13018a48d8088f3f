//! How it ends: with the job, with the reader, or with what failed.

use std::io;
use std::thread;
use std::time::Duration;

use super::text;
use crate::support::command::{TOKEN, masker_of_token};

#[test]
fn an_empty_job_is_an_empty_output() {
    masker_of_token(&[]).run("").has_printed("").says_nothing();
    masker_of_token(&[])
        .stdin(std::process::Stdio::null())
        .run("")
        .has_printed("")
        .says_nothing();
}

#[test]
fn a_last_line_without_newline_gets_none() {
    for job in ["last words", "line\nlast words", "line\n\n", "x"] {
        masker_of_token(&[])
            .run(job)
            .has_printed(job)
            .says_nothing();
    }
}

#[test]
fn it_ends_with_the_job_and_not_before() {
    let mut running = masker_of_token(&[]).start();
    for _ in 0..3 {
        running.write(format!("{TOKEN}\n"));
        running.expect("[MASKED]\n");
    }
    running.end().has_printed("").says_nothing();
}

#[cfg(unix)]
#[test]
fn a_closed_input_is_an_empty_job() {
    use crate::support::command::shell;

    let outcome = shell(r#""$masker" --secret-env TOKEN <&-"#).run("");
    outcome.has_printed("").says_nothing();
}

#[test]
fn an_output_that_nobody_reads_any_more_is_no_failure() {
    let mut running = masker_of_token(&[]).start();
    running.write("hello\n");
    running.expect("hello\n");
    drop(running.take_stdout());
    let mut stdin = running.take_stdin();
    // The job would print for ever, a little now and then.
    while io::Write::write_all(&mut stdin, b"into the void\n").is_ok() {
        thread::sleep(Duration::from_millis(1));
    }
    running.wait().has_status(0).says_nothing();
}

#[test]
fn a_reader_who_leaves_in_the_middle_of_a_write_is_no_failure() {
    let mut running = masker_of_token(&[]).start();
    let stdout = running.take_stdout();
    let mut stdin = running.take_stdin();
    thread::scope(|scope| {
        // More than the pipes and the buffer take, so that a write waits.
        let writer = scope.spawn(move || io::Write::write_all(&mut stdin, &text(8 << 20)));
        thread::sleep(Duration::from_millis(50));
        drop(stdout);
        running.wait().has_status(0).says_nothing();
        assert!(
            writer.join().expect("no panic").is_err(),
            "it read on for nobody"
        );
    });
}

#[cfg(unix)]
mod of_a_shell {
    use crate::support::command::shell;

    #[test]
    fn head_may_leave_an_endless_job() {
        let script = r#"yes "a $TOKEN b" | "$masker" --secret-env TOKEN | head -n 1
                        echo "status ${PIPESTATUS[1]}""#;
        shell(script)
            .run("")
            .has_printed("a [MASKED] b\nstatus 0\n")
            .says_nothing();
    }

    #[test]
    fn the_status_of_the_job_can_be_seen_through_the_pipe() {
        let script = r#"set -o pipefail; (echo "$TOKEN"; exit 7) | "$masker" --secret-env TOKEN"#;
        let outcome = shell(script).run("");
        assert_eq!(outcome.stdout, b"[MASKED]\n");
        outcome.has_status(7).says_nothing();
    }

    #[test]
    fn two_in_a_row_mask_with_both() {
        let script = r#"printf '%s and %s\n' "$TOKEN" "$OTHER" |
            "$masker" --secret-env TOKEN | "$masker" --secret-env OTHER"#;
        let outcome = shell(script).env("OTHER", "quite another").run("");
        outcome
            .has_printed("[MASKED] and [MASKED]\n")
            .says_nothing();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_fails_is_status_1_with_the_reason() {
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("there is one")
    };
    let outcome = masker_of_token(&[])
        .stdout(full())
        .run(format!("{TOKEN}\n"));
    outcome
        .has_status(1)
        .says("masker: error: ")
        .says("standard output")
        .hides(TOKEN);

    // With the last words only.
    let outcome = masker_of_token(&[]).stdout(full()).run(&TOKEN[..12]);
    outcome.has_status(1).says("standard output").hides(TOKEN);

    // Where there is nothing to write, nothing fails.
    masker_of_token(&[])
        .stdout(full())
        .run("")
        .has_status(0)
        .says_nothing();
}

#[cfg(unix)]
#[test]
fn an_input_that_cannot_be_read_is_status_1_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let input = std::fs::File::open(folder.path()).expect("a folder can be opened");
    let outcome = masker_of_token(&[]).stdin(input).run("");
    outcome
        .has_status(1)
        .says("masker: error: ")
        .says("standard input");
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
}
