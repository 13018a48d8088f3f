//! How a request says which project it is about.

use super::{Project, ProjectId};

/// What a request says of the project it addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProjectReference {
    /// Its number.
    Id(ProjectId),
    /// Its full path. Letters of ASCII are the same in either case.
    Path(String),
    /// The path of an image in its registry: the project's own, or one below it. Where more than one
    /// project fits, the longest path counts.
    Image(String),
    /// Nothing but the path of a package, by a group or the whole instance. The project is the one
    /// that owns the package, which the package registry knows.
    Package(String),
}

impl ProjectReference {
    /// The paths that this can mean, the most exact first: one to look up in turn until a project
    /// has it. None if it is no path of a project. Neither copies nor allocates.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let (path, also_above) = match self {
            ProjectReference::Path(path) => (Some(path), false),
            ProjectReference::Image(path) => (Some(path), true),
            ProjectReference::Id(_) | ProjectReference::Package(_) => (None, false),
        };
        std::iter::successors(path.map(String::as_str), move |path| {
            let (above, _) = path.rsplit_once('/')?;
            also_above.then_some(above)
        })
    }

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
            ProjectReference::Path(path) => path.eq_ignore_ascii_case(&project.path),
            ProjectReference::Image(path) => match path.split_at_checked(project.path.len()) {
                Some((own, below)) => {
                    own.eq_ignore_ascii_case(&project.path)
                        && (below.is_empty() || below.starts_with('/'))
                }
                None => false,
            },
            ProjectReference::Package(_) => true,
        }
    }
}
