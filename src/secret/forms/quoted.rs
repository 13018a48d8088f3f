//! Strings as programming languages print them: the inside of the quotes; and what else puts a
//! backslash or a caret before a character: patterns, and programs that show what does not print.
//!
//! Observed where a version is named; the last three are not, and stand for common practice.

use super::write::{self, Case, Unit};
use super::{Form, Found};

/// How a language prints what does not stand for itself.
#[derive(Clone, Copy)]
struct Printer {
    /// The characters that get a backslash, besides the backslash. A language that chooses its
    /// quotes by what is in the string, neighbours included, is here once for each choice. `#`
    /// only where Ruby would read what follows as a value to put in.
    escaped: &'static str,
    /// The control characters that have a letter: of these, in this order, `_` for none.
    letters: &'static [u8; 8],
    /// How it prints others.
    control: Number,
    beyond: Beyond,
}

/// The control characters that may have a letter.
const LETTERED: &[u8; 8] = b"\x07\x08\t\n\x0b\x0c\r\x1b";

#[derive(Clone, Copy)]
enum Number {
    /// As it is.
    Raw,
    /// `\033`
    Octal,
    /// `\33`, where no digit follows
    ShortOctal,
    /// `\x1b` or `\x1B`
    Hex(Case),
    /// `\u{0}` or `\u{1b}`
    Braces,
    /// `\0` or `\u{1b}`
    ShortNul,
}

/// Characters beyond ASCII.
#[derive(Clone, Copy)]
enum Beyond {
    Raw,
    /// Its bytes, as control characters are printed.
    Bytes,
    /// `\xe4`, `\u20ac`, `\U0001f600`
    Python,
    /// `\xE4`, `\u20AC`, `\U0001F600`
    Yaml,
    /// `ä`, `€`, `\U0001F600`
    YamlUnicode,
    /// `\u00e4`, `\U0001f600`
    Go,
    /// `\u{e4}`
    Rust,
    /// `\x{e4}`
    Perl,
}

const fn printer(
    escaped: &'static str,
    letters: &'static [u8; 8],
    control: Number,
    beyond: Beyond,
) -> Printer {
    Printer {
        escaped,
        letters,
        control,
        beyond,
    }
}

const C: &[u8; 8] = b"abtnvfr_";
const FEW: &[u8; 8] = b"__tn__r_";
const NONE: &[u8; 8] = b"________";
const ESCAPE: &[u8; 8] = b"abtnvfre";
const LOWER: Number = Number::Hex(Case::Lower);
const UPPER: Number = Number::Hex(Case::Upper);

const PRINTERS: [Printer; 32] = [
    // C: git 2.47 with core.quotePath and without, ls -Q of coreutils 9.1; ls -b escapes blanks.
    printer("\"", C, Number::Octal, Beyond::Bytes),
    printer("\"", C, Number::Octal, Beyond::Raw),
    printer(" ", C, Number::Octal, Beyond::Bytes),
    printer(" ", C, Number::Octal, Beyond::Raw),
    // Messages of tar 1.34, and sed 4.9 with the command l, but for the ends of lines.
    printer(":", C, Number::Octal, Beyond::Bytes),
    printer(":", C, Number::Octal, Beyond::Raw),
    printer("", C, Number::Octal, Beyond::Bytes),
    printer("", C, Number::Octal, Beyond::Raw),
    // strace 6.1.
    printer("\"", b"__tnvfr_", Number::ShortOctal, Beyond::Bytes),
    // strconv.Quote and QuoteToASCII of Go 1.19, %q and %+q.
    printer("\"", C, LOWER, Beyond::Raw),
    printer("\"", C, LOWER, Beyond::Go),
    // {:?} and escape_default of Rust 1.95, escape_ascii of its byte strings.
    printer("\"", FEW, Number::ShortNul, Beyond::Raw),
    printer("\"'", FEW, Number::Braces, Beyond::Rust),
    printer("\"'", FEW, LOWER, Beyond::Bytes),
    // repr of Python 3.11, ascii, and repr of bytes, each with both kinds of quotes around it.
    printer("", FEW, LOWER, Beyond::Raw),
    printer("'", FEW, LOWER, Beyond::Raw),
    printer("", FEW, LOWER, Beyond::Python),
    printer("'", FEW, LOWER, Beyond::Python),
    printer("", FEW, LOWER, Beyond::Bytes),
    printer("'", FEW, LOWER, Beyond::Bytes),
    // safe_dump of PyYAML 6.0, and with allow_unicode=True.
    printer("\"", ESCAPE, UPPER, Beyond::Yaml),
    printer("\"", ESCAPE, UPPER, Beyond::YamlUnicode),
    // util.inspect of node 20, with three kinds of quotes around it.
    printer("", b"_btn_fr_", UPPER, Beyond::Raw),
    printer("'", b"_btn_fr_", UPPER, Beyond::Raw),
    // String#inspect of Ruby 3.1, also of bytes.
    printer("\"#", ESCAPE, UPPER, Beyond::Raw),
    printer("\"#", ESCAPE, UPPER, Beyond::Bytes),
    // Data::Dumper 2.184 of Perl and var_export of PHP 8.2.
    printer("'", NONE, Number::Raw, Beyond::Raw),
    // Data::Dumper with Useqq.
    printer("\"$@", b"abtn_fre", Number::ShortOctal, Beyond::Perl),
    printer("\"$@", b"abtn_fre", Number::ShortOctal, Beyond::Bytes),
    // mysqldump, JavaScript's and C's own source: quotes of both kinds.
    printer("\"'", C, Number::Octal, Beyond::Raw),
    printer("\"'", FEW, LOWER, Beyond::Raw),
    // The backslashes alone: PostgreSQL's COPY and E'' strings, TOML and HCL.
    printer("", b"_btnvfr_", Number::Raw, Beyond::Raw),
];

