//! Changes that are written down, and the writing.

use crate::token::clock::Time;
use crate::token::directory::{Project, ProjectId, ProjectReference, User, UserId};
use crate::token::journal::{Actor, AuditEvent};
use crate::token::lifecycle::{Lifecycle, Options, Why};
use crate::token::store::{Audited, Selection, StoreError, StoreErrorKind, Swept, audited};

use super::keys::adopt_keys;
use super::{effective, list, put_project, put_user, revoke_live, unlist};
use crate::token::store::sql::{Tables, journal};

pub(in crate::token::store) fn change(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    change: &Audited,
    who: &Actor,
    now: Time,
) -> Result<u64, StoreError> {
    match change {
        Audited::Project(project) => put_audited(tables, lifecycle, project, who, now),
        Audited::Limit { project, is_on } => {
            let limit = |project: &mut Project| project.outbound_limit = *is_on;
            let edited = edit_project(tables, lifecycle, *project, &limit, who, now);
            edited.map(|(_, revoked)| revoked)
        }
        Audited::List { source, target } => {
            list(tables, *source, *target)?;
            list_audited(tables, change, who, now)
        }
        Audited::Unlist { source, target } => {
            unlist(tables, *source, *target)?;
            list_audited(tables, change, who, now)
        }
        Audited::Revoke { which, why } => revoke_by(tables, lifecycle, which, *why, who, now),
        Audited::Keys { name, epoch } => {
            adopt_keys(tables, name, *epoch)?;
            let revoked = revoke_live(tables, lifecycle, &Selection::All, Why::KeyRetired, now)?;
            let now = effective(tables, now)?;
            write_down(tables, Some(audited::of_keys(revoked, who, now)), now)?;
            Ok(revoked)
        }
        Audited::Leak {
            accessor,
            seen_in,
            revokes,
        } => {
            let which = accessor.clone().filter(|_| *revokes);
            let revoked = match which.map(Selection::Accessor) {
                Some(which) => revoke_live(tables, lifecycle, &which, Why::Leaked, now)?,
                None => 0,
            };
            let now = effective(tables, now)?;
            let event = audited::of_leak(accessor.as_ref(), *seen_in, revoked, who, now);
            write_down(tables, Some(event), now)?;
            Ok(revoked)
        }
    }
}

/// Changes settings of a project, which nobody else changes meanwhile.
pub(in crate::token::store) fn edit_project(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    project: ProjectId,
    change: &dyn Fn(&mut Project),
    who: &Actor,
    now: Time,
) -> Result<(Project, u64), StoreError> {
    tables.lock_list(project)?;
    let found = tables.project(&ProjectReference::Id(project))?;
    let mut edited = found.ok_or(StoreErrorKind::NotFound)?;
    change(&mut edited);
    edited.id = project;
    let revoked = put_audited(tables, lifecycle, &edited, who, now)?;
    Ok((edited, revoked))
}

/// The same of a user.
pub(in crate::token::store) fn edit_user(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    user: UserId,
    change: &dyn Fn(&mut User),
    who: &Actor,
    now: Time,
) -> Result<(User, u64), StoreError> {
    tables.lock_user(user)?;
    let before = tables.user(user)?.ok_or(StoreErrorKind::NotFound)?;
    let mut edited = before.clone();
    change(&mut edited);
    edited.id = user;
    let revoked = put_user(tables, lifecycle, &edited, now)?;
    let now = effective(tables, now)?;
    let event = audited::of_user(&before, &edited, who, now);
    write_down(tables, event, now)?;
    Ok((edited, revoked))
}

/// A revocation that is written down, if it was one.
pub(super) fn revoke_by(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    which: &Selection,
    why: Why,
    who: &Actor,
    now: Time,
) -> Result<u64, StoreError> {
    let revoked = revoke_live(tables, lifecycle, which, why, now)?;
    if revoked > 0 {
        let now = effective(tables, now)?;
        write_down(
            tables,
            audited::of_revocation(which, why, revoked, who, now),
            now,
        )?;
    }
    Ok(revoked)
}

/// Deletes what of the journal is past its retention.
pub(super) fn forget_journal(
    tables: &mut dyn Tables,
    options: &Options,
    now: Time,
    swept: &mut Swept,
) -> Result<(), StoreError> {
    if let Some(until) = super::before(now, options.decision_retention) {
        swept.decisions = journal::forget_decisions(tables, until)?;
    }
    if let Some(until) = super::before(now, options.audit_retention) {
        swept.audit_events = journal::forget_audit_events(tables, until)?;
    }
    Ok(())
}

fn put_audited(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    project: &Project,
    who: &Actor,
    now: Time,
) -> Result<u64, StoreError> {
    tables.lock_list(project.id)?;
    let before = tables.project(&ProjectReference::Id(project.id))?;
    let revoked = put_project(tables, lifecycle, project, now)?;
    let now = effective(tables, now)?;
    let event = before.and_then(|before| audited::of_settings(&before, project, who, now));
    write_down(tables, event, now)?;
    tables.persist(now)?;
    Ok(revoked)
}

fn list_audited(
    tables: &mut dyn Tables,
    change: &Audited,
    who: &Actor,
    now: Time,
) -> Result<u64, StoreError> {
    let now = effective(tables, now)?;
    write_down(tables, change.of_list(who, now), now)?;
    Ok(0)
}

fn write_down(
    tables: &mut dyn Tables,
    event: Option<AuditEvent>,
    now: Time,
) -> Result<(), StoreError> {
    let Some(event) = event else { return Ok(()) };
    journal::audit(tables, &event)?;
    tables.persist(now)
}
