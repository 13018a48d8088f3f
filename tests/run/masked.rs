//! What the job prints, on both outputs, whatever it does.

use std::time::Duration;

use super::{command, run};
use crate::support::command::TOKEN;

/// One byte a write, in colour, without a newline; then another program, a child in the background,
/// and death by a signal.
const ODD_JOB: &str = r#"
    drip() {
        for ((i = 0; i < ${#TOKEN}; i++)); do printf %s "${TOKEN:i:1}"; done
    }
    printf '\e[31m'; drip; printf '\e[0m'
    { printf '\e[32m'; drip; printf '\e[0m'; } >&2
    exec bash -c '
        printf " %s" "$TOKEN"
        (printf "late %s" "$TOKEN"; printf "late %s" "$TOKEN" >&2) &
        wait
        kill -TERM $$
    '
"#;

#[test]
fn an_odd_job_shows_nothing_of_its_token() {
    let outcome = run(&[], ODD_JOB).run("");
    outcome.has_status(128 + 15);
    assert_eq!(
        outcome.stdout.escape_ascii().to_string(),
        b"\x1b[31m[MASKED]\x1b[0m [MASKED]late [MASKED]"
            .escape_ascii()
            .to_string()
    );
    assert_eq!(outcome.stderr, "\x1b[32m[MASKED]\x1b[0mlate [MASKED]");
    outcome.hides(TOKEN);
}

#[test]
fn each_output_is_a_stream_of_its_own() {
    // A secret whose halves are on different outputs is on neither.
    let script = r#"printf %s "${TOKEN:0:7}"; printf %s "${TOKEN:7}" >&2"#;
    let outcome = run(&["--forms", "raw"], script).run("");
    outcome.has_printed(&TOKEN[..7]);
    assert_eq!(outcome.stderr, &TOKEN[7..]);
}

#[test]
fn a_job_that_is_killed_while_it_prints_a_token_leaves_nothing_of_it() {
    let script = r#"printf 'a %s' "${TOKEN:0:15}"; kill -KILL $$"#;
    let outcome = run(&[], script).run("");
    assert_eq!(outcome.stdout, b"a [MASKED]");
    outcome.has_status(128 + 9).says_nothing();
}

#[test]
fn what_is_printed_comes_at_once() {
    let mut running = run(
        &["--forms", "raw"],
        "printf prompt:; read -r x; echo \"$x\"",
    )
    .start();
    running.expect("prompt:");
    running.write(format!("{TOKEN}\n"));
    running.expect("[MASKED]\n");
    running.end().has_printed("").says_nothing();
}

#[test]
fn standard_input_is_the_jobs() {
    let mut input = vec![b'x'; 3 << 20];
    input.extend_from_slice(b"\0\xff end");
    command(&["--forms", "raw"], &["cat"])
        .run(&input)
        .has_printed(&input)
        .says_nothing();
}

#[test]
fn nothing_is_lost_of_much() {
    let script = "seq 1 200000; seq 1 100000 >&2";
    let outcome = run(&["--forms", "raw", "--rules", "none"], script).run("");
    let lines = |last| (1..=last).map(|it| format!("{it}\n")).collect::<String>();
    outcome.has_printed(lines(200_000));
    assert!(outcome.stderr == lines(100_000), "standard error differs");
}

/// What one stream names is a secret of the other, from then on.
#[test]
fn a_secret_named_on_one_output_is_masked_on_both() {
    for _ in 0..20 {
        let script = "echo ::add-mask::named-9876543210; echo named-9876543210 >&2";
        let outcome = run(&["--add-mask"], script).run("");
        outcome.has_printed("::add-mask::[MASKED]\n");
        assert_eq!(outcome.stderr, "[MASKED]\n");
    }
    let script = "echo ::add-mask::named-9876543210 >&2; sleep 0.3; echo named-9876543210";
    let outcome = run(&["--add-mask"], script).run("");
    outcome.has_printed("[MASKED]\n");
    assert_eq!(outcome.stderr, "::add-mask::[MASKED]\n");
}

#[test]
fn a_secret_that_is_added_is_masked_on_both_outputs() {
    let folder = super::Folder::new();
    let socket = folder.path("control.sock");
    let script = r#"
        printf %s late-9876543210 | "$masker" add --control "$socket" || exit
        echo late-9876543210; echo late-9876543210 >&2
    "#;
    let outcome = run(
        &["--control", socket.to_str().expect("it is UTF-8")],
        script,
    )
    .env("masker", env!("CARGO_BIN_EXE_masker"))
    .env("socket", &socket)
    .run("");
    outcome.has_printed("[MASKED]\n");
    assert_eq!(outcome.stderr, "[MASKED]\n");
    assert!(!socket.exists(), "the socket is left");
}

/// A job that has closed its outputs goes on, and is waited for without turning in circles.
#[test]
fn a_job_without_outputs_is_waited_for() {
    let begin = std::time::Instant::now();
    run(&[], "exec >&- 2>&-; sleep 0.3; exit 5")
        .run("")
        .has_status(5)
        .says_nothing();
    assert!(begin.elapsed() >= Duration::from_millis(300));
}
