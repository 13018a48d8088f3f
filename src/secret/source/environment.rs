//! Secrets from environment variables, by name or by a pattern of names.

use std::ffi::{OsStr, OsString};

use memchr::memmem;

use super::error::{Cause, SourceError, is_plainly_a_name};
use crate::secret::Secret;

/// Makes a secret of each environment variable whose name matches the pattern.
///
/// The secrets have the names of their variables and come in the order of `variables`. A `*` in
/// the pattern stands for any run of characters, also for none; nothing else is special. Case
/// counts, except on Windows, where it does not for variables either. A value keeps all its bytes,
/// UTF-8 or not, and an empty one is a secret too, so that whoever builds the set can tell by name
/// that it cannot be masked. Values are moved, not copied.
///
/// The environment is a parameter; [`from_process_env`] takes that of this process.
///
/// # Examples
///
/// ```
/// use masker::source;
///
/// let variables = [("CI_JOB_TOKEN", "mjt_0123456789"), ("PAGER", "less")];
/// let variables = variables.map(|(name, value)| (name.into(), value.into()));
///
/// let secrets = source::from_env(variables, "*_TOKEN")?;
/// assert_eq!(secrets.len(), 1);
/// assert_eq!(secrets[0].name(), "CI_JOB_TOKEN");
/// assert_eq!(secrets[0].expose(), b"mjt_0123456789");
/// # Ok::<(), masker::source::SourceError>(())
/// ```
///
/// # Errors
///
/// - [`UnsetVariable`](super::SourceErrorKind::UnsetVariable) when the pattern has no `*` and
///   there is no such variable, or when it is empty. The message shows the pattern only where it
///   is plainly a name: it may be the value of a variable that was not exported.
/// - [`ValueForName`](super::SourceErrorKind::ValueForName) when the pattern matches nothing and
///   is the value of a variable, as `"$TOKEN"` in place of `TOKEN` makes it. A pattern with `*`
///   that could be one of names is believed.
pub fn from_env(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    pattern: &str,
) -> Result<Vec<Secret>, SourceError> {
    if pattern.is_empty() {
        return Err(SourceError::new(Cause::EmptyPattern));
    }
    let mut secrets = Vec::new();
    let mut holder = None;
    for (name, value) in variables {
        if is_match(pattern, &name) {
            secrets.push(Secret::new(
                name.to_string_lossy(),
                value.into_encoded_bytes(),
            ));
        } else if value == pattern {
            holder.get_or_insert(name);
        }
    }
    if !secrets.is_empty() {
        return Ok(secrets);
    }
    let is_glob = pattern.contains('*');
    let is_name = is_plainly_a_name(pattern, b"*");
    match holder {
        Some(name) if !(is_glob && is_name) => {
            let name = name.to_string_lossy().into_owned();
            Err(SourceError::new(Cause::ValueOfVariable(name)))
        }
        _ if is_glob => Ok(secrets),
        _ => Err(SourceError::new(Cause::UnsetVariable(
            is_name.then(|| pattern.to_owned()),
        ))),
    }
}

/// Makes a secret of each variable of this process's environment whose name matches the pattern.
///
/// It is [`from_env`] with [`std::env::vars_os`].
///
/// # Examples
///
/// ```
/// // A pattern may match nothing; a name must be there.
/// assert!(masker::source::from_process_env("NOTHING_IS_CALLED_THIS_*")?.is_empty());
/// assert!(masker::source::from_process_env("NOTHING_IS_CALLED_THIS").is_err());
/// # Ok::<(), masker::source::SourceError>(())
/// ```
///
/// # Errors
///
/// Those of [`from_env`].
pub fn from_process_env(pattern: &str) -> Result<Vec<Secret>, SourceError> {
    from_env(std::env::vars_os(), pattern)
}

fn is_match(pattern: &str, name: &OsStr) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_encoded_bytes());
    if cfg!(windows) {
        is_glob_match(&pattern.to_ascii_uppercase(), &name.to_ascii_uppercase())
    } else {
        is_glob_match(pattern, name)
    }
}

/// Each piece between stars is found at its first place after the piece before it: where a later
/// place would do, the first does too, so there is nothing to go back for.
pub(super) fn is_glob_match(pattern: &[u8], name: &[u8]) -> bool {
    let mut pieces = pattern.split(|&byte| byte == b'*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(at) = memmem::find(rest, piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}
