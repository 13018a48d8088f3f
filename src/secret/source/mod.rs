//! Where secrets come from: environment variables, files, descriptors.
//!
//! A secret on the command line can be read by every user of the machine, so there is no such
//! source. What the sources have in common:
//!
//! - They fail rather than guess: a secret that was misread is one that leaks.
//! - No error shows a value, nor a text given as a name or path that may be a value by mistake.
//! - What is read is held in memory that is wiped. The parser of JSON is the exception: for a
//!   string with escapes it keeps a copy for itself that it does not wipe.
//! - Short and empty values are secrets here as all others; the set they are built into refuses
//!   them, by name.

mod dotenv;
mod environment;
mod error;
mod json;
mod read;
mod readings;
#[cfg(test)]
mod tests;

use std::mem;
use std::path::Path;

use memchr::memchr;

pub use environment::{from_env, from_process_env};
use error::Cause;
pub use error::{SourceError, SourceErrorKind};
use readings::SHORTEST_OTHER;

use super::Secret;

/// The size in bytes above which a source is refused: 64 MiB. An endless one, as `/dev/zero`, ends
/// there too.
pub const MAX_SIZE: usize = 64 * 1024 * 1024;

/// How the secrets stand in a file.
///
/// The content is UTF-8, with or without a byte order mark. In `.env` files and lines a value may
/// have any bytes but NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `{"NAME": "value"}` or `[{"name": "NAME", "value": "value"}]`.
    ///
    /// Of a name that stands twice, every value is a secret. Other fields in the entries of an
    /// array are ignored. A value that is not a string is an error, not a guess.
    Json,
    /// `NAME=value`, as in `.env` files.
    ///
    /// Empty lines, lines that begin with `#`, the word `export` and spaces around the name and the
    /// `=` are skipped. A value in single quotes or backticks is literal; in double quotes `\n`,
    /// `\r`, `\t`, `\"`, `\\` and `\$` are escapes and other backslashes are literal; each may
    /// span lines. Without quotes it ends with the line or before a space and `#`, and the space
    /// around it is not part of it. `$VAR` is not expanded: a password with a `$` is masked as
    /// typed.
    ///
    /// The programs that read such files do not agree on backslashes, on `#` without quotes and on
    /// `\r\n` in quotes. Where they differ, what node, Python, Ruby, Go, Rust, Docker and a shell
    /// make of the value are secrets of the same name, after ours; those that are shorter than
    /// ours and than 8 bytes are left out. What comes out of an
    /// expansion is not followed. A text after the closing quote is an
    /// error, as are a quote that is not closed and a line without `=`.
    Env,
    /// One secret a line, named by the source and the number of the line, as `tokens.txt:3`.
    ///
    /// Lines end with `\n` or `\r\n`. Empty lines are skipped; nothing else is trimmed.
    Lines,
}

impl Format {
    /// The format that the name of a file promises, if it promises one.
    ///
    /// `Json` when it ends in `.json`; `Env` when it ends in `.env` or begins with `.env.`, as
    /// `.env.local`. Case does not count. The file is not looked at.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use masker::source::Format;
    ///
    /// assert_eq!(Format::of_path(Path::new("ci/secrets.json")), Some(Format::Json));
    /// assert_eq!(Format::of_path(Path::new(".env.production")), Some(Format::Env));
    /// assert_eq!(Format::of_path(Path::new("tokens")), None);
    /// ```
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Format> {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        if name.ends_with(".json") {
            Some(Format::Json)
        } else if name.ends_with(".env") || name.starts_with(".env.") {
            Some(Format::Env)
        } else {
            None
        }
    }
}

/// Reads a file that is one secret as a whole, named by its path.
///
/// The value loses one `\n` or `\r\n` at its end, if it has one, and nothing else: a file need not
/// be text.
///
/// # Examples
///
/// ```
/// use masker::source;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("deploy_key");
/// std::fs::write(&path, "first line\nsecond line\n")?;
///
/// let secret = source::from_file(&path)?;
/// assert_eq!(secret.expose(), b"first line\nsecond line");
/// assert!(secret.name().ends_with("deploy_key"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Unreadable`](SourceErrorKind::Unreadable) when the file cannot be opened or read, and
/// [`TooLarge`](SourceErrorKind::TooLarge). The message shows a path that leads nowhere only where
/// it is plainly a path: it may be the secret itself.
pub fn from_file(path: impl AsRef<Path>) -> Result<Secret, SourceError> {
    let path = path.as_ref();
    let mut content = read::read_path(path)?;
    let length = without_newline(&content).len();
    content.truncate(length);
    Ok(Secret::new(
        path.to_string_lossy(),
        mem::take(&mut *content),
    ))
}

/// Reads a file of secrets, in the format given or else that of its name, [`Format::of_path`].
///
/// Without either each line is a secret; and where the content makes sense as JSON or as a `.env`
/// file all the same, so are the values it has as such. A forgotten format must not be a leak.
///
/// # Examples
///
/// ```
/// use masker::source;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("secrets.json");
/// std::fs::write(&path, r#"{"DEPLOY_KEY": "correct horse", "PIN": "4711"}"#)?;
///
/// let secrets = source::from_secrets_file(&path, None)?;
/// assert_eq!(secrets[0].name(), "DEPLOY_KEY");
/// assert_eq!(secrets[1].expose(), b"4711");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Those of [`from_file`] and of [`parse`].
pub fn from_secrets_file(
    path: impl AsRef<Path>,
    format: Option<Format>,
) -> Result<Vec<Secret>, SourceError> {
    let path = path.as_ref();
    let content = read::read_path(path)?;
    let format = format.or_else(|| Format::of_path(path));
    parse_perhaps_unsaid(&content, format, &path.to_string_lossy())
}

