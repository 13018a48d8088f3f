//! The file of a directory: what it may say, and whether that fits together.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::token::mistake;

use super::error::DirectoryError;
use super::{
    FeatureVisibility, Features, JobName, Plan, Project, ProjectId, Projects, RefName, Role, User,
    UserId, UserState, Visibility,
};
use crate::token::words::words;

pub(super) fn parse(text: &str) -> Result<Projects, DirectoryError> {
    let file: File =
        toml::from_str(text).map_err(|error| DirectoryError::malformed(text, &error))?;
    let mut loader = Loader {
        text,
        names: BTreeMap::new(),
        projects: Projects::default(),
    };
    file.user
        .into_iter()
        .try_for_each(|user| loader.user(user))?;
    file.group
        .into_iter()
        .try_for_each(|group| loader.members(group.path.into_inner(), group.members))?;
    // All projects before any list: a list may name a project further down.
    let mut lists = Vec::new();
    for project in file.project {
        lists.push((ProjectId(*project.id.get_ref()), loader.project(project)?));
    }
    for (source, list) in lists {
        list.into_iter()
            .try_for_each(|target| loader.listed(source, target))?;
    }
    Ok(loader.projects)
}

type Names = Vec<Spanned<String>>;
type Members = Spanned<BTreeMap<String, RoleName>>;

/// Builds the directory, and knows where the text says what.
struct Loader<'t> {
    text: &'t str,
    names: BTreeMap<String, UserId>,
    projects: Projects,
}

impl Loader<'_> {
    fn user(&mut self, entry: UserEntry) -> Result<(), DirectoryError> {
        let (at, id) = (entry.id.span(), UserId(entry.id.into_inner()));
        let name_at = entry.name.span();
        let user = User {
            id,
            name: entry.name.into_inner(),
            external: entry.external,
            state: entry.state.into(),
        };
        if !is_user_name(&user.name) {
            return Err(self.refuse(
                name_at,
                "a name is not empty, no number, and has no control characters",
            ));
        }
        if self.names.insert(user.name.clone(), id).is_some() {
            return Err(self.refuse(name_at, "another user has this name"));
        }
        if self.projects.users.insert(id, user).is_some() {
            return Err(self.refuse(at, "another user has this number"));
        }
        Ok(())
    }

    /// Takes a project up and gives back its list.
    fn project(&mut self, entry: ProjectEntry) -> Result<Vec<Spanned<String>>, DirectoryError> {
        let (at, id) = (entry.id.span(), ProjectId(entry.id.into_inner()));
        let (path_at, path) = (entry.path.span(), entry.path.into_inner());
        if !is_path(&path) {
            return Err(self.refuse(
                path_at,
                "a path is a group, perhaps more groups, and a name",
            ));
        }
        if self.projects.by_path.insert(path.clone(), id).is_some() {
            return Err(self.refuse(path_at, "another project has this path"));
        }
        self.members(path.clone(), entry.members)?;
        let plan = self.plan(entry.refs, entry.protected_refs, entry.jobs)?;
        self.projects.plans.insert(id, plan);
        let project = Project {
            id,
            path,
            visibility: entry.visibility.into(),
            pending_delete: entry.pending_delete,
            outbound_limit: entry.scope.limit,
            job_token_push: entry.job_token_push,
            container_registry_api: entry.container_registry_api,
            public_pipelines: entry.public_pipelines,
            features: entry.features.into(),
        };
        if self.projects.projects.insert(id, project).is_some() {
            return Err(self.refuse(at, "another project has this number"));
        }
        Ok(entry.scope.projects)
    }

    fn plan(&self, refs: Names, protected: Names, jobs: Names) -> Result<Plan, DirectoryError> {
        let git_ref = |name: &Spanned<String>| {
            let known = RefName::new(name.get_ref());
            known.map_err(|_| self.refuse(name.span(), "this is no name of a branch or a tag"))
        };
        let mut plan = Plan {
            refs: refs.iter().map(git_ref).collect::<Result<_, _>>()?,
            ..Plan::default()
        };
        for name in &protected {
            let protected = git_ref(name)?;
            if !plan.knows(&protected) {
                return Err(self.refuse(name.span(), "it protects a ref that `refs` does not have"));
            }
            plan.protected_refs.insert(protected);
        }
        for name in jobs {
            let Ok(job) = JobName::new(name.get_ref()) else {
                return Err(self.refuse(name.span(), "this is no name of a job"));
            };
            if plan.job_names.contains(&job) {
                return Err(self.refuse(name.span(), "another job has this name"));
            }
            plan.job_names.push(job);
        }
        Ok(plan)
    }

    fn members(&mut self, path: String, members: Option<Members>) -> Result<(), DirectoryError> {
        let Some(members) = members else {
            return Ok(());
        };
        let at = members.span();
        for (name, role) in members.into_inner() {
            let Some(&user) = self.names.get(&name) else {
                let who = mistake::name(&name).map_or(String::new(), |name| format!(" ({name})"));
                return Err(self.refuse(
                    at,
                    &format!(
                        "it names a user that the file does not have{who}; users that are in the store \
                         alone do not count"
                    ),
                ));
            };
            if self
                .projects
                .members
                .insert((path.clone(), user), role.into())
                .is_some()
            {
                return Err(self.refuse(at, "the members of this path were named before"));
            }
        }
        Ok(())
    }

    fn listed(&mut self, source: ProjectId, target: Spanned<String>) -> Result<(), DirectoryError> {
        let at = target.span();
        match self.projects.by_path.get(target.get_ref()) {
            None => Err(self.refuse(at, "it lists a project that the file does not have")),
            Some(&target) if target == source => {
                Err(self.refuse(at, "a project is in its own scope and is not listed"))
            }
            Some(&target) if !self.projects.lists.insert((source, target)) => {
                Err(self.refuse(at, "it lists a project twice"))
            }
            Some(_) => Ok(()),
        }
    }

    fn refuse(&self, at: Range<usize>, cause: &str) -> DirectoryError {
        DirectoryError::inconsistent(self.text, at.start, cause)
    }
}

