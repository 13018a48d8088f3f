//! Clients that are slow, silent or hostile, of whom the job's output notices nothing.

use std::time::Instant;

use super::*;
use crate::support::random;

/// What many small writes may take together.
const AT_ONCE: Duration = Duration::from_secs(4);

/// Checks that the output flows as if nobody was connected.
#[track_caller]
fn flows(running: &mut Running) {
    let began = Instant::now();
    for _ in 0..100 {
        running.write(".");
        running.expect(".");
    }
    let large = "a line of text that is no secret\n".repeat(300_000);
    let mut stdin = running.take_stdin();
    thread::scope(|scope| {
        scope.spawn(|| stdin.write_all(large.as_bytes()).expect("masker reads"));
        running.expect(&large);
    });
    running.give_stdin(stdin);
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
}

#[test]
fn silent_clients_hold_up_nothing() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let silent: Vec<_> = (0..20).map(|_| place.connect()).collect();
    flows(&mut running);
    works_to_the_end(running, &place);
    drop(silent);
}

/// More than are served at once: a secret waits until the time of those before it is over.
#[test]
fn a_crowd_of_silent_clients_keeps_no_secret_out() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let silent: Vec<_> = (0..40).map(|_| place.connect()).collect();
    flows(&mut running);
    works_to_the_end(running, &place);
    drop(silent);
}

#[test]
fn half_a_request_holds_up_nothing_and_is_told_so_in_the_end() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let whole = request(b"HALF", LATE.as_bytes());
    let halves: Vec<_> = [1, 6, 7, 9, 11, whole.len() - 1]
        .into_iter()
        .map(|length| {
            let mut stream = place.connect();
            stream.write_all(&whole[..length]).expect("masker reads");
            stream
        })
        .collect();
    flows(&mut running);
    for stream in halves {
        let (status, message) = answer(stream);
        assert_eq!(status, 2, "{message}");
        assert!(message.contains("in time"), "{message}");
    }
    // Half a request adds nothing.
    running.write(format!("{LATE}\n"));
    running.expect(format!("{LATE}\n"));
    works_to_the_end(running, &place);
}

/// As long as it goes on, it must not keep its place.
#[test]
fn a_request_that_comes_too_slowly_is_given_up() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let mut stream = place.connect();
    let mut reader = stream.try_clone().expect("a descriptor");
    let began = Instant::now();
    let whole = request(b"SLOW", &[b'x'; 5000]);
    for byte in whole {
        if stream.write_all(&[byte]).is_err() {
            break;
        }
        running.write(".");
        running.expect(".");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(began.elapsed() < Duration::from_secs(15), "it was kept");
    let mut head = [0; 4];
    reader.read_exact(&mut head).expect("masker answers");
    assert_eq!(head[1], 2);
    works_to_the_end(running, &place);
}

#[test]
fn a_request_may_come_byte_by_byte() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let mut stream = place.connect();
    for byte in request(b"BYTES", LATE.as_bytes()) {
        stream.write_all(&[byte]).expect("masker reads");
        running.write(".");
        running.expect(".");
    }
    assert_eq!(answer(stream), (0, String::new()));
    running.write(format!("{LATE}\n"));
    running.expect("[MASKED]\n");
    running.end().has_printed("").says_nothing();
}

#[test]
fn clients_that_leave_are_no_concern() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let whole = request(b"GONE", LATE.as_bytes());
    for length in 0..=whole.len() {
        let mut stream = place.connect();
        stream.write_all(&whole[..length]).expect("masker reads");
        drop(stream);
        running.write(".");
        running.expect(".");
    }
    works_to_the_end(running, &place);
}

#[test]
fn what_is_no_request_is_answered_as_failed() {
    let place = Place::new();
    let running = place.listening(&[]);
    let of_version = |version: u8| {
        let mut bytes = request(b"OTHER", LATE.as_bytes());
        bytes[0] = version;
        bytes
    };
    for garbage in [
        &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        b"\0\0\0\0\0\0\0",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        &of_version(0),
        &of_version(2),
        &request(b"no \xff UTF-8", LATE.as_bytes()),
    ] {
        let mut stream = place.connect();
        stream.write_all(garbage).expect("masker reads");
        let mut head = [0; 4];
        stream.read_exact(&mut head).expect("masker answers");
        assert_eq!(head[..2], [1, 2], "{}", garbage.escape_ascii());
    }
    works_to_the_end(running, &place);
}

/// The lengths alone are refused: there is no memory for what they promise.
#[test]
fn a_request_that_promises_too_much_is_refused_at_once() {
    let place = Place::new();
    let running = place.listening(&[]);
    for (name, value) in [
        (4097_u16, 8_u32),
        (0, 256 * 1024 + 1),
        (0, u32::MAX),
        (u16::MAX, u32::MAX),
    ] {
        let mut stream = place.connect();
        let head = [&[1], &name.to_be_bytes()[..], &value.to_be_bytes()].concat();
        stream.write_all(&head).expect("masker reads");
        let (status, message) = answer(stream);
        assert_eq!((status, message.as_str()), (1, "it is too large"));
    }
    works_to_the_end(running, &place);
}

#[test]
fn random_bytes_do_no_harm() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let garbage = proptest::collection::vec(proptest::num::u8::ANY, 0..40);
    random::check(
        300,
        (proptest::bool::ANY, garbage),
        |(is_ours, mut bytes)| {
            if is_ours {
                bytes.insert(0, 1);
            }
            let mut stream = place.connect();
            // It may have hung up already.
            stream.write_all(&bytes).ok();
            Ok(())
        },
    );
    flows(&mut running);
    works_to_the_end(running, &place);
}

/// One that never reads its answer, and one that sends more than a request.
#[test]
fn answers_wait_for_nobody() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let kept: Vec<_> = (0..50)
        .map(|number| {
            let mut stream = place.connect();
            let value = format!("{number}-{LATE}");
            let mut bytes = request(b"", value.as_bytes());
            bytes.extend(b"and more than a request has");
            stream.write_all(&bytes).expect("masker reads");
            stream
        })
        .collect();
    // It comes behind them.
    place.add_value(TOKEN);
    running.write(format!("0-{LATE} 49-{LATE}\n"));
    running.expect("[MASKED] [MASKED]\n");
    flows(&mut running);
    drop(kept);
    works_to_the_end(running, &place);
}
