//! The compiled set of secrets that streams share, and the rules of what may be one.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::error::{SetError, SetErrorKind};
use super::owners::{Owner, Owners};
use super::refused::{Refusal, RefusedSecret};
use super::rules::{RuleSet, Rules};
use crate::search::Search;
use crate::secret::Secret;
use crate::secret::forms::{Forms, Pattern};

/// What stands in the place of a secret, unless another mask is set.
pub const DEFAULT_MASK: &str = "[MASKED]";

/// The length in bytes below which a value is refused, unless another minimum is set.
pub const DEFAULT_MIN_LENGTH: usize = 8;

/// How many bytes all patterns may have. While they are compiled each takes some 100 bytes of
/// memory: a set that is refused says so, and one that memory does not suffice for ends the process.
const MAX_PATTERNS: usize = 16 << 20;

/// A compiled set of secrets, shared by any number of streams.
///
/// Cheap to clone: a clone is one more reference to the same set. The set is immutable; a set
/// with more secrets is made with [`to_builder`](MaskSet::to_builder) and given to each live
/// [`Masker`](crate::Masker) with [`switch_to`](crate::Masker::switch_to).
///
/// The secrets themselves are wiped when the last set that has them is dropped. What the search
/// makes of them, which holds the same bytes in another order, is not.
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
    rules: Arc<RuleSet>,
    owners: Owners,
    masked: Vec<Arc<Secret>>,
    /// Kept for a set that is made of this one with another minimum length.
    not_masked: Vec<Arc<Secret>>,
    /// The names of values that were too long to be kept.
    too_long: Vec<Arc<str>>,
    refused: Vec<RefusedSecret>,
    settings: Settings,
}

#[derive(Clone)]
struct Settings {
    forms: Forms,
    rules: Rules,
    token_prefixes: Vec<Arc<str>>,
    add_mask: bool,
    mask: Bytes,
    min_length: usize,
    truncated: Truncated,
    allow_empty: bool,
    allow_repeated: bool,
}

impl MaskSet {
    /// Begins a set without secrets and with the defaults.
    pub fn builder() -> MaskSetBuilder {
        MaskSetBuilder {
            secrets: Vec::new(),
            too_long: Vec::new(),
            settings: Settings {
                forms: Forms::default(),
                rules: Rules::default(),
                token_prefixes: Vec::new(),
                add_mask: false,
                mask: Bytes::from_static(DEFAULT_MASK.as_bytes()),
                min_length: DEFAULT_MIN_LENGTH,
                truncated: Truncated::default(),
                allow_empty: false,
                allow_repeated: false,
            },
        }
    }

    /// Begins a set with all the secrets and settings of this one, refused secrets included.
    /// O(number of secrets).
    pub fn to_builder(&self) -> MaskSetBuilder {
        MaskSetBuilder {
            secrets: [&self.compiled.masked[..], &self.compiled.not_masked].concat(),
            too_long: self.compiled.too_long.clone(),
            settings: self.compiled.settings.clone(),
        }
    }

    /// The names of the secrets that are masked, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.compiled.masked.iter().map(|secret| secret.name())
    }

    /// The values that are not masked, and why. Tell the user: these may show in the log.
    #[must_use]
    pub fn refused(&self) -> &[RefusedSecret] {
        &self.compiled.refused
    }

    /// Whether the set masks nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.compiled.masked.is_empty()
    }

    /// The memory that the search takes, and to know what it found, in bytes, shared by all streams of the set.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.compiled.search.memory() + self.compiled.owners.memory()
    }

    /// Whether a value has been given, be it masked or refused.
    pub(super) fn has(&self, value: &[u8]) -> bool {
        let Compiled {
            masked, not_masked, ..
        } = &*self.compiled;
        let mut given = masked.iter().chain(not_masked);
        given.any(|secret| secret.expose() == value)
    }

    pub(super) fn search(&self) -> &Search {
        &self.compiled.search
    }

    pub(super) fn rules(&self) -> &Arc<RuleSet> {
        &self.compiled.rules
    }

    /// Those to whom a pattern belongs, by its number in the search.
    pub(super) fn owners_of(&self, pattern: u32) -> &[Owner] {
        self.compiled.owners.of(pattern)
    }

    pub(super) fn name_of(&self, owner: Owner) -> &str {
        self.compiled.masked[owner.secret as usize].name()
    }

    pub(super) fn honours_add_mask(&self) -> bool {
        self.compiled.settings.add_mask
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
        f.debug_set().entries(self.names()).finish()
    }
}

