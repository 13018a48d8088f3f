//! A terminal on one side or the other.

use std::fs::File;
use std::io::{Read, Write};

use crate::support::command::{TOKEN, masker, masker_of_token};
use crate::support::terminal::terminal;

#[test]
fn what_is_typed_is_masked_line_by_line_until_control_d() {
    let (mut person, program) = terminal();
    let mut running = masker_of_token(&[]).stdin(program).start();
    person
        .write_all(format!("my {TOKEN}!\n").as_bytes())
        .expect("a terminal takes it");
    running.expect("my [MASKED]!\n");
    person.write_all(b"bye\n").expect("a terminal takes it");
    running.expect("bye\n");
    person.write_all(b"\x04").expect("a terminal takes it");
    running
        .wait()
        .has_printed("")
        .says("reading from the terminal");
}

#[test]
fn nothing_is_said_about_a_terminal_where_there_is_none() {
    masker_of_token(&[]).run("").has_printed("").says_nothing();
}

/// What a program sees of a terminal whose other side is gone, as when a container dies.
#[test]
fn a_job_that_breaks_off_leaves_nothing_of_a_secret() {
    let (person, job) = terminal();
    let mut running = masker_of_token(&[]).stdin(person).start();
    let mut job = File::from(job);
    job.write_all(format!("a {}", &TOKEN[..12]).as_bytes())
        .expect("a terminal takes it");
    running.expect("a ");
    drop(job);
    let outcome = running.wait();
    assert_eq!(outcome.stdout, b"[MASKED]", "{outcome:?}");
    outcome.has_status(1).says("standard input").hides(TOKEN);
}

#[test]
fn messages_have_colours_on_a_terminal_unless_they_are_unwanted() {
    assert!(message_on_a_terminal(&[]).contains('\x1b'));
    assert!(!message_on_a_terminal(&[("NO_COLOR", "1")]).contains('\x1b'));
    assert!(!message_on_a_terminal(&[("TERM", "dumb")]).contains('\x1b'));
}

fn message_on_a_terminal(variables: &[(&str, &str)]) -> String {
    let (mut person, program) = terminal();
    let mut call = masker(&["--secrets-fdd"]).env("TERM", "xterm-256color");
    for (name, value) in variables {
        call = call.env(name, value);
    }
    call.stderr(program).run("").has_status(2);
    let mut shown = Vec::new();
    let end = person.read_to_end(&mut shown);
    println!("how a terminal ends whose other side is closed: {end:?}");
    let shown = String::from_utf8(shown).expect("messages are UTF-8");
    assert!(shown.contains("--secrets-fdd"), "{shown:?}");
    shown
}
