//! Lines by which a job names its own secrets while it runs: `::add-mask::VALUE`.
//!
//! The format is that of GitHub's workflow commands ("Masking a value in a log"). In the value,
//! `%25` stands for `%`, `%0A` for a newline and `%0D` for a carriage return, as the toolkit of
//! GitHub Actions writes them. The runner takes the name in any case, and with properties behind a
//! blank, as in `::Add-Mask x=y::VALUE`; it wants it at the beginning of a line, which we do not: a
//! time before it shall not let the value out.

mod command;

use std::ops::Range;

use memchr::memchr;
use zeroize::Zeroizing;

use command::Command;

/// The longest value that is taken, and how much is taken in all, in bytes as written. A value is
/// kept until the end of its line, and what is made of it takes some hundred times its length: a job
/// that prints at random must not exhaust the memory of whoever masks it.
const LONGEST: usize = 64 << 10;
const LONGEST_IN_ALL: usize = 512 << 10;

/// What each value counts besides its length, and what one counts that is too long: each that is new
/// is compiled, and kept or told to be refused, so their number must have an end too.
const OF_EACH: usize = 256;
const OF_TOO_LONG: usize = 8 << 10;

/// What follows these lines in one stream.
#[derive(Default)]
pub(super) struct AddMask {
    command: Command,
    value: Option<Value>,
    /// How many lines have been followed to their end, and how much they named that was new.
    lines: u64,
    taken: usize,
    is_full: bool,
}

/// Whether there is room for a new value.
pub(super) enum Room {
    Enough,
    /// There is none from here on.
    NoMore,
    /// That has been said already.
    NoneAnyMore,
}

/// A value that goes on to the end of its line.
struct Value {
    start: u64,
    /// Where it ends so far, but for a carriage return that may belong to the end of the line.
    end: u64,
    ends_in_return: bool,
    /// `None` once it is too long. Wiped on drop.
    written: Option<Zeroizing<Vec<u8>>>,
}

/// The stream up to the end of a line that names a secret, or of the chunk.
pub(super) struct Piece {
    pub(super) length: usize,
    /// What it has of a value, from the beginning of that, but for the carriage return of a line that
    /// ends in one.
    pub(super) masked: Option<Range<u64>>,
    pub(super) named: Option<Named>,
}

/// What a line has named.
pub(super) struct Named {
    /// Tells the lines of a stream apart.
    pub(super) name: String,
    /// `None` where it was too long.
    pub(super) value: Option<Zeroizing<Vec<u8>>>,
}

impl AddMask {
    /// Follows the chunk, which begins at `base` in the stream, up to the end of the first line
    /// that names a secret. O(length of the piece).
    pub(super) fn follow(&mut self, chunk: &[u8], base: u64) -> Piece {
        let from = match &self.value {
            Some(_) => Some(0),
            None => self.command.find(chunk),
        };
        let Some(from) = from else {
            return Piece {
                length: chunk.len(),
                masked: None,
                named: None,
            };
        };
        let start = base + from as u64;
        let value = self.value.get_or_insert_with(|| Value::new(start));
        let rest = &chunk[from..];
        let newline = memchr(b'\n', rest);
        let end = newline.unwrap_or(rest.len());
        value.go_on(&rest[..end], base + (from + end) as u64);
        let masked = value.start..value.end;
        Piece {
            length: newline.map_or(chunk.len(), |newline| from + newline + 1),
            masked: (!masked.is_empty()).then_some(masked),
            named: newline.and_then(|_| self.end_line()),
        }
    }

    /// Where the value begins that the stream is in.
    pub(super) fn names_from(&self) -> Option<u64> {
        Some(self.value.as_ref()?.start)
    }

    /// From where on bytes are held: a carriage return is printed if a newline follows, and masked as
    /// part of the value otherwise.
    pub(super) fn held_from(&self) -> Option<u64> {
        let value = self.value.as_ref().filter(|it| it.ends_in_return)?;
        Some(value.end)
    }

    /// Makes room for a value that is new; `None` for one that was too long.
    pub(super) fn make_room(&mut self, value: Option<&[u8]>) -> Room {
        if self.is_full {
            return Room::NoneAnyMore;
        }
        self.taken += value.map_or(OF_TOO_LONG, |value| OF_EACH + value.len());
        // Not even a small one any more: what is masked shall not depend on luck.
        self.is_full = self.taken > LONGEST_IN_ALL;
        match self.is_full {
            true => Room::NoMore,
            false => Room::Enough,
        }
    }

    fn end_line(&mut self) -> Option<Named> {
        self.lines += 1;
        let written = self.value.take()?.written;
        Some(Named {
            name: format!("add-mask-{}", self.lines),
            value: written.map(|written| decode(&written)),
        })
    }
}

