//! Finds `::add-mask::` in a text that comes in pieces.

use memchr::memmem;

/// How the command begins. What ends it are two colons, at once or behind properties.
const NAME: &[u8] = b"::add-mask";

/// How far the stream has come into a command.
#[derive(Clone, Copy)]
pub(super) enum Command {
    /// So many bytes of its name.
    Name(usize),
    /// The first of the colons that end it.
    Colon,
    /// What stands behind a blank, and whether its last byte is a colon.
    Properties { is_colon: bool },
}

impl Default for Command {
    fn default() -> Command {
        Command::Name(0)
    }
}

impl Command {
    /// Where the first command in the chunk ends, some of which may stand in the chunks before.
    /// O(length of the chunk).
    pub(super) fn find(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < chunk.len() {
            if let Command::Name(0) = self {
                let begun = memmem::find(&chunk[at..], &NAME[..2]);
                let Some(colons) = begun else {
                    let is_begun = chunk.ends_with(&NAME[..1]);
                    *self = Command::Name(usize::from(is_begun));
                    return None;
                };
                at += colons + 2;
                *self = Command::Name(2);
                continue;
            }
            let next = self.next(chunk[at]);
            at += 1;
            *self = next.unwrap_or_default();
            if next.is_none() {
                return Some(at);
            }
        }
        None
    }

    /// What it is with one more byte; `None` where that ends a command.
    fn next(self, byte: u8) -> Option<Command> {
        Some(match (self, byte) {
            (Command::Colon | Command::Properties { is_colon: true }, b':') => return None,
            (Command::Name(length), _) if length < NAME.len() => {
                match (byte.to_ascii_lowercase() == NAME[length], byte) {
                    (true, _) => Command::Name(length + 1),
                    // The last two are the beginning of a command again.
                    (false, b':') if length == 2 => Command::Name(2),
                    (false, b':') => Command::Name(1),
                    (false, _) => Command::Name(0),
                }
            }
            (Command::Name(_), b':') => Command::Colon,
            (Command::Name(_), b' ') => Command::Properties { is_colon: false },
            (Command::Properties { .. }, byte) if byte != b'\n' => Command::Properties {
                is_colon: byte == b':',
            },
            _ => Command::Name(0),
        })
    }
}
