//! What goes over the socket: one request and one answer for each connection.
//!
//! ```text
//! request   version  1 byte, 1
//!           length of the name   2 bytes
//!           length of the value  4 bytes
//!           name, in UTF-8: none where the masker is to give one
//!           value
//! answer    version  1 byte, 1
//!           status   1 byte: 0 in force, 1 refused, 2 failed
//!           length of the message  2 bytes
//!           message, in UTF-8: the reason; never a piece of the value
//! ```
//!
//! Numbers are big-endian. A value may have any bytes, so lengths go ahead and nothing is escaped.
//! Who asks in another version is answered in this one, and can tell by its first byte.

use std::io::{self, Read};

/// The first byte of all that is said.
const VERSION: u8 = 1;

/// How long a name may be, in bytes: as long as a path.
pub const MAX_NAME: usize = 4096;

/// How long a value may be, in bytes. The job's output waits while the set is compiled, and of
/// 256 KiB that takes a second or two and some hundred megabytes; of 64 MiB, all memory there is.
pub const MAX_VALUE: usize = 256 * 1024;

/// What comes before the name and the value.
#[derive(Clone, Copy)]
pub struct Head {
    pub name: usize,
    pub value: usize,
}

impl Head {
    pub const LENGTH: usize = 7;

    pub fn of(name: &str, value: &[u8]) -> Head {
        Head {
            name: name.len(),
            value: value.len(),
        }
    }

    /// Nothing where a length is over its limit.
    pub fn encode(self) -> Option<[u8; Head::LENGTH]> {
        if self.name > MAX_NAME || self.value > MAX_VALUE {
            return None;
        }
        let [n0, n1] = u16::try_from(self.name).ok()?.to_be_bytes();
        let [v0, v1, v2, v3] = u32::try_from(self.value).ok()?.to_be_bytes();
        Some([VERSION, n0, n1, v0, v1, v2, v3])
    }

    /// The answer is for whoever sent what cannot be a request.
    pub fn decode(bytes: [u8; Head::LENGTH]) -> Result<Head, Answer> {
        let [version, n0, n1, v0, v1, v2, v3] = bytes;
        if version != VERSION {
            return Err(Answer::failed(
                "this is no request of its version; use the same masker on both sides",
            ));
        }
        let name = usize::from(u16::from_be_bytes([n0, n1]));
        let value = u32::from_be_bytes([v0, v1, v2, v3]) as usize;
        if name > MAX_NAME || value > MAX_VALUE {
            return Err(Answer::refused("it is too large"));
        }
        Ok(Head { name, value })
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The secret is masked in all that is not yet printed.
    InForce,
    /// The value cannot be masked, now or later.
    Refused,
    /// The request was no request, or came too late.
    Failed,
}

/// What the listener says to a request.
#[derive(Debug)]
pub struct Answer {
    pub status: Status,
    pub message: String,
}

impl Answer {
    pub fn in_force() -> Answer {
        Answer {
            status: Status::InForce,
            message: String::new(),
        }
    }

    pub fn refused(message: impl Into<String>) -> Answer {
        Answer {
            status: Status::Refused,
            message: message.into(),
        }
    }

    pub fn failed(message: impl Into<String>) -> Answer {
        Answer {
            status: Status::Failed,
            message: message.into(),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let status = match self.status {
            Status::InForce => 0,
            Status::Refused => 1,
            Status::Failed => 2,
        };
        let length = u16::try_from(self.message.len()).unwrap_or(u16::MAX);
        let mut bytes = vec![VERSION, status];
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.message.as_bytes()[..usize::from(length)]);
        bytes
    }

    /// Reads an answer that is whole. Whatever else comes is an error, never a success.
    pub fn read(mut from: impl Read) -> io::Result<Answer> {
        let mut head = [0; 4];
        from.read_exact(&mut head)?;
        let status = match head[..2] {
            [VERSION, 0] => Status::InForce,
            [VERSION, 1] => Status::Refused,
            [VERSION, 2] => Status::Failed,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        let mut message = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]]))];
        from.read_exact(&mut message)?;
        Ok(Answer {
            status,
            message: String::from_utf8_lossy(&message).into_owned(),
        })
    }
}
