//! As shells quote: `set -x`, `printf %q`, `declare -p`, and what writes commands for them.
//!
//! Observed with bash 5.2.15, dash 0.5.12, busybox 1.35, zsh 5.9 and ksh93u+m 1.0.4. The trace of
//! dash shows words as they are, so the value itself is found in it.

use super::write::{self, Case};
use super::{Form, Found};

/// How a shell writes a character inside of `$'..'`.
#[derive(Clone, Copy)]
enum Dollar {
    /// `\033` as `\E`, other controls in octal: bash.
    Octal,
    /// `\E` and `\x01`, the latter as `\x[01]` before another digit, and no `\v`: ksh.
    Hex,
    /// `\C-A` but for `\t` and `\n`, and `\M-` for the eighth bit: zsh.
    Caret,
}

pub(super) fn find(value: &[u8], found: &mut Found) {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:@+".contains(byte);
    if value.iter().all(is_plain) {
        return;
    }
    in_single_quotes(value, found);
    behind_backslashes(value, found);
    for style in [Dollar::Octal, Dollar::Hex, Dollar::Caret] {
        // The bytes beyond ASCII are escaped in the C locale only.
        for utf8 in [true, false] {
            found.add_written(Form::Shell, value, |out| dollar(value, style, utf8, out));
        }
    }
    // declare -p of bash, with what POSIX (section 2.2.3) demands.
    found.add_written(Form::Shell, value, |out| {
        write::each_byte(value, out, |_, byte, out| {
            if b"\"\\$`".contains(&byte) {
                out.push(b'\\');
            }
            out.push(byte);
        });
    });
}

/// Between single quotes only a quote itself needs another way.
fn in_single_quotes(value: &[u8], found: &mut Found) {
    // set -x of bash and zsh, ${x@Q}.
    replace_quotes(value, b"'\\''", found);
    // set -x of busybox, shlex.quote of Python 3.11.
    replace_quotes(value, b"'\"'\"'", found);
    // Runs of quotes: export -p of dash has each between one pair of double quotes, set -x of zsh
    // closes and opens the string once around each. A run at an edge of the value may be longer by
    // the neighbour's quotes, so the value is found with its own runs and without them.
    let core = trim_quotes(value);
    for double in [true, false] {
        found.add_written(Form::Shell, value, |out| quote_runs(core, double, out));
        found.add_written(Form::Shell, value, |out| {
            quote_runs(value, double, out);
            // Whether the string is closed before and opened behind is for what stands there to say.
            if value.ends_with(b"'") {
                out.pop();
            }
            if value.starts_with(b"'") {
                out.remove(0);
            }
        });
    }
    // ls and the messages of GNU coreutils 9.1.
    for utf8 in [true, false] {
        found.add_written(Form::Shell, value, |out| coreutils(value, utf8, out));
    }
}

fn quote_runs(value: &[u8], double: bool, out: &mut Vec<u8>) {
    for run in value.chunk_by(|a, b| (*a == b'\'') == (*b == b'\'')) {
        match (run[0], double) {
            (b'\'', true) => out.extend([b"'\"", run, b"\"'"].concat()),
            (b'\'', false) => out.extend([b"'", &b"\\'".repeat(run.len())[..], b"'"].concat()),
            _ => out.extend_from_slice(run),
        }
    }
}

/// Between single quotes, with controls in `$'..'` between the quoted pieces.
fn coreutils(value: &[u8], utf8: bool, out: &mut Vec<u8>) {
    let is_odd = |byte: u8| byte.is_ascii_control() || !utf8 && !byte.is_ascii();
    // What stands before the value may be of the same run, and so may what stands behind it.
    let mut in_dollar = value.first().copied().is_some_and(is_odd);
    for &byte in value {
        match byte {
            _ if is_odd(byte) => {
                if !in_dollar {
                    out.extend_from_slice(b"'$'");
                }
                control(byte, out);
            }
            b'\'' => out.extend_from_slice(b"'\\''"),
            _ => {
                if in_dollar {
                    out.extend_from_slice(b"''");
                }
                out.push(byte);
            }
        }
        in_dollar = is_odd(byte);
    }
    if value.ends_with(b"'") {
        out.pop();
    }
}

/// The value with each quote written so, but for the last quote if it is the value's last byte:
/// whether that opens a string again is for what follows to say.
fn replace_quotes(value: &[u8], quote: &[u8], found: &mut Found) {
    found.add_written(Form::Shell, value, |out| {
        write::each_byte(value, out, |_, byte, out| match byte {
            b'\'' => out.extend_from_slice(quote),
            _ => out.push(byte),
        });
        if value.ends_with(b"'") {
            out.pop();
        }
    });
}

