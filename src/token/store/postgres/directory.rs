//! The statements about projects, users and roles.

use std::sync::LazyLock;

use crate::token::directory::{Project, ProjectId, ProjectReference, Role, User, UserId};
use crate::token::store::StoreError;
use crate::token::store::sql::DirectoryTables;
use crate::token::store::sql::columns::{self, Value, project_columns, user_columns};

use super::tables::PostgresTables;

impl DirectoryTables for PostgresTables<'_> {
    fn project(&mut self, project: &ProjectReference) -> Result<Option<Project>, StoreError> {
        const BY_ID: &str = concat!(
            "SELECT ",
            project_columns!("projects"),
            " FROM projects WHERE id = $1"
        );
        const BY_PATH: &str = concat!(
            "SELECT ",
            project_columns!("projects"),
            " FROM projects WHERE path_key = ANY ($1) ORDER BY length(path_key) DESC LIMIT 1"
        );
        if let ProjectReference::Id(id) = project {
            let found = self.first(BY_ID, &[Value::number(id.0)], columns::project)?;
            return Ok(found.flatten());
        }
        let keys = path_keys(project);
        let keys: Vec<Value<'_>> = keys.iter().map(|key| Value::Text(key)).collect();
        let found = self.query_with(BY_PATH, &[&keys], columns::project)?;
        Ok(found.into_iter().flatten().next())
    }

    fn user(&mut self, user: UserId) -> Result<Option<User>, StoreError> {
        const FIND: &str = concat!("SELECT ", user_columns!(), " FROM users WHERE id = $1");
        let found = self.first(FIND, &[Value::number(user.0)], columns::user)?;
        Ok(found.flatten())
    }

    fn users_named(&mut self, name: &str) -> Result<Vec<User>, StoreError> {
        const FIND: &str = concat!(
            "SELECT ",
            user_columns!(),
            " FROM users WHERE name = $1 LIMIT 2"
        );
        if name.contains('\0') {
            // PostgreSQL refuses this character in any text, and so it is in no name.
            return Ok(Vec::new());
        }
        let found = self.query(FIND, &[Value::Text(name)], columns::user)?;
        Ok(found.into_iter().flatten().collect())
    }

    fn role(&mut self, user: UserId, project: ProjectId) -> Result<Role, StoreError> {
        let statement = "SELECT role FROM members WHERE user_id = $1 AND project_id = $2";
        let values = [Value::number(user.0), Value::number(project.0)];
        let role = self.first(statement, &values, columns::role)?;
        Ok(role.unwrap_or_default())
    }

    fn listed(&mut self, source: ProjectId) -> Result<Vec<ProjectId>, StoreError> {
        let statement = "SELECT target_id FROM listed_projects WHERE source_id = $1";
        let values = [Value::number(source.0)];
        let mut listed = self.query(statement, &values, columns::project_id)?;
        // The database orders numbers with a sign.
        listed.sort_unstable();
        Ok(listed)
    }

    fn lists(&mut self, source: ProjectId, target: ProjectId) -> Result<bool, StoreError> {
        let statement = "SELECT TRUE FROM listed_projects WHERE source_id = $1 AND target_id = $2";
        let found = self.first(statement, &entry(source, target), columns::flag)?;
        Ok(found.unwrap_or_default())
    }

    fn put_project(&mut self, project: &Project) -> Result<(), StoreError> {
        static PUT: LazyLock<String> =
            LazyLock::new(|| columns::upsert("projects", &columns::PROJECT, '$'));
        let key = project.path.to_ascii_lowercase();
        self.execute(&PUT, &columns::put_project(project, &key))
            .map(drop)
    }

    fn put_user(&mut self, user: &User) -> Result<(), StoreError> {
        static PUT: LazyLock<String> =
            LazyLock::new(|| columns::upsert("users", &columns::USER, '$'));
        self.execute(&PUT, &columns::put_user(user)).map(drop)
    }

    fn put_member(
        &mut self,
        user: UserId,
        project: ProjectId,
        role: Role,
    ) -> Result<(), StoreError> {
        let [user, project] = [Value::number(user.0), Value::number(project.0)];
        let done = match role {
            Role::None => self.execute(
                "DELETE FROM members WHERE user_id = $1 AND project_id = $2",
                &[user, project],
            ),
            role => self.execute(
                "INSERT INTO members (user_id, project_id, role) VALUES ($1, $2, $3) \
                 ON CONFLICT (user_id, project_id) DO UPDATE SET role = $3",
                &[user, project, columns::role_value(role)],
            ),
        };
        done.map(drop)
    }

    fn lock_user(&mut self, user: UserId) -> Result<(), StoreError> {
        let statement = "SELECT TRUE FROM users WHERE id = $1 FOR NO KEY UPDATE";
        self.execute(statement, &[Value::number(user.0)]).map(drop)
    }

    fn lock_list(&mut self, source: ProjectId) -> Result<(), StoreError> {
        let statement = "SELECT TRUE FROM projects WHERE id = $1 FOR NO KEY UPDATE";
        self.execute(statement, &[Value::number(source.0)])
            .map(drop)
    }

    fn list(&mut self, source: ProjectId, target: ProjectId) -> Result<(), StoreError> {
        let statement = "INSERT INTO listed_projects (source_id, target_id) VALUES ($1, $2)";
        self.execute(statement, &entry(source, target)).map(drop)
    }

    fn unlist(&mut self, source: ProjectId, target: ProjectId) -> Result<bool, StoreError> {
        let statement = "DELETE FROM listed_projects WHERE source_id = $1 AND target_id = $2";
        Ok(self.execute(statement, &entry(source, target))? > 0)
    }
}

/// What the paths of a reference are found by.
pub(super) fn path_keys(project: &ProjectReference) -> Vec<String> {
    // PostgreSQL refuses this character in any text, and so it is in no path.
    let paths = project.paths().filter(|path| !path.contains('\0'));
    paths.map(str::to_ascii_lowercase).collect()
}

fn entry(source: ProjectId, target: ProjectId) -> [Value<'static>; 2] {
    [Value::number(source.0), Value::number(target.0)]
}
