//! A directory that is held in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use super::error::DirectoryError;
use super::{Directory, Plan, Project, ProjectId, ProjectReference, Role, User, UserId, file};

/// Projects, users, roles and lists, read from a file in TOML.
///
/// A member of a group is a member of every project below it; of several roles the highest counts.
///
/// `refs` are the branches and tags of a project, `protected_refs` those for whose pipelines it takes a
/// Maintainer, and `jobs` the jobs of a pipeline: what [`Plan`] has.
///
/// # Examples
///
/// ```
/// use masker::token::directory::{Directory, ProjectId, Projects, Role, UserId};
///
/// let projects = Projects::parse(
///     r#"
///     [[user]]
///     id = 7
///     name = "dana"
///
///     [[group]]
///     path = "tools"
///     members = { dana = "reporter" }
///
///     [[project]]
///     id = 1
///     path = "tools/build"
///     visibility = "private"
///     members = { dana = "developer" }
///     scope = { limit = true, projects = ["tools/library"] }
///     refs = ["main", "v1"]
///     protected_refs = ["main"]
///     jobs = ["build", "test"]
///
///     [[project]]
///     id = 2
///     path = "tools/library"
///     features = { releases = "members", builds = "disabled" }
///     "#,
/// )?;
/// assert_eq!(projects.role(UserId(7), ProjectId(1))?, Role::Developer);
/// assert_eq!(projects.role(UserId(7), ProjectId(2))?, Role::Reporter);
/// assert!(projects.lists(ProjectId(1), ProjectId(2))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Projects {
    pub(super) projects: BTreeMap<ProjectId, Project>,
    pub(super) by_path: BTreeMap<String, ProjectId>,
    pub(super) users: BTreeMap<UserId, User>,
    /// By the path of a project or a group.
    pub(super) members: BTreeMap<(String, UserId), Role>,
    pub(super) lists: BTreeSet<(ProjectId, ProjectId)>,
    pub(super) plans: BTreeMap<ProjectId, Plan>,
}

impl Projects {
    /// Reads a directory from TOML. What is not said has the narrowest value: projects are private,
    /// users are no members. Features are for everyone who sees the project, the limit is off. Any ref is
    /// taken to be there, and a pipeline has one job.
    ///
    /// O(n log n) in the text; allocates.
    ///
    /// # Errors
    ///
    /// The text is no TOML, has a key that is not known, or names what is not there. The message
    /// names the line and the key, and shows no value.
    pub fn parse(text: &str) -> Result<Projects, DirectoryError> {
        file::parse(text)
    }

    /// All projects, in the order of their numbers.
    pub fn all(&self) -> impl Iterator<Item = &Project> {
        self.projects.values()
    }

    /// All users, in the order of their numbers.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// The projects that a project lists, in the order of their numbers.
    pub fn listed(&self, source: ProjectId) -> impl Iterator<Item = ProjectId> {
        let all = (source, ProjectId(0))..=(source, ProjectId(u64::MAX));
        self.lists.range(all).map(|(_, target)| *target)
    }

    /// What the pipelines of a project are made of. Copies it.
    #[must_use]
    pub fn plan(&self, project: ProjectId) -> Plan {
        self.plans.get(&project).cloned().unwrap_or_default()
    }

    /// A project by its path. Copies it.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<Project> {
        let id = self.by_path.get(path)?;
        self.projects.get(id).cloned()
    }
}

impl Directory for Projects {
    type Error = Infallible;

    fn project(&self, reference: &ProjectReference) -> Result<Option<Project>, Infallible> {
        Ok(match reference {
            ProjectReference::Id(id) => self.projects.get(id).cloned(),
            // The file knows of no packages.
            reference => reference.paths().find_map(|path| self.source(path)),
        })
    }

    fn role(&self, user: UserId, project: ProjectId) -> Result<Role, Infallible> {
        let Some(project) = self.projects.get(&project) else {
            return Ok(Role::None);
        };
        let role = |path: &str| self.members.get(&(path.to_owned(), user)).copied();
        Ok(above(&project.path)
            .filter_map(role)
            .max()
            .unwrap_or_default())
    }

    fn user(&self, user: UserId) -> Result<Option<User>, Infallible> {
        Ok(self.users.get(&user).cloned())
    }

    fn lists(&self, source: ProjectId, target: ProjectId) -> Result<bool, Infallible> {
        Ok(self.lists.contains(&(source, target)))
    }
}

/// A path and the paths above it, the longest first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0))
}