/// Reads secrets from an open descriptor of this process to its end. Their source is called
/// `descriptor N`. Without a format they are read as a file is whose name promises none, see
/// [`from_secrets_file`].
///
/// The descriptor may be a pipe or a file. It is opened once more by its path in `/dev/fd`, so on
/// Linux a file is read from its beginning, wherever the descriptor stands in it, and must allow
/// this user to read it. The descriptor itself stays open, and child processes inherit it unless
/// it is closed for them.
///
/// # Examples
///
/// ```
/// # #[cfg(unix)] {
/// use std::io::Write;
/// use std::os::fd::AsRawFd;
///
/// use masker::source;
///
/// let (reader, mut writer) = std::io::pipe()?;
/// writer.write_all(b"correct horse\nbattery staple\n")?;
/// drop(writer);
///
/// let secrets = source::from_descriptor(reader.as_raw_fd().try_into()?, None)?;
/// assert_eq!(secrets[1].expose(), b"battery staple");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// - [`Descriptor`](SourceErrorKind::Descriptor) for 0, 1 and 2, which have their uses; when it is
///   not open; and where the system has no `/dev/fd`.
/// - [`Unreadable`](SourceErrorKind::Unreadable), [`TooLarge`](SourceErrorKind::TooLarge), and
///   those of [`parse`].
pub fn from_descriptor(
    descriptor: u32,
    format: Option<Format>,
) -> Result<Vec<Secret>, SourceError> {
    let source_name = format!("descriptor {descriptor}");
    let content = read::read_descriptor(descriptor)
        .map_err(|cause| SourceError::within(&source_name, cause))?;
    parse_perhaps_unsaid(&content, format, &source_name)
}

/// Makes secrets of the content of a file. Reads nothing; `source_name` is for names and errors.
///
/// The secrets come in the order of the content. Each has a copy of its value; the content is the
/// caller's to wipe. O(length of the content).
///
/// # Examples
///
/// ```
/// use masker::source::{self, Format};
///
/// let secrets = source::parse(b"export API_KEY='pa$$word' # old\n", Format::Env, ".env")?;
/// assert_eq!(secrets[0].name(), "API_KEY");
/// assert_eq!(secrets[0].expose(), b"pa$$word");
/// # Ok::<(), masker::source::SourceError>(())
/// ```
///
/// # Errors
///
/// - [`Malformed`](SourceErrorKind::Malformed) when the content does not follow the format.
/// - [`Encoding`](SourceErrorKind::Encoding) when it begins as UTF-16 does or has a NUL byte.
pub fn parse(
    content: &[u8],
    format: Format,
    source_name: &str,
) -> Result<Vec<Secret>, SourceError> {
    // Of a file in UTF-16 every reader but ours would find other values than we would.
    let is_utf16 = content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]);
    if is_utf16 || memchr(0, content).is_some() {
        return Err(SourceError::within(source_name, Cause::NotText));
    }
    let content = content
        .strip_prefix("\u{feff}".as_bytes())
        .unwrap_or(content);
    match format {
        Format::Json => json::parse(content, source_name),
        Format::Env => dotenv::parse(content, source_name),
        Format::Lines => Ok(lines(content, source_name)),
    }
}

/// Parses content whose format may not have been said.
fn parse_perhaps_unsaid(
    content: &[u8],
    format: Option<Format>,
    source_name: &str,
) -> Result<Vec<Secret>, SourceError> {
    if let Some(format) = format {
        return parse(content, format, source_name);
    }
    let mut secrets = parse(content, Format::Lines, source_name)?;
    if let Ok(fields) = parse(content, Format::Json, source_name) {
        secrets.extend(fields);
    } else if let Ok(variables) = parse(content, Format::Env, source_name) {
        // What passes for a name may be the beginning of a secret with a `=` in it: the name must
        // not be shown, and a short rest would only be refused.
        let is_name = |secret: &Secret| {
            secret
                .name()
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'0'..=b'9' | b'_'))
        };
        if variables.iter().all(is_name) {
            let long = variables
                .iter()
                .filter(|secret| secret.expose().len() >= SHORTEST_OTHER);
            secrets.extend(long.map(|secret| Secret::new(source_name, secret.expose())));
        }
    }
    Ok(secrets)
}

fn lines(content: &[u8], source_name: &str) -> Vec<Secret> {
    content
        .split_inclusive(|&byte| byte == b'\n')
        .map(without_newline)
        .zip(1..)
        .filter(|(line, _)| !line.is_empty())
        .map(|(line, number): (_, usize)| Secret::new(format!("{source_name}:{number}"), line))
        .collect()
}

/// The text without the one `\n` or `\r\n` that it may end with.
fn without_newline(text: &[u8]) -> &[u8] {
    match text.strip_suffix(b"\n") {
        Some(text) => text.strip_suffix(b"\r").unwrap_or(text),
        None => text,
    }
}
