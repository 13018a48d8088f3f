//! Signals to masker are for the job, once.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{run, wait_until};
use crate::support::command::TOKEN;

const ALL: [(&str, Signal); 6] = [
    ("INT", Signal::INT),
    ("TERM", Signal::TERM),
    ("HUP", Signal::HUP),
    ("QUIT", Signal::QUIT),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
];

#[test]
fn each_signal_reaches_the_job_once() {
    for (name, signal) in ALL {
        let script = r#"
            trap 'echo "caught, $TOKEN"' "$signal"
            echo ready
            until [ -n "$done" ]; do read -t 0.05 -r done; done
            exit 4
        "#;
        let mut running = run(&["--forms", "raw"], script).env("signal", name).start();
        running.expect("ready\n");
        running.signal(signal);
        running.expect("caught, [MASKED]\n");
        std::thread::sleep(Duration::from_millis(50));
        running.write("done\n");
        let outcome = running.end();
        assert_eq!(outcome.stdout, b"", "{name} came twice: {outcome:?}");
        outcome.has_status(4).says_nothing();
    }
}

#[test]
fn a_job_that_does_not_care_dies_by_the_signal() {
    // But for SIGQUIT, which bash ignores up to its last instant.
    for (_, signal) in ALL.into_iter().filter(|(name, _)| *name != "QUIT") {
        let mut running = run(&[], "echo ready; exec sleep 60").start();
        running.expect("ready\n");
        running.signal(signal);
        let outcome = running.wait();
        outcome.has_status(128 + signal.as_raw()).says_nothing();
    }
}

/// It says what it likes about any number of them: none ends the masker.
#[test]
fn a_job_that_ignores_signals_goes_on() {
    let script = "trap '' INT TERM HUP; echo ready; read -r x; echo \"$x $TOKEN\"";
    let mut running = run(&["--forms", "raw"], script).start();
    running.expect("ready\n");
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::TERM] {
        running.signal(signal);
        std::thread::sleep(Duration::from_millis(10));
    }
    running.write("still\n");
    running.end().has_printed("still [MASKED]\n").says_nothing();
}

#[test]
fn a_signal_arrives_while_nobody_reads_the_output() {
    let folder = super::Folder::new();
    let caught = folder.path("caught");
    let script = r#"
        trap 'touch "$caught"; exit 6' TERM
        echo ready
        # A shell that waits for a program defers its trap.
        yes & wait
    "#;
    let mut running = run(&["--linger", "0"], script)
        .env("caught", &caught)
        .start();
    running.expect("ready\n");
    std::thread::sleep(Duration::from_millis(200));
    running.signal(Signal::TERM);
    wait_until("the job has caught it", || caught.exists());
    drop(running.take_stdout());
    running.end().has_status(6);
}

#[test]
fn a_signal_ends_the_wait_for_what_the_job_left() {
    let begin = Instant::now();
    let script = "sleep 60 & echo $!";
    let mut running = run(&["--linger", "60"], script).start();
    let mut number = String::new();
    while let Some(byte) = running.next_byte().filter(|&byte| byte != b'\n') {
        number.push(char::from(byte));
    }
    // The job has ended some time after that.
    std::thread::sleep(Duration::from_millis(300));
    running.signal(Signal::TERM);
    running.wait().has_status(0).says("--linger");
    assert!(begin.elapsed() < Duration::from_secs(30));
    let left = number.parse().ok().and_then(Pid::from_raw);
    let left = left.expect("it is a number of a process");
    test_kill_process(left).expect("nothing was killed but by the test");
    kill_process(left, Signal::KILL).expect("it is there");
}

#[test]
fn what_was_ignored_stays_ignored() {
    let script = r#"trap '' HUP; exec "$masker" run --secret-env TOKEN -- bash -c '
        echo ready; read -r x; echo "$x"
    '"#;
    let mut running = crate::support::command::shell(script).start();
    running.expect("ready\n");
    running.signal(Signal::HUP);
    std::thread::sleep(Duration::from_millis(50));
    running.write(format!("{TOKEN}\n"));
    running.end().has_printed("[MASKED]\n").says_nothing();
}