/// A number refers to an id, and a line break in a name would forge a line or a header.
fn is_user_name(name: &str) -> bool {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    !is_number && !name.chars().any(char::is_control)
}

/// A namespace is what makes a path differ from a number, and a number refers to an id.
fn is_path(path: &str) -> bool {
    let is_name = |name: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        !name.is_empty() && name != "." && name != ".." && name.bytes().all(is_plain)
    };
    path.contains('/') && path.split('/').all(is_name)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    user: Vec<UserEntry>,
    #[serde(default)]
    group: Vec<GroupEntry>,
    #[serde(default)]
    project: Vec<ProjectEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserEntry {
    id: Spanned<u64>,
    name: Spanned<String>,
    #[serde(default)]
    external: bool,
    #[serde(default)]
    state: StateName,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    path: Spanned<String>,
    members: Option<Members>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectEntry {
    id: Spanned<u64>,
    path: Spanned<String>,
    #[serde(default)]
    visibility: VisibilityName,
    #[serde(default)]
    pending_delete: bool,
    #[serde(default)]
    job_token_push: bool,
    #[serde(default = "on")]
    container_registry_api: bool,
    #[serde(default)]
    public_pipelines: bool,
    #[serde(default)]
    features: FeatureEntries,
    members: Option<Members>,
    #[serde(default)]
    scope: ScopeEntry,
    #[serde(default)]
    refs: Names,
    #[serde(default)]
    protected_refs: Names,
    #[serde(default)]
    jobs: Names,
}

fn on() -> bool {
    true
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeEntry {
    #[serde(default)]
    limit: bool,
    #[serde(default)]
    projects: Vec<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FeatureEntries {
    repository: FeatureName,
    builds: FeatureName,
    container_registry: FeatureName,
    package_registry: FeatureName,
    releases: FeatureName,
    environments: FeatureName,
}

impl From<FeatureEntries> for Features {
    fn from(entries: FeatureEntries) -> Features {
        Features {
            repository: entries.repository.into(),
            builds: entries.builds.into(),
            container_registry: entries.container_registry.into(),
            package_registry: entries.package_registry.into(),
            releases: entries.releases.into(),
            environments: entries.environments.into(),
        }
    }
}

words!(RoleName for Role, None: Guest, Planner, Reporter, Developer, Maintainer, Owner);
words!(VisibilityName for Visibility, Private: Private, Internal, Public);
words!(FeatureName for FeatureVisibility, Everyone: Disabled, Members, Everyone);
words!(StateName for UserState, Active: Active, Blocked, Deleted);
