//! What is added is masked from the moment at which `masker add` has returned.

use rustix::process::Signal;

use super::*;
use crate::support::command::shell;

#[test]
fn a_secret_added_between_two_writes_is_masked_in_the_second() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    running.write(format!("{LATE} {TOKEN}\n"));
    running.expect(format!("{LATE} [MASKED]\n"));
    place.add_value(LATE);
    running.write(format!("{LATE} {TOKEN}\n"));
    running.expect("[MASKED] [MASKED]\n");
    running.end().has_printed("").says_nothing();
}

/// Of the held bytes nothing has been printed, so it is not too late for them.
#[test]
fn a_secret_of_which_half_is_held_is_masked_as_a_whole() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    running.write("a mjt_0123456789");
    running.expect("a ");
    place.add_value("0123456789-later");
    running.write("-later b\n");
    running.expect("mjt_[MASKED] b\n");
    running.end().has_printed("").says_nothing();
}

#[test]
fn a_secret_of_which_all_is_held_is_masked() {
    let place = Place::new();
    let mut running = place.listening(&["--truncated", "keep"]);
    running.write("a mjt_0123456789");
    running.expect("a ");
    place.add_value("0123456789");
    running.end().has_printed("mjt_[MASKED]").says_nothing();
}

#[test]
fn a_thousand_secrets_can_be_added_one_by_one() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let value = |number: usize| format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for number in 1..=1000 {
        // Without the process of `masker add`, of which a thousand take long on a busy machine.
        let mut stream = place.connect();
        let request = request(b"", value(number).as_bytes());
        stream.write_all(&request).expect("masker reads");
        assert_eq!(answer(stream), (0, String::new()));
        running.write(format!("{number} {}\n", value(number)));
        running.expect(format!("{number} [MASKED]\n"));
    }
    for number in 1..=1000 {
        running.write(format!("{}\n", value(number)));
        running.expect("[MASKED]\n");
    }
    running.end().has_printed("").says_nothing();
}

/// More than are served at once.
#[test]
fn secrets_can_be_added_at_the_same_time() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let value = |number: usize| format!("{number:04}-{LATE}");
    thread::scope(|scope| {
        for number in 0..60 {
            let place = &place;
            scope.spawn(move || place.add_value(value(number)));
        }
    });
    for number in 0..60 {
        running.write(format!("<{}>", value(number)));
        running.expect("<[MASKED]>");
    }
    running.end().has_printed("").says_nothing();
}

#[test]
fn what_is_added_is_masked_in_all_forms() {
    let place = Place::new();
    let script = r#"
        (printf %s "$LATE" | "$masker" add --control "$path" || exit
         printf %s "$LATE" | base64; printf %s "$LATE" | od -An -tx1 | tr -d ' \n') |
        "$masker" --secret-env TOKEN --control "$path""#;
    let outcome = shell(script)
        .env("path", place.path())
        .env("LATE", LATE)
        .run("");
    outcome.says_nothing().has_status(0);
    let printed = String::from_utf8_lossy(&outcome.stdout);
    // Base64 keeps the few characters at its edge that belong to the neighbours.
    assert_eq!(printed.matches("[MASKED]").count(), 2, "{outcome:?}");
    assert!(printed.len() < 24, "{outcome:?}");
}

/// The masker finds both, and nothing but its own rule says which was there first.
#[test]
fn a_secret_that_comes_together_with_the_output_comes_first() {
    for _ in 0..20 {
        let place = Place::new();
        let mut running = place.listening(&[]);
        running.signal(Signal::STOP);
        let streams = [0, 1, 2].map(|number| {
            let mut stream = place.connect();
            let request = request(b"", format!("{number}-{LATE}").as_bytes());
            stream.write_all(&request).expect("the socket takes it");
            stream
        });
        running.write(format!("0-{LATE} 1-{LATE} 2-{LATE}\n"));
        running.signal(Signal::CONT);
        running.expect("[MASKED] [MASKED] [MASKED]\n");
        for stream in streams {
            assert_eq!(answer(stream), (0, String::new()));
        }
        running.end().has_printed("").says_nothing();
    }
}

