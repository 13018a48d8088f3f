//! What the pipelines of a project are made of: its refs and the names of its jobs.

use std::collections::BTreeSet;
use std::fmt;

/// The most bytes of a name.
const LONGEST: usize = 255;

/// The name of a branch or a tag, as Git would take it.
///
/// # Examples
///
/// ```
/// use masker::token::directory::RefName;
///
/// assert_eq!(RefName::new("release/1.2")?.as_str(), "release/1.2");
/// assert!(RefName::new("release/../main").is_err());
/// # Ok::<(), masker::token::directory::WrongName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(String);

impl RefName {
    /// Takes a name. Copies it.
    ///
    /// # Errors
    ///
    /// If it is empty or longer than 255 bytes, or Git would refuse it: `git check-ref-format --branch`
    /// has the rules.
    pub fn new(name: &str) -> Result<RefName, WrongName> {
        let is_refused = |char: char| char.is_control() || " ~^:?*[\\".contains(char);
        let is_part =
            |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
        let is_ref = name.len() <= LONGEST
            && name.split('/').all(is_part)
            && !name.starts_with('-')
            && !name.ends_with('.')
            && !name.contains("..")
            && !name.contains("@{")
            && name != "@"
            && !name.contains(is_refused);
        match is_ref {
            true => Ok(RefName(name.to_owned())),
            false => Err(WrongName(())),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a job, by which its artifacts are asked for.
///
/// # Examples
///
/// ```
/// use masker::token::directory::JobName;
///
/// assert_eq!(JobName::default().as_str(), "default");
/// assert_eq!(JobName::new("build: [linux, stable]")?.as_str(), "build: [linux, stable]");
/// assert!(JobName::new("").is_err());
/// # Ok::<(), masker::token::directory::WrongName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobName(String);

impl JobName {
    /// Takes a name. Copies it.
    ///
    /// # Errors
    ///
    /// If it is empty, longer than 255 bytes, or has a control character.
    pub fn new(name: &str) -> Result<JobName, WrongName> {
        match (1..=LONGEST).contains(&name.len()) && !name.contains(char::is_control) {
            true => Ok(JobName(name.to_owned())),
            false => Err(WrongName(())),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `default`: the name of a job that was given none.
impl Default for JobName {
    fn default() -> JobName {
        JobName("default".to_owned())
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the pipelines of a project are made of.
///
/// # Examples
///
/// ```
/// use masker::token::directory::{Plan, RefName};
///
/// let main = RefName::new("main")?;
/// let plan = Plan::default();
/// assert!(plan.knows(&main) && !plan.protects(&main));
/// assert_eq!(plan.jobs().next().map(|name| name.to_string()).as_deref(), Some("default"));
///
/// let plan = Plan { refs: [main.clone()].into(), ..plan };
/// assert!(plan.knows(&main) && !plan.knows(&RefName::new("other")?));
/// # Ok::<(), masker::token::directory::WrongName>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The branches and tags there are. With none named, any is taken to be there.
    pub refs: BTreeSet<RefName>,
    /// Those for whose pipelines it takes a Maintainer.
    pub protected_refs: BTreeSet<RefName>,
    /// The jobs of a pipeline, in the order in which they are added. With none named, there is one of
    /// the default name.
    pub job_names: Vec<JobName>,
}

impl Plan {
    /// Whether the project has a ref.
    #[must_use]
    pub fn knows(&self, name: &RefName) -> bool {
        self.refs.is_empty() || self.refs.contains(name)
    }

    /// Whether a ref is protected.
    #[must_use]
    pub fn protects(&self, name: &RefName) -> bool {
        self.protected_refs.contains(name)
    }

    /// The names of a pipeline's jobs, of which there is at least one. Copies them.
    pub fn jobs(&self) -> impl Iterator<Item = JobName> {
        let fallback = self.job_names.is_empty().then(JobName::default);
        self.job_names.iter().cloned().chain(fallback)
    }
}

/// A text is no name of a ref or a job. It is not shown: anything may stand in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongName(());

impl fmt::Display for WrongName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no name of a branch, a tag or a job")
    }
}

impl std::error::Error for WrongName {}
