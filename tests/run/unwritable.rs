//! Where the output cannot be written, it stops; the mask does not.

use std::fs::OpenOptions;

use super::run;
use crate::support::command::TOKEN;

/// As if the job wrote into that pipe itself.
#[test]
fn a_job_whose_reader_has_gone_is_told_by_its_signal() {
    let mut running = super::command(&[], &["yes"]).start();
    running.expect("y\n");
    drop(running.take_stdout());
    running.end().has_status(128 + 13).says_nothing();
}

#[test]
fn the_other_output_goes_on() {
    let script = r#"
        trap '' PIPE
        until ! echo 2>&-; do sleep 0.01; done
        echo "still $TOKEN" >&2; exit 5
    "#;
    let mut running = run(&[], script).start();
    drop(running.take_stdout());
    let outcome = running.end();
    assert_eq!(outcome.stderr, "still [MASKED]\n");
    outcome.has_status(5);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_output_with_status_1() {
    let full = OpenOptions::new().write(true).open("/dev/full");
    let full = full.expect("Linux has it");
    let script = r#"while echo "$TOKEN"; do echo "$TOKEN" >&2; done"#;
    let outcome = run(&[], script).stdout(full).run("");
    outcome
        .has_status(1)
        .says("writing standard output")
        .hides(TOKEN);
    let outcome = run(&["--log", "/dev/full"], script).run("");
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
    outcome.has_status(1).says("--log").hides(TOKEN);
}

/// Killed while it holds the half of a token.
#[test]
fn a_masker_that_is_killed_prints_nothing_of_what_it_held() {
    let script = r#"printf 'a %s' "${TOKEN:0:12}"; read -r x"#;
    let mut running = run(&["--forms", "raw"], script).start();
    running.expect("a ");
    std::thread::sleep(std::time::Duration::from_millis(20));
    running.signal(rustix::process::Signal::KILL);
    let outcome = running.wait();
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
}
