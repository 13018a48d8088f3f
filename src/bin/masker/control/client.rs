//! One connection, as the listener sees it: it may be slow, silent or hostile, and nothing waits
//! for it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::mem;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use masker::Secret;
use zeroize::Zeroizing;

use super::wire::{Answer, Head};

/// How long a client may take for its request. `masker add` has all of it at hand when it connects,
/// and waits longer than that, so that one whose turn must be waited for gets it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a client is read before the job's output has its turn: a large request is in few
/// pieces, and one that comes byte by byte must not hold up the output.
const READS_A_TURN: usize = 8;

/// A connection with what it has sent so far.
pub struct Client {
    stream: UnixStream,
    deadline: Instant,
    /// What the head said, once it is whole.
    head: Option<Head>,
    /// As long as what is awaited: the head, or the name and the value.
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
}

/// What a turn brought.
pub enum Turn {
    /// The request is not yet whole.
    Waiting,
    /// The secret to add, whose name may be empty.
    Asked(Secret),
    /// What came is no request, or too little came in time.
    Wrong(Answer),
    /// The client has left.
    Gone,
}

impl Client {
    pub fn new(stream: UnixStream, now: Instant) -> std::io::Result<Client> {
        stream.set_nonblocking(true)?;
        Ok(Client {
            stream,
            deadline: now + PATIENCE,
            head: None,
            buffer: Zeroizing::new(vec![0; Head::LENGTH]),
            filled: 0,
        })
    }

    pub fn time_left(&self, now: Instant) -> Duration {
        self.deadline.saturating_duration_since(now)
    }

    /// Reads what is there. It is read before the time is looked at: while the output waited for
    /// its reader, a whole request may have.
    pub fn take_turn(&mut self, now: Instant) -> Turn {
        for _ in 0..READS_A_TURN {
            match self.read_once() {
                None => break,
                Some(Turn::Waiting) => {}
                Some(turn) => return turn,
            }
        }
        if self.time_left(now).is_zero() {
            return Turn::Wrong(Answer::failed(
                "the request did not come in time; try again",
            ));
        }
        Turn::Waiting
    }

    /// Nothing where nothing is there.
    fn read_once(&mut self) -> Option<Turn> {
        match self.stream.read(&mut self.buffer[self.filled..]) {
            Ok(0) => return Some(Turn::Gone),
            Ok(length) => self.filled += length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Some(Turn::Gone),
        }
        if self.filled < self.buffer.len() {
            return Some(Turn::Waiting);
        }
        Some(match self.head {
            None => self.go_on_behind_the_head(),
            Some(head) => self.secret(head),
        })
    }

    fn go_on_behind_the_head(&mut self) -> Turn {
        let mut bytes = [0; Head::LENGTH];
        bytes.copy_from_slice(&self.buffer);
        let head = match Head::decode(bytes) {
            Ok(head) => head,
            Err(answer) => return Turn::Wrong(answer),
        };
        self.head = Some(head);
        self.filled = 0;
        self.buffer = Zeroizing::new(vec![0; head.name + head.value]);
        match self.buffer.len() {
            // There is nothing more to wait for, and a read of nothing looks like the end.
            0 => self.secret(head),
            _ => Turn::Waiting,
        }
    }

    fn secret(&mut self, head: Head) -> Turn {
        let body = mem::take(&mut self.buffer);
        match str::from_utf8(&body[..head.name]) {
            Ok(name) => Turn::Asked(Secret::new(name, &body[head.name..])),
            Err(_) => Turn::Wrong(Answer::failed("its name is not UTF-8")),
        }
    }

    /// Answers, and hangs up. An answer is small and the socket's buffer is empty, so it goes at
    /// once or not at all; whoever has left does not hear it.
    pub fn answer(mut self, answer: &Answer) {
        self.stream.write_all(&answer.encode()).ok();
    }
}

impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
