//! A secret: a name that may be shown and a value that may not.

use std::fmt;

use zeroize::Zeroizing;

pub(crate) mod forms;
#[cfg(feature = "source")]
pub mod source;

/// One value that must never appear in a log, and the name by which people know it.
///
/// The name is shown in messages and reports. The value is shown nowhere: [`Debug`](fmt::Debug)
/// prints the name only, there is no `Display`, no comparison and no serialization, and the memory
/// that holds it is wiped when the secret is dropped. [`expose`](Secret::expose) is the one way to
/// read it, a word that can be searched for.
///
/// # Examples
///
/// ```
/// use masker::Secret;
///
/// let token = Secret::new("DEPLOY_TOKEN", "correct horse battery staple");
/// assert_eq!(token.name(), "DEPLOY_TOKEN");
/// assert_eq!(token.expose(), b"correct horse battery staple");
/// assert!(!format!("{token:?}").contains("horse"));
/// ```
pub struct Secret {
    name: String,
    value: Zeroizing<Vec<u8>>,
}

impl Secret {
    /// Makes a secret of a name and a value.
    ///
    /// The value is taken as it is: nothing is trimmed or decoded. Neither copies nor allocates
    /// when it is given an owned `String` and `Vec<u8>`; a borrowed value is copied, and the copy
    /// the caller keeps is the caller's to wipe.
    pub fn new(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Secret {
        Secret {
            name: name.into(),
            value: Zeroizing::new(value.into()),
        }
    }

    /// The name by which people know this secret, such as the variable that holds it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value itself. Whoever calls this answers for where the bytes go.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.value
    }
}

/// Shows the name. Neither the value nor its length.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("name", &self.name)
            .field("value", &"[REDACTED]")
            .finish()
    }
}
