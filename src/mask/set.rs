//! The compiled set of secrets that streams share, and the rules of what may be one.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::search::Search;
use crate::secret::Secret;

/// What stands in the place of a secret, unless another mask is set.
pub const DEFAULT_MASK: &str = "[MASKED]";

/// The length in bytes below which a value is refused, unless another minimum is set.
pub const DEFAULT_MIN_LENGTH: usize = 8;

/// A compiled set of secrets, shared by any number of streams.
///
/// Cheap to clone: a clone is one more reference to the same set. The set is immutable; a set
/// with more secrets is made with [`to_builder`](MaskSet::to_builder) and given to each live
/// [`Masker`](crate::Masker) with [`switch_to`](crate::Masker::switch_to).
///
/// # Examples
///
/// ```
/// use masker::{MaskSet, Secret};
///
/// let set = MaskSet::builder()
///     .secret(Secret::new("CI_JOB_TOKEN", "mjt_0123456789"))
///     .secret(Secret::new("DEBUG", "true"))
///     .build()?;
///
/// // Masking every `true` would wreck the log and tell the value, so it is refused, by name.
/// assert_eq!(set.refused()[0].name(), "DEBUG");
/// # Ok::<(), masker::SetError>(())
/// ```
#[derive(Clone)]
pub struct MaskSet {
    compiled: Arc<Compiled>,
}

struct Compiled {
    search: Search,
    secrets: Vec<Arc<Secret>>,
    refused: Vec<RefusedSecret>,
    settings: Settings,
}

#[derive(Clone)]
struct Settings {
    mask: Bytes,
    min_length: usize,
    truncated: Truncated,
    allow_empty: bool,
}

impl MaskSet {
    /// Begins a set without secrets and with the defaults.
    pub fn builder() -> MaskSetBuilder {
        MaskSetBuilder {
            secrets: Vec::new(),
            settings: Settings {
                mask: Bytes::from_static(DEFAULT_MASK.as_bytes()),
                min_length: DEFAULT_MIN_LENGTH,
                truncated: Truncated::default(),
                allow_empty: false,
            },
        }
    }

    /// Begins a set with all the secrets and settings of this one. O(number of secrets).
    pub fn to_builder(&self) -> MaskSetBuilder {
        MaskSetBuilder {
            secrets: self.compiled.secrets.clone(),
            settings: self.compiled.settings.clone(),
        }
    }

    /// The values that are not masked, and why. Tell the user: these may show in the log.
    pub fn refused(&self) -> &[RefusedSecret] {
        &self.compiled.refused
    }

    /// Whether the set masks nothing at all.
    pub fn is_empty(&self) -> bool {
        self.compiled.secrets.is_empty()
    }

    /// The memory that the search takes, in bytes, shared by all streams of the set.
    pub fn memory(&self) -> usize {
        self.compiled.search.memory()
    }

    pub(super) fn search(&self) -> &Search {
        &self.compiled.search
    }

    pub(super) fn mask(&self) -> &Bytes {
        &self.compiled.settings.mask
    }

    pub(super) fn min_length(&self) -> usize {
        self.compiled.settings.min_length
    }

    pub(super) fn truncated(&self) -> Truncated {
        self.compiled.settings.truncated
    }
}

/// Shows the names of the secrets.
impl fmt::Debug for MaskSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.compiled.secrets.iter().map(|secret| secret.name());
        f.debug_set().entries(names).finish()
    }
}

/// Collects secrets and settings for a [`MaskSet`].
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct MaskSetBuilder {
    secrets: Vec<Arc<Secret>>,
    settings: Settings,
}

impl MaskSetBuilder {
    /// Adds a secret. The same value under two names is searched for once.
    pub fn secret(mut self, secret: Secret) -> MaskSetBuilder {
        self.secrets.push(Arc::new(secret));
        self
    }

    /// Adds secrets.
    pub fn secrets(mut self, secrets: impl IntoIterator<Item = Secret>) -> MaskSetBuilder {
        self.secrets.extend(secrets.into_iter().map(Arc::new));
        self
    }

    /// Sets the replacement for a run of covered bytes, [`DEFAULT_MASK`] by default. It is put
    /// out as it is and never searched.
    pub fn mask(mut self, mask: impl Into<Bytes>) -> MaskSetBuilder {
        self.settings.mask = mask.into();
        self
    }

    /// Sets the length in bytes below which a value is refused, [`DEFAULT_MIN_LENGTH`] by
    /// default. An empty value is refused in any case. A minimum below 4 makes the search up to
    /// ten times slower.
    pub fn min_length(mut self, min_length: usize) -> MaskSetBuilder {
        self.settings.min_length = min_length;
        self
    }

