//! What a pattern says, read back by decoders that know nothing of how it was written.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use masker::Form;
use percent_encoding::percent_decode;

/// Whether the pattern is a way to write one of these texts in the form; `None` where the form
/// cannot be decoded.
pub fn says(form: Form, pattern: &[u8], texts: &[Vec<u8>]) -> Option<bool> {
    let any = |is_said: &dyn Fn(&[u8]) -> bool| Some(texts.iter().any(|text| is_said(text)));
    match form {
        Form::Raw => any(&|text| pattern == text),
        Form::Lines => any(&|text| without_space(pattern) == without_space(text)),
        // What is no UTF-8 is no JSON either: programs differ in what they make of it.
        Form::Json => {
            let once = json(pattern)?;
            let twice = json(&once);
            any(&|text| once == text || twice.as_deref() == Some(text))
        }
        Form::Url => {
            let once: Vec<u8> = percent_decode(pattern).collect();
            any(&|text| reads(pattern, text, percent) || reads(&once, text, percent))
        }
        Form::Base64 => any(&|text| is_base64(pattern, text)),
        Form::Folded => {
            let unfolded = pattern.iter().filter(|byte| !b"\r\n".contains(byte));
            let unfolded: Vec<u8> = unfolded.copied().collect();
            // A whole line is a piece of a long value.
            any(&|text| is_base64(&unfolded, text) || is_piece_of_base64(&unfolded, text))
        }
        Form::Hex => any(&|text| hex(pattern).as_deref() == Some(text)),
        Form::Html => any(&|text| reads(pattern, text, entity)),
        Form::Shell | Form::Quoted => any(&|text| reads(pattern, text, quoted)),
        _ => None,
    }
}

fn without_space(text: &[u8]) -> Vec<u8> {
    let is_space = |byte: &&u8| !byte.is_ascii_whitespace();
    text.iter().filter(is_space).copied().collect()
}

fn json(inside: &[u8]) -> Option<Vec<u8>> {
    let string = [b"\"", inside, b"\""].concat();
    let text: String = serde_json::from_slice(&string).ok()?;
    Some(text.into_bytes())
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(byte).collect()
}

/// With so many bytes before the text, all of it but what shares a character with neighbours.
fn is_base64(written: &[u8], text: &[u8]) -> bool {
    (0..3usize).any(|before| {
        let first = (8 * before).div_ceil(6);
        let end = 8 * (before + text.len()) / 6;
        let decoded = decoded(written, first);
        first + written.len() == end
            && decoded.is_some_and(|it| it[before + 1..].starts_with(&text[1..text.len() - 1]))
    })
}

/// At any column; without the edges, that neighbours share.
fn is_piece_of_base64(written: &[u8], text: &[u8]) -> bool {
    let inner = |behind| {
        let decoded = decoded(written, behind)?;
        Some(decoded.get(3..decoded.len().checked_sub(3)?)?.to_vec())
    };
    let stands = |piece: Vec<u8>| text.windows(piece.len().max(1)).any(|it| it == piece);
    (0..4).filter_map(inner).any(stands)
}

/// What these characters decode to behind some others.
fn decoded(written: &[u8], behind: usize) -> Option<Vec<u8>> {
    let mut characters = b"A".repeat(behind);
    characters.extend_from_slice(written);
    characters.resize(characters.len().next_multiple_of(4), b'A');
    let alphabets = [STANDARD, URL_SAFE];
    alphabets.iter().find_map(|alphabet| {
        let engine = GeneralPurpose::new(alphabet, GeneralPurposeConfig::new());
        engine.decode(&characters).ok()
    })
}

/// How many bytes are read, and what as.
type Reading = (usize, Vec<u8>);

/// Whether `written` can be read as `text`, when each byte is read as itself or, with those behind
/// it, in one of the ways that `readings` knows.
fn reads(written: &[u8], text: &[u8], readings: fn(&[u8]) -> Vec<Reading>) -> bool {
    let mut is_reached = vec![vec![false; text.len() + 1]; written.len() + 1];
    is_reached[0][0] = true;
    for at in 0..written.len() {
        let mut ways = readings(&written[at..]);
        ways.push((1, vec![written[at]]));
        for read in (0..=text.len())
            .filter(|&read| is_reached[at][read])
            .collect::<Vec<_>>()
        {
            for (length, bytes) in &ways {
                if text[read..].starts_with(bytes) {
                    is_reached[at + length][read + bytes.len()] = true;
                }
            }
        }
    }
    is_reached[written.len()][text.len()]
}

