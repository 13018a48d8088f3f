//! Ends: of the job, of its masker, and of the patience of `masker add`.

use std::io;
use std::os::unix::net::UnixListener;
use std::process::Stdio;
use std::time::Instant;

use rustix::process::Signal;

use super::*;

#[track_caller]
fn check(outcome: &Outcome, reason: &str) {
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
    outcome
        .has_status(1)
        .says("masker: error: ")
        .says(reason)
        .hides(LATE);
}

#[test]
fn clients_that_wait_at_the_end_are_told_so() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let mut half = place.connect();
    let request = request(b"HALF", LATE.as_bytes());
    half.write_all(&request[..9]).expect("masker reads");
    running.write(".");
    running.expect(".");
    running.end().has_printed("").says_nothing();
    let (status, message) = answer(half);
    assert_eq!(status, 2, "{message}");
    assert!(message.contains("ended"), "{message}");
}

/// The last words may take long, when nobody reads them.
#[test]
fn the_socket_is_gone_before_the_last_words_are_written() {
    let place = Place::new();
    let (reader, writer) = io::pipe().expect("a pipe");
    let mut filler = writer.try_clone().expect("a descriptor");
    let mut running = place.masker(RAW).stdout(writer).start();
    running.write(&TOKEN[..12]);
    place.add_value(LATE);
    fill(&mut filler);
    drop(running.take_stdin());
    wait_until("the socket is removed", || !place.is_there());
    check(&place.add(&["--timeout", "1"]).run(LATE), "no masker");
    drop((reader, filler));
    running.wait().has_status(0).says_nothing();
}

/// Fills a pipe to the last byte.
fn fill(pipe: &mut io::PipeWriter) {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let before = fcntl_getfl(&pipe).expect("flags can be read");
    fcntl_setfl(&pipe, before | OFlags::NONBLOCK).expect("flags can be set");
    while pipe.write(b"x").is_ok() {}
    fcntl_setfl(&pipe, before).expect("flags can be set");
}

#[test]
fn a_masker_that_is_gone_or_never_was_is_an_error_in_time() {
    let place = Place::new();
    let began = Instant::now();
    check(&place.add(&["--timeout", "1"]).run(LATE), "no masker");
    // Nobody listens on it any more.
    drop(UnixListener::bind(place.path()).expect("a socket can be made"));
    check(&place.add(&["--timeout", "1"]).run(LATE), "no masker");
    std::fs::remove_file(place.path()).expect("it is there");
    std::fs::write(place.path(), "no socket").expect("a file can be written");
    check(&place.add(&["--timeout", "1"]).run(LATE), "--control");
    assert!(began.elapsed() < Duration::from_secs(10), "it waits");
    let path = place.path().join("below a file");
    let call = masker(&["add", "--timeout", "1", "--control"]).arg(path);
    check(&call.run(LATE), "--control");
}

#[test]
fn ten_seconds_is_how_long_it_waits() {
    let place = Place::new();
    let _silent = UnixListener::bind(place.path()).expect("a socket can be made");
    let began = Instant::now();
    check(&place.add(&[]).run(LATE), "within 10 s");
    let waited = began.elapsed().as_secs();
    assert!((9..20).contains(&waited), "{waited} s");
}

#[test]
fn a_masker_that_is_stopped_is_an_error_in_time_and_goes_on_later() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    running.signal(Signal::STOP);
    let outcome = place.add(&["--timeout", "1"]).run(LATE);
    check(&outcome, "did not answer within 1 s");
    outcome.says("--timeout");
    running.signal(Signal::CONT);
    // Whoever gave up has asked all the same.
    place.add_value("another-one-0815");
    running.write(format!("{LATE}\n"));
    running.expect("[MASKED]\n");
    running.end().has_printed("").says_nothing();
}

/// A queue that is full does not make it wait for ever.
#[test]
fn a_masker_that_takes_nobody_in_is_an_error_in_time() {
    let place = Place::new();
    let listener = rustix::net::socket(
        rustix::net::AddressFamily::UNIX,
        rustix::net::SocketType::STREAM,
        None,
    );
    let listener = listener.expect("a socket");
    let address = rustix::net::SocketAddrUnix::new(place.path()).expect("a short path");
    rustix::net::bind(&listener, &address).expect("a socket can be made");
    rustix::net::listen(&listener, 0).expect("it can listen");
    let _first = place.connect();
    check(&place.add(&["--timeout", "1"]).run(LATE), "not answer");
    check(&place.add(&["--timeout", "1"]).run(LATE), "not answer");
}

#[test]
fn who_waits_for_a_masker_that_is_killed_is_told_so() {
    let place = Place::new();
    let running = place.listening(&[]);
    running.signal(Signal::STOP);
    let waiting = place.add(&[]).start();
    let mut waiting = waiting;
    waiting.write(LATE);
    drop(waiting.take_stdin());
    // Time for it to ask.
    thread::sleep(Duration::from_millis(300));
    running.signal(Signal::KILL);
    check(&waiting.wait(), "masker ended before it answered");
    assert!(running.wait().status.code().is_none());
}

/// Whatever is not an answer from its beginning to its end is no success.
#[test]
fn half_an_answer_is_no_success() {
    for (said, reason) in [
        (&b""[..], "ended before it answered"),
        (b"\x01", "ended before it answered"),
        (b"\x01\0", "ended before it answered"),
        (b"\x01\0\0", "ended before it answered"),
        (b"\x01\0\0\x05half", "ended before it answered"),
        (b"\x01\x03\0\0", "no masker of this version"),
        (b"\x02\0\0\0", "no masker of this version"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "no masker of this version"),
        (b"\x01\x02\0\x06reason", "not masked: reason"),
        (b"\x01\x02\0\x04\x1b[1m", "not masked: \\u{1b}[1m"),
    ] {
        let place = Place::new();
        let listener = UnixListener::bind(place.path()).expect("a socket can be made");
        thread::scope(|scope| {
            scope.spawn(|| {
                let (mut stream, _) = listener.accept().expect("somebody comes");
                let mut request = [0; 7 + LATE.len()];
                stream.read_exact(&mut request).expect("a request");
                stream.write_all(said).expect("it listens");
            });
            check(&place.add(&[]).run(LATE), reason);
        });
    }
}

/// A signal that the job gets reaches `masker add` too, and it ends by it as any command.
#[test]
fn a_signal_ends_it_while_it_waits() {
    let place = Place::new();
    let waiting = place.add(&[]).stdin(Stdio::null()).start();
    thread::sleep(Duration::from_millis(100));
    waiting.signal(Signal::TERM);
    assert!(waiting.wait().status.code().is_none());
}

/// What has been masked but not written cannot be masked again, so nobody is told it could.
#[test]
fn while_nobody_reads_the_output_nothing_can_be_added() {
    let place = Place::new();
    let mut running = place.masker(RAW).start();
    let mut stdin = running.take_stdin();
    let text = "text\n".repeat(1_000_000);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            stdin.write_all(text.as_bytes()).expect("masker reads");
            stdin
        });
        thread::sleep(Duration::from_millis(500));
        let outcome = place.add(&["--timeout", "1"]).run(LATE);
        check(&outcome, "anybody reads its output");
        running.expect(&text);
        running.give_stdin(writer.join().expect("no panic"));
    });
    works_to_the_end(running, &place);
}
