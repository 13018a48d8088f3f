//! The embedded directory, in memory.

use std::collections::{BTreeMap, BTreeSet};

use crate::token::directory::{Project, ProjectId, Role, User, UserId, UserState};
use crate::token::store::{
    Directory, MAX_LISTED, MemoryStore, ProjectRef, StoreError, StoreErrorKind,
};

#[derive(Default)]
pub(super) struct EmbeddedDirectory {
    projects: BTreeMap<ProjectId, Project>,
    users: BTreeMap<UserId, User>,
    members: BTreeMap<(UserId, ProjectId), Role>,
    lists: BTreeSet<(ProjectId, ProjectId)>,
}

impl Directory for MemoryStore {
    fn project(&self, project: &ProjectRef) -> Result<Option<Project>, StoreError> {
        Ok(self.tables()?.directory.project(project))
    }

    fn user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.tables()?.directory.user(user))
    }

    fn role(&self, user: UserId, project: ProjectId) -> Result<Role, StoreError> {
        Ok(self.tables()?.directory.role(user, project))
    }
}

impl EmbeddedDirectory {
    pub(super) fn project(&self, project: &ProjectRef) -> Option<Project> {
        match project {
            ProjectRef::Id(id) => self.projects.get(id).cloned(),
            ProjectRef::Path(path) => self.by_path(path).cloned(),
        }
    }

    pub(super) fn user(&self, user: UserId) -> Option<User> {
        self.users.get(&user).cloned()
    }

    pub(super) fn is_active(&self, user: UserId) -> bool {
        self.users.get(&user).is_some_and(may_act)
    }

    pub(super) fn role(&self, user: UserId, project: ProjectId) -> Role {
        let role = self.members.get(&(user, project));
        role.copied().unwrap_or_default()
    }

    pub(super) fn put_project(&mut self, project: &Project) -> Result<(), StoreError> {
        let other = self.by_path(&project.path);
        if other.is_some_and(|other| other.id != project.id) {
            return Err(StoreErrorKind::Duplicate.into());
        }
        self.projects.insert(project.id, project.clone());
        Ok(())
    }

    pub(super) fn put_user(&mut self, user: &User) {
        self.users.insert(user.id, user.clone());
    }

    pub(super) fn put_member(
        &mut self,
        user: UserId,
        project: ProjectId,
        role: Role,
    ) -> Result<(), StoreError> {
        if !self.users.contains_key(&user) || !self.projects.contains_key(&project) {
            return Err(StoreErrorKind::NotFound.into());
        }
        match role {
            Role::None => self.members.remove(&(user, project)),
            role => self.members.insert((user, project), role),
        };
        Ok(())
    }

    pub(super) fn list(&mut self, source: ProjectId, target: ProjectId) -> Result<(), StoreError> {
        let (is_there, entry) = (|it| self.projects.contains_key(it), (source, target));
        if !is_there(&source) || !is_there(&target) {
            return Err(StoreErrorKind::NotFound.into());
        }
        if source == target || self.lists.contains(&entry) {
            return Err(StoreErrorKind::Duplicate.into());
        }
        if self.listed(source).len() >= MAX_LISTED {
            return Err(StoreErrorKind::ListFull.into());
        }
        self.lists.insert(entry);
        Ok(())
    }

    pub(super) fn unlist(
        &mut self,
        source: ProjectId,
        target: ProjectId,
    ) -> Result<(), StoreError> {
        match self.lists.remove(&(source, target)) {
            true => Ok(()),
            false => Err(StoreErrorKind::NotFound.into()),
        }
    }

    pub(super) fn is_listed(&self, source: ProjectId, target: ProjectId) -> bool {
        self.lists.contains(&(source, target))
    }

    pub(super) fn listed(&self, source: ProjectId) -> Vec<ProjectId> {
        let all = (source, ProjectId(0))..=(source, ProjectId(u64::MAX));
        self.lists.range(all).map(|(_, target)| *target).collect()
    }

    /// Paths are few in memory, and sought by their number as a rule.
    fn by_path(&self, path: &str) -> Option<&Project> {
        let mut projects = self.projects.values();
        projects.find(|project| project.path.eq_ignore_ascii_case(path))
    }
}

pub(super) fn may_act(user: &User) -> bool {
    user.state == UserState::Active
}
