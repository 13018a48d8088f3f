//! Changes by somebody who may, each with the audit event of it.

use crate::token::clock::Time;
use crate::token::directory::{Project, ProjectId, User};
use crate::token::id::Accessor;
use crate::token::journal::{Actor, AuditEvent, Deed};
use crate::token::lifecycle::{JobId, Why};

use super::Selection;

/// A change that is written down with who made it. See [`Store::change`](super::Store::change).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audited {
    /// Adds a project or changes its settings. One that is being deleted ends the tokens of its
    /// jobs (T17).
    Project(Project),
    /// Turns the limit of a project's tokens on or off, and leaves its other settings alone.
    Limit {
        /// Whose.
        project: ProjectId,
        /// Whether it is on from now on.
        is_on: bool,
    },
    /// Lists a project as one that the tokens of another one's jobs may reach.
    List {
        /// Whose list.
        source: ProjectId,
        /// The project to be listed.
        target: ProjectId,
    },
    /// Takes a project off that list.
    Unlist {
        /// Whose list.
        source: ProjectId,
        /// The project that is listed.
        target: ProjectId,
    },
    /// Ends all live tokens of a selection, whatever their jobs do (T17 to T20).
    Revoke {
        /// Which.
        which: Selection,
        /// Why.
        why: Why,
    },
    /// Takes another key ring, where that of before is lost: all live tokens end, and all triggers are
    /// deleted, as nobody knows them any more.
    Keys {
        /// The [name](crate::token::id::KeyRing::name) of the ring.
        name: String,
        /// Its epoch.
        epoch: u64,
    },
    /// A token was seen where it should not be.
    Leak {
        /// Which, if it is known.
        accessor: Option<Accessor>,
        /// In the log of which job.
        seen_in: JobId,
        /// Whether it ends, if it lives.
        revokes: bool,
    },
}

impl Audited {
    /// The event of a change of a list.
    pub(super) fn of_list(&self, who: &Actor, time: Time) -> Option<AuditEvent> {
        let (what, source, target) = match self {
            Audited::List { source, target } => (Deed::Listed, source, target),
            Audited::Unlist { source, target } => (Deed::Unlisted, source, target),
            _ => return None,
        };
        let target = Some(target.0.to_string());
        let (before, after) = match what {
            Deed::Listed => (None, target),
            _ => (target, None),
        };
        Some(AuditEvent {
            project: Some(*source),
            before,
            after,
            ..AuditEvent::new(time, who.clone(), what)
        })
    }
}

/// The event of a change of settings, if any did change.
pub(super) fn of_settings(
    before: &Project,
    after: &Project,
    who: &Actor,
    time: Time,
) -> Option<AuditEvent> {
    let event = AuditEvent::new(time, who.clone(), Deed::Setting);
    let event = of_difference(settings(before), settings(after), event)?;
    Some(AuditEvent {
        project: Some(after.id),
        ..event
    })
}

/// The event of a change of what is known of a user, if any of that did change.
pub(super) fn of_user(before: &User, after: &User, who: &Actor, time: Time) -> Option<AuditEvent> {
    let event = AuditEvent::new(time, who.clone(), Deed::User);
    let event = of_difference(attributes(before), attributes(after), event)?;
    Some(AuditEvent {
        user: Some(after.id),
        ..event
    })
}

/// An event with what is not the same any more.
fn of_difference(before: Named, after: Named, event: AuditEvent) -> Option<AuditEvent> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for ((name, before), (_, after)) in before.into_iter().zip(after) {
        if before != after {
            old.push(format!("{name}={before}"));
            new.push(format!("{name}={after}"));
        }
    }
    (!new.is_empty()).then(|| AuditEvent {
        before: Some(old.join(" ")),
        after: Some(new.join(" ")),
        ..event
    })
}

/// The event of a revocation of so many tokens, if it was of any.
pub(super) fn of_revocation(
    which: &Selection,
    why: Why,
    revoked: u64,
    who: &Actor,
    time: Time,
) -> Option<AuditEvent> {
    let what = match why {
        Why::Restored => Deed::Restored,
        _ => Deed::Revoked,
    };
    let mut event = AuditEvent {
        before: Some(format!("live={revoked}")),
        after: Some(format!("revoked:{why}")),
        ..AuditEvent::new(time, who.clone(), what)
    };
    match which {
        Selection::Accessor(accessor) => event.accessor = Some(accessor.clone()),
        Selection::Job(job) => event.job = Some(*job),
        Selection::Project(project) => event.project = Some(*project),
        Selection::User(user) => event.user = Some(*user),
        Selection::OtherKeys(_) | Selection::All => {}
    }
    (revoked > 0).then_some(event)
}

/// The event of another key ring.
pub(super) fn of_keys(revoked: u64, who: &Actor, time: Time) -> AuditEvent {
    AuditEvent {
        before: Some(format!("live={revoked}")),
        after: Some("adopted".to_owned()),
        ..AuditEvent::new(time, who.clone(), Deed::Keys)
    }
}

/// The event of a token that was seen in a log. Whether it lived is told where that matters.
pub(super) fn of_leak(
    accessor: Option<&Accessor>,
    seen_in: JobId,
    revoked: u64,
    who: &Actor,
    time: Time,
) -> AuditEvent {
    let ended = (revoked > 0).then(|| format!("revoked:{}", Why::Leaked));
    AuditEvent {
        job: Some(seen_in),
        accessor: accessor.cloned(),
        before: ended.is_some().then(|| "live=1".to_owned()),
        after: ended,
        ..AuditEvent::new(time, who.clone(), Deed::Leaked)
    }
}

type Named = Vec<(&'static str, String)>;

fn word(it: &dyn core::fmt::Debug) -> String {
    format!("{it:?}").to_ascii_lowercase()
}

/// What is known of a user. Taken apart, so that nothing that is added is forgotten.
fn attributes(user: &User) -> Named {
    let User {
        id: _,
        name,
        external,
        state,
    } = user;
    vec![
        ("name", name.clone()),
        ("external", word(external)),
        ("state", word(state)),
    ]
}

/// Every setting of a project by its name. Taken apart likewise.
fn settings(project: &Project) -> Named {
    let Project {
        id: _,
        path,
        visibility,
        pending_delete,
        outbound_limit,
        job_token_push,
        container_registry_api,
        public_pipelines,
        features,
    } = project;
    vec![
        ("path", path.clone()),
        ("visibility", word(visibility)),
        ("pending_delete", word(pending_delete)),
        ("outbound_limit", word(outbound_limit)),
        ("job_token_push", word(job_token_push)),
        ("container_registry_api", word(container_registry_api)),
        ("public_pipelines", word(public_pipelines)),
        ("repository", word(&features.repository)),
        ("builds", word(&features.builds)),
        ("container_registry", word(&features.container_registry)),
        ("package_registry", word(&features.package_registry)),
        ("releases", word(&features.releases)),
        ("environments", word(&features.environments)),
    ]
}
