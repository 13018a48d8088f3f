//! Projects, users and roles: what a decision knows of the host application.

/// The number of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(pub u64);

/// The number of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u64);

/// What a user is in a project, from the least to the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// No member.
    #[default]
    None,
    /// May see it.
    Guest,
    /// May plan.
    Planner,
    /// May read its code and packages.
    Reporter,
    /// May write both.
    Developer,
    /// May change its settings.
    Maintainer,
    /// May delete it.
    Owner,
}

/// Who may see a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Its members.
    #[default]
    Private,
    /// Every user who is not external.
    Internal,
    /// Everyone.
    Public,
}

/// A project and its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its number.
    pub id: ProjectId,
    /// Its full path.
    pub path: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether it is being deleted.
    pub pending_delete: bool,
    /// Whether the reach of its jobs' tokens is limited to listed projects.
    pub limit: bool,
    /// Whether its jobs' tokens may push to it.
    pub job_token_push: bool,
}

impl Project {
    /// A private project with the settings of a new one.
    #[must_use]
    pub fn new(id: ProjectId, path: impl Into<String>) -> Project {
        Project {
            id,
            path: path.into(),
            visibility: Visibility::Private,
            pending_delete: false,
            limit: false,
            job_token_push: false,
        }
    }
}

/// Whether a user may act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UserState {
    /// May act.
    #[default]
    Active,
    /// Was blocked.
    Blocked,
    /// Was deleted.
    Deleted,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their number.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Whether internal projects are closed to them.
    pub external: bool,
    /// Whether they may act.
    pub state: UserState,
}

impl User {
    /// An active user.
    #[must_use]
    pub fn new(id: UserId, name: impl Into<String>) -> User {
        User {
            id,
            name: name.into(),
            external: false,
            state: UserState::Active,
        }
    }
}
