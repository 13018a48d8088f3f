//! What the files of the forms write with.

/// A character of a value, or a byte of it that is no UTF-8.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Char(char),
    Byte(u8),
}

pub(super) fn units(value: &[u8]) -> impl Iterator<Item = Unit> {
    value.utf8_chunks().flat_map(|chunk| {
        let chars = chunk.valid().chars().map(Unit::Char);
        chars.chain(chunk.invalid().iter().map(|&byte| Unit::Byte(byte)))
    })
}

/// Calls `write` with each byte of a value and its place, but writes ASCII letters and digits as they
/// are: nothing escapes these, and a long key is hardly anything else.
pub(super) fn each_byte(
    value: &[u8],
    out: &mut Vec<u8>,
    mut write: impl FnMut(usize, u8, &mut Vec<u8>),
) {
    let mut at = 0;
    while at < value.len() {
        let plain = &value[at..at + plain(&value[at..])];
        out.extend_from_slice(plain);
        at += plain.len();
        if let Some(&byte) = value.get(at) {
            write(at, byte, out);
            at += 1;
        }
    }
}

/// As [`each_byte`] with each unit, and what follows it if that is a character of ASCII.
pub(super) fn each_unit(
    value: &[u8],
    out: &mut Vec<u8>,
    mut write: impl FnMut(Unit, Option<char>, &mut Vec<u8>),
) {
    let mut rest = value;
    while !rest.is_empty() {
        let (letters, behind) = rest.split_at(plain(rest));
        out.extend_from_slice(letters);
        // These stand in no character beyond ASCII, so none is torn apart.
        let end = behind.iter().position(u8::is_ascii_alphanumeric);
        let (others, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let mut units = units(others).peekable();
        while let Some(unit) = units.next() {
            let next = match units.peek() {
                Some(next) => next.ascii(),
                None => behind.first().map(|&byte| char::from(byte)),
            };
            write(unit, next, out);
        }
        rest = behind;
    }
}

/// How many ASCII letters and digits a text begins with.
fn plain(text: &[u8]) -> usize {
    // Blocks without a way out of them are checked in wide registers.
    let is_all = |block: &&[u8]| {
        let all = |all, byte: &u8| all & byte.is_ascii_alphanumeric();
        block.iter().fold(true, all)
    };
    let checked = 16 * text.chunks_exact(16).take_while(is_all).count();
    let end = text[checked..]
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric());
    end.map_or(text.len(), |end| checked + end)
}

impl Unit {
    /// Writes it as it stands in the value.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        match self {
            Unit::Char(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            Unit::Byte(byte) => out.push(byte),
        }
    }

    /// Calls `each` with the bytes it has in the value.
    pub(super) fn bytes(self, mut each: impl FnMut(u8)) {
        match self {
            Unit::Char(char) => char.encode_utf8(&mut [0; 4]).bytes().for_each(each),
            Unit::Byte(byte) => each(byte),
        }
    }

    /// The character, if it is one of ASCII.
    pub(super) fn ascii(self) -> Option<char> {
        match self {
            Unit::Char(char) => Some(char).filter(char::is_ascii),
            Unit::Byte(_) => None,
        }
    }
}

/// The case of the digits above 9.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
}

/// Writes a number in base 16, with so many digits at least.
pub(super) fn hex(number: u32, width: u32, case: Case, out: &mut Vec<u8>) {
    let digits = match case {
        Case::Lower => b"0123456789abcdef",
        Case::Upper => b"0123456789ABCDEF",
    };
    in_base(number, 16, width, digits, out);
}

/// Writes a number in base 8, with so many digits at least.
pub(super) fn octal(number: u32, width: u32, out: &mut Vec<u8>) {
    in_base(number, 8, width, b"01234567", out);
}

/// Writes a number in base 10.
pub(super) fn decimal(number: u32, out: &mut Vec<u8>) {
    in_base(number, 10, 1, b"0123456789", out);
}

fn in_base(number: u32, base: u32, width: u32, digits: &[u8], out: &mut Vec<u8>) {
    let from = out.len();
    let (mut rest, mut written) = (number, 0);
    while rest > 0 || written < width {
        out.push(digits[(rest % base) as usize]);
        rest /= base;
        written += 1;
    }
    out[from..].reverse();
}
