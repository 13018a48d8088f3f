//! The real command, with `--add-mask`.

use std::thread;
use std::time::Duration;

use super::COMMAND;
use crate::support::command::{Call, TOKEN, masker, masker_of_token};

fn honouring(args: &[&str]) -> Call {
    masker(&["--add-mask", "--allow-empty"]).args(args)
}

#[test]
fn a_value_is_masked_with_pauses_between_all_writes() {
    let mut running = honouring(&["--forms", "raw"]).start();
    for byte in COMMAND
        .bytes()
        .chain("hunter2hunter2\nit is hunter2".bytes())
    {
        running.write([byte]);
        thread::sleep(Duration::from_millis(2));
    }
    // The mask comes with the first byte of the value.
    running.expect("::add-mask::[MASKED]\nit is ");
    running.write("hunter2");
    running.expect("[MASKED]");
    running.end().has_printed("").says_nothing();
}

#[test]
fn without_the_flag_such_a_line_is_text() {
    let text = "::add-mask::hunter2hunter2\nhunter2hunter2\n";
    masker(&["--allow-empty"])
        .run(text)
        .has_printed(text)
        .says_nothing();
}

#[test]
fn what_is_refused_is_said_by_name_and_never_by_value() {
    let job = "::add-mask::pin 47\n::add-mask::   \n::add-mask::pin 47\npin 47\n";
    let outcome = honouring(&[]).run(job);
    let masked = "::add-mask::[MASKED]\n".repeat(3) + "pin 47\n";
    outcome.has_printed(masked).hides("pin 47");
    outcome.says("the value of add-mask-1 is not masked from here on: it is shorter");
    outcome.says("the value of add-mask-2 is not masked from here on: it is empty");
    assert_eq!(outcome.stderr.lines().count(), 2, "{outcome:?}");
    honouring(&["--on-short", "ignore"]).run(job).says_nothing();
}

#[test]
fn lines_that_name_values_are_no_leak_and_later_prints_are() {
    let job = format!("{COMMAND}{TOKEN}\n{COMMAND}hunter2hunter2\n{COMMAND}a?token={TOKEN}\n");
    let call = || masker_of_token(&["--add-mask", "--fail-on-leak", "--summary"]);
    let outcome = call().run(&job);
    outcome.has_printed("::add-mask::[MASKED]\n".repeat(3));
    outcome.says("nothing was masked but values on the lines that name them");
    let outcome = call().run(format!("{job}hunter2hunter2\n"));
    outcome
        .has_status(3)
        .says("masked once: add-mask-2 (raw) 1, first at line 4");
    let outcome = call().run(format!("{job}{}", &TOKEN[..12]));
    outcome.has_status(3).says("cut short");
    // The end of the input in the middle of a value.
    call()
        .run(format!("{COMMAND}{}", &TOKEN[..12]))
        .has_status(0);
}

#[test]
fn what_rules_find_on_such_a_line_is_no_leak() {
    for value in [
        "glpat-0123456789",
        "https://a:b@c/?token=x",
        "Authorization: Bearer xyz",
    ] {
        for end in ["", "\n"] {
            let outcome = honouring(&["--fail-on-leak"]).run(format!("{COMMAND}{value}{end}"));
            outcome
                .has_printed(format!("::add-mask::[MASKED]{end}"))
                .says_nothing();
        }
    }
}

#[test]
fn a_report_tells_what_lines_named_and_what_was_refused() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("report.json");
    let call = honouring(&["--report"]).arg(&path);
    let job = "::add-mask::hunter2hunter2\n::add-mask::pin\n a hunter2hunter2 glpat-x ?sig=y\n";
    call.run(job).has_status(0);
    let report = std::fs::read_to_string(path).expect("it is there");
    let report: serde_json::Value = serde_json::from_str(&report).expect("a report is JSON");
    let place = |offset| serde_json::json!([{"offset": offset, "line": 3}]);
    let at = |what| job.rfind(what).expect("it is there");
    let expected = serde_json::json!([
        {"secret": "add-mask-1", "form": "raw", "count": 1, "first": place(at("hunter2h"))},
        {"rule": "token-prefix", "name": "glpat-", "count": 1, "first": place(at("x "))},
        {"rule": "url-parameter", "name": "sig", "count": 1, "first": place(at("y\n"))},
    ]);
    assert_eq!(report["leaks"], expected);
    assert_eq!(report["masks"], 5);
    assert_eq!(
        report["refused"],
        serde_json::json!([{"secret": "add-mask-2", "reason": "short"}])
    );
}

/// Whatever it is made of, a line takes no more memory than another.
#[cfg(target_os = "linux")]
#[test]
fn a_line_without_end_takes_no_memory() {
    let mut running = honouring(&[]).start();
    running.write(COMMAND);
    running.expect(COMMAND);
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..100 {
        running.write(&chunk);
    }
    let status = format!("/proc/{}/status", running.pid().as_raw_nonzero());
    let status = std::fs::read_to_string(status).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|it| it.split_whitespace().next()?.parse::<usize>().ok());
    assert!(peak.is_some_and(|peak| peak < 30_000), "{peak:?} KiB");
    running.end().has_printed("[MASKED]").says_nothing();
}

/// A value that may yet go on is told, whoever has left.
#[test]
fn a_value_of_a_rule_is_a_leak_though_nobody_reads_on() {
    let mut running = honouring(&["--fail-on-leak"]).start();
    running.write("glpat-0123456789");
    running.expect("glpat-[MASKED]");
    drop(running.take_stdout());
    let mut stdin = running.take_stdin();
    // A command that another test is starting may still hold the pipe.
    while std::io::Write::write_all(&mut stdin, b"://a:b@").is_ok() {
        thread::sleep(Duration::from_millis(1));
    }
    running.wait().has_status(3).says_nothing();
}
