//! Percent-encoding (RFC 3986, section 2.1; `application/x-www-form-urlencoded` of the URL
//! Standard, section 5).
//!
//! A byte that need not be encoded may be all the same, and programs differ in which they do. The
//! digits are to be in upper case, and a reader must take both. Observed where a version is named;
//! jq of 1.7, Java and .NET have not been run.

use zeroize::Zeroizing;

use super::write::{self, Case};
use super::{Form, Found};

/// What an encoder leaves as it is, besides letters and digits.
struct Encoder {
    safe: &'static [u8],
    /// A space becomes a `+`.
    plus: bool,
    /// It is used on what is encoded already often enough to look for that.
    twice: bool,
}

const ENCODERS: [Encoder; 12] = [
    // The unreserved characters of RFC 3986: quote(safe='') of Python 3.11, curl 7.88, `@uri` of
    // jq 1.7 and later, uri_escape of Perl's URI 5.17.
    Encoder::part(b"-._~", true),
    // encodeURIComponent (ECMA-262, section 19.2.6.4), `@uri` of jq 1.6.
    Encoder::part(b"-._~!*'()", true),
    // quote of Python 3.11.
    Encoder::part(b"-._~/", true),
    // encodeURI (ECMA-262, section 19.2.6.3).
    Encoder::part(b"-._~!*'();/?:@&=+$,#", false),
    // A password in a URL by the URL Standard, section 1.3 (the userinfo percent-encode set).
    Encoder::part(b"-._~!$%&'()*+,", false),
    // url.UserPassword and url.PathEscape of Go 1.19.
    Encoder::part(b"-._~$&+,;=", false),
    Encoder::part(b"-._~$&+=:@", false),
    // The query of a URL that is made a special one by the URL Standard, section 1.3, and its
    // path.
    Encoder::part(b"-._~!$%&()*+,/:;=?@[\\]^`{|}", false),
    Encoder::part(b"-._~!$%&'()*+,/:;=@[\\]|", false),
    // quote_plus of Python 3.11, url.QueryEscape of Go 1.19.
    Encoder::form(b"-._~"),
    // URLSearchParams of node 20, java.net.URLEncoder.
    Encoder::form(b"-._*"),
    // urlencode of PHP 8.2.
    Encoder::form(b"-._"),
];

/// HttpUtility.UrlEncode of .NET, in lower case only.
const DOTNET: Encoder = Encoder::form(b"-_.!*()");

impl Encoder {
    const fn part(safe: &'static [u8], twice: bool) -> Encoder {
        Encoder {
            safe,
            plus: false,
            twice,
        }
    }

    const fn form(safe: &'static [u8]) -> Encoder {
        Encoder {
            safe,
            plus: true,
            twice: true,
        }
    }

    fn write(&self, value: &[u8], case: Case, out: &mut Vec<u8>) {
        write::each_byte(value, out, |_, byte, out| match byte {
            b' ' if self.plus => out.push(b'+'),
            _ if self.safe.contains(&byte) => out.push(byte),
            _ => {
                out.push(b'%');
                write::hex(byte.into(), 2, case, out);
            }
        });
    }
}

pub(super) fn find(value: &[u8], found: &mut Found) {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    if value.iter().all(is_plain) {
        return;
    }
    let mut once = Zeroizing::new(Vec::with_capacity(value.len() * 3));
    for encoder in ENCODERS.iter().chain([&DOTNET]) {
        for case in [Case::Upper, Case::Lower] {
            once.clear();
            encoder.write(value, case, &mut once);
            found.add_written(Form::Url, value, |out| out.extend_from_slice(&once));
            if encoder.twice {
                found.add_written(Form::Url, &once, |out| encoder.write(&once, case, out));
            }
        }
    }
}
