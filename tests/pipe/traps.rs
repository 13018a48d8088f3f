//! Ways to start the command that would make it wait for ever, lose the job's output or its own.

use crate::support::command::{TOKEN, masker_of_token, shell};

#[test]
fn secrets_can_come_from_a_named_pipe_whose_writer_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    shell(
        r#"mkfifo "$pipe"; printf '%s\n' "$TOKEN" > "$pipe" & exec 3< "$pipe"; wait
           echo "a $TOKEN b" | "$masker" --secrets-fd 3"#,
    )
    .env("pipe", folder.path().join("pipe"))
    .run("")
    .has_printed("a [MASKED] b\n")
    .says_nothing();
}

#[test]
fn secrets_can_come_late_through_a_pipe() {
    shell(r#"echo "a $TOKEN b" | "$masker" --secrets-fd 3 3< <(sleep 0.2; echo "$TOKEN")"#)
        .run("")
        .has_printed("a [MASKED] b\n")
        .says_nothing();
}

#[test]
fn the_pipe_of_the_job_or_of_the_output_is_no_source_of_secrets() {
    for source in [
        "--secret-file /dev/stdin",
        "--secrets /dev/fd/0",
        "--secrets-fd 3 3<&0",
        "--secret-file /dev/stdout",
    ] {
        let script = format!(r#"(echo output | "$masker" {source}; echo "status $?") | cat"#);
        shell(&script)
            .run("")
            .has_printed("status 2\n")
            .says("the job's output itself");
    }
}

#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    for signal in ["INT", "TERM"] {
        let script = format!(
            r#"trap '' {signal}; (echo ready; sleep 0.3; echo "last $TOKEN") |
               "$masker" --secret-env TOKEN & sleep 0.1
               kill -{signal} $!; sleep 0.05; kill -{signal} $!; wait $!"#
        );
        shell(&script)
            .run("")
            .has_printed("ready\nlast [MASKED]\n")
            .says_nothing();
    }
}

#[test]
fn a_mask_must_not_complete_a_secret_with_what_stands_beside_it() {
    for mask in [
        &TOKEN[..TOKEN.len() - 1],
        &TOKEN[1..],
        &format!("<{}", &TOKEN[..8]),
    ] {
        masker_of_token(&["--mask", mask])
            .run_unread()
            .is_refused()
            .says("--mask");
    }
    let outcome = masker_of_token(&["--mask", &format!("<{}", &TOKEN[..7])]).run(TOKEN);
    outcome
        .has_printed(format!("<{}", &TOKEN[..7]))
        .says_nothing();
}

#[cfg(target_os = "linux")]
#[test]
fn no_core_file_is_left_that_would_hold_the_secrets() {
    let mut running = masker_of_token(&[]).start();
    running.write("started\n");
    running.expect("started\n");
    let limits =
        std::fs::read_to_string(format!("/proc/{}/limits", running.pid().as_raw_nonzero()));
    let limits = limits.expect("the process has limits");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<_> = core
        .expect("a limit of core files")
        .split_whitespace()
        .collect();
    assert_eq!(words[4..6], ["0", "0"]);
    running.end().says_nothing();
}
