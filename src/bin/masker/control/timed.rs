//! A stream on which nothing waits beyond a moment.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A stream with the moment at which all waiting ends.
pub struct Timed {
    pub stream: UnixStream,
    pub deadline: Instant,
}

/// The time that is left, or the error that there is none.
pub fn left_until(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = left_until(self.deadline)?;
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer).map_err(told_as_time)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = left_until(self.deadline)?;
        self.stream.set_write_timeout(Some(left))?;
        self.stream.write(bytes).map_err(told_as_time)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A socket says in the words of those that do not block that its time is over.
fn told_as_time(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
        _ => error,
    }
}
