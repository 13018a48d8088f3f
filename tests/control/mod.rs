//! Secrets that arrive while the job runs: `--control` and `masker add`.

mod adding;
mod ends;
mod hostile;
mod refused;
mod socket;
mod sources;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::command::{Call, Outcome, Running, TOKEN, masker, masker_of_token};

/// The secret that most of these tests add.
const LATE: &str = "late-9876543210-fedcba";

/// Any letter may begin a form of the token, and would wait then.
const RAW: &[&str] = &["--forms", "raw"];

/// A folder for a socket.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("a folder can be made"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("control.sock")
    }

    fn is_there(&self) -> bool {
        self.path().symlink_metadata().is_ok()
    }

    /// A masker of [`TOKEN`] that is to listen here.
    fn masker(&self, args: &[&str]) -> Call {
        masker_of_token(args).arg("--control").arg(self.path())
    }

    /// A masker that is at work, and so listens here.
    fn listening(&self, args: &[&str]) -> Running {
        let mut running = self.masker(RAW).args(args).start();
        running.write("started\n");
        running.expect("started\n");
        running
    }

    /// What adds a secret to the masker here.
    fn add(&self, args: &[&str]) -> Call {
        masker(&["add", "--control"]).arg(self.path()).args(args)
    }

    #[track_caller]
    fn add_value(&self, value: impl AsRef<[u8]>) {
        let outcome = self.add(&[]).run(value.as_ref());
        outcome.has_printed("").says_nothing();
    }

    /// A client of our own, which says what it likes.
    #[track_caller]
    fn connect(&self) -> UnixStream {
        let stream = UnixStream::connect(self.path()).expect("masker listens");
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).expect("it can be set");
        stream
    }
}

/// A request as it goes over the socket.
fn request(name: &[u8], value: &[u8]) -> Vec<u8> {
    let name_length = u16::try_from(name.len()).expect("a name is short");
    let value_length = u32::try_from(value.len()).expect("a value is short");
    [
        &[1],
        &name_length.to_be_bytes()[..],
        &value_length.to_be_bytes(),
        name,
        value,
    ]
    .concat()
}

/// The status of the answer and its message, up to which the masker hangs up.
#[track_caller]
fn answer(mut stream: UnixStream) -> (u8, String) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("masker answers");
    let (head, message) = bytes.split_at_checked(4).expect("an answer has a head");
    assert_eq!(head[0], 1, "the version");
    let length = u16::from_be_bytes([head[2], head[3]]);
    assert_eq!(usize::from(length), message.len());
    let message = String::from_utf8(message.to_vec()).expect("messages are UTF-8");
    (head[1], message)
}

/// Waits for something that takes a moment.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("in ten seconds it did not come to be that {what}");
}

/// The masker still masks both, and ends as it should.
#[track_caller]
fn works_to_the_end(mut running: Running, place: &Place) {
    place.add_value(LATE);
    running.write(format!("{TOKEN} and {LATE}\n"));
    running.expect("[MASKED] and [MASKED]\n");
    running.end().has_printed("").says_nothing();
    assert!(!place.is_there(), "the socket is left");
}