/// Collects secrets and settings for a [`MaskSet`].
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct MaskSetBuilder {
    secrets: Vec<Arc<Secret>>,
    too_long: Vec<Arc<str>>,
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

    /// Sets the forms in which secrets are searched for, [`Forms::ALL`] by default.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::{Forms, MaskSet, Masker, Secret};
    ///
    /// let builder = MaskSet::builder().secret(Secret::new("PASSPHRASE", "correct horse"));
    /// let masked = |builder: masker::MaskSetBuilder| {
    ///     let mut out = Vec::new();
    ///     let mut masker = Masker::new(&builder.build()?);
    ///     masker.push(b"Basic am9iOmNvcnJlY3QgaG9yc2U=\n", &mut out);
    ///     masker.finish(&mut out);
    ///     Ok::<_, masker::SetError>(String::from_utf8_lossy(&out).into_owned())
    /// };
    /// // Of `job:correct horse` in base64, all that does not encode `job:` or the end is masked.
    /// assert_eq!(masked(builder.clone())?, "Basic am9iOm[MASKED]U=\n");
    /// assert_eq!(masked(builder.forms(Forms::RAW))?, "Basic am9iOmNvcnJlY3QgaG9yc2U=\n");
    /// # Ok::<(), masker::SetError>(())
    /// ```
    pub fn forms(mut self, forms: Forms) -> MaskSetBuilder {
        self.settings.forms = forms;
        self
    }

    /// Sets the rules that find secrets nobody named, [`Rules::ALL`] by default.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::{MaskSet, Masker, Rule, Rules};
    ///
    /// let builder = MaskSet::builder().allow_empty(true);
    /// let masked = |builder: masker::MaskSetBuilder| {
    ///     let mut out = Vec::new();
    ///     let mut masker = Masker::new(&builder.build()?);
    ///     masker.push(b"GET /x?private_token=abc&page=2 glpat-xyz\n", &mut out);
    ///     masker.finish(&mut out);
    ///     Ok::<_, masker::SetError>(String::from_utf8_lossy(&out).into_owned())
    /// };
    /// assert_eq!(
    ///     masked(builder.clone())?,
    ///     "GET /x?private_token=[MASKED]&page=2 glpat-[MASKED]\n"
    /// );
    /// let tokens = Rules::NONE.with(Rule::TokenPrefix);
    /// assert_eq!(
    ///     masked(builder.rules(tokens))?,
    ///     "GET /x?private_token=abc&page=2 glpat-[MASKED]\n"
    /// );
    /// # Ok::<(), masker::SetError>(())
    /// ```
    pub fn rules(mut self, rules: Rules) -> MaskSetBuilder {
        self.settings.rules = rules;
        self
    }

    /// Adds a prefix of tokens that are masked wherever they stand, whatever the
    /// [rules](MaskSetBuilder::rules) are. The prefix stays readable; what follows is masked as far
    /// as it is made of ASCII letters, digits, `-`, `_`, `.` and `=`. There may be any number.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::{MaskSet, Masker};
    ///
    /// let builder = MaskSet::builder().allow_empty(true).token_prefix("acme-");
    /// let mut out = Vec::new();
    /// let mut masker = Masker::new(&builder.build()?);
    /// masker.push(b"token acme-1234, ok\n", &mut out);
    /// masker.finish(&mut out);
    /// assert_eq!(out, b"token acme-[MASKED], ok\n");
    /// # Ok::<(), masker::SetError>(())
    /// ```
    pub fn token_prefix(mut self, prefix: &str) -> MaskSetBuilder {
        self.settings.token_prefixes.push(prefix.into());
        self
    }

    /// Honours commands `::add-mask::VALUE` in the stream, by which a job names its own secrets, as
    /// in GitHub Actions. Off by default.
    ///
    /// Whatever stands behind the command on its line is masked, but for the carriage return of a line
    /// that ends in one. The command may have any case, and properties behind a blank. From the next line on the value
    /// is a secret of the stream, named `add-mask-1` and so on; in it `%25`, `%0A` and `%0D` stand
    /// for `%`, newline and carriage return, and blanks around it do not count. A value that is
    /// too short, blank or repeated, or longer than 64 KiB, is listed in [`MaskSet::refused`] of
    /// [`Masker::set`](crate::Masker::set). Where all that was new is more than 512 KiB, with 256 bytes
    /// more for each value, one entry says from which on none is masked. Each such line costs what it costs to
    /// [build](MaskSetBuilder::build) the set, unless it names a value that is a secret already.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::{MaskSet, Masker};
    ///
    /// let set = MaskSet::builder().add_mask(true).allow_empty(true).build()?;
    /// let mut masker = Masker::new(&set);
    /// let mut out = Vec::new();
    /// masker.push(b"::add-mask::hunter2hunter2\nit is hunter2hunter2\n", &mut out);
    /// assert_eq!(out, b"::add-mask::[MASKED]\nit is [MASKED]\n");
    /// assert_eq!(masker.set().names().next(), Some("add-mask-1"));
    /// # Ok::<(), masker::SetError>(())
    /// ```
    pub fn add_mask(mut self, add_mask: bool) -> MaskSetBuilder {
        self.settings.add_mask = add_mask;
        self
    }

    /// Adds the name of a value that was too long to be kept.
    pub(super) fn too_long(mut self, name: &str) -> MaskSetBuilder {
        self.too_long.push(name.into());
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

    /// Allows values that are one character again and again, such as `********`. Without it they
    /// are refused: they stand where a secret should, and masking them wrecks every log with a
    /// line of dashes.
    pub fn allow_repeated(mut self, allow_repeated: bool) -> MaskSetBuilder {
        self.settings.allow_repeated = allow_repeated;
        self
    }

    /// Compiles the set.
    ///
    /// Values that are too short, blank or [repeated](Refusal::Repeated) are left out and listed by [`MaskSet::refused`].
    /// O(total length of the patterns) in time and memory: 10,000 bytes of them take less than a
    /// millisecond, and one to four bytes each besides some 20 KiB for the filter. A value has as many
    /// patterns as its [forms](Forms::patterns) make of it.
    ///
    /// # Errors
    ///
    /// - [`SetErrorKind::NoSecret`] when no secret is left and that was not allowed,
    /// - [`SetErrorKind::UnsafeMask`] when the mask is empty, contains a secret, or ends as one
    ///   begins or begins as one ends, for the minimum length or more; the default mask never does,
    /// - [`SetErrorKind::EmptyPrefix`] when a prefix of tokens is empty,
    /// - [`SetErrorKind::TooLarge`] when the patterns have more than 16 MiB in all: some 20 KiB of
    ///   random bytes in all forms, or megabytes as they are.
    pub fn build(self) -> Result<MaskSet, SetError> {
        let MaskSetBuilder {
            secrets,
            too_long,
            settings,
        } = self;
        let (masked, not_masked, refused) = settings.sort_out(secrets, &too_long);
        if masked.is_empty() && !settings.allow_empty {
            return Err(SetError::new(SetErrorKind::NoSecret, refused));
        }
        let (search, owners) = match settings.compile(&masked) {
            Ok(compiled) => compiled,
            Err(kind) => return Err(SetError::new(kind, refused)),
        };
        let compiled = Compiled {
            search,
            rules: RuleSet::new(settings.rules, &settings.token_prefixes),
            owners,
            masked,
            not_masked,
            too_long,
            refused,
            settings,
        };
        Ok(MaskSet {
            compiled: Arc::new(compiled),
        })
    }
}

type Secrets = Vec<Arc<Secret>>;

impl Settings {
    /// The secrets that are masked, those that are not, and the names of all that are not.
    fn sort_out(
        &self,
        secrets: Secrets,
        too_long: &[Arc<str>],
    ) -> (Secrets, Secrets, Vec<RefusedSecret>) {
        let too_long = too_long.iter();
        let mut refused: Vec<_> = too_long
            .map(|name| RefusedSecret::new(name, Refusal::TooLong))
            .collect();
        let (masked, not_masked) = secrets.into_iter().partition(|secret| {
            let reason = Refusal::of(secret.expose(), self.min_length, self.allow_repeated);
            refused.extend(reason.map(|reason| RefusedSecret::new(secret.name(), reason)));
            reason.is_none()
        });
        (masked, not_masked, refused)
    }

    /// Makes patterns of the secrets, and of these the search and whose they are.
    fn compile(&self, masked: &[Arc<Secret>]) -> Result<(Search, Owners), SetErrorKind> {
        if self.token_prefixes.iter().any(|prefix| prefix.is_empty()) {
            return Err(SetErrorKind::EmptyPrefix);
        }
        let patterns: Vec<Vec<Pattern>> = masked
            .iter()
            .map(|secret| self.forms.patterns(secret.expose(), self.min_length))
            .collect();
        let exposed = || patterns.iter().flatten().map(Pattern::expose);
        if exposed().map(<[u8]>::len).sum::<usize>() > MAX_PATTERNS {
            return Err(SetErrorKind::TooLarge);
        }
        let Ok(search) = Search::new(exposed()) else {
            return Err(SetErrorKind::TooLarge);
        };
        if !is_safe_mask(&self.mask, &search, exposed(), self.min_length) {
            return Err(SetErrorKind::UnsafeMask);
        }
        Ok((search, Owners::new(masked, &patterns)))
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

/// Whether a mask neither contains a secret nor completes one with what stands beside it: a mask
/// that ends as a secret begins may do that, and so may an empty one.
fn is_safe_mask<'p>(
    mask: &[u8],
    search: &Search,
    mut patterns: impl Iterator<Item = &'p [u8]>,
    min_length: usize,
) -> bool {
    if mask == DEFAULT_MASK.as_bytes() {
        return true;
    }
    let mut has_secret = mask.is_empty();
    let end = search.search(search.start(), mask, |_| has_secret = true);
    let begins_one = search.live(end) >= min_length.max(1);
    let ends_one = patterns.any(|pattern| {
        (min_length.max(1)..=mask.len()).any(|length| pattern.ends_with(&mask[..length]))
    });
    !has_secret && !begins_one && !ends_one
}

/// What becomes of a secret that the end of the stream cut short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Truncated {
    /// The tail that may be the beginning of a secret is masked, if it has the minimum length.
    #[default]
    Mask,
    /// The tail is emitted: no secret was completed.
    Keep,
}
