//! Which artifacts a request asks for.

use crate::token::authorizer::Admitted;
use crate::token::directory::{JobName, ProjectId, RefName};
use crate::token::lifecycle::JobId;
use crate::token::store::{Artifact, Store, StoreError, StoreErrorKind};

/// The number of the routes by the name of a ref.
pub(super) const BY_REF: u8 = 10;
/// The number of the routes by a job of a project.
pub(super) const BY_JOB: u8 = 11;
/// The number of the routes by which a job of a project is changed.
pub(super) const CHANGE: u8 = 12;
/// The number of the routes of runners, by a job alone.
pub(super) const OF_RUNNER: u8 = 30;

/// What of which job.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) whose: Whose,
    /// A file of the archive; without one, the archive.
    #[cfg_attr(
        not(feature = "artifacts"),
        expect(dead_code, reason = "nobody serves it")
    )]
    pub(super) file: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Whose {
    /// The last job of this name, on this ref, that ended well. `None` is no name of a ref.
    Latest(Option<RefName>, Named),
    /// This one.
    Job(JobId),
}

/// The name of a job, as the query has it.
#[derive(Clone, Debug)]
pub(super) enum Named {
    As(JobName),
    /// No job has a name like that.
    Nobody,
    /// Not at all, or in two ways.
    Not,
}

impl Wanted {
    /// What an admitted request asks for, if it asks for artifacts.
    pub(super) fn of(admitted: &Admitted<'_>) -> Option<Wanted> {
        let segments: Vec<&str> = admitted.segments().iter().map(String::as_str).collect();
        let job = |number: &str| number.parse().map(JobId).ok().map(Whose::Job);
        match (admitted.route().number, &*segments) {
            (BY_REF, [_, _, _, _, _, _, rest @ ..]) => {
                let (git_ref, file) = parted(rest)?;
                let name = named(admitted.query());
                Some(Wanted {
                    whose: Whose::Latest(RefName::new(&git_ref).ok(), name),
                    file,
                })
            }
            (CHANGE, [_, _, _, _, _, number, ..]) => Some(Wanted {
                whose: job(number)?,
                file: None,
            }),
            (BY_JOB, [_, _, _, _, _, number, _, file @ ..]) => Some(Wanted {
                whose: job(number)?,
                file: (!file.is_empty()).then(|| file.join("/")),
            }),
            (OF_RUNNER, [_, _, _, number, _]) => Some(Wanted {
                whose: job(number)?,
                file: None,
            }),
            _ => None,
        }
    }

    /// Whether the query has to name a job, and does not.
    #[cfg(feature = "artifacts")]
    pub(super) fn lacks_name(&self) -> bool {
        matches!(self.whose, Whose::Latest(_, Named::Not))
    }

    /// The job, where its number is said.
    pub(super) fn job(&self) -> Option<JobId> {
        match self.whose {
            Whose::Job(job) => Some(job),
            Whose::Latest(..) => None,
        }
    }

    /// What is known of the artifacts, if the project has them.
    pub(super) fn find(
        &self,
        store: &dyn Store,
        project: ProjectId,
        now: crate::token::clock::Time,
    ) -> Result<Option<(JobId, Artifact)>, StoreError> {
        match &self.whose {
            Whose::Latest(Some(git_ref), Named::As(name)) => {
                store.latest_artifact(project, git_ref, name, now)
            }
            Whose::Latest(..) => Ok(None),
            Whose::Job(job) => {
                let is_of_project = match store.job(*job) {
                    Ok(record) => record.project == project,
                    Err(error) if error.kind() == StoreErrorKind::NotFound => false,
                    Err(error) => return Err(error),
                };
                let artifact = match is_of_project {
                    true => store.artifact(*job, now)?,
                    false => None,
                };
                Ok(artifact.map(|artifact| (*job, artifact)))
            }
        }
    }
}

/// `REF/download`, or `REF/raw/PATH`: the first `raw` behind something parts the two, so a ref with such
/// a part has no files of its own here, and no file is taken for the archive.
fn parted(rest: &[&str]) -> Option<(String, Option<String>)> {
    let raw = (1..rest.len().saturating_sub(1)).find(|&at| rest[at] == "raw");
    match (raw, rest) {
        (Some(at), _) => Some((rest[..at].join("/"), Some(rest[at + 1..].join("/")))),
        (None, [git_ref @ .., "download"]) => Some((git_ref.join("/"), None)),
        (None, _) => None,
    }
}

fn named(query: &[(&str, &str)]) -> Named {
    let mut given = query.iter().filter(|it| it.0 == "job").map(|it| it.1);
    match given.next() {
        Some(name) if given.all(|other| other == name) && !name.is_empty() => {
            JobName::new(name).map_or(Named::Nobody, Named::As)
        }
        _ => Named::Not,
    }
}
