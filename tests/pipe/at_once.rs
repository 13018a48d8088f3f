//! What cannot be a secret passes at once, however little it is; what can, waits.

use std::thread;
use std::time::{Duration, Instant};

use super::text;
use crate::support::command::{TOKEN, masker_of_token};

/// What many small writes may take together: far more than they do, and less than they would with
/// a timer behind each.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Any letter may begin a form of the token, and would wait then.
const RAW: &[&str] = &["--forms", "raw"];

#[test]
fn a_token_is_masked_at_every_split_of_two_writes() {
    let job = format!("a {TOKEN} b");
    for at in 0..=job.len() {
        let mut running = masker_of_token(RAW).start();
        let (before, after) = job.split_at(at);
        running.write(before);
        // All that may go is out before the second write.
        let sent = match at {
            0..=2 => before.to_owned(),
            _ if before.len() < 2 + TOKEN.len() => String::from("a "),
            _ => before.replace(TOKEN, "[MASKED]"),
        };
        running.expect(&sent);
        thread::sleep(Duration::from_millis(3));
        running.write(after);
        let outcome = running.end();
        let whole = [sent.as_bytes(), &outcome.stdout].concat();
        assert_eq!(
            whole.escape_ascii().to_string(),
            "a [MASKED] b",
            "split at {at}"
        );
        outcome.has_status(0).says_nothing();
    }
}

#[cfg(unix)]
#[test]
fn a_token_is_masked_at_every_split_of_a_shell_pipe() {
    use crate::support::command::shell;

    let script = r#"
        whole="a $TOKEN b"
        for ((at = 0; at <= ${#whole}; at++)); do
            { printf %s "${whole:0:at}"; sleep 0.003; printf %s "${whole:at}"; } |
                "$masker" --secret-env TOKEN
            echo " $?"
        done"#;
    let expected = "a [MASKED] b 0\n".repeat(TOKEN.len() + 5);
    shell(script).run("").has_printed(expected).says_nothing();
}

#[test]
fn a_token_is_masked_when_each_byte_is_a_write() {
    let mut running = masker_of_token(RAW).start();
    for byte in format!("a {TOKEN} b").bytes() {
        running.write([byte]);
        thread::sleep(Duration::from_millis(1));
    }
    running.end().has_printed("a [MASKED] b").says_nothing();
}

#[test]
fn a_prompt_without_newline_passes_before_it_is_answered() {
    let mut running = masker_of_token(RAW).start();
    for question in ["Continue? [y/N] ", "Password: ", "> ", "\x1b[1m$\x1b[0m "] {
        running.write(question);
        running.expect(question);
    }
    running.end().has_printed("").says_nothing();
}

#[test]
fn every_dot_of_a_progress_line_passes_by_itself() {
    let mut running = masker_of_token(RAW).start();
    let began = Instant::now();
    for _ in 0..100 {
        running.write(".");
        running.expect(".");
    }
    assert!(
        began.elapsed() < AT_ONCE,
        "{:?} for 100 dots",
        began.elapsed()
    );
    running.end().has_printed("");
}

#[test]
fn a_mask_passes_as_soon_as_its_secret_is_complete() {
    let mut running = masker_of_token(RAW).start();
    running.write(TOKEN);
    running.expect("[MASKED]");
    running.write(format!("{TOKEN}: "));
    running.expect("[MASKED]: ");
    running.end().has_printed("");
}

#[test]
fn the_beginning_of_a_secret_waits_however_long_it_takes() {
    let mut running = masker_of_token(RAW).start();
    running.write(format!("login {}", &TOKEN[..12]));
    running.expect("login ");
    // Longer than the second after which others give up and print it.
    thread::sleep(Duration::from_millis(1200));
    running.write(&TOKEN[12..]);
    running.expect("[MASKED]");
    running.end().has_printed("");
}

#[test]
fn what_turns_out_to_be_no_secret_passes_with_the_byte_that_shows_it() {
    let mut running = masker_of_token(RAW).start();
    for length in 1..TOKEN.len() {
        running.write(&TOKEN[..length]);
        running.write("?");
        running.expect(format!("{}?", &TOKEN[..length]));
    }
    running.end().has_printed("");
}

#[test]
fn what_has_been_waiting_does_not_delay_what_comes_next() {
    let backlog = text(3 << 20);
    let mut running = masker_of_token(RAW).start();
    let mut stdin = running.take_stdin();
    thread::scope(|scope| {
        scope.spawn(|| std::io::Write::write_all(&mut stdin, &backlog).expect("masker reads"));
        thread::sleep(Duration::from_millis(20));
        running.expect(&backlog);
    });
    let began = Instant::now();
    for _ in 0..50 {
        std::io::Write::write_all(&mut stdin, b".").expect("masker reads");
        running.expect(".");
    }
    assert!(
        began.elapsed() < AT_ONCE,
        "{:?} for 50 dots",
        began.elapsed()
    );
    drop(stdin);
    running.end().has_printed("");
}
