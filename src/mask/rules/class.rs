//! Sets of bytes: which may stand in a value.

/// A set of bytes.
pub(super) struct Class([bool; 256]);

impl Class {
    #[inline]
    pub(super) const fn contains(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// How many bytes the text begins with that are in the class.
    pub(super) fn length_of_run(&self, text: &[u8]) -> usize {
        let end = text.iter().position(|&byte| !self.contains(byte));
        end.unwrap_or(text.len())
    }

    const fn of(bytes: &[u8]) -> Class {
        Class([false; 256]).with(bytes)
    }

    const fn alphanumeric() -> Class {
        let mut class = Class([false; 256]);
        let mut byte = 0;
        while byte < 128u8 {
            class.0[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        class
    }

    /// What is printed: all but blanks and control characters. Letters beyond ASCII are among it.
    const fn printed() -> Class {
        let mut class = Class([true; 256]);
        let mut byte = 0;
        while byte < 128u8 {
            class.0[byte as usize] = byte.is_ascii_graphic();
            byte += 1;
        }
        class
    }

    const fn with(self, bytes: &[u8]) -> Class {
        self.set(bytes, true)
    }

    const fn without(self, bytes: &[u8]) -> Class {
        self.set(bytes, false)
    }

    const fn set(mut self, bytes: &[u8], is_in: bool) -> Class {
        let mut index = 0;
        while index < bytes.len() {
            self.0[bytes[index] as usize] = is_in;
            index += 1;
        }
        self
    }
}

/// What tokens with a prefix are made of. The same bytes as those of GitLab Runner's masking of
/// token prefixes, which covers its tokens that carry a payload behind a dot.
pub(super) static TOKEN: Class = Class::alphanumeric().with(b"-_.=");

/// The first byte of such a token: a prefix at the end of a sentence is no token.
pub(super) static TOKEN_START: Class = Class::alphanumeric().with(b"-_");

/// Base64 for URLs, RFC 4648 section 5, without padding.
pub(super) static BASE64_URL: Class = Class::alphanumeric().with(b"-_");

pub(super) static ALPHANUMERIC: Class = Class::alphanumeric();

/// The identifiers of access keys of AWS: base32 and some more digits, all in upper case.
pub(super) static UPPER_OR_DIGIT: Class = Class::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

/// The value of a parameter: what RFC 3986 lets stand in a query, less what parts parameters, and
/// less quotes and brackets, which belong to the text around a URL; with what careless programs
/// leave as it is.
pub(super) static PARAMETER: Class = Class::printed().without(b"&;#\"'`<>()[]{}\\");

/// The user information of a URL, `:` and `@` included: RFC 3986 section 3.2.1, with what careless
/// programs leave as it is.
pub(super) static USER_INFORMATION: Class = Class::printed().without(b"/?#\"'`<>[]{}\\");

/// The value of a header: credentials of RFC 9110 section 11.4, less what may stand around a
/// header that is printed in a list or a map.
pub(super) static HEADER: Class = Class::printed().without(b",;\"'`<>()[]{}\\");
