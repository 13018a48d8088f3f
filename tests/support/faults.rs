//! Readers and writers that fail at a call of choice, and those that are slow about it.

use std::io::{self, Read, Write};
use std::task::Poll;

/// What may go wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    Interrupted,
    WouldBlock,
    Failure,
    /// A writer takes no byte. A reader has no such fault: that is its end.
    Zero,
    /// Not ready yet. Those that block say `WouldBlock`.
    Pending,
}

pub const FAULTS: [Fault; 5] = [
    Fault::Interrupted,
    Fault::WouldBlock,
    Fault::Failure,
    Fault::Zero,
    Fault::Pending,
];

impl Fault {
    pub fn error(self) -> io::Error {
        match self {
            Fault::Interrupted => io::ErrorKind::Interrupted.into(),
            Fault::WouldBlock | Fault::Pending => io::ErrorKind::WouldBlock.into(),
            Fault::Failure | Fault::Zero => io::Error::other("planted"),
        }
    }
}

/// When calls go wrong.
#[derive(Clone, Copy, Debug)]
pub enum Plan {
    Never,
    /// The call of this number, counted from 0, and no other.
    Once(usize, Fault),
    /// Every call, but each is well when it is made again.
    Always(Fault),
}

impl Plan {
    /// Every call in turn is the one that fails, in every way, of so many calls; then all of them.
    pub fn all(calls: usize) -> impl Iterator<Item = Plan> {
        let once = (0..calls).flat_map(|at| FAULTS.map(|fault| Plan::Once(at, fault)));
        once.chain(FAULTS.map(Plan::Always)).chain([Plan::Never])
    }
}

/// Counts calls, and says which of them go wrong.
#[derive(Debug)]
pub struct Calls {
    plan: Plan,
    pub made: usize,
}

impl Calls {
    pub fn new(plan: Plan) -> Calls {
        Calls { plan, made: 0 }
    }

    pub fn next(&mut self) -> Option<Fault> {
        let number = self.made;
        self.made += 1;
        match self.plan {
            Plan::Once(at, fault) if at == number => Some(fault),
            Plan::Always(fault) if number.is_multiple_of(2) => Some(fault),
            _ => None,
        }
    }
}

/// Reads a text in chunks of a size.
pub struct Source<'t> {
    pub rest: &'t [u8],
    pub size: usize,
    pub calls: Calls,
}

impl<'t> Source<'t> {
    pub fn new(text: &'t [u8], size: usize, plan: Plan) -> Source<'t> {
        Source {
            rest: text,
            size,
            calls: Calls::new(plan),
        }
    }

    /// The next chunk, empty at the end, unless the call goes wrong.
    pub fn next(&mut self, room: usize) -> Result<&'t [u8], Fault> {
        match self.calls.next() {
            None | Some(Fault::Zero) => {
                let size = self.size.min(self.rest.len()).min(room);
                let (chunk, rest) = self.rest.split_at(size);
                self.rest = rest;
                Ok(chunk)
            }
            Some(fault) => Err(fault),
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.next(buffer.len()) {
            Ok(chunk) => {
                buffer[..chunk.len()].copy_from_slice(chunk);
                Ok(chunk.len())
            }
            Err(fault) => Err(fault.error()),
        }
    }
}

/// Takes so many bytes with each write.
pub struct Target {
    pub out: Vec<u8>,
    pub size: usize,
    pub calls: Calls,
}

impl Target {
    pub fn new(size: usize, plan: Plan) -> Target {
        Target {
            out: Vec::new(),
            size,
            calls: Calls::new(plan),
        }
    }

    pub fn take(&mut self, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(match self.calls.next() {
            None => {
                let count = bytes.len().min(self.size);
                self.out.extend_from_slice(&bytes[..count]);
                Ok(count)
            }
            Some(Fault::Zero) => Ok(0),
            Some(Fault::Pending) => return Poll::Pending,
            Some(fault) => Err(fault.error()),
        })
    }

    /// A flush, which may go wrong as well.
    pub fn pass(&mut self) -> Poll<io::Result<()>> {
        match self.calls.next() {
            None | Some(Fault::Zero) => Poll::Ready(Ok(())),
            Some(Fault::Pending) => Poll::Pending,
            Some(fault) => Poll::Ready(Err(fault.error())),
        }
    }
}

fn blocking<T>(done: Poll<io::Result<T>>) -> io::Result<T> {
    match done {
        Poll::Ready(done) => done,
        Poll::Pending => Err(Fault::Pending.error()),
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        blocking(self.take(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        blocking(self.pass())
    }
}
