//! The columns of projects, users and roles.

use crate::token::directory::{
    FeatureVisibility, Features, Project, ProjectId, Role, User, UserId, UserState, Visibility,
};
use crate::token::store::StoreError;

use super::{Columns, Value, damaged, need, number};

/// What [`project`] reads of a table of this name.
macro_rules! project_columns {
    ($table:literal) => {
        project_columns!($table: id, path, visibility, pending_delete, outbound_limit,
            job_token_push, container_registry_api, public_pipelines, repository, builds,
            container_registry, package_registry, releases, environments)
    };
    ($table:literal: $first:ident $(, $column:ident)*) => {
        concat!($table, ".", stringify!($first) $(, ", ", $table, ".", stringify!($column))*)
    };
}

/// What [`user`] reads.
macro_rules! user_columns {
    () => {
        "users.id, users.name, users.external, users.state"
    };
}

pub(in crate::token::store) use {project_columns, user_columns};

pub(in crate::token::store) fn project_id(row: &mut dyn Columns) -> Result<ProjectId, StoreError> {
    number(row).map(ProjectId)
}

/// All are null where a join found no project.
pub(in crate::token::store) fn project(
    row: &mut dyn Columns,
) -> Result<Option<Project>, StoreError> {
    let (id, path, visibility) = (row.integer()?, row.text()?, row.text()?);
    let mut flags = [None; 5];
    for flag in &mut flags {
        *flag = row.flag()?;
    }
    let mut features = [const { None }; 6];
    for feature in &mut features {
        *feature = row.text()?;
    }
    let Some(id) = id else { return Ok(None) };
    let [
        pending_delete,
        outbound_limit,
        push,
        registry_api,
        public_pipelines,
    ] = flags;
    let feature = |at: usize| named(FEATURE_VISIBILITIES, need(features[at].as_deref())?);
    Ok(Some(Project {
        id: ProjectId(id.cast_unsigned()),
        path: need(path)?,
        visibility: named(VISIBILITIES, &need(visibility)?)?,
        pending_delete: need(pending_delete)?,
        outbound_limit: need(outbound_limit)?,
        job_token_push: need(push)?,
        container_registry_api: need(registry_api)?,
        public_pipelines: need(public_pipelines)?,
        features: Features {
            repository: feature(0)?,
            builds: feature(1)?,
            container_registry: feature(2)?,
            package_registry: feature(3)?,
            releases: feature(4)?,
            environments: feature(5)?,
        },
    }))
}

/// The columns of a project, in the order of [`PROJECT`].
///
/// A path is found in any case: by `path_key`, which has it in lower case.
pub(in crate::token::store) fn put_project<'p>(
    project: &'p Project,
    path_key: &'p str,
) -> [Value<'p>; PROJECT.len()] {
    let feature = |visibility| Value::Text(name_of(FEATURE_VISIBILITIES, visibility));
    let features = &project.features;
    [
        Value::number(project.id.0),
        Value::Text(&project.path),
        Value::Text(path_key),
        Value::Text(name_of(VISIBILITIES, project.visibility)),
        Value::Flag(project.pending_delete),
        Value::Flag(project.outbound_limit),
        Value::Flag(project.job_token_push),
        Value::Flag(project.container_registry_api),
        Value::Flag(project.public_pipelines),
        feature(features.repository),
        feature(features.builds),
        feature(features.container_registry),
        feature(features.package_registry),
        feature(features.releases),
        feature(features.environments),
    ]
}

/// The names of the columns that [`put_project`] writes.
pub(in crate::token::store) const PROJECT: [&str; 15] = [
    "id",
    "path",
    "path_key",
    "visibility",
    "pending_delete",
    "outbound_limit",
    "job_token_push",
    "container_registry_api",
    "public_pipelines",
    "repository",
    "builds",
    "container_registry",
    "package_registry",
    "releases",
    "environments",
];

/// All are null where a join found no user.
pub(in crate::token::store) fn user(row: &mut dyn Columns) -> Result<Option<User>, StoreError> {
    let (id, name) = (row.integer()?, row.text()?);
    let (external, state) = (row.flag()?, row.text()?);
    let Some(id) = id else { return Ok(None) };
    Ok(Some(User {
        id: UserId(id.cast_unsigned()),
        name: need(name)?,
        external: need(external)?,
        state: named(USER_STATES, &need(state)?)?,
    }))
}

/// The names of the columns that [`put_user`] writes.
pub(in crate::token::store) const USER: [&str; 4] = ["id", "name", "external", "state"];

pub(in crate::token::store) fn put_user(user: &User) -> [Value<'_>; 4] {
    [
        Value::number(user.id.0),
        Value::Text(&user.name),
        Value::Flag(user.external),
        Value::Text(name_of(USER_STATES, user.state)),
    ]
}

/// [`Role::None`] where a join found no membership.
pub(in crate::token::store) fn role(row: &mut dyn Columns) -> Result<Role, StoreError> {
    let name = row.text()?;
    name.map_or(Ok(Role::None), |name| named(ROLES, &name))
}

pub(in crate::token::store) fn role_value(role: Role) -> Value<'static> {
    Value::Text(name_of(ROLES, role))
}

const VISIBILITIES: &[(Visibility, &str)] = &[
    (Visibility::Private, "private"),
    (Visibility::Internal, "internal"),
    (Visibility::Public, "public"),
];

const FEATURE_VISIBILITIES: &[(FeatureVisibility, &str)] = &[
    (FeatureVisibility::Disabled, "disabled"),
    (FeatureVisibility::Members, "members"),
    (FeatureVisibility::Everyone, "everyone"),
];

const USER_STATES: &[(UserState, &str)] = &[
    (UserState::Active, "active"),
    (UserState::Blocked, "blocked"),
    (UserState::Deleted, "deleted"),
];

const ROLES: &[(Role, &str)] = &[
    (Role::None, "none"),
    (Role::Guest, "guest"),
    (Role::Planner, "planner"),
    (Role::Reporter, "reporter"),
    (Role::Developer, "developer"),
    (Role::Maintainer, "maintainer"),
    (Role::Owner, "owner"),
];

fn name_of<T: Copy + PartialEq>(names: &[(T, &'static str)], value: T) -> &'static str {
    let named = names.iter().find(|(it, _)| *it == value);
    named.expect("each value has a name").1
}

fn named<T: Copy>(names: &[(T, &'static str)], name: &str) -> Result<T, StoreError> {
    let found = names.iter().find(|(_, it)| *it == name);
    found.map(|(value, _)| *value).ok_or_else(damaged)
}