/// The ASCII characters that are escaped where a value is to stand for itself in a pattern.
const IN_PATTERNS: [&[u8]; 4] = [
    // re.escape of Python 3.11.
    b"\t\n\x0b\x0c\r #$&()*+-.?[\\]^{|}~",
    // preg_quote of PHP 8.2.
    b"!#$()*+-.:<=>?[\\]^{|}",
    // QuoteMeta of Go 1.19, and what JavaScript takes from the documentation of MDN.
    b"$()*+.?[\\]^{|}",
    // What scripts put a backslash before in what sed is to replace something by (POSIX, sed, "s").
    b"&/\\",
];

pub(super) fn find(value: &[u8], found: &mut Found) {
    in_patterns(value, found);
    let is_plain = |byte: &u8| match byte {
        b'"' | b'\'' | b'\\' | b'$' | b'@' | b'#' | b':' => false,
        _ => matches!(byte, b'!'..=b'~'),
    };
    if value.iter().all(is_plain) {
        return;
    }
    made_visible(value, found);
    for printer in &PRINTERS {
        found.add_written(Form::Quoted, value, |out| printer.write(value, out));
    }
    // SQL, YAML and PowerShell; CSV (RFC 4180, section 2) and Visual Basic.
    for quote in [b'\'', b'"'] {
        found.add_written(Form::Quoted, value, |out| {
            write::each_byte(value, out, |_, byte, out| {
                out.extend(std::iter::repeat_n(byte, if byte == quote { 2 } else { 1 }));
            });
        });
    }
}

fn in_patterns(value: &[u8], found: &mut Found) {
    for escaped in IN_PATTERNS {
        behind_backslash(value, found, |byte| escaped.contains(&byte));
    }
    // Regexp.escape of Ruby 3.1, which has letters for white space.
    found.add_written(Form::Quoted, value, |out| {
        write::each_byte(value, out, |_, byte, out| {
            match b"\t\n\x0b\x0c\r".iter().position(|it| *it == byte) {
                Some(letter) => out.extend([b'\\', b"tnvfr"[letter]]),
                None if b" #$()*+-.?[\\]^{|}".contains(&byte) => out.extend([b'\\', byte]),
                None => out.push(byte),
            }
        });
    });
    // quotemeta of Perl 5.36, of text and of bytes.
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    behind_backslash(value, found, |byte| byte.is_ascii() && !is_word(byte));
    behind_backslash(value, found, |byte| !is_word(byte));
}

fn behind_backslash(value: &[u8], found: &mut Found, is_escaped: impl Fn(u8) -> bool) {
    found.add_written(Form::Quoted, value, |out| {
        write::each_byte(value, out, |_, byte, out| {
            if is_escaped(byte) {
                out.push(b'\\');
            }
            out.push(byte);
        });
    });
}

