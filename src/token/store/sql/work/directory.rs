//! Changes of projects, users and roles.

use crate::token::clock::Time;
use crate::token::directory::{
    Project, ProjectId, ProjectReference, Role, User, UserId, UserState,
};
use crate::token::journal::Actor;
use crate::token::lifecycle::{Lifecycle, Why};
use crate::token::scope::{Change, Editor, Entry, MAX_LISTED, may_add, may_remove, may_set_limit};
use crate::token::store::{Audited, Selection, StoreError, StoreErrorKind};

use super::revoke_live;
use crate::token::store::sql::Tables;

/// Returns how many tokens it ended.
pub(super) fn put_project(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    project: &Project,
    now: Time,
) -> Result<u64, StoreError> {
    // First: from here on no claim counts on it being alive, and those that did are seen below.
    tables.put_project(project)?;
    match project.pending_delete {
        true => {
            let which = Selection::Project(project.id);
            revoke_live(tables, lifecycle, &which, Why::ProjectDeleted, now)
        }
        false => Ok(0),
    }
}

/// Likewise.
pub(in crate::token::store) fn put_user(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    user: &User,
    now: Time,
) -> Result<u64, StoreError> {
    tables.put_user(user)?;
    match may_act(user) {
        true => Ok(0),
        false => {
            let which = Selection::User(user.id);
            revoke_live(tables, lifecycle, &which, Why::UserBlocked, now)
        }
    }
}

pub(in crate::token::store) fn user_named(
    tables: &mut dyn Tables,
    name: &str,
) -> Result<Option<User>, StoreError> {
    let mut named = tables.users_named(name)?;
    match named.len() {
        0 | 1 => Ok(named.pop()),
        _ => Err(StoreErrorKind::Duplicate.into()),
    }
}

pub(in crate::token::store) fn put_member(
    tables: &mut dyn Tables,
    user: UserId,
    project: ProjectId,
    role: Role,
) -> Result<(), StoreError> {
    must_exist(tables, project)?;
    tables.user(user)?.ok_or(StoreErrorKind::NotFound)?;
    tables.put_member(user, project, role)
}

pub(super) fn list(
    tables: &mut dyn Tables,
    source: ProjectId,
    target: ProjectId,
) -> Result<(), StoreError> {
    must_exist(tables, source)?;
    must_exist(tables, target)?;
    tables.lock_list(source)?;
    let listed = tables.listed(source)?;
    if source == target || listed.contains(&target) {
        return Err(StoreErrorKind::Duplicate.into());
    }
    if listed.len() >= MAX_LISTED {
        return Err(StoreErrorKind::ListFull.into());
    }
    tables.list(source, target)
}

pub(super) fn unlist(
    tables: &mut dyn Tables,
    source: ProjectId,
    target: ProjectId,
) -> Result<(), StoreError> {
    match tables.unlist(source, target)? {
        true => Ok(()),
        false => Err(StoreErrorKind::NotFound.into()),
    }
}

pub(in crate::token::store) fn edit_scope(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    source: ProjectId,
    editor: UserId,
    change: Change,
) -> Result<Project, StoreError> {
    // First: what is read of the project and its list from here on stays so.
    tables.lock_list(source)?;
    let project = tables.project(&ProjectReference::Id(source))?;
    let mut project = project.ok_or(StoreErrorKind::NotFound)?;
    let user = tables.user(editor)?.ok_or(StoreErrorKind::NotFound)?;
    let who = Actor::User(user.id);
    let editor = Editor::User(&user, tables.role(user.id, source)?);
    let audited = match change {
        Change::Limit(is_on) => {
            may_set_limit(editor, &project)?;
            project.outbound_limit = is_on;
            Audited::Limit {
                project: source,
                is_on,
            }
        }
        Change::Add(target) | Change::Remove(target) => {
            let found = tables.project(&ProjectReference::Id(target))?;
            let role = tables.role(user.id, target)?;
            let listed = tables.listed(source)?;
            let entry = Entry {
                id: target,
                project: found.as_ref().map(|found| (found, role)),
                listed: listed.contains(&target),
            };
            if matches!(change, Change::Add(_)) {
                may_add(editor, &project, entry, listed.len())?;
                Audited::List { source, target }
            } else {
                may_remove(editor, &project, entry)?;
                Audited::Unlist { source, target }
            }
        }
    };
    super::change(tables, lifecycle, &audited, &who, Time::default())?;
    Ok(project)
}

pub(in crate::token::store) fn may_act(user: &User) -> bool {
    user.state == UserState::Active
}

pub(super) fn must_exist(tables: &mut dyn Tables, project: ProjectId) -> Result<(), StoreError> {
    let found = tables.project(&ProjectReference::Id(project))?;
    found.map(drop).ok_or(StoreErrorKind::NotFound.into())
}
