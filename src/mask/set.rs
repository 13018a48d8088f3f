//! The compiled set of secrets that streams share, and the rules of what may be one.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::error::{SetError, SetErrorKind};
use super::layers::Layers;
use super::refused::RefusedSecret;
use super::rules::{RuleSet, Rules};
use super::settings::{Secrets, Settings};
use crate::secret::Secret;
use crate::secret::forms::Forms;

/// What stands in the place of a secret, unless another mask is set.
pub const DEFAULT_MASK: &str = "[MASKED]";

/// The length in bytes below which a value is refused, unless another minimum is set.
pub const DEFAULT_MIN_LENGTH: usize = 8;

/// A compiled set of secrets, shared by any number of streams.
///
/// Cheap to clone: a clone is one more reference to the same set. The set is immutable; a set
/// with more secrets is made with [`extend`](MaskSet::extend), and given to each live
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
    /// All secrets that are masked.
    layers: Layers,
    rules: Arc<RuleSet>,
    /// Kept for a set that is made of this one with another minimum length.
    not_masked: Secrets,
    /// The names of values that were too long to be kept.
    too_long: Vec<Arc<str>>,
    /// Those that were too long come first.
    refused: Vec<RefusedSecret>,
    settings: Settings,
}

impl MaskSet {
    /// Begins a set without secrets and with the defaults.
    pub fn builder() -> MaskSetBuilder {
        MaskSetBuilder {
            base: None,
            secrets: Vec::new(),
            too_long: Vec::new(),
            settings: Settings::default(),
        }
    }

    /// Begins a set with all the secrets and settings of this one, refused secrets included, that
    /// shares with it what this one compiled.
    ///
    /// The set masks, holds back and tells just what one does that is compiled of all. What is added is
    /// compiled by itself, so it alone costs time and memory; but each text is searched twice then.
    /// This is for secrets that many sets have in common, such as those of the whole service in each
    /// job's set, and for secrets that come while a stream runs.
    ///
    /// A set that has been extended can be extended again. Secrets that earlier extensions added are
    /// compiled again where they are no more than twice as many as the new ones: so a thousand can be
    /// added one by one, and no text is searched more than 12 times. What was compiled first stays shared.
    ///
    /// All settings can be changed. With other [forms](MaskSetBuilder::forms), another
    /// [minimum length](MaskSetBuilder::min_length), or another answer to
    /// [repeated](MaskSetBuilder::allow_repeated) values the secrets have other patterns, so all are
    /// compiled again and nothing is shared; with another [mask](MaskSetBuilder::mask) all patterns
    /// are only looked through.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::{MaskSet, Masker, Secret};
    ///
    /// // Once, when the service starts.
    /// let service = MaskSet::builder()
    ///     .secret(Secret::new("DATABASE_PASSWORD", "correct horse"))
    ///     .build()?;
    ///
    /// // For each job.
    /// let job = service.extend().secret(Secret::new("JOB_TOKEN", "abcd1234efgh")).build()?;
    /// assert!(job.names().eq(["DATABASE_PASSWORD", "JOB_TOKEN"]));
    ///
    /// let mut out = Vec::new();
    /// let mut masker = Masker::new(&job);
    /// masker.push(b"psql: correct horse; abcd1234efgh\n", &mut out);
    /// assert_eq!(out, b"psql: [MASKED]; [MASKED]\n");
    /// # Ok::<(), masker::SetError>(())
    /// ```
    pub fn extend(&self) -> MaskSetBuilder {
        MaskSetBuilder {
            base: Some(self.clone()),
            secrets: Vec::new(),
            too_long: Vec::new(),
            settings: self.compiled.settings.clone(),
        }
    }

    /// Begins a set with all the secrets and settings of this one, refused secrets included, that
    /// is compiled as a whole: the fastest search, where [`extend`](MaskSet::extend) is the fastest to
    /// build. O(number of secrets).
    pub fn to_builder(&self) -> MaskSetBuilder {
        self.extend().without_base()
    }

