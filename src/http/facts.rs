//! What a decision is made from, as the store has it.

use zeroize::Zeroizing;

use super::wanted::{CHANGE, OF_RUNNER, Wanted};
use super::work::Unavailable;
use crate::token::authorizer::{Admitted, Door, Holder, Snapshot};
use crate::token::clock::Time;
use crate::token::directory::ProjectReference;
use crate::token::issuer::{Issuer, IssuerErrorKind};
use crate::token::lifecycle::{Class, Invalid, JobId};
use crate::token::routes::{Needed, Route};
use crate::token::store::{self, Artifact, Store, StoreError, StoreErrorKind, Trigger};

/// The number of the route that starts pipelines.
pub(super) const TRIGGER: u8 = 14;

/// What has to be looked up for a decision: all that a request says, without the request.
pub(super) struct Question {
    token: Zeroizing<Vec<u8>>,
    class: Class,
    project: Option<ProjectReference>,
    wanted: Option<Wanted>,
    is_of_runner: bool,
    asks_for_artifact: bool,
    takes_triggers: bool,
}

/// What was found.
pub(super) struct Known {
    pub(super) facts: Snapshot,
    /// What the store knows of the token of a job. Of one that is not valid, only for the log.
    pub(super) found: Option<store::Snapshot>,
    /// Where it is no token of a job.
    pub(super) trigger: Option<Trigger>,
    /// The artifacts that are asked for, if there are any.
    pub(super) artifact: Option<(JobId, Artifact)>,
    pub(super) wanted: Option<Wanted>,
    /// Whether it is the token of another job than the one that the request is about.
    pub(super) is_of_another_job: bool,
}

impl Question {
    pub(super) fn of(admitted: &Admitted<'_>, door: Door) -> Question {
        let route = admitted.route();
        Question {
            token: Zeroizing::new(admitted.credential().expose().as_bytes().to_vec()),
            class: route.class,
            project: admitted.project().cloned(),
            wanted: Wanted::of(admitted),
            is_of_runner: route.number == OF_RUNNER,
            asks_for_artifact: asks_for_artifact(route),
            // A proxy is told whose job it is, and here there is none.
            takes_triggers: route.number == TRIGGER && door == Door::Service,
        }
    }

    /// Reads it all. The token and the project are read at one moment, and what is known of
    /// artifacts right after.
    pub(super) fn ask(
        self,
        issuer: &Issuer,
        store: &dyn Store,
        now: Time,
    ) -> Result<Known, Unavailable> {
        let mut known = self.recognize(issuer, store, now)?;
        if self.is_of_runner && !self.asks_for_artifact {
            known.of_own_job_only(self.wanted.as_ref().and_then(Wanted::job));
        }
        if let (true, Ok(_), Some(target), Some(wanted)) = (
            self.asks_for_artifact,
            &known.facts.token,
            &known.facts.target,
            &self.wanted,
        ) {
            known.artifact = wanted.find(store, target.id, now)?;
            let artifact = known.artifact.as_ref();
            known.facts.private_artifact = artifact.is_some_and(|(_, it)| it.is_private);
        }
        known.wanted = self.wanted;
        Ok(known)
    }

    fn recognize(
        &self,
        issuer: &Issuer,
        store: &dyn Store,
        now: Time,
    ) -> Result<Known, Unavailable> {
        let job = self.wanted.as_ref().and_then(Wanted::job);
        let project = match (self.is_of_runner && self.asks_for_artifact, job) {
            (true, Some(job)) => of_job(store, job)?,
            _ => self.project.clone(),
        };
        match issuer.authenticate(&self.token, self.class, project.as_ref(), now) {
            Ok(found) => Ok(Known {
                found: Some(found.clone()),
                ..Known::of(Snapshot::from(&found))
            }),
            Err(error) => match (error.kind(), error.invalid()) {
                (IssuerErrorKind::Malformed(_), _) if self.takes_triggers => {
                    self.trigger(issuer, store)
                }
                (_, Some(why)) => Ok(Known {
                    found: error.snapshot().cloned(),
                    ..Known::of(Snapshot::invalid(why))
                }),
                (_, None) => Err(Unavailable::down(&error)),
            },
        }
    }

