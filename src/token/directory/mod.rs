//! Projects, users and roles: the facts that a decision rests on, and where they come from.

use std::error::Error;

mod error;
mod file;
mod plan;
mod projects;
mod reference;

pub use error::{DirectoryError, DirectoryErrorKind};
pub use plan::{JobName, Plan, RefName, WrongName};
pub use projects::Projects;
pub use reference::ProjectReference;

/// The number of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(pub u64);

/// The number of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u64);

/// What a user is in a project: the highest of all memberships that reach it. Each role may do what
/// those before it may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// No member.
    #[default]
    None = 0,
    /// Sees that the project is there.
    Guest = 10,
    /// Plans.
    Planner = 15,
    /// Reads.
    Reporter = 20,
    /// Writes.
    Developer = 30,
    /// Administers.
    Maintainer = 40,
    /// Owns.
    Owner = 50,
}

/// Who may see a project without being a member. The default is the narrowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// Members.
    #[default]
    Private,
    /// Every active user who is not external.
    Internal,
    /// Everyone.
    Public,
}

/// A part of a project with a visibility of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feature {
    /// Git and what comes from it.
    Repository,
    /// Jobs, pipelines and artifacts.
    Builds,
    /// The container registry.
    ContainerRegistry,
    /// The package registry.
    PackageRegistry,
    /// Releases.
    Releases,
    /// Environments.
    Environments,
}

/// Who has a feature of a project, among those who see the project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FeatureVisibility {
    /// Nobody.
    Disabled,
    /// Members.
    Members,
    /// All who see the project.
    #[default]
    Everyone,
}

/// The visibility of each feature of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Of [`Feature::Repository`].
    pub repository: FeatureVisibility,
    /// Of [`Feature::Builds`].
    pub builds: FeatureVisibility,
    /// Of [`Feature::ContainerRegistry`].
    pub container_registry: FeatureVisibility,
    /// Of [`Feature::PackageRegistry`].
    pub package_registry: FeatureVisibility,
    /// Of [`Feature::Releases`].
    pub releases: FeatureVisibility,
    /// Of [`Feature::Environments`].
    pub environments: FeatureVisibility,
}

impl Features {
    /// Who has a feature.
    #[must_use]
    pub fn of(&self, feature: Feature) -> FeatureVisibility {
        match feature {
            Feature::Repository => self.repository,
            Feature::Builds => self.builds,
            Feature::ContainerRegistry => self.container_registry,
            Feature::PackageRegistry => self.package_registry,
            Feature::Releases => self.releases,
            Feature::Environments => self.environments,
        }
    }
}

/// A project with those of its settings that bear on job tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its number.
    pub id: ProjectId,
    /// Its path with all groups, such as `group/subgroup/project`.
    pub path: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether it is being deleted. For job tokens it is gone already.
    pub pending_delete: bool,
    /// Whether the tokens of its jobs reach listed projects only.
    pub outbound_limit: bool,
    /// Whether its jobs may push to its own repository.
    pub job_token_push: bool,
    /// Whether its jobs may use the API of its container registry.
    pub container_registry_api: bool,
    /// Whether all who see its pipelines may read their artifacts.
    pub public_pipelines: bool,
    /// Who has its features.
    pub features: Features,
}

impl Project {
    /// A private project with the settings of a new one. Copies the path.
    #[must_use]
    pub fn new(id: ProjectId, path: impl Into<String>) -> Project {
        Project {
            id,
            path: path.into(),
            visibility: Visibility::Private,
            pending_delete: false,
            outbound_limit: false,
            job_token_push: false,
            container_registry_api: true,
            public_pipelines: false,
            features: Features::default(),
        }
    }
}

/// Whether a user can act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UserState {
    /// The user can.
    #[default]
    Active,
    /// An administrator has blocked the user.
    Blocked,
    /// The user is gone.
    Deleted,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's number.
    pub id: UserId,
    /// The user's name.
    pub name: String,
    /// Whether internal projects are hidden from the user.
    pub external: bool,
    /// Whether the user can act.
    pub state: UserState,
}

impl User {
    /// An active user who is not external. Copies the name.
    #[must_use]
    pub fn new(id: UserId, name: impl Into<String>) -> User {
        User {
            id,
            name: name.into(),
            external: false,
            state: UserState::Active,
        }
    }

    /// Whether the user may see a project, with this role in it. O(1), neither copies nor allocates.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::token::directory::{Directory, Projects, Role, UserId};
    ///
    /// let projects = Projects::parse("
    /// user = [{ id = 1, name = 'eve', external = true }]
    /// project = [{ id = 2, path = 'tools/library', visibility = 'internal' }]
    /// ")?;
    /// let library = projects.source("tools/library").expect("a project of the file");
    /// let eve = projects.user(UserId(1))?.expect("a user of the file");
    /// assert!(!eve.can_read(Role::None, &library));
    /// assert!(eve.can_read(Role::Guest, &library));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn can_read(&self, role: Role, project: &Project) -> bool {
        if self.state != UserState::Active || project.pending_delete {
            return false;
        }
        match project.visibility {
            Visibility::Public => true,
            Visibility::Internal => !self.external || role >= Role::Guest,
            Visibility::Private => role >= Role::Guest,
        }
    }
}

/// Where projects, users and roles are known. The host application has one, a
/// [`Store`](crate::token::store::Store) has one embedded, or [`Projects`] is read from a file.
///
/// An error means that the facts cannot be had. Whoever asks denies then.
pub trait Directory {
    /// Why the facts cannot be had.
    type Error: Error;

    /// The project that a request refers to, if there is one.
    ///
    /// # Errors
    ///
    /// The facts cannot be had.
    fn project(&self, reference: &ProjectReference) -> Result<Option<Project>, Self::Error>;

    /// A user's highest role in a project: direct, by a group above it, or by a share.
    ///
    /// # Errors
    ///
    /// The facts cannot be had.
    fn role(&self, user: UserId, project: ProjectId) -> Result<Role, Self::Error>;

    /// A user, also one who is blocked.
    ///
    /// # Errors
    ///
    /// The facts cannot be had.
    fn user(&self, user: UserId) -> Result<Option<User>, Self::Error>;

    /// Whether the outbound list of `source` has `target`.
    ///
    /// # Errors
    ///
    /// The facts cannot be had.
    fn lists(&self, source: ProjectId, target: ProjectId) -> Result<bool, Self::Error>;
}
