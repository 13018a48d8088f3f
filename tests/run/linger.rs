//! What the job leaves running holds its outputs open; that is waited for, and not for ever.

use std::time::{Duration, Instant};

use super::run;
use crate::support::command::TOKEN;

#[test]
fn what_comes_soon_after_the_job_is_printed() {
    let script = r#"(sleep 0.3; printf 'late %s' "$TOKEN") & exit 3"#;
    let outcome = run(&[], script).run("");
    assert_eq!(outcome.stdout, b"late [MASKED]");
    outcome.has_status(3).says_nothing();
}

#[test]
fn what_is_held_at_the_end_of_the_wait_is_finished_as_at_the_end() {
    let script = r#"(printf 'half %s' "${TOKEN:0:12}"; exec sleep 5) & exit 3"#;
    let begin = Instant::now();
    let outcome = run(&["--linger", "1"], script).run("");
    assert!(begin.elapsed() >= Duration::from_secs(1));
    assert!(begin.elapsed() < Duration::from_secs(4));
    assert_eq!(outcome.stdout, b"half [MASKED]");
    outcome.has_status(3).says("--linger").hides(TOKEN);
}

#[test]
fn nothing_that_the_job_printed_is_lost_without_a_wait() {
    for _ in 0..10 {
        let script = "sleep 5 & seq 1 100000";
        let outcome = run(&["--linger", "0", "--forms", "raw"], script).run("");
        let lines: String = (1..=100_000).map(|it| format!("{it}\n")).collect();
        outcome.has_printed(lines).says("--linger");
    }
}

#[test]
fn one_that_prints_for_ever_is_not_waited_for() {
    let script = r#"yes "$TOKEN" & sleep 0.1"#;
    let outcome = run(&["--linger", "0"], script).run("");
    outcome.has_status(0).says("--linger");
    // Cut anywhere: less than the minimum length of the last token may be shown.
    let printed = String::from_utf8(outcome.stdout).expect("it is UTF-8");
    let last = printed.rsplit('\n').next().unwrap_or_default();
    assert!(printed.len() > 1000 && last.len() <= "[MASKED]".len());
    assert_eq!(printed.replace("[MASKED]\n", ""), last);
}
