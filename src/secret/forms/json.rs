//! The inside of a JSON string (RFC 8259, section 7).
//!
//! The standard demands escapes for quotes, backslashes and control characters only, and allows
//! them for all others. Every encoder chooses some more, always the same ones; so the patterns are
//! those of the encoders in use, not all that would be legal. Observed where a version is named; Go
//! of 1.22, json-c, Gson, Flask, Jackson and .NET have not been run.

use zeroize::Zeroizing;

use super::write::{self, Case, Unit};
use super::{Form, Found};

/// What an encoder escapes beyond what it must.
#[derive(PartialEq, Eq)]
struct Encoder {
    /// ASCII characters that it writes as `\u00XX`. Among them those that have shorter escapes.
    unicode: &'static str,
    /// All characters beyond ASCII too.
    ascii_only: bool,
    /// U+2028 and U+2029, which end a line of old JavaScript.
    separators: bool,
    /// `/` as `\/`.
    slash: bool,
    digits: Case,
}

/// What RFC 8259 demands: serde_json 1, JSON.stringify of node 20, jq 1.6 but for DEL, Ruby 3.1,
/// Python 3.11 with ensure_ascii=False.
const MINIMAL: Encoder = Encoder {
    unicode: "",
    ascii_only: false,
    separators: false,
    slash: false,
    digits: Case::Lower,
};

/// json.dumps of Python 3.11, `jq -a`.
const PYTHON: Encoder = Encoder {
    unicode: "\x7f",
    ascii_only: true,
    ..MINIMAL
};

/// encoding/json of Go 1.22 and later; so kubectl, docker and most of what runs a job.
const GO: Encoder = Encoder {
    unicode: "<>&",
    separators: true,
    ..MINIMAL
};

const ENCODERS: [Encoder; 12] = [
    MINIMAL,
    PYTHON,
    GO,
    // jq 1.6.
    Encoder {
        unicode: "\x7f",
        ..MINIMAL
    },
    // encoding/json of Go before 1.22.
    Encoder {
        unicode: "<>&\x08\x0c",
        ..GO
    },
    // json_encode of PHP 8.2.
    Encoder {
        ascii_only: true,
        slash: true,
        ..MINIMAL
    },
    // json_encode of PHP with JSON_UNESCAPED_UNICODE, json-c.
    Encoder {
        slash: true,
        ..MINIMAL
    },
    // Gson as it comes (JsonWriter's HTML_SAFE_REPLACEMENT_CHARS).
    Encoder {
        unicode: "<>&='",
        ..GO
    },
    // Flask's tojson (htmlsafe_json_dumps), on json.dumps.
    Encoder {
        unicode: "<>&'\x7f",
        ..PYTHON
    },
    // Jackson (CharTypes) writes the digits of controls in upper case.
    Encoder {
        digits: Case::Upper,
        ..MINIMAL
    },
    // Jackson with ESCAPE_NON_ASCII.
    Encoder {
        ascii_only: true,
        digits: Case::Upper,
        ..MINIMAL
    },
    // System.Text.Json of .NET (DefaultJavaScriptEncoder).
    Encoder {
        unicode: "<>&'\"+`\x7f",
        ascii_only: true,
        digits: Case::Upper,
        ..MINIMAL
    },
];

pub(super) fn find(value: &[u8], found: &mut Found) {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" -_.,:;@!?()[]{}".contains(byte);
    if value.iter().all(is_plain) {
        return;
    }
    let mut inner = Zeroizing::new(Vec::with_capacity(value.len() * super::MAX_GROWTH));
    for encoder in &ENCODERS {
        inner.clear();
        encoder.write(value, &mut inner);
        found.add_written(Form::Json, value, |out| out.extend_from_slice(&inner));
        // JSON in JSON: the record of a logger holds the body of a request. What most write around
        // it escapes no more than it must; Go and Python do more, around what leaves them more.
        found.add_written(Form::Json, &inner, |out| MINIMAL.write(&inner, out));
        if [MINIMAL, PYTHON, GO].contains(encoder) {
            for outer in [PYTHON, GO] {
                found.add_written(Form::Json, &inner, |out| outer.write(&inner, out));
            }
        } else {
            found.add_written(Form::Json, &inner, |out| encoder.write(&inner, out));
        }
    }
}

impl Encoder {
    fn write(&self, value: &[u8], out: &mut Vec<u8>) {
        write::each_unit(value, out, |unit, _, out| match unit {
            Unit::Char(char) => self.write_char(char, out),
            // Encoders refuse or replace what is no UTF-8; those that do neither keep it.
            Unit::Byte(byte) => out.push(byte),
        });
    }

    fn write_char(&self, char: char, out: &mut Vec<u8>) {
        let short = match char {
            '"' | '\\' => Some(char),
            '/' if self.slash => Some('/'),
            '\x08' => Some('b'),
            '\t' => Some('t'),
            '\n' => Some('n'),
            '\x0c' => Some('f'),
            '\r' => Some('r'),
            _ => None,
        };
        let is_unicode = match char {
            ..=' ' => short.is_none() && char != ' ' || self.unicode.contains(char),
            ..='\x7f' => self.unicode.contains(char),
            '\u{2028}' | '\u{2029}' if self.separators => true,
            _ => self.ascii_only,
        };
        match short {
            _ if is_unicode => {
                for &mut half in char.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(b"\\u");
                    write::hex(half.into(), 4, self.digits, out);
                }
            }
            Some(short) => out.extend([b'\\', short as u8]),
            None => Unit::Char(char).write(out),
        }
    }
}
