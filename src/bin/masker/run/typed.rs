//! Standard input, for a job with a terminal of its own.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::thread;
use std::time::Duration;

use super::pty::Master;
use super::signals::or_end;

/// What a terminal takes for the end of the input, at the beginning of a line: Ctrl-D.
const END: u8 = 4;

/// How long to wait for a job that does not read what is typed, before it is asked again.
const PAUSE: Duration = Duration::from_millis(10);

/// Passes all on, up to the end of the input or of the job's terminal.
pub fn pass_on(terminal: &Master) {
    or_end(|| {
        let mut buffer = [0; 4096];
        let mut last = b'\n';
        let mut stdin = io::stdin().lock();
        loop {
            let typed = match stdin.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => &buffer[..length],
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    thread::sleep(PAUSE);
                    continue;
                }
                Err(_) => break,
            };
            if !write_all(terminal, typed) {
                return;
            }
            last = typed[typed.len() - 1];
        }
        // Within a line the first only ends that.
        let times = if last == b'\n' { 1 } else { 2 };
        write_all(terminal, &[END; 2][..times]);
    });
}

/// Writes all, and tells whether the terminal is still there. It is held for no longer than one
/// write, so that it can close meanwhile.
fn write_all(terminal: &Master, mut typed: &[u8]) -> bool {
    while !typed.is_empty() {
        let Some(file) = terminal.file() else {
            return false;
        };
        match (&*file).write(typed) {
            Ok(written) => typed = &typed[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                drop(file);
                thread::sleep(PAUSE);
            }
            Err(_) => return false,
        }
    }
    true
}
