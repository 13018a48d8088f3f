//! The report of a job with two outputs.

use std::fs;

use serde_json::{Value, json};

use super::{Folder, run};
use crate::support::command::TOKEN;

fn report(script: &str, status: i32) -> Value {
    let folder = Folder::new();
    let path = folder.path("report.json");
    let path_name = path.to_str().expect("it is UTF-8");
    let outcome = run(&["--report", path_name], script).run("");
    outcome.has_status(status).hides(TOKEN);
    let text = fs::read_to_string(path).expect("there is a report");
    assert!(!text.contains(TOKEN), "{text}");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn it_tells_on_which_output_a_secret_was() {
    let script = r#"
        echo; echo "a $TOKEN"; echo "$TOKEN $TOKEN" >&2; printf %s "${TOKEN:0:10}" >&2
        exit 3
    "#;
    let report = report(script, 3);
    let place = |offset, line| json!({"offset": offset, "line": line});
    assert_eq!(report["version"], 1);
    assert_eq!(report["complete"], true);
    assert_eq!(report["bytes"], 24 + 42 + 10);
    assert_eq!(report["masks"], 4);
    let truncated = json!({"stream": "stderr", "offset": 42, "line": 2});
    assert_eq!(report["truncated"], truncated);
    let leak = |stream, count: u64, first| json!({"secret": "TOKEN", "form": "raw", "stream": stream, "count": count, "first": first});
    let leaks = json!([
        leak("stdout", 1, vec![place(3, 2)]),
        leak("stderr", 2, vec![place(0, 1), place(21, 1)]),
    ]);
    assert_eq!(report["leaks"], leaks);
    let streams = json!([
        {"stream": "stdout", "bytes": 24, "masks": 1, "truncated": null},
        {"stream": "stderr", "bytes": 52, "masks": 3, "truncated": place(42, 2)},
    ]);
    assert_eq!(report["streams"], streams);
}

#[test]
fn a_job_that_was_not_waited_for_to_its_end_is_not_complete() {
    let folder = Folder::new();
    let path = folder.path("report.json");
    let path_name = path.to_str().expect("it is UTF-8");
    let flags = ["--linger", "0", "--report", path_name];
    run(&flags, "sleep 5 & exit").run("").has_status(0);
    let text = fs::read_to_string(&path).expect("there is a report");
    assert!(text.contains(r#""complete": false"#), "{text}");

    let mut running = run(&["--report", path_name], "exec yes").start();
    drop(running.take_stdout());
    running.end().has_status(128 + 13);
    let text = fs::read_to_string(path).expect("there is a report");
    assert!(text.contains(r#""complete": false"#), "{text}");
}

#[test]
fn a_leak_is_told_by_the_status_of_a_job_that_did_well() {
    let flags = &["--fail-on-leak"];
    run(flags, "echo $TOKEN").run("").has_status(3);
    run(flags, "echo $TOKEN >&2").run("").has_status(3);
    run(flags, "echo $TOKEN; exit 5").run("").has_status(5);
    run(flags, "echo").run("").has_status(0);
}

#[test]
fn the_summary_says_whose_lines_it_counts() {
    let script = r#"echo "$TOKEN"; echo >&2; echo "$TOKEN" >&2"#;
    let outcome = run(&["--summary"], script).run("");
    outcome
        .says("TOKEN (raw) 1, first at line 1 of stdout")
        .says("TOKEN (raw) 1, first at line 2 of stderr")
        .hides(TOKEN);
}