fn trim_quotes(value: &[u8]) -> &[u8] {
    let is_other = |byte: &u8| *byte != b'\'';
    let from = value.iter().position(is_other).unwrap_or(value.len());
    let end = value
        .iter()
        .rposition(is_other)
        .map_or(from, |last| last + 1);
    &value[from..end]
}

fn behind_backslashes(value: &[u8], found: &mut Found) {
    // printf %q of bash, which escapes these at the beginning of a word only: `#`, and `~`, the
    // latter behind `=` and `:` too. At the beginning they are found without the backslash.
    found.add_written(Form::Shell, value, |out| {
        write::each_byte(value, out, |at, byte, out| {
            let is_special = b" \t!\"$&'()*,;<>?[\\]^`{|}".contains(&byte)
                || byte == b'~' && value[..at].ends_with(b"=")
                || byte == b'~' && value[..at].ends_with(b":");
            if is_special {
                out.push(b'\\');
            }
            out.push(byte);
        });
    });
    // printf %q of zsh, in both kinds of locales.
    for utf8 in [true, false] {
        found.add_written(Form::Shell, value, |out| {
            write::each_byte(value, out, |at, byte, out| match byte {
                b'\t' | b'\n' | b'\r' | ..b' ' | 0x7f => in_dollar_quotes(byte, out),
                _ if !byte.is_ascii() && !utf8 => in_dollar_quotes(byte, out),
                b'~' | b'=' if at == 0 => out.push(byte),
                b' '
                | b'"'
                | b'#'
                | b'$'
                | b'&'..=b'*'
                | b';'
                | b'<'
                | b'>'
                | b'?'
                | b'['..=b'^'
                | b'`'
                | b'{'..=b'}' => out.extend([b'\\', byte]),
                _ => out.push(byte),
            });
        });
    }
    // Shellwords.escape of Ruby 3.1.
    found.add_written(Form::Shell, value, |out| {
        write::each_unit(value, out, |unit, _, out| match unit.ascii() {
            Some('\n') => out.extend_from_slice(b"'\n'"),
            Some(char) if "_-.,:+/@".contains(char) => out.push(char as u8),
            _ => {
                out.push(b'\\');
                unit.write(out);
            }
        });
    });
}

/// One byte in `$'..'` of its own, as zsh writes it.
fn in_dollar_quotes(byte: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(b"$'");
    control(byte, out);
    out.push(b'\'');
}

/// A control character in `$'..'` of coreutils and of `printf %q` of zsh, which know no `\E`.
fn control(byte: u8, out: &mut Vec<u8>) {
    match letter(byte).filter(|letter| *letter != b'E') {
        Some(letter) => out.extend([b'\\', letter]),
        None => octal(byte, out),
    }
}

/// The inside of `$'..'`, the quoting of ANSI C.
fn dollar(value: &[u8], style: Dollar, utf8: bool, out: &mut Vec<u8>) {
    write::each_byte(value, out, |at, byte, out| {
        let named = letter(byte).filter(|name| match style {
            Dollar::Octal => true,
            Dollar::Hex => *name != b'v',
            Dollar::Caret => b"nt".contains(name),
        });
        match (byte, named) {
            (b'\\' | b'\'', _) => out.extend([b'\\', byte]),
            (_, Some(name)) => out.extend([b'\\', name]),
            (b' '..=b'~', _) => out.push(byte),
            (0x80.., _) if utf8 => out.push(byte),
            _ => match style {
                Dollar::Octal => octal(byte, out),
                Dollar::Hex => {
                    let ends_there = !value.get(at + 1).is_some_and(u8::is_ascii_hexdigit);
                    let (open, close) = if ends_there {
                        ("\\x", "")
                    } else {
                        ("\\x[", "]")
                    };
                    out.extend_from_slice(open.as_bytes());
                    write::hex(byte.into(), 2, Case::Lower, out);
                    out.extend_from_slice(close.as_bytes());
                }
                Dollar::Caret => caret(byte, out),
            },
        }
    });
}

/// The letter that stands for a control character behind a backslash.
fn letter(byte: u8) -> Option<u8> {
    let index = b"\x07\x08\x0c\n\r\t\x0b\x1b"
        .iter()
        .position(|it| *it == byte)?;
    Some(b"abfnrtvE"[index])
}

fn octal(byte: u8, out: &mut Vec<u8>) {
    out.push(b'\\');
    write::octal(byte.into(), 3, out);
}

fn caret(byte: u8, out: &mut Vec<u8>) {
    if !byte.is_ascii() {
        out.extend_from_slice(b"\\M-");
    }
    match byte & 0x7f {
        control @ (..b' ' | 0x7f) => out.extend([b'\\', b'C', b'-', control ^ 0x40]),
        printable => out.push(printable),
    }
}