    /// Sets what becomes of a secret that the end of the stream cut short.
    pub fn truncated(mut self, truncated: Truncated) -> MaskSetBuilder {
        self.settings.truncated = truncated;
        self
    }

    /// Allows a set that masks nothing. Without it, a set in which no secret is left is an error:
    /// what passes everything through must be asked to.
    pub fn allow_empty(mut self, allow_empty: bool) -> MaskSetBuilder {
        self.settings.allow_empty = allow_empty;
        self
    }

    /// Compiles the set.
    ///
    /// Values that are too short or blank are left out and listed by [`MaskSet::refused`].
    /// O(total length of the values) in time and memory: about 40 microseconds and 15 bytes a
    /// byte for a thousand bytes of them.
    ///
    /// # Errors
    ///
    /// - [`SetErrorKind::NoSecret`] when no secret is left and that was not allowed,
    /// - [`SetErrorKind::UnsafeMask`] when the mask is empty or contains a secret; the default
    ///   mask never does,
    /// - [`SetErrorKind::TooLarge`] when the values are gigabytes in all.
    pub fn build(self) -> Result<MaskSet, SetError> {
        let MaskSetBuilder { secrets, settings } = self;
        let mut refused = Vec::new();
        let mut accepted = Vec::with_capacity(secrets.len());
        for secret in secrets {
            match Refusal::of(secret.expose(), settings.min_length) {
                None => accepted.push(secret),
                Some(reason) => {
                    refused.push(RefusedSecret {
                        name: secret.name().to_owned(),
                        reason,
                    });
                }
            }
        }
        if accepted.is_empty() && !settings.allow_empty {
            return Err(SetError {
                kind: SetErrorKind::NoSecret,
                refused,
            });
        }
        let Ok(search) = Search::new(accepted.iter().map(|secret| secret.expose())) else {
            return Err(SetError {
                kind: SetErrorKind::TooLarge,
                refused,
            });
        };
        if !is_safe_mask(&settings.mask, &search) {
            return Err(SetError {
                kind: SetErrorKind::UnsafeMask,
                refused,
            });
        }
        let compiled = Compiled {
            search,
            secrets: accepted,
            refused,
            settings,
        };
        Ok(MaskSet {
            compiled: Arc::new(compiled),
        })
    }
}

/// Shows the names of the secrets.
impl fmt::Debug for MaskSetBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.secrets.iter().map(|secret| secret.name()))
            .finish()
    }
}

/// An empty mask would join what stands on both sides of a secret, perhaps to a secret again.
fn is_safe_mask(mask: &[u8], search: &Search) -> bool {
    let mut found = mask.is_empty();
    search.search(search.start(), mask, |_| found = true);
    !found || mask == DEFAULT_MASK.as_bytes()
}

/// What becomes of a secret that the end of the stream cut short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truncated {
    /// The tail that may be the beginning of a secret is masked, if it has the minimum length.
    #[default]
    Mask,
    /// The tail is emitted: no secret was completed.
    Keep,
}

/// A value that is not masked, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSecret {
    name: String,
    reason: Refusal,
}

impl RefusedSecret {
    /// The name of the secret.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why its value is not masked.
    pub fn reason(&self) -> Refusal {
        self.reason
    }
}

/// Why a value is not masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The value is empty or consists of white space.
    Blank,
    /// The value is shorter than the minimum length.
    TooShort,
}

impl Refusal {
    fn of(value: &[u8], min_length: usize) -> Option<Refusal> {
        if value.trim_ascii().is_empty() {
            Some(Refusal::Blank)
        } else if value.len() < min_length {
            Some(Refusal::TooShort)
        } else {
            None
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Blank => "empty or only white space",
            Refusal::TooShort => "shorter than the minimum length",
        })
    }
}

/// A set could not be built. Says why, and never shows a value.
#[derive(Debug)]
pub struct SetError {
    kind: SetErrorKind,
    refused: Vec<RefusedSecret>,
}

impl SetError {
    /// What went wrong.
    pub fn kind(&self) -> SetErrorKind {
        self.kind
    }

    /// The values that were refused on the way, by name.
    pub fn refused(&self) -> &[RefusedSecret] {
        &self.refused
    }
}

/// What went wrong in building a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetErrorKind {
    /// No secret is left to mask.
    NoSecret,
    /// The mask is empty, or a secret stands in it.
    UnsafeMask,
    /// The secrets are too large to be searched for.
    TooLarge,
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            SetErrorKind::NoSecret => "there is no secret to mask",
            SetErrorKind::UnsafeMask => "the mask is empty or contains a secret",
            SetErrorKind::TooLarge => "the secrets are too large to be searched for",
        })
    }
}

impl std::error::Error for SetError {}