/// `^[` and `M-C`: cat -v and cat -A of coreutils 9.1, the latter with `$` at the end of each line;
/// with characters beyond ASCII as they are, less and vim.
fn made_visible(value: &[u8], found: &mut Found) {
    for (all, utf8) in [(false, false), (true, false), (true, true), (false, true)] {
        found.add_written(Form::Quoted, value, |out| {
            write::each_byte(value, out, |_, byte, out| match byte {
                b'\n' if all && !utf8 => out.extend_from_slice(b"$\n"),
                b'\n' => out.push(byte),
                b'\t' if !all => out.push(byte),
                0x80.. if utf8 => out.push(byte),
                _ => caret(byte, out),
            });
        });
    }
}

fn caret(byte: u8, out: &mut Vec<u8>) {
    if !byte.is_ascii() {
        out.extend_from_slice(b"M-");
    }
    match byte & 0x7f {
        control if control.is_ascii_control() => out.extend([b'^', control ^ 0x40]),
        printable => out.push(printable),
    }
}

impl Printer {
    fn write(&self, value: &[u8], out: &mut Vec<u8>) {
        write::each_unit(value, out, |unit, next, out| match unit.ascii() {
            Some(char) if char.is_ascii_control() => {
                let digit_follows = next.is_some_and(|next| next.is_ascii_digit());
                self.write_control(char as u8, digit_follows, out);
            }
            Some(char) => {
                let is_value = next.is_some_and(|next| "{$@".contains(next));
                if char == '\\' || self.escaped.contains(char) && (char != '#' || is_value) {
                    out.push(b'\\');
                }
                out.push(char as u8);
            }
            None => self.write_beyond(unit, out),
        });
    }

    fn write_control(&self, byte: u8, digit_follows: bool, out: &mut Vec<u8>) {
        let index = LETTERED.iter().position(|&lettered| lettered == byte);
        match index.map(|index| self.letters[index]) {
            Some(letter) if letter != b'_' => out.extend([b'\\', letter]),
            _ => self.control.write(byte, digit_follows, out),
        }
    }

    fn write_beyond(&self, unit: Unit, out: &mut Vec<u8>) {
        let Unit::Char(char) = unit else {
            return match self.beyond {
                Beyond::Raw if matches!(self.control, Number::Raw) => unit.write(out),
                _ => unit.bytes(|byte| self.byte_number().write(byte, false, out)),
            };
        };
        let number = u32::from(char);
        let (prefix, width, suffix) = match self.beyond {
            Beyond::Raw => return unit.write(out),
            Beyond::Bytes => return unit.bytes(|byte| self.control.write(byte, false, out)),
            Beyond::YamlUnicode if number < 0x1_0000 => return unit.write(out),
            Beyond::Python | Beyond::Yaml if number < 0x100 => ("\\x", 2, ""),
            Beyond::Python | Beyond::Yaml | Beyond::Go if number < 0x1_0000 => ("\\u", 4, ""),
            Beyond::Python | Beyond::Yaml | Beyond::YamlUnicode | Beyond::Go => ("\\U", 8, ""),
            Beyond::Rust => ("\\u{", 1, "}"),
            Beyond::Perl => ("\\x{", 1, "}"),
        };
        out.extend_from_slice(prefix.as_bytes());
        let case = match self.beyond {
            Beyond::Yaml | Beyond::YamlUnicode => Case::Upper,
            _ => Case::Lower,
        };
        write::hex(number, width, case, out);
        out.extend_from_slice(suffix.as_bytes());
    }

    /// How it prints a byte that is no UTF-8. Braces are for characters.
    fn byte_number(&self) -> Number {
        match self.control {
            Number::Braces | Number::ShortNul => LOWER,
            other => other,
        }
    }
}

impl Number {
    fn write(self, byte: u8, digit_follows: bool, out: &mut Vec<u8>) {
        if matches!(self, Number::Raw) {
            return out.push(byte);
        }
        out.push(b'\\');
        match self {
            Number::Raw => {}
            Number::Octal => write::octal(byte.into(), 3, out),
            Number::ShortOctal if digit_follows => write::octal(byte.into(), 3, out),
            Number::ShortOctal => write::octal(byte.into(), 1, out),
            Number::Hex(case) => {
                out.push(b'x');
                write::hex(byte.into(), 2, case, out);
            }
            Number::ShortNul if byte == 0 => out.push(b'0'),
            Number::Braces | Number::ShortNul => {
                out.extend_from_slice(b"u{");
                write::hex(byte.into(), 1, Case::Lower, out);
                out.push(b'}');
            }
        }
    }
}