    /// The names of the secrets that are masked, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.compiled.layers.secrets().map(|secret| secret.name())
    }

    /// The values that are not masked, and why. Tell the user: these may show in the log.
    #[must_use]
    pub fn refused(&self) -> &[RefusedSecret] {
        &self.compiled.refused
    }

    /// Whether the set masks nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.compiled.layers.secrets().next().is_none()
    }

    /// The memory that the search takes, and to know what it found, in bytes, shared by all streams of the set.
    /// What it shares with the set that it [extends](MaskSet::extend) is counted in both.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.compiled.layers.memory()
    }

    /// Whether a value has been given, be it masked or refused.
    pub(super) fn has(&self, value: &[u8]) -> bool {
        let mut given = self.secrets();
        given.any(|secret| secret.expose() == value)
    }

    pub(super) fn layers(&self) -> &Layers {
        &self.compiled.layers
    }

    pub(super) fn rules(&self) -> &Arc<RuleSet> {
        &self.compiled.rules
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

    /// All secrets, those that are masked first.
    fn secrets(&self) -> impl Iterator<Item = &Arc<Secret>> {
        let Compiled {
            layers, not_masked, ..
        } = &*self.compiled;
        layers.secrets().chain(not_masked)
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
    /// The set that is extended.
    base: Option<MaskSet>,
    /// What comes to those of the base.
    secrets: Secrets,
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
    /// as it is made of ASCII letters, digits, `-`, `_`, `.` and `=`. There may be any number. So is
    /// what base64 makes of it, where it makes four characters or more of the prefix alone.
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
    /// too short, blank or repeated, longer than 64 KiB, or [too large](SetErrorKind::TooLarge) with all
    /// that is made of it, is listed in [`MaskSet::refused`] of
    /// [`Masker::set`](crate::Masker::set). Where all that was new is more than 512 KiB, with 256 bytes
    /// more for each value, one entry says from which on none is masked. Each such line that names
    /// a new value [extends](MaskSet::extend) the set.
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
    /// Values that are too short, blank or [repeated](crate::Refusal::Repeated) are left out and listed by
    /// [`MaskSet::refused`].
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
        let is_same = |base: &MaskSet| self.settings.make_patterns_of(&base.compiled.settings);
        let builder = match &self.base {
            Some(base) if !is_same(base) => self.without_base(),
            _ => self,
        };
        let MaskSetBuilder {
            base,
            secrets,
            mut too_long,
            settings,
        } = builder;
        let base = base.as_ref().map(|base| &*base.compiled);
        let (masked, mut not_masked, mut refused) = settings.sort_out(secrets, &too_long);
        if let Some(base) = base {
            let (long, others) = base.refused.split_at(base.too_long.len());
            let (new_long, new_others) = refused.split_at(too_long.len());
            refused = [long, new_long, others, new_others].concat();
            too_long = [&base.too_long[..], &too_long].concat();
            not_masked = [&base.not_masked[..], &not_masked].concat();
        }
        let layers = match compile(base, masked, &settings) {
            Ok(layers) => layers,
            Err(kind) => return Err(SetError::new(kind, refused)),
        };
        let compiled = Compiled {
            layers,
            rules: match base {
                Some(base) if settings.make_rules_of(&base.settings) => Arc::clone(&base.rules),
                _ => RuleSet::new(settings.rules, &settings.token_prefixes),
            },
            not_masked,
            too_long,
            refused,
            settings,
        };
        Ok(MaskSet {
            compiled: Arc::new(compiled),
        })
    }

    /// The same secrets, none of which is compiled yet.
    fn without_base(mut self) -> MaskSetBuilder {
        if let Some(base) = self.base.take() {
            self.secrets.splice(..0, base.secrets().cloned());
            let too_long = base.compiled.too_long.iter().cloned();
            self.too_long.splice(..0, too_long);
        }
        self
    }
}

/// Compiles these secrets, on top of those of the base.
fn compile(
    base: Option<&Compiled>,
    masked: Secrets,
    settings: &Settings,
) -> Result<Layers, SetErrorKind> {
    let has_secret = |base: &Compiled| base.layers.secrets().next().is_some();
    if masked.is_empty() && !base.is_some_and(has_secret) && !settings.allow_empty {
        return Err(SetErrorKind::NoSecret);
    }
    if settings
        .token_prefixes
        .iter()
        .any(|prefix| prefix.is_empty())
    {
        return Err(SetErrorKind::EmptyPrefix);
    }
    match base {
        Some(base) => {
            // The default mask is safe for all secrets.
            let known = [base.settings.mask.as_ref(), DEFAULT_MASK.as_bytes()];
            let is_mask_known = known.contains(&settings.mask.as_ref());
            base.layers.with(masked, settings, is_mask_known)
        }
        None => Layers::new(masked, settings),
    }
}

/// Shows the names of the secrets.
impl fmt::Debug for MaskSetBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_base = self.base.iter().flat_map(MaskSet::secrets);
        let secrets = of_base.chain(&self.secrets);
        f.debug_set()
            .entries(secrets.map(|secret| secret.name()))
            .finish()
    }
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

#[cfg(test)]
mod tests;
