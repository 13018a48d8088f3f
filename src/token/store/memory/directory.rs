//! The embedded directory, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::token::directory::{
    Directory, Plan, Project, ProjectId, ProjectReference, Role, User, UserId, UserState,
};
use crate::token::scope::{Change, Editor, Entry, MAX_LISTED, may_add, may_remove, may_set_limit};
use crate::token::store::{MemoryStore, StoreError, StoreErrorKind};

#[derive(Default)]
pub(super) struct EmbeddedDirectory {
    projects: BTreeMap<ProjectId, Project>,
    /// By their paths in lower case: paths are the same in any.
    by_path: HashMap<String, ProjectId>,
    users: BTreeMap<UserId, User>,
    members: BTreeMap<(UserId, ProjectId), Role>,
    lists: BTreeSet<(ProjectId, ProjectId)>,
    plans: BTreeMap<ProjectId, Plan>,
}

impl Directory for MemoryStore {
    type Error = StoreError;

    fn project(&self, reference: &ProjectReference) -> Result<Option<Project>, StoreError> {
        Ok(self.view()?.directory.project(reference))
    }

    fn user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.view()?.directory.user(user))
    }

    fn role(&self, user: UserId, project: ProjectId) -> Result<Role, StoreError> {
        Ok(self.view()?.directory.role(user, project))
    }

    fn lists(&self, source: ProjectId, target: ProjectId) -> Result<bool, StoreError> {
        Ok(self.view()?.directory.is_listed(source, target))
    }
}

impl EmbeddedDirectory {
    pub(super) fn project(&self, reference: &ProjectReference) -> Option<Project> {
        match reference {
            ProjectReference::Id(id) => self.projects.get(id).cloned(),
            // No packages are kept here, so none of them has a project.
            _ => reference
                .paths()
                .find_map(|path| self.by_path(path))
                .cloned(),
        }
    }

    pub(super) fn by_id(&self, project: ProjectId) -> Option<&Project> {
        self.projects.get(&project)
    }

    pub(super) fn user(&self, user: UserId) -> Option<User> {
        self.users.get(&user).cloned()
    }

    pub(super) fn user_named(&self, name: &str) -> Result<Option<User>, StoreError> {
        let mut named = self.users.values().filter(|user| user.name == name);
        let user = named.next().cloned();
        match named.next() {
            Some(_) => Err(StoreErrorKind::Duplicate.into()),
            None => Ok(user),
        }
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
        if let Some(before) = self.projects.insert(project.id, project.clone()) {
            self.by_path.remove(&before.path.to_ascii_lowercase());
        }
        let key = project.path.to_ascii_lowercase();
        self.by_path.insert(key, project.id);
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

    pub(super) fn put_plan(&mut self, project: ProjectId, plan: &Plan) -> Result<(), StoreError> {
        if !self.projects.contains_key(&project) {
            return Err(StoreErrorKind::NotFound.into());
        }
        self.plans.insert(project, plan.clone());
        Ok(())
    }

    pub(super) fn plan(&self, project: ProjectId) -> Plan {
        self.plans.get(&project).cloned().unwrap_or_default()
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

    /// What the project is once an editor has changed its scope, if the editor may.
    pub(super) fn may_edit_scope(
        &self,
        source: ProjectId,
        editor: UserId,
        change: Change,
    ) -> Result<Project, StoreError> {
        let project = self.projects.get(&source);
        let mut project = project.cloned().ok_or(StoreErrorKind::NotFound)?;
        let user = self.user(editor).ok_or(StoreErrorKind::NotFound)?;
        let editor = Editor::User(&user, self.role(user.id, source));
        match change {
            Change::Limit(limit) => {
                may_set_limit(editor, &project)?;
                project.outbound_limit = limit;
            }
            Change::Add(target) => {
                let length = self.listed(source).len();
                may_add(editor, &project, self.entry(source, target, &user), length)?;
            }
            Change::Remove(target) => {
                may_remove(editor, &project, self.entry(source, target, &user))?;
            }
        }
        Ok(project)
    }

    /// A project as the list of another has it, and as an editor sees it.
    fn entry(&self, source: ProjectId, target: ProjectId, user: &User) -> Entry<'_> {
        let project = self.projects.get(&target);
        Entry {
            id: target,
            project: project.map(|project| (project, self.role(user.id, target))),
            listed: self.is_listed(source, target),
        }
    }

    pub(super) fn is_listed(&self, source: ProjectId, target: ProjectId) -> bool {
        self.lists.contains(&(source, target))
    }

    pub(super) fn listed(&self, source: ProjectId) -> Vec<ProjectId> {
        let all = (source, ProjectId(0))..=(source, ProjectId(u64::MAX));
        self.lists.range(all).map(|(_, target)| *target).collect()
    }

    fn by_path(&self, path: &str) -> Option<&Project> {
        let id = match path.bytes().any(|it| it.is_ascii_uppercase()) {
            true => self.by_path.get(&path.to_ascii_lowercase()),
            false => self.by_path.get(path),
        };
        id.and_then(|id| self.projects.get(id))
    }
}

pub(super) fn may_act(user: &User) -> bool {
    user.state == UserState::Active
}
