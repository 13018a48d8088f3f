//! The statements about projects, users and roles.

use std::sync::LazyLock;

use crate::token::directory::{Project, ProjectId, ProjectReference, Role, User, UserId};
use crate::token::store::StoreError;

use super::Tables;
use super::columns::{self, Value, project_columns, user_columns};
use super::statement::{add_texts, upsert};

impl dyn Tables + '_ {
    pub(in crate::token::store) fn project(
        &mut self,
        project: &ProjectReference,
    ) -> Result<Option<Project>, StoreError> {
        const BY_ID: &str = concat!(
            "SELECT ",
            project_columns!("projects"),
            " FROM projects WHERE id = ?1"
        );
        if let ProjectReference::Id(id) = project {
            let found = self.first(BY_ID, &[Value::number(id.0)], columns::project)?;
            return Ok(found.flatten());
        }
        let keys = path_keys(project);
        let mut values = Vec::new();
        let paths = add_texts(&mut values, &keys);
        let statement = format!(
            "SELECT {} FROM projects WHERE path_key IN ({paths}) \
             ORDER BY length(path_key) DESC LIMIT 1",
            project_columns!("projects")
        );
        Ok(self.first(&statement, &values, columns::project)?.flatten())
    }

    pub(in crate::token::store) fn user(
        &mut self,
        user: UserId,
    ) -> Result<Option<User>, StoreError> {
        const FIND: &str = concat!("SELECT ", user_columns!(), " FROM users WHERE id = ?1");
        let found = self.first(FIND, &[Value::number(user.0)], columns::user)?;
        Ok(found.flatten())
    }

    /// At most two users of a name: more than one is as bad as many.
    pub(super) fn users_named(&mut self, name: &str) -> Result<Vec<User>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            user_columns!(),
            " FROM users WHERE name = ?1 LIMIT 2"
        );
        let found = self.query(FIND, &[Value::Text(name)], columns::user)?;
        Ok(found.into_iter().flatten().collect())
    }

    pub(in crate::token::store) fn role(
        &mut self,
        user: UserId,
        project: ProjectId,
    ) -> Result<Role, StoreError> {
        let statement = "SELECT role FROM members WHERE user_id = ?1 AND project_id = ?2";
        let values = [Value::number(user.0), Value::number(project.0)];
        let role = self.first(statement, &values, columns::role)?;
        Ok(role.unwrap_or_default())
    }

    pub(in crate::token::store) fn listed(
        &mut self,
        source: ProjectId,
    ) -> Result<Vec<ProjectId>, StoreError> {
        let statement = "SELECT target_id FROM listed_projects WHERE source_id = ?1";
        let values = [Value::number(source.0)];
        let mut listed = self.query(statement, &values, columns::project_id)?;
        // The database orders numbers with a sign.
        listed.sort_unstable();
        Ok(listed)
    }

    pub(in crate::token::store) fn lists(
        &mut self,
        source: ProjectId,
        target: ProjectId,
    ) -> Result<bool, StoreError> {
        let statement = "SELECT TRUE FROM listed_projects WHERE source_id = ?1 AND target_id = ?2";
        let found = self.first(statement, &entry(source, target), columns::flag)?;
        Ok(found.unwrap_or_default())
    }

    pub(super) fn put_project(&mut self, project: &Project) -> Result<(), StoreError> {
        static PUT: LazyLock<String> = LazyLock::new(|| upsert("projects", &columns::PROJECT));
        let key = project.path.to_ascii_lowercase();
        self.execute(&PUT, &columns::put_project(project, &key))
            .map(drop)
    }

    pub(super) fn put_user(&mut self, user: &User) -> Result<(), StoreError> {
        static PUT: LazyLock<String> = LazyLock::new(|| upsert("users", &columns::USER));
        self.execute(&PUT, &columns::put_user(user)).map(drop)
    }

    pub(super) fn put_member(
        &mut self,
        user: UserId,
        project: ProjectId,
        role: Role,
    ) -> Result<(), StoreError> {
        let [user, project] = [Value::number(user.0), Value::number(project.0)];
        let done = match role {
            Role::None => self.execute(
                "DELETE FROM members WHERE user_id = ?1 AND project_id = ?2",
                &[user, project],
            ),
            role => self.execute(
                "INSERT INTO members (user_id, project_id, role) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (user_id, project_id) DO UPDATE SET role = ?3",
                &[user, project, columns::role_value(role)],
            ),
        };
        done.map(drop)
    }

    /// Keeps others from changing a user.
    pub(super) fn lock_user(&mut self, user: UserId) -> Result<(), StoreError> {
        let statement = "SELECT TRUE FROM users WHERE id = ?1 FOR NO KEY UPDATE";
        self.first(statement, &[Value::number(user.0)], columns::flag)
            .map(drop)
    }

    /// Keeps others from changing the list of a project.
    pub(super) fn lock_list(&mut self, source: ProjectId) -> Result<(), StoreError> {
        let statement = "SELECT TRUE FROM projects WHERE id = ?1 FOR NO KEY UPDATE";
        self.first(statement, &[Value::number(source.0)], columns::flag)
            .map(drop)
    }

    pub(super) fn list(&mut self, source: ProjectId, target: ProjectId) -> Result<(), StoreError> {
        let statement = "INSERT INTO listed_projects (source_id, target_id) VALUES (?1, ?2)";
        self.execute(statement, &entry(source, target)).map(drop)
    }

    /// Whether it was listed.
    pub(super) fn unlist(
        &mut self,
        source: ProjectId,
        target: ProjectId,
    ) -> Result<bool, StoreError> {
        let statement = "DELETE FROM listed_projects WHERE source_id = ?1 AND target_id = ?2";
        Ok(self.execute(statement, &entry(source, target))? > 0)
    }
}

/// What the paths of a reference are found by.
pub(super) fn path_keys(project: &ProjectReference) -> Vec<String> {
    project.paths().map(str::to_ascii_lowercase).collect()
}

fn entry(source: ProjectId, target: ProjectId) -> [Value<'static>; 2] {
    [Value::number(source.0), Value::number(target.0)]
}
