//! The entities of XML (XML 1.0, section 4.6) and of HTML (the HTML Standard, sections 13.2.5.72
//! and 13.5). Observed with Python 3.11, Go 1.19, PHP 8.2, Ruby 3.1 and HTML::Entities 3.81; the others
//! named here have not been run.

use super::write::{self, Case, Unit};
use super::{Form, Found};

/// How an encoder writes what it escapes.
struct Encoder {
    /// `&`, `<`, `>`, `"` and `'`; `None` as they are.
    markup: [Option<&'static str>; 5],
    /// More ASCII characters that it writes as numbers.
    more: &'static [u8],
    /// How it writes those.
    number: Number,
    /// How it writes what is beyond ASCII.
    beyond: Beyond,
}

/// A number of a character.
#[derive(Clone, Copy)]
enum Number {
    /// `&#228;`
    Decimal,
    /// `&#xe4;` or `&#xE4;`
    Hex(Case),
}

/// What is beyond ASCII.
#[derive(Clone, Copy)]
enum Beyond {
    Raw,
    Numbered,
    /// By its name in HTML 4 where it is in Latin-1; others as they are or as numbers.
    Named {
        others_raw: bool,
    },
}

const TEXT: [Option<&str>; 5] = [Some("&amp;"), Some("&lt;"), Some("&gt;"), None, None];
const ATTRIBUTE: [Option<&str>; 5] = with_quotes(Some("&quot;"), None);

const fn with_quotes(
    double: Option<&'static str>,
    single: Option<&'static str>,
) -> [Option<&'static str>; 5] {
    [TEXT[0], TEXT[1], TEXT[2], double, single]
}

const fn encoder(markup: [Option<&'static str>; 5], number: Number, beyond: Beyond) -> Encoder {
    Encoder {
        markup,
        more: b"",
        number,
        beyond,
    }
}

const UPPER: Number = Number::Hex(Case::Upper);
const LOWER: Number = Number::Hex(Case::Lower);

const ENCODERS: [Encoder; 24] = [
    // Text: ElementTree and escape(quote=False) of Python 3.11, the same for us-ascii, libxml2.
    encoder(TEXT, Number::Decimal, Beyond::Raw),
    encoder(TEXT, Number::Decimal, Beyond::Numbered),
    encoder(TEXT, UPPER, Beyond::Numbered),
    // Attributes: ElementTree, xml.sax.saxutils.quoteattr, libxml2; PHP's ENT_COMPAT.
    encoder(ATTRIBUTE, Number::Decimal, Beyond::Raw),
    encoder(ATTRIBUTE, Number::Decimal, Beyond::Numbered),
    encoder(ATTRIBUTE, UPPER, Beyond::Numbered),
    whitespace_too(ATTRIBUTE, Number::Decimal),
    // quoteattr puts it between single quotes where it has double ones.
    whitespace_too(TEXT, Number::Decimal),
    whitespace_too(ATTRIBUTE, UPPER),
    // html.escape of Python 3.11, and with the errors="xmlcharrefreplace" of its codecs.
    encoder(
        with_quotes(Some("&quot;"), Some("&#x27;")),
        LOWER,
        Beyond::Raw,
    ),
    encoder(
        with_quotes(Some("&quot;"), Some("&#x27;")),
        Number::Decimal,
        Beyond::Numbered,
    ),
    // html.EscapeString of Go 1.19.
    encoder(
        with_quotes(Some("&#34;"), Some("&#39;")),
        LOWER,
        Beyond::Raw,
    ),
    // CGI.escapeHTML of Ruby 3.1, lodash, markupsafe with &#34; as Go.
    encoder(
        with_quotes(Some("&quot;"), Some("&#39;")),
        LOWER,
        Beyond::Raw,
    ),
    // htmlspecialchars and htmlentities of PHP 8.2.
    encoder(
        with_quotes(Some("&quot;"), Some("&#039;")),
        LOWER,
        Beyond::Raw,
    ),
    encoder(
        with_quotes(Some("&quot;"), Some("&#039;")),
        LOWER,
        Beyond::Named { others_raw: true },
    ),
    // encode_entities of Perl's HTML::Entities 3.81.
    encoder(
        with_quotes(Some("&quot;"), Some("&#39;")),
        UPPER,
        Beyond::Named { others_raw: false },
    ),
    // ENT_XML1 of PHP, quick-xml, xml.etree's counterpart in Java (escapeXml).
    encoder(
        with_quotes(Some("&quot;"), Some("&apos;")),
        LOWER,
        Beyond::Raw,
    ),
    encoder(
        with_quotes(Some("&quot;"), Some("&apos;")),
        Number::Decimal,
        Beyond::Numbered,
    ),
    // mustache.js 4.2 and handlebars 4.7.
    Encoder {
        more: b"/`=",
        ..encoder(
            with_quotes(Some("&quot;"), Some("&#39;")),
            UPPER,
            Beyond::Raw,
        )
    },
    Encoder {
        more: b"`=",
        ..encoder(
            with_quotes(Some("&quot;"), Some("&#x27;")),
            UPPER,
            Beyond::Raw,
        )
    },
    // All by numbers: encode_entities_numeric of HTML::Entities and he 1.2; askama 0.14 and
    // typed-html for the decimal ones, with the rest as it is.
    all_numbers(UPPER, Beyond::Numbered),
    all_numbers(LOWER, Beyond::Numbered),
    all_numbers(Number::Decimal, Beyond::Numbered),
    all_numbers(Number::Decimal, Beyond::Raw),
];

/// In an attribute a line break would be read as a space.
const fn whitespace_too(markup: [Option<&'static str>; 5], number: Number) -> Encoder {
    Encoder {
        more: b"\t\n\r",
        ..encoder(markup, number, Beyond::Raw)
    }
}

const fn all_numbers(number: Number, beyond: Beyond) -> Encoder {
    Encoder {
        more: b"&<>\"'",
        ..encoder([None; 5], number, beyond)
    }
}

pub(super) fn find(value: &[u8], found: &mut Found) {
    let is_escaped = |byte: &u8| !byte.is_ascii() || b"&<>\"'/`=\t\n\r".contains(byte);
    if !value.iter().any(is_escaped) {
        return;
    }
    for encoder in &ENCODERS {
        found.add_written(Form::Html, value, |out| {
            write::each_unit(value, out, |unit, _, out| encoder.write(unit, out));
        });
    }
}

impl Encoder {
    fn write(&self, unit: Unit, out: &mut Vec<u8>) {
        let Unit::Char(char) = unit else {
            return unit.write(out);
        };
        let markup = "&<>\"'".find(char).and_then(|index| self.markup[index]);
        match (markup, self.beyond) {
            (Some(entity), _) => out.extend_from_slice(entity.as_bytes()),
            (None, _) if char.is_ascii() => match self.more.contains(&(char as u8)) {
                true => self.number.write(char, out),
                false => unit.write(out),
            },
            (None, Beyond::Raw) => unit.write(out),
            (None, Beyond::Numbered) => self.number.write(char, out),
            (None, Beyond::Named { others_raw }) => match latin1_name(char) {
                Some(name) => out.extend([b"&", name.as_bytes(), b";"].concat()),
                None if others_raw => unit.write(out),
                None => self.number.write(char, out),
            },
        }
    }
}

impl Number {
    fn write(self, char: char, out: &mut Vec<u8>) {
        out.extend_from_slice(b"&#");
        match self {
            Number::Decimal => write::decimal(char.into(), out),
            Number::Hex(case) => {
                out.push(b'x');
                write::hex(char.into(), 1, case, out);
            }
        }
        out.push(b';');
    }
}

/// The names of U+00A0 to U+00FF (HTML 4.01, section 24.2.1).
const LATIN1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg \
    macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 \
    iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave \
    Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc \
    Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc \
    euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave \
    uacute ucirc uuml yacute thorn yuml";

fn latin1_name(char: char) -> Option<&'static str> {
    let index = u32::from(char).checked_sub(0xa0)?;
    LATIN1.split_ascii_whitespace().nth(index as usize)
}
