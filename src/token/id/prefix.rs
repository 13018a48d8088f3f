//! The beginning of a token, which tells its kind.

use core::fmt;

use super::{IdError, IdErrorKind};

/// The beginning of every token of a kind: a lower-case letter, one to nine more or digits, and `_` or `-`.
///
/// # Examples
///
/// ```
/// use masker::token::id::Prefix;
///
/// assert_eq!(Prefix::new("acme_")?.as_str(), "acme_");
/// assert!(Prefix::new("Acme").is_err());
/// # Ok::<(), masker::token::id::IdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Prefix(String);

impl Prefix {
    /// That of accessors, which no kind of token may have.
    pub(super) const ACCESSOR: &str = "mja_";

    /// Takes a prefix of one's own.
    ///
    /// # Errors
    ///
    /// If it is not of that shape, or that of accessors.
    pub fn new(text: &str) -> Result<Prefix, IdError> {
        let is_letter = |byte: u8| byte.is_ascii_lowercase();
        let is_known = |byte: &u8| is_letter(*byte) || byte.is_ascii_digit();
        let is_shaped = match text.as_bytes() {
            [first, middle @ .., b'_' | b'-'] => {
                is_letter(*first) && (1..=9).contains(&middle.len()) && middle.iter().all(is_known)
            }
            _ => false,
        };
        match is_shaped && text != Prefix::ACCESSOR {
            true => Ok(Prefix(text.to_owned())),
            false => Err(IdErrorKind::Prefix.into()),
        }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The prefixes of all kinds of tokens: no two are the same.
///
/// # Examples
///
/// ```
/// use masker::token::id::{Prefix, Prefixes};
///
/// assert_eq!(Prefixes::default().job().as_str(), "mjt_");
/// let same = Prefix::new("acme_")?;
/// assert!(Prefixes::new(same.clone(), same).is_err());
/// # Ok::<(), masker::token::id::IdError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prefixes {
    job: Prefix,
    runner: Prefix,
    trigger: Prefix,
}

impl Prefixes {
    /// Takes the prefixes of the tokens of jobs and of runners. Those that start pipelines have the
    /// default one.
    ///
    /// # Errors
    ///
    /// If two are the same. As each ends with its only separator, none can begin another.
    pub fn new(job: Prefix, runner: Prefix) -> Result<Prefixes, IdError> {
        let Prefixes { trigger, .. } = Prefixes::default();
        Prefixes::all(job, runner, trigger)
    }

    /// The same with another prefix for the tokens that start pipelines.
    ///
    /// # Errors
    ///
    /// If another kind has it.
    pub fn with_trigger(self, trigger: Prefix) -> Result<Prefixes, IdError> {
        Prefixes::all(self.job, self.runner, trigger)
    }

    fn all(job: Prefix, runner: Prefix, trigger: Prefix) -> Result<Prefixes, IdError> {
        match job == runner || trigger == job || trigger == runner {
            true => Err(IdErrorKind::Prefix.into()),
            false => Ok(Prefixes {
                job,
                runner,
                trigger,
            }),
        }
    }

    /// That of the tokens of jobs.
    #[must_use]
    pub fn job(&self) -> &Prefix {
        &self.job
    }

    /// That of the tokens of runners.
    #[must_use]
    pub fn runner(&self) -> &Prefix {
        &self.runner
    }

    /// That of the tokens that start pipelines.
    #[must_use]
    pub fn trigger(&self) -> &Prefix {
        &self.trigger
    }
}

/// `mjt_` for jobs, `mrt_` for runners, and `mtt_` for what starts pipelines.
impl Default for Prefixes {
    fn default() -> Prefixes {
        Prefixes {
            job: Prefix("mjt_".to_owned()),
            runner: Prefix("mrt_".to_owned()),
            trigger: Prefix("mtt_".to_owned()),
        }
    }
}