/// The order that a job relies on.
#[test]
fn a_job_may_print_a_secret_right_after_it_was_added() {
    let place = Place::new();
    let script = r#"
        for ((number = 0; number < 100; number++)); do
            value="$number-$RANDOM-$LATE"
            echo "$value before"
            printf %s "$value" | "$masker" add --control "$path" || exit 1
            echo "$value after"
        done | "$masker" --secret-env TOKEN --forms raw --control "$path""#;
    let call = shell(script).env("path", place.path()).env("LATE", LATE);
    let outcome = call.run("");
    outcome.says_nothing().has_status(0);
    let printed = String::from_utf8_lossy(&outcome.stdout);
    let after: Vec<_> = printed.lines().skip(1).step_by(2).collect();
    assert_eq!(after, ["[MASKED] after"; 100]);
}

#[test]
fn a_secret_can_be_added_while_the_output_flows() {
    let place = Place::new();
    let mut running = place.masker(RAW).start();
    let (line, masked) = (format!("text {LATE}\n"), "text [MASKED]\n");
    let backlog = "text that is no secret\n".repeat(200_000);
    let mut stdin = running.take_stdin();
    let outcome = thread::scope(|scope| {
        let (place, backlog) = (&place, &backlog);
        scope.spawn(move || {
            for number in 0..5 {
                stdin.write_all(backlog.as_bytes()).expect("masker reads");
                if number == 2 {
                    place.add_value(LATE);
                }
                let line = if number < 2 { "text\n" } else { &line };
                stdin.write_all(line.as_bytes()).expect("masker reads");
            }
        });
        running.wait()
    });
    let flows = |line: &str| [&backlog, line].concat();
    let expected = [flows("text\n").repeat(2), flows(masked).repeat(3)].concat();
    outcome.has_printed(expected).says_nothing();
}

/// Both sides of a pipe begin at the same time.
#[test]
fn a_job_that_is_faster_than_its_masker_waits_for_it() {
    let place = Place::new();
    thread::scope(|scope| {
        let added = scope.spawn(|| place.add(&[]).run(LATE));
        thread::sleep(Duration::from_millis(300));
        let mut running = place.masker(RAW).start();
        let added = added.join().expect("no panic");
        added.has_printed("").says_nothing();
        running.write(format!("{LATE}\n"));
        running.expect("[MASKED]\n");
        running.end().has_printed("").says_nothing();
    });
}

#[test]
fn nothing_need_be_secret_before_the_first_is_added() {
    let place = Place::new();
    let mut running = masker(&["--control"]).arg(place.path()).start();
    place.add_value(LATE);
    running.write(LATE);
    running.end().has_printed("[MASKED]").says_nothing();
}

/// A value without a newline, and values of any bytes.
#[test]
fn a_value_may_have_any_bytes() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    for value in [
        &b"\0\x01\xff\xfe\x80\0\r\n\x7f"[..],
        b"\n\n\n\n\n\n\nx\ny\n\n",
        b"first line\nsecond line\r\nthird",
        b"[MASKED]",
        b" in blanks ",
        "ünïcödé 😀".as_bytes(),
    ] {
        for end in [&b""[..], b"\n", b"\r\n"] {
            if value.ends_with(b"\n") && end.is_empty() {
                continue;
            }
            place.add_value([value, end].concat());
            running.write([b"<", value, b">"].concat());
            running.expect("<[MASKED]>");
        }
    }
    running.end().has_printed("").says_nothing();
}

/// As large as is allowed: the request comes in many pieces.
#[test]
fn a_large_value_is_masked() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let value: String = (0..25_000).map(|number| format!("{number:010}")).collect();
    place.add_value(&value);
    running.write(format!("<{value}>\n"));
    running.expect("<[MASKED]>\n");
    running.end().has_printed("").says_nothing();
}
