//! The journal in memory, and the changes that are written down in it.

use std::collections::VecDeque;

use crate::token::clock::Time;
use crate::token::directory::{Project, ProjectId, User};
use crate::token::journal::{Actor, AuditEvent, AuditFilter, Decision, DecisionFilter};
use crate::token::lifecycle::{Options, Why};
use crate::token::store::{Audited, MemoryStore, Selection, StoreError, StoreErrorKind, audited};

use super::directory::may_act;
use super::tables::Tables;

/// The most that is kept of either kind: a process must not grow for ever.
const MOST: usize = 100_000;

/// From the oldest to the newest.
#[derive(Default)]
pub(super) struct Journal {
    decisions: VecDeque<Decision>,
    events: VecDeque<AuditEvent>,
}

impl Journal {
    pub(super) fn add_decisions(&mut self, decisions: &[Decision]) {
        self.decisions.extend(decisions.iter().cloned());
        let excess = self.decisions.len().saturating_sub(MOST);
        self.decisions.drain(..excess);
    }

    pub(super) fn add_event(&mut self, event: AuditEvent) {
        if self.events.len() == MOST {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    pub(super) fn decisions(&self, which: &DecisionFilter, limit: usize) -> Vec<Decision> {
        let newest_first = self.decisions.iter().rev();
        let taken = newest_first.filter(|it| which.takes(it)).take(limit);
        taken.cloned().collect()
    }

    pub(super) fn events(&self, which: &AuditFilter, limit: usize) -> Vec<AuditEvent> {
        let newest_first = self.events.iter().rev();
        let taken = newest_first.filter(|it| which.takes(it)).take(limit);
        taken.cloned().collect()
    }

    /// Deletes what is past its retention, and returns how much of either.
    pub(super) fn forget(&mut self, options: &Options, now: Time) -> (u64, u64) {
        let before = (self.decisions.len(), self.events.len());
        let (decisions, events) = (options.decision_retention, options.audit_retention);
        self.decisions.retain(|it| it.time + decisions > now);
        self.events.retain(|it| it.time + events > now);
        let gone = |before: usize, after: usize| (before - after) as u64;
        (
            gone(before.0, self.decisions.len()),
            gone(before.1, self.events.len()),
        )
    }
}

impl MemoryStore {
    pub(super) fn change_in(
        &self,
        tables: &mut Tables,
        change: &Audited,
        who: &Actor,
        now: Time,
    ) -> Result<u64, StoreError> {
        match change {
            Audited::Project(project) => self.put_project_in(tables, project, who, now),
            Audited::Limit { project, is_on } => {
                let limit = |project: &mut Project| project.outbound_limit = *is_on;
                let edited = self.edit_project_in(tables, *project, &limit, who, now);
                edited.map(|(_, revoked)| revoked)
            }
            Audited::List { source, target } => {
                tables.directory.list(*source, *target)?;
                tables.write_down(change.of_list(who, now), now);
                Ok(0)
            }
            Audited::Unlist { source, target } => {
                tables.directory.unlist(*source, *target)?;
                tables.write_down(change.of_list(who, now), now);
                Ok(0)
            }
            Audited::Revoke { which, why } => self.revoke_by(tables, which, *why, who, now),
            Audited::Keys { name, epoch } => {
                tables.keys.adopt(name, *epoch);
                tables.triggers.retain(&[]);
                let revoked = self.revoke_in(tables, &Selection::All, Why::KeyRetired, now)?;
                tables.write_down(Some(audited::of_keys(revoked, who, now)), now);
                Ok(revoked)
            }
            Audited::Leak {
                accessor,
                seen_in,
                revokes,
            } => {
                let revoked = match accessor {
                    Some(accessor) if *revokes => {
                        let which = Selection::Accessor(accessor.clone());
                        self.revoke_in(tables, &which, Why::Leaked, now)?
                    }
                    _ => 0,
                };
                let event = audited::of_leak(accessor.as_ref(), *seen_in, revoked, who, now);
                tables.write_down(Some(event), now);
                Ok(revoked)
            }
        }
    }

    /// A revocation that is written down, if it was one.
    pub(super) fn revoke_by(
        &self,
        tables: &mut Tables,
        which: &Selection,
        why: Why,
        who: &Actor,
        now: Time,
    ) -> Result<u64, StoreError> {
        if let Selection::OtherKeys(keys) = which {
            tables.triggers.retain(keys);
        }
        let revoked = self.revoke_in(tables, which, why, now)?;
        let event = audited::of_revocation(which, why, revoked, who, now);
        tables.write_down(event, now);
        Ok(revoked)
    }

    pub(super) fn edit_project_in(
        &self,
        tables: &mut Tables,
        project: ProjectId,
        change: &dyn Fn(&mut Project),
        who: &Actor,
        now: Time,
    ) -> Result<(Project, u64), StoreError> {
        let found = tables.directory.by_id(project).cloned();
        let mut edited = found.ok_or(StoreErrorKind::NotFound)?;
        change(&mut edited);
        edited.id = project;
        let revoked = self.put_project_in(tables, &edited, who, now)?;
        Ok((edited, revoked))
    }

    fn put_project_in(
        &self,
        tables: &mut Tables,
        project: &Project,
        who: &Actor,
        now: Time,
    ) -> Result<u64, StoreError> {
        let before = tables.directory.by_id(project.id).cloned();
        tables.directory.put_project(project)?;
        tables.persist(now);
        let event = before.and_then(|before| audited::of_settings(&before, project, who, now));
        tables.write_down(event, now);
        match project.pending_delete {
            true => {
                let which = Selection::Project(project.id);
                self.revoke_in(tables, &which, Why::ProjectDeleted, now)
            }
            false => Ok(0),
        }
    }
}

impl MemoryStore {
    /// Returns how many tokens it ended.
    pub(super) fn put_user_in(
        &self,
        tables: &mut Tables,
        user: &User,
        now: Time,
    ) -> Result<u64, StoreError> {
        tables.directory.put_user(user);
        match may_act(user) {
            true => Ok(0),
            false => {
                let which = Selection::User(user.id);
                self.revoke_in(tables, &which, Why::UserBlocked, now)
            }
        }
    }
}

impl Tables {
    pub(super) fn write_down(&mut self, event: Option<AuditEvent>, now: Time) {
        if let Some(event) = event {
            self.journal.add_event(event);
            self.persist(now);
        }
    }
}
