//! The variables that a pipeline is started with.

use std::collections::BTreeMap;
use std::fmt;

/// The most bytes of all names and values of a pipeline together.
pub const MAX_VARIABLES: usize = 1 << 20;

/// A flat map from names to texts. `Debug` shows the names only: a value may be a secret.
///
/// # Examples
///
/// ```
/// use masker::token::pipelines::Variables;
///
/// let variables = Variables::new([("UPSTREAM", "1.2")])?;
/// assert_eq!(variables.iter().next(), Some(("UPSTREAM", "1.2")));
/// assert!(Variables::new([("NOT A NAME", "")]).is_err());
/// # Ok::<(), masker::token::pipelines::WrongVariables>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Takes names and values; of two values of a name the last counts. Copies them.
    ///
    /// # Errors
    ///
    /// If a name is empty or has more than letters of ASCII, digits and `_`, a value has the character
    /// of number 0, or all together are longer than [`MAX_VARIABLES`].
    pub fn new<N: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Variables, WrongVariables> {
        let is_named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let (mut taken, mut length) = (BTreeMap::new(), 0);
        for (name, value) in variables {
            let (name, value): (String, String) = (name.into(), value.into());
            length += name.len() + value.len();
            let is_name = !name.is_empty() && name.bytes().all(is_named);
            if !is_name || value.contains('\0') || length > MAX_VARIABLES {
                return Err(WrongVariables(()));
            }
            taken.insert(name, value);
        }
        Ok(Variables(taken))
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A pipeline cannot have these variables. None is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongVariables(());

impl fmt::Display for WrongVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("variables are names of letters, digits and _ with short texts as values")
    }
}

impl std::error::Error for WrongVariables {}
