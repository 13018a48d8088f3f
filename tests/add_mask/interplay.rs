//! `--add-mask` together with `--control`: what one adds, the other must not lose.

use std::process::Stdio;

use crate::support::command::{Running, masker};

fn add(path: &std::path::Path, value: &str) {
    let outcome = masker(&["add", "--control"]).arg(path).run(value);
    outcome.has_printed("").says_nothing();
}

fn named(running: &mut Running, value: &str) {
    running.write(format!("::add-mask::{value}\n"));
    running.expect("::add-mask::[MASKED]\n");
}

#[test]
fn secrets_of_both_ways_are_kept() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("control.sock");
    let call = masker(&["--add-mask", "--allow-empty", "--forms", "raw", "--control"]);
    let mut running = call.arg(&path).start();
    named(&mut running, "named-first");
    add(&path, "added-second");
    named(&mut running, "named-third");
    add(&path, "added-fourth");
    running.write("named-first added-second named-third added-fourth\n");
    running.expect("[MASKED] [MASKED] [MASKED] [MASKED]\n");
    // In the middle of a line that names one, and of a value of a rule.
    running.write("::add-mask::named-");
    running.expect("::add-mask::[MASKED]");
    add(&path, "added-while");
    running.write("fifth\nglpat-");
    running.expect("\nglpat-");
    running.write("named-");
    add(&path, "added-there");
    running.write("fifth added-there added-while named-fifth\n");
    running.expect("[MASKED] [MASKED] [MASKED] [MASKED]\n");
    running.end().has_printed("").says_nothing();
}

#[test]
fn what_one_refuses_does_not_trouble_the_other() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("control.sock");
    let call = masker(&["--add-mask", "--allow-empty", "--control"]).arg(&path);
    let mut running = call.start();
    named(&mut running, "pin");
    let refused = masker(&["add", "--control"])
        .arg(&path)
        .stdin(Stdio::piped())
        .run("pin");
    refused.is_refused().says("shorter").hides("pin");
    add(&path, "added-second");
    running.write("added-second\n");
    running.expect("[MASKED]\n");
    running
        .end()
        .has_printed("")
        .says("the value of add-mask-1 is not masked");
}
