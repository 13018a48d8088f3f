//! Where `masker add` finds the secret, and what it is called.

use super::*;

#[test]
fn a_variable_can_be_added() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let call = place
        .add(&["--secret-env", "SESSION"])
        .env("SESSION", format!("{LATE}\n"));
    call.run("not this one").has_printed("").says_nothing();
    // Of a variable every byte counts.
    running.write(format!("<{LATE}\n> {LATE}! not this one\n"));
    running.expect(format!("<[MASKED]> {LATE}! not this one\n"));
    running.end().has_printed("").says_nothing();
}

#[test]
fn a_file_can_be_added_without_its_last_newline() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let file = place.0.path().join("session.key");
    std::fs::write(&file, format!("{LATE}\n")).expect("a file can be written");
    let call = place.add(&["--secret-file"]).arg(file);
    call.run("not this one").has_printed("").says_nothing();
    running.write(format!("<{LATE}> not this one\n"));
    running.expect("<[MASKED]> not this one\n");
    running.end().has_printed("").says_nothing();
}

#[test]
fn a_refused_value_is_called_by_the_name_that_people_know() {
    let place = Place::new();
    let running = place.listening(&[]);
    let file = place.0.path().join("pin.txt");
    std::fs::write(&file, "471147\n").expect("a file can be written");
    let of_env = ["--secret-env", "PIN"];
    let named = |name| place.add(&["--name", name]);
    for (call, name) in [
        (place.add(&of_env).env("PIN", "471147"), "PIN"),
        (place.add(&["--secret-file"]).arg(&file), "pin.txt"),
        (named("VAULT_PIN"), "VAULT_PIN"),
        (named("vault/pin-2"), "vault/pin-2"),
        (
            place
                .add(&of_env)
                .args(&["--name", "OTHER"])
                .env("PIN", "471147"),
            "OTHER",
        ),
        (place.add(&[]), "standard input"),
    ] {
        let outcome = call.run("471147");
        outcome
            .is_refused()
            .says(name)
            .says("shorter than the minimum length")
            .says("--min-length")
            .hides("471147");
    }
    works_to_the_end(running, &place);
}

/// A value in place of its name, as `--name "$TOKEN"` makes it.
#[test]
fn a_name_that_may_be_a_secret_is_not_shown() {
    let place = Place::new();
    let running = place.listening(&[]);
    for name in ["Tr0ub4dor&3-horse", "glpat-AbCdEfGh12345678", "pässwörter"] {
        let outcome = place.add(&["--name", name]).run("471147");
        outcome.is_refused().says("minimum length").hides(name);
        let outcome = place.add(&["--name", name]).run(format!("{name}\n"));
        outcome.is_refused().says("--name").hides(name);
    }
    works_to_the_end(running, &place);
}

#[test]
fn one_secret_is_named_and_no_more() {
    let place = Place::new();
    let both = ["--secret-env", "PIN", "--secret-file", "pin.txt"];
    let outcome = place.add(&both).env("PIN", LATE).run_unread();
    outcome.is_refused().says("name one of them");
    let call = place.add(&["--secret-env", "PIN_*"]);
    let outcome = call.env("PIN_1", LATE).env("PIN_2", TOKEN).run_unread();
    outcome.is_refused().says("--secret-env").hides(LATE);
    let outcome = place.add(&["--secret-env", "NO_SUCH_*"]).run_unread();
    outcome.is_refused().says("--secret-env");
    let outcome = place.add(&["--secret-env", "NONE"]).run_unread();
    outcome.is_refused().says("--secret-env").says("NONE");
    let outcome = place.add(&["--secret-file", "/no/such/file"]).run_unread();
    outcome.is_refused().says("--secret-file");
}

#[test]
fn a_command_line_without_socket_says_what_is_missing() {
    let outcome = masker(&["add"]).run_unread();
    outcome.is_refused().says("add: ").says("--control PATH");
    for path in ["--control", "--control="] {
        masker(&["add", path]).run_unread().is_refused();
    }
    for seconds in ["0", "-1", "soon", ""] {
        let call = masker(&["add", "--control", "x", "--timeout", seconds]);
        call.run_unread().is_refused().says("--timeout");
    }
    let outcome = masker(&["--control", "x", "add"]).run_unread();
    outcome.is_refused().says("behind it");
}

#[test]
fn the_help_of_add_has_examples_and_statuses() {
    let outcome = masker(&["add", "--help"]).run("");
    outcome.has_status(0).says_nothing();
    let help = String::from_utf8_lossy(&outcome.stdout);
    for word in [
        "Examples:",
        "Exit status:",
        "--secret-env",
        "--secret-file",
        "--name",
        "--timeout",
    ] {
        assert!(help.contains(word), "{word} is not in {help}");
    }
}