impl Value {
    fn new(start: u64) -> Value {
        Value {
            start,
            end: start,
            ends_in_return: false,
            written: Some(Zeroizing::default()),
        }
    }

    /// Takes more of it, up to this place of the stream.
    fn go_on(&mut self, text: &[u8], place: u64) {
        if let Some(&last) = text.last() {
            self.ends_in_return = last == b'\r';
        }
        self.end = place - u64::from(self.ends_in_return);
        let Some(written) = &mut self.written else {
            return;
        };
        if written.len() + text.len() > LONGEST {
            self.written = None;
            return;
        }
        if written.capacity() - written.len() < text.len() {
            // Growing would leave a copy behind that is not wiped.
            let length = (written.len() + text.len()).next_power_of_two();
            let mut larger = Zeroizing::new(Vec::with_capacity(length));
            larger.extend_from_slice(written);
            *written = larger;
        }
        written.extend_from_slice(text);
    }
}

/// The value that is written so. Blanks around it, and the carriage return of a line that ends in
/// one, are no part of it.
fn decode(written: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut rest = written.trim_ascii();
    let mut value = Zeroizing::new(Vec::with_capacity(rest.len()));
    while let [first, behind @ ..] = rest {
        let (byte, behind) = match rest {
            [b'%', b'2', b'5', behind @ ..] => (b'%', behind),
            [b'%', b'0', b'A' | b'a', behind @ ..] => (b'\n', behind),
            [b'%', b'0', b'D' | b'd', behind @ ..] => (b'\r', behind),
            _ => (*first, behind),
        };
        value.push(byte);
        rest = behind;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values that a stream names, and what of it is masked.
    fn follow(text: &[u8], chunk: usize) -> (Vec<Option<Vec<u8>>>, Vec<Range<u64>>) {
        let mut add_mask = AddMask::default();
        let (mut values, mut masked) = (Vec::new(), Vec::new());
        let mut base = 0;
        for mut chunk in text.chunks(chunk) {
            while !chunk.is_empty() {
                let piece = add_mask.follow(chunk, base);
                masked.extend(piece.masked);
                values.extend(piece.named.map(|it| it.value.map(|value| value.to_vec())));
                chunk = &chunk[piece.length..];
                base += piece.length as u64;
            }
        }
        masked.dedup_by(|later, earlier| {
            let is_same = later.start == earlier.start;
            if is_same {
                earlier.end = later.end;
            }
            is_same
        });
        (values, masked)
    }

    #[test]
    fn a_line_names_a_value_however_it_is_cut() {
        let text = b"a\n::add-mask::one%25%0A%0dtwo\r\n:::add-mask::::add-mask::x\n::add-mask::\n::add-mas::add-mask::y";
        for chunk in 1..=text.len() {
            let (values, masked) = follow(text, chunk);
            let some = |value: &[u8]| Some(value.to_vec());
            let expected = [some(b"one%\n\rtwo"), some(b"::add-mask::x"), some(b"")];
            assert_eq!(values, expected, "in chunks of {chunk}");
            assert_eq!(masked, [14..29, 44..57, 92..93], "in chunks of {chunk}");
        }
    }

    #[test]
    fn a_value_without_end_takes_no_memory_and_is_told_to_be_too_long() {
        let text = [
            &b"::add-mask::"[..],
            &[b'x'; 3 << 20],
            b"\n::add-mask::short\n",
        ]
        .concat();
        let (values, masked) = follow(&text, 4_096);
        assert_eq!(values, [None, Some(b"short".to_vec())]);
        assert_eq!(masked[0], 12..12 + (3 << 20));
    }

    /// A vector that grows by itself leaves a copy behind, and becomes larger than this.
    #[test]
    fn a_value_has_no_more_memory_than_it_was_given_while_it_was_wiped() {
        let mut value = Value::new(0);
        for (text, capacity) in [
            ("abc", 4),
            ("d", 4),
            ("e", 8),
            ("fgh", 8),
            ("ijklmnopq", 32),
        ] {
            value.go_on(text.as_bytes(), 0);
            let written = value.written.as_ref().expect("it is short");
            assert!(written.ends_with(text.as_bytes()));
            assert_eq!(written.capacity(), capacity);
        }
    }

    #[test]
    fn there_is_room_for_512_kib_and_it_is_said_once_that_there_is_no_more() {
        // With what each takes besides: 8 of 64 KiB, or 64 of 8 KiB.
        for (value, times) in [(Some(&[0; (64 << 10) - 256][..]), 8), (None, 64)] {
            let mut add_mask = AddMask::default();
            for _ in 0..times {
                assert!(matches!(add_mask.make_room(value), Room::Enough));
            }
            assert!(matches!(add_mask.make_room(Some(b"")), Room::NoMore));
            for value in [None, Some(&b"a"[..])] {
                assert!(matches!(add_mask.make_room(value), Room::NoneAnyMore));
            }
        }
    }
}
