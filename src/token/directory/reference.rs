//! How a request says which project it is about.

use super::{Project, ProjectId};

/// What a request says of the project it addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProjectReference {
    /// Its number.
    Id(ProjectId),
    /// Its full path.
    Path(String),
    /// The path of an image in its registry: the project's own, or one below it. Where more than one
    /// project fits, the longest path counts.
    Image(String),
    /// Nothing but the path of a package, by a group or the whole instance. The project is the one
    /// that owns the package, which the package registry knows.
    Package(String),
}

impl ProjectReference {
    /// Whether a project is one that this can refer to. O(n) in the path, neither copies nor
    /// allocates.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::token::directory::{ProjectReference, Projects};
    ///
    /// let projects = Projects::parse("project = [{ id = 2, path = 'tools/library' }]")?;
    /// let library = projects.source("tools/library").expect("a project of the file");
    /// assert!(ProjectReference::Image("tools/library/debug".into()).fits(&library));
    /// assert!(!ProjectReference::Image("tools/library2".into()).fits(&library));
    /// # Ok::<(), masker::token::directory::DirectoryError>(())
    /// ```
    #[must_use]
    pub fn fits(&self, project: &Project) -> bool {
        match self {
            ProjectReference::Id(id) => *id == project.id,
            ProjectReference::Path(path) => *path == project.path,
            ProjectReference::Image(path) => match path.strip_prefix(project.path.as_str()) {
                Some(below) => below.is_empty() || below.starts_with('/'),
                None => false,
            },
            ProjectReference::Package(_) => true,
        }
    }
}
