//! Permissions by name, as a job declares them for its token.

use std::fmt;
use std::str::FromStr;

/// What a permission is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Deployments.
    Deployments,
    /// Environments.
    Environments,
    /// Jobs and their artifacts.
    Jobs,
    /// Merge requests and their notes.
    MergeRequests,
    /// The package registry.
    Packages,
    /// Pipelines.
    Pipelines,
    /// Releases and their links.
    Releases,
    /// Git repositories.
    Repositories,
    /// Secure files.
    SecureFiles,
    /// Terraform states.
    TerraformState,
    /// Work items.
    WorkItems,
}

impl Resource {
    /// Every resource with its name within a permission, and whether there is more than to read it.
    const ALL: &[(Resource, &str, bool)] = &[
        (Resource::Deployments, "DEPLOYMENTS", true),
        (Resource::Environments, "ENVIRONMENTS", true),
        (Resource::Jobs, "JOBS", true),
        (Resource::MergeRequests, "MERGE_REQUESTS", false),
        (Resource::Packages, "PACKAGES", true),
        (Resource::Pipelines, "PIPELINES", true),
        (Resource::Releases, "RELEASES", true),
        (Resource::Repositories, "REPOSITORIES", false),
        (Resource::SecureFiles, "SECURE_FILES", true),
        (Resource::TerraformState, "TERRAFORM_STATE", true),
        (Resource::WorkItems, "WORK_ITEMS", false),
    ];
}

/// One permission, such as `READ_PACKAGES`.
///
/// # Examples
///
/// ```
/// use masker::token::permission::{Permission, Resource};
///
/// let permission: Permission = "ADMIN_PACKAGES".parse()?;
/// assert_eq!(permission, Permission::Admin(Resource::Packages));
/// assert!("ADMIN_REPOSITORIES".parse::<Permission>().is_err());
/// # Ok::<(), masker::token::permission::UnknownPermission>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// To read it.
    Read(Resource),
    /// To change it. Whoever may change it may read it.
    Admin(Resource),
}

impl Permission {
    /// What it is about.
    #[must_use]
    pub const fn resource(self) -> Resource {
        match self {
            Permission::Read(resource) | Permission::Admin(resource) => resource,
        }
    }
}

/// Its name, as [`FromStr`] reads it.
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beginning = match self {
            Permission::Read(_) => "READ_",
            Permission::Admin(_) => "ADMIN_",
        };
        let mut all = Resource::ALL.iter();
        let known = all.find(|(resource, _, _)| *resource == self.resource());
        write!(f, "{beginning}{}", known.map_or("", |(_, name, _)| name))
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    /// Reads a permission by its name. O(1), neither copies nor allocates.
    ///
    /// # Errors
    ///
    /// The name is none of the known ones.
    fn from_str(name: &str) -> Result<Permission, UnknownPermission> {
        let (is_admin, resource) = match (name.strip_prefix("READ_"), name.strip_prefix("ADMIN_")) {
            (Some(resource), _) => (false, resource),
            (_, Some(resource)) => (true, resource),
            _ => return Err(UnknownPermission(())),
        };
        let known = Resource::ALL
            .iter()
            .find(|(_, known, _)| *known == resource);
        match known {
            Some(&(resource, _, _)) if !is_admin => Ok(Permission::Read(resource)),
            Some(&(resource, _, true)) => Ok(Permission::Admin(resource)),
            _ => Err(UnknownPermission(())),
        }
    }
}

/// The permissions that a job declared for its token. Without any, the token reaches no resource.
///
/// # Examples
///
/// ```
/// use masker::token::permission::Permissions;
///
/// let declared = Permissions::from_iter(["ADMIN_PACKAGES".parse()?]);
/// assert!(declared.cover("READ_PACKAGES".parse()?));
/// assert!(!declared.cover("READ_JOBS".parse()?));
/// # Ok::<(), masker::token::permission::UnknownPermission>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(Vec<Permission>);

impl Permissions {
    /// Whether one of them is this permission, or one to change what this one reads. O(n).
    #[must_use]
    pub fn cover(&self, wanted: Permission) -> bool {
        self.0.iter().any(|&held| match (held, wanted) {
            (Permission::Admin(held), Permission::Read(wanted)) => held == wanted,
            _ => held == wanted,
        })
    }
}

impl Permissions {
    /// Each of them, in the order in which they were declared.
    pub fn iter(&self) -> impl Iterator<Item = Permission> {
        self.0.iter().copied()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Permissions {
        Permissions(Vec::from_iter(permissions))
    }
}

/// A name is no permission. The name is not shown: anything may stand in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPermission(());

impl fmt::Display for UnknownPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |admin: bool| {
            let able = Resource::ALL.iter().filter(move |it| it.2 || !admin);
            able.map(|it| it.1).collect::<Vec<_>>().join(", ")
        };
        write!(
            f,
            "a permission is such as READ_PACKAGES: READ_ and one of {}; or ADMIN_ and one of {}",
            names(false),
            names(true)
        )
    }
}

impl std::error::Error for UnknownPermission {}
