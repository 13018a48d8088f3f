//! Values that cannot be masked: told with the reason and without the value, and nothing changes.

use super::*;

#[track_caller]
fn check(outcome: &Outcome, reason: &str, value: &str) {
    outcome
        .is_refused()
        .says("masker: error: ")
        .says(reason)
        .hides(value);
}

#[test]
fn a_value_that_is_too_short_or_blank_is_refused() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    for (value, reason) in [
        ("4711471", "shorter"),
        ("4711471\n", "shorter"),
        ("", "empty"),
        ("\n", "empty"),
        ("            ", "white space"),
        ("\t\r\n \t\r\n \t\r\n", "white space"),
    ] {
        let value_only = value.trim();
        check(&place.add(&[]).run(value), reason, value_only);
        check(&place.add(&["--name", "X"]).run(value), reason, value_only);
        running.write(format!("<4711471 {TOKEN}>"));
        running.expect("<4711471 [MASKED]>");
    }
    works_to_the_end(running, &place);
}

/// A value that is refused stays out: it must not make those refused that come after.
#[test]
fn values_are_refused_for_themselves_only() {
    let place = Place::new();
    let call = place.masker(RAW).args(&["--secret-env", "SHORT"]);
    let mut running = call.env("SHORT", "12").start();
    for number in 0..3 {
        check(&place.add(&[]).run("4711"), "shorter", "4711");
        place.add_value(format!("{number}-{LATE}"));
        running.write(format!("<{number}-{LATE}>"));
        running.expect("<[MASKED]>");
    }
    let outcome = running.end();
    outcome.has_printed("").says("SHORT").hides("4711");
}

#[test]
fn the_minimum_length_is_that_of_the_masker() {
    let place = Place::new();
    let mut running = place.listening(&["--min-length", "4"]);
    check(&place.add(&[]).run("471"), "shorter", "471");
    place.add_value("4711");
    running.write("<4711>");
    running.expect("<[MASKED]>");
    running.end().has_printed("").says_nothing();
}

#[test]
fn a_value_that_the_mask_contains_is_refused() {
    let place = Place::new();
    let mut running = place.listening(&["--mask", "<hidden here>"]);
    check(&place.add(&[]).run("hidden here"), "--mask", "hidden here");
    running.write(format!("hidden here {TOKEN}\n"));
    running.expect("hidden here <hidden here>\n");
    running.end().has_printed("").says_nothing();
}

#[test]
fn a_value_that_is_too_large_is_refused_before_it_is_sent() {
    let place = Place::new();
    let limit = 256 * 1024;
    let large = |length: usize| {
        (0..length)
            .map(|n| b'a' + (n % 23) as u8)
            .collect::<Vec<_>>()
    };
    // There is no masker to send it to.
    for length in [
        limit + 1,
        limit + 2,
        limit + 3,
        limit + 4,
        2 * limit,
        65 << 20,
    ] {
        for end in [&b""[..], b"\n", b"\r\n"] {
            let outcome = place.add(&[]).run([&large(length), end].concat());
            outcome.is_refused().says("256 KiB");
        }
    }
    let file = place.0.path().join("large");
    std::fs::write(&file, large(limit + 1)).expect("a file can be written");
    let outcome = place.add(&["--secret-file"]).arg(file).run("");
    outcome.is_refused().says("256 KiB");
    let outcome = place.add(&["--name", &"x".repeat(4097)]).run(LATE);
    outcome.is_refused().says("name");
    // An endless one ends there too.
    let zeros = std::fs::File::open("/dev/zero").expect("there is one");
    place.add(&[]).stdin(zeros).run("").is_refused();

    let running = place.listening(&[]);
    for end in [&b""[..], b"\n", b"\r\n"] {
        place.add_value([&large(limit), end].concat());
    }
    works_to_the_end(running, &place);
}

/// With each secret all are compiled again, while the output waits.
#[test]
fn there_is_an_end_to_what_can_be_added() {
    let place = Place::new();
    let running = place.listening(&[]);
    for number in 0..10 {
        place.add_value(format!("{number}{}", "x".repeat(100_000)));
    }
    let outcome = place.add(&[]).run("y".repeat(100_000));
    outcome.is_refused().says("before the job starts");
    works_to_the_end(running, &place);
}
