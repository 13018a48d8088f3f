//! The first SIGINT or SIGTERM is for the job, whose last words are masked; the second is ours.

use std::os::unix::process::ExitStatusExt;
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, kill_process_group};

use crate::support::command::{Running, TOKEN, masker_of_token, shell};

const SIGNALS: [Signal; 2] = [Signal::INT, Signal::TERM];

/// A command that is known to be at work, and so to be prepared for signals.
fn started() -> Running {
    let mut running = masker_of_token(&[]).start();
    run_to(&mut running, "started\n");
    running
}

/// A signal that was sent before is delivered before this comes out.
fn run_to(running: &mut Running, text: &str) {
    running.write(text);
    running.expect(text);
}

#[test]
fn the_last_words_of_a_job_are_masked_after_the_first_signal() {
    for signal in SIGNALS {
        let mut running = started();
        running.signal(signal);
        running.write(format!("caught it, cleaning up with {TOKEN}\n"));
        running.expect("caught it, cleaning up with [MASKED]\n");
        running.write(format!("bye {TOKEN}"));
        running.end().has_printed("bye [MASKED]").says_nothing();
    }
}

#[test]
fn what_is_held_when_the_first_signal_comes_is_not_lost() {
    for signal in SIGNALS {
        let mut running = started();
        running.write(&TOKEN[..10]);
        running.signal(signal);
        running.write(&TOKEN[10..]);
        running.write(format!("\n{}", &TOKEN[..4]));
        running
            .end()
            .has_printed(format!("[MASKED]\n{}", &TOKEN[..4]))
            .says_nothing();
    }
}

#[test]
fn the_second_signal_ends_it_and_prints_nothing_of_what_was_held() {
    for first in SIGNALS {
        for second in SIGNALS {
            let mut running = started();
            running.signal(first);
            run_to(&mut running, "still here\n");
            running.write(format!("half {}", &TOKEN[..12]));
            running.expect("half ");
            running.signal(second);
            // The input stays open: it is the signal that ends it.
            let outcome = running.wait();
            assert_eq!(
                outcome.status.signal(),
                Some(second.as_raw()),
                "{outcome:?}"
            );
            assert!(outcome.stdout.is_empty(), "{outcome:?}");
            outcome.says_nothing();
        }
    }
}

/// As Ctrl-C in a terminal does: the signal goes to the job and to masker.
#[test]
fn a_job_and_its_masker_get_the_same_signal() {
    for (name, signal) in [("INT", Signal::INT), ("TERM", Signal::TERM)] {
        let script = r#"
            trap : "$signal"
            (
                trap 'echo "caught it, $TOKEN"; exit' "$signal"
                echo started
                while :; do :; done
            ) | "$masker" --secret-env TOKEN
            echo "status ${PIPESTATUS[1]}""#;
        let mut running = shell(script).env("signal", name).start();
        running.expect("started\n");
        kill_process_group(running.pid(), signal).expect("the group is there");
        running.expect("caught it, [MASKED]\nstatus 0\n");
        running.end().has_printed("").says_nothing();
    }
}

#[test]
fn a_signal_before_the_job_prints_anything_leaves_it_waiting() {
    for signal in SIGNALS {
        let mut running = masker_of_token(&[]).start();
        wait_until_prepared(&running);
        running.signal(signal);
        thread::sleep(Duration::from_millis(5));
        running.write(TOKEN);
        running.end().has_printed("[MASKED]").says_nothing();
    }
}

/// Secrets may take their time to come, and the job is at work by then.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_while_the_secrets_are_loaded_leaves_it_waiting() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let go = folder.path().join("go");
    let script = r#"exec "$masker" --secrets-fd 3 3< <(
        until [ -e "$go" ]; do sleep 0.01; done
        printf %s "$TOKEN"
    )"#;
    let mut running = shell(script).env("go", &go).start();
    wait_until_prepared(&running);
    running.signal(Signal::TERM);
    std::fs::write(go, "").expect("a file can be written");
    running.write(TOKEN);
    running.end().has_printed("[MASKED]").says_nothing();
}

#[cfg(target_os = "linux")]
fn wait_until_prepared(running: &Running) {
    let path = format!("/proc/{}/status", running.pid().as_raw_nonzero());
    let is_prepared = || {
        let status = std::fs::read_to_string(&path).expect("masker is there");
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        let both = SIGNALS.map(|signal| 1 << (signal.as_raw() - 1));
        both.iter()
            .all(|bit| caught.expect("Linux tells SigCgt") & bit != 0)
    };
    for _ in 0..5000 {
        if is_prepared() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("it does not prepare for signals");
}

#[cfg(not(target_os = "linux"))]
fn wait_until_prepared(_: &Running) {
    thread::sleep(Duration::from_millis(500));
}