/// A byte in percent-encoding. Some encoders leave a `%` as it is, so it may stand for itself too.
fn percent(written: &[u8]) -> Vec<Reading> {
    match written {
        [b'+', ..] => vec![(1, b" ".to_vec())],
        [b'%', _, _, ..] => hex(&written[1..3]).map(|it| (3, it)).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// An entity of XML or HTML.
fn entity(written: &[u8]) -> Vec<Reading> {
    let end = written.iter().position(|&byte| byte == b';');
    let (Some(b'&'), Some(end)) = (written.first(), end) else {
        return Vec::new();
    };
    let name = str::from_utf8(&written[1..end]).unwrap_or("");
    let number = match name
        .strip_prefix('#')
        .map(|it| (it, it.strip_prefix(['x', 'X'])))
    {
        Some((_, Some(hex))) => u32::from_str_radix(hex, 16).ok(),
        Some((decimal, None)) => decimal.parse().ok(),
        None => None,
    };
    let chars: Vec<char> = match name {
        "amp" => vec!['&'],
        "lt" => vec!['<'],
        "gt" => vec!['>'],
        "quot" => vec!['"'],
        "apos" => vec!['\''],
        _ if number.is_some() => number.and_then(char::from_u32).into_iter().collect(),
        // Which names these have is for another table to know.
        _ => ('\u{a0}'..='\u{ff}').collect(),
    };
    chars
        .iter()
        .map(|char| (end + 1, char.to_string().into_bytes()))
        .collect()
}

/// What shells and languages put in place of a character or between two.
fn quoted(written: &[u8]) -> Vec<Reading> {
    let mut ways = Vec::new();
    match written {
        // A string ends, and another one begins.
        [b'\'' | b'"', ..] => ways.push((1, Vec::new())),
        [b'$', b'\'', ..] => ways.push((2, Vec::new())),
        // The end of a line, as cat -A shows it.
        [b'$', b'\n', ..] => ways.push((2, b"\n".to_vec())),
        _ => {}
    }
    // As cat -v shows it. `M-^` may be the beginning of a control character, or a character itself.
    if let [b'M', b'-', b'^', byte, ..] = written {
        ways.push((4, vec![byte ^ 0x40 | 0x80]));
    }
    match written {
        [b'M', b'-', byte, ..] => ways.push((3, vec![byte | 0x80])),
        [b'^', byte, ..] => ways.push((2, vec![byte ^ 0x40])),
        _ => {}
    }
    let [b'\\', rest @ ..] = written else {
        return ways;
    };
    // As zsh shows it. `M-\` may be the beginning of a control character, or a character itself.
    if let [b'M', b'-', b'\\', b'C', b'-', byte, ..] = rest {
        ways.push((7, vec![byte ^ 0x40 | 0x80]));
    }
    match rest {
        [b'M', b'-', byte, ..] => ways.push((4, vec![byte | 0x80])),
        [b'C', b'-', byte, ..] => ways.push((4, vec![byte ^ 0x40])),
        _ => {}
    }
    if let Some(&byte) = rest.first() {
        ways.push((2, vec![byte]));
        if let Some(index) = b"abtnvfreE".iter().position(|&it| it == byte) {
            ways.push((2, vec![b"\x07\x08\t\n\x0b\x0c\r\x1b\x1b"[index]]));
        }
    }
    ways.extend(numbers(rest).into_iter().flat_map(|(length, number)| {
        let char = char::from_u32(number).map(|it| (length + 1, it.to_string().into_bytes()));
        let byte = u8::try_from(number).ok().map(|it| (length + 1, vec![it]));
        char.into_iter().chain(byte)
    }));
    ways
}

/// The number of a byte or of a character, behind a backslash, and how long that is.
fn numbers(rest: &[u8]) -> Vec<(usize, u32)> {
    let digits = |from: usize, radix: u32, most: usize| {
        let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
        let count = rest[from..].iter().take(most).take_while(is_digit).count();
        let digits = str::from_utf8(&rest[from..from + count]).ok()?;
        Some((from + count, u32::from_str_radix(digits, radix).ok()?))
    };
    // In octal one digit may be all, as in the `\0` of Rust, whatever digit follows.
    let octal = [1, 2, 3].map(|most| digits(0, 8, most));
    let found = match rest {
        [b'x' | b'u', b'{' | b'[', ..] => digits(2, 16, 6).map(|(length, it)| (length + 1, it)),
        [b'x', ..] => digits(1, 16, 2),
        [b'u', ..] => digits(1, 16, 4),
        [b'U', ..] => digits(1, 16, 8),
        _ => None,
    };
    let found = octal.into_iter().flatten().chain(found);
    found.filter(|(length, _)| *length <= rest.len()).collect()
}