    /// The facts of a token that starts pipelines: it acts as its owner, and in its project alone.
    fn trigger(&self, issuer: &Issuer, store: &dyn Store) -> Result<Known, Unavailable> {
        let trigger = issuer.trigger(&self.token);
        let trigger = trigger.map_err(|error| Unavailable::down(&error))?;
        let Some(trigger) = trigger else {
            return Ok(Known::of(Snapshot::invalid(Invalid::Malformed)));
        };
        let mut facts = Snapshot::invalid(Invalid::ProjectDeleted);
        let source = store.project(&ProjectReference::Id(trigger.project))?;
        let user = store.user(trigger.owner)?;
        facts.token = match (source, user) {
            (None, _) => Err(Invalid::ProjectDeleted),
            (_, None) => Err(Invalid::UserInactive),
            (Some(source), Some(user)) => {
                facts.role = store.role(user.id, source.id)?;
                let reference = self.project.as_ref();
                let is_own = reference.is_some_and(|reference| reference.fits(&source));
                facts.target = is_own.then(|| source.clone());
                Ok(Holder {
                    source,
                    user,
                    permissions: None,
                })
            }
        };
        Ok(Known {
            trigger: Some(trigger),
            ..Known::of(facts)
        })
    }
}

/// Adds to the facts of a request that nobody made what [`Question::ask`] finds of artifacts: whose they
/// are, and whether they are private.
pub(super) fn add_artifact(
    store: &dyn Store,
    admitted: &Admitted<'_>,
    own_job: Option<JobId>,
    facts: &mut Snapshot,
    now: Time,
) -> Result<(), StoreError> {
    let route = admitted.route();
    let (Some(wanted), Ok(holder)) = (Wanted::of(admitted), &facts.token) else {
        return Ok(());
    };
    if !asks_for_artifact(route) {
        if own_job != wanted.job() {
            *facts = Snapshot::invalid(Invalid::Unknown);
        }
        return Ok(());
    }
    if let (OF_RUNNER, Some(job)) = (route.number, wanted.job())
        && let Some(reference) = of_job(store, job)?
        && let Some(target) = store.project(&reference)?
    {
        facts.role = store.role(holder.user.id, target.id)?;
        facts.listed = store.lists(holder.source.id, target.id)?;
        facts.target = Some(target);
    }
    if let Some(target) = &facts.target {
        let artifact = wanted.find(store, target.id, now)?;
        facts.private_artifact = artifact.is_some_and(|(_, it)| it.is_private);
    }
    Ok(())
}

/// Whether it is about artifacts that are there, and not about new ones.
fn asks_for_artifact(route: &Route) -> bool {
    route.needed == Needed::Artifact || route.number == CHANGE
}

/// The project of a job, which the path does not name.
fn of_job(store: &dyn Store, job: JobId) -> Result<Option<ProjectReference>, StoreError> {
    match store.job(job) {
        Ok(record) => Ok(Some(ProjectReference::Id(record.project))),
        Err(error) if error.kind() == StoreErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Known {
    fn of(facts: Snapshot) -> Known {
        Known {
            facts,
            found: None,
            trigger: None,
            artifact: None,
            wanted: None,
            is_of_another_job: false,
        }
    }

    /// Takes the token of another job for one that is not known: nothing is said of that job.
    fn of_own_job_only(&mut self, job: Option<JobId>) {
        if self.found.as_ref().is_some_and(|it| Some(it.job.id) != job) {
            self.found = None;
            self.is_of_another_job = true;
            self.facts = Snapshot::invalid(Invalid::Unknown);
        }
    }
}

impl From<StoreError> for Unavailable {
    fn from(error: StoreError) -> Unavailable {
        Unavailable::down(&error)
    }
}
