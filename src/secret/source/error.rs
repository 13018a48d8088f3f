//! What can go wrong in reading secrets. An error says where and why, and shows no content: it is
//! printed exactly where the secrets must not be.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;

/// Secrets could not be read.
///
/// The message names the source, the line where it is known, and the cause. It never shows a
/// value, a length or any piece of the content. Where the operating system refused something, its
/// error is the [`source`](Error::source).
///
/// # Examples
///
/// ```
/// use masker::source::{self, Format, SourceErrorKind};
///
/// let error = source::parse(b"A=first\nB='second", Format::Env, "ci.env").unwrap_err();
/// assert_eq!(error.kind(), SourceErrorKind::Malformed);
/// assert_eq!(error.to_string(), "ci.env, line 2: a quote is opened and never closed");
/// ```
#[derive(Debug)]
pub struct SourceError {
    place: Option<Place>,
    cause: Cause,
}

#[derive(Debug)]
struct Place {
    source_name: String,
    line: Option<usize>,
}

/// The causes with what their sentences need: names and positions, nothing of a value.
#[derive(Debug)]
pub(super) enum Cause {
    EmptyPattern,
    /// The name only if it is certain to be one.
    UnsetVariable(Option<String>),
    ValueOfVariable(String),
    StandardDescriptor(&'static str),
    NoDescriptors,
    ClosedDescriptor,
    /// A path that leads nowhere and is not certain to be a path.
    HiddenPath(io::Error),
    Read(io::Error),
    TooLarge,
    NotText,
    Syntax(&'static str),
    Json {
        column: usize,
        cut_short: bool,
    },
    JsonEntry(usize, &'static str),
    JsonName(String, &'static str),
}

/// What went wrong in reading secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceErrorKind {
    /// No environment variable has the name.
    UnsetVariable,
    /// The value of an environment variable stands where its name should.
    ValueForName,
    /// The descriptor has another use, is not open, or the system cannot open descriptors.
    Descriptor,
    /// The operating system refused to open or read the source.
    Unreadable,
    /// The source is larger than [`MAX_SIZE`](super::MAX_SIZE).
    TooLarge,
    /// The content is UTF-16, or no text at all.
    Encoding,
    /// The content does not follow its format.
    Malformed,
}

impl SourceError {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> SourceErrorKind {
        match self.cause {
            Cause::EmptyPattern | Cause::UnsetVariable(_) => SourceErrorKind::UnsetVariable,
            Cause::ValueOfVariable(_) => SourceErrorKind::ValueForName,
            Cause::StandardDescriptor(_) | Cause::NoDescriptors | Cause::ClosedDescriptor => {
                SourceErrorKind::Descriptor
            }
            Cause::HiddenPath(_) | Cause::Read(_) => SourceErrorKind::Unreadable,
            Cause::TooLarge => SourceErrorKind::TooLarge,
            Cause::NotText => SourceErrorKind::Encoding,
            Cause::Syntax(_) | Cause::Json { .. } | Cause::JsonEntry(..) | Cause::JsonName(..) => {
                SourceErrorKind::Malformed
            }
        }
    }

    /// An error whose sentence says by itself what it is about.
    pub(super) fn new(cause: Cause) -> SourceError {
        SourceError { place: None, cause }
    }

    pub(super) fn within(source_name: &str, cause: Cause) -> SourceError {
        SourceError::at(source_name, None, cause)
    }

    pub(super) fn on_line(source_name: &str, line: usize, cause: Cause) -> SourceError {
        SourceError::at(source_name, Some(line), cause)
    }

    fn at(source_name: &str, line: Option<usize>, cause: Cause) -> SourceError {
        let place = Place {
            source_name: source_name.to_owned(),
            line,
        };
        SourceError {
            place: Some(place),
            cause,
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { source_name, line }) = &self.place {
            write!(f, "{}", OneLine(source_name))?;
            if let Some(line) = line {
                write!(f, ", line {line}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{}", self.cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::EmptyPattern => f.write_str("no variable is named: the pattern is empty"),
            Cause::UnsetVariable(Some(name)) => write!(f, "the variable `{name}` is not set"),
            Cause::UnsetVariable(None) => f.write_str(
                "the pattern names a variable that is not set (not shown: it may be a secret); give a \
                 name, without `$`",
            ),
            Cause::ValueOfVariable(name) => write!(
                f,
                "the pattern was given the value of the variable `{}`; give its name",
                OneLine(name)
            ),
            Cause::StandardDescriptor(carries) => {
                write!(
                    f,
                    "this descriptor carries {carries}; use 3 or higher for secrets"
                )
            }
            Cause::NoDescriptors => f.write_str("this system has no /dev/fd to open it by"),
            Cause::ClosedDescriptor => f.write_str("it is not open"),
            Cause::HiddenPath(_) => {
                f.write_str("the path leads to no file (not shown: it may be a secret)")
            }
            Cause::Read(error) => f.write_str(known_reason(error).unwrap_or("it cannot be read")),
            Cause::TooLarge => {
                write!(
                    f,
                    "it is larger than {} MiB",
                    super::MAX_SIZE / (1024 * 1024)
                )
            }
            Cause::NotText => f.write_str(
                "it is UTF-16 or no text; save the file as UTF-8",
            ),
            Cause::Syntax(sentence) => f.write_str(sentence),
            Cause::Json {
                column,
                cut_short: false,
            } => {
                write!(f, "the JSON is not valid at column {column}")
            }
            Cause::Json {
                cut_short: true, ..
            } => f.write_str("the JSON ends too early"),
            Cause::JsonEntry(number, what) => write!(f, "entry {number} {what}"),
            Cause::JsonName(name, what) => write!(f, "`{}` {what}", OneLine(name)),
        }
    }
}

impl Error for SourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            // What our sentence says already is not said twice.
            Cause::HiddenPath(error) | Cause::Read(error) if known_reason(error).is_none() => {
                Some(error)
            }
            _ => None,
        }
    }
}

/// The reason in our words, where the system's would only be a number more.
fn known_reason(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::NotFound => Some("there is no such file"),
        io::ErrorKind::PermissionDenied => Some("permission to read it is denied"),
        io::ErrorKind::IsADirectory => Some("it is a directory, not a file"),
        _ => None,
    }
}

/// A name from outside, kept from breaking the line of the message or colouring the terminal.
struct OneLine<'n>(&'n str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|character| match character.is_control() {
                true => write!(f, "{}", character.escape_default()),
                false => f.write_char(character),
            })
    }
}

/// Whether a text that names nothing may still be shown as a name, or may be a secret that was
/// given in place of one.
///
/// Tokens mix upper and lower case or are full of digits; the names people choose seldom are. A
/// password of one word passes, as any rule that lets `DEPLOY_KEY` pass must let it.
pub(super) fn is_plainly_a_name(text: &str, marks: &[u8]) -> bool {
    const MAX_LENGTH: usize = 64;
    const MAX_DIGITS: usize = 4;
    let count = |test: fn(&u8) -> bool| text.bytes().filter(test).count();
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || marks.contains(&byte);
    text.len() <= MAX_LENGTH
        && text.bytes().all(is_known)
        && (upper == 0) != (lower == 0)
        && count(u8::is_ascii_digit) <= MAX_DIGITS
}
