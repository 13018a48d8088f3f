//! The scope limit: which projects the tokens of a project reach, and who may change that.

use std::error::Error;
use std::fmt;

use crate::token::directory::{Project, ProjectId, Role, User, Visibility};

/// How many projects an outbound list may have.
pub const MAX_LISTED: usize = 200;

/// Whether the limit of `source` lets its tokens through to `target`.
///
/// To pass grants nothing: the user still must be able to read the target, and have the role. O(1).
///
/// # Examples
///
/// ```
/// use masker::token::directory::Projects;
/// use masker::token::scope::outbound;
///
/// let projects = Projects::parse("project = [
///     { id = 1, path = 'tools/build', scope = { limit = true } },
///     { id = 2, path = 'tools/library' },
/// ]")?;
/// let build = projects.source("tools/build").expect("a project of the file");
/// let library = projects.source("tools/library").expect("a project of the file");
/// assert!(!outbound(&build, &library, false));
/// assert!(outbound(&build, &library, true));
/// assert!(outbound(&library, &build, false), "a limit is on what goes out");
/// # Ok::<(), masker::token::directory::DirectoryError>(())
/// ```
#[must_use]
pub fn outbound(source: &Project, target: &Project, listed: bool) -> bool {
    target.id == source.id
        || !source.outbound_limit
        || target.visibility != Visibility::Private
        || listed
}

/// Who wants to change the scope of a project.
#[derive(Clone, Copy, Debug)]
pub enum Editor<'a> {
    /// Whoever holds a job token. That user may, and the token may not.
    JobToken,
    /// A user, and the user's role in the project whose scope is changed.
    User(&'a User, Role),
}

/// A project as a change of a list finds it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number.
    pub id: ProjectId,
    /// The project and the editor's role in it; nothing if there is no such project.
    pub project: Option<(&'a Project, Role)>,
    /// Whether the list has it.
    pub listed: bool,
}

/// A change of the scope of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Turns the outbound limit on or off.
    Limit(bool),
    /// Adds a project to the outbound list.
    Add(ProjectId),
    /// Removes a project from it.
    Remove(ProjectId),
}

/// Whether an editor may turn the limit of `source` on or off. O(1).
///
/// # Errors
///
/// The editor holds a job token, cannot read the project, or is no Maintainer of it.
pub fn may_set_limit(editor: Editor<'_>, source: &Project) -> Result<(), Refusal> {
    maintainer(editor, source).map(|_| ())
}

/// Whether an editor may add a project to the outbound list of `source`, which has `length` entries.
/// Whether the limit is on does not matter: one can list first. O(1).
///
/// # Errors
///
/// The editor is no Maintainer of both projects; or the entry is the project itself, is there
/// already, or is one too many.
pub fn may_add(
    editor: Editor<'_>,
    source: &Project,
    entry: Entry<'_>,
    length: usize,
) -> Result<(), Refusal> {
    let user = maintainer(editor, source)?;
    if entry.id == source.id {
        return Err(Refusal(RefusalKind::Itself));
    }
    let (project, role) = entry.project.ok_or(Refusal(RefusalKind::OtherNotFound))?;
    maintainer_of_other(user, project, role)?;
    match entry.listed {
        true => Err(Refusal(RefusalKind::Duplicate)),
        false if length >= MAX_LISTED => Err(Refusal(RefusalKind::Full)),
        false => Ok(()),
    }
}

/// Whether an editor may remove a project from the outbound list of `source`. Of a project that is
/// gone nobody is Maintainer; it can be removed all the same. O(1).
///
/// # Errors
///
/// The editor is no Maintainer of both projects, or the entry is not there.
pub fn may_remove(editor: Editor<'_>, source: &Project, entry: Entry<'_>) -> Result<(), Refusal> {
    let user = maintainer(editor, source)?;
    if let Some((project, role)) = entry.project
        && !project.pending_delete
    {
        maintainer_of_other(user, project, role)?;
    }
    match entry.listed {
        true => Ok(()),
        false => Err(Refusal(RefusalKind::NotListed)),
    }
}

fn maintainer<'a>(editor: Editor<'a>, source: &Project) -> Result<&'a User, Refusal> {
    match editor {
        Editor::JobToken => Err(Refusal(RefusalKind::JobToken)),
        Editor::User(user, role) if !user.can_read(role, source) => {
            Err(Refusal(RefusalKind::NotFound))
        }
        Editor::User(_, role) if role < Role::Maintainer => {
            Err(Refusal(RefusalKind::NotMaintainer))
        }
        Editor::User(user, _) => Ok(user),
    }
}

fn maintainer_of_other(user: &User, project: &Project, role: Role) -> Result<(), Refusal> {
    if !user.can_read(role, project) {
        return Err(Refusal(RefusalKind::OtherNotFound));
    }
    match role >= Role::Maintainer {
        true => Ok(()),
        false => Err(Refusal(RefusalKind::NotMaintainerOfOther)),
    }
}

/// Why a change of a scope is refused.
///
/// # Examples
///
/// ```
/// use masker::token::directory::Projects;
/// use masker::token::scope::{Editor, RefusalKind, may_set_limit};
///
/// let projects = Projects::parse("project = [{ id = 1, path = 'tools/build' }]")?;
/// let build = projects.source("tools/build").expect("a project of the file");
/// let refusal = may_set_limit(Editor::JobToken, &build).unwrap_err();
/// assert_eq!(refusal.kind(), RefusalKind::JobToken);
/// assert_eq!(refusal.status(), 401);
/// # Ok::<(), masker::token::directory::DirectoryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(RefusalKind);

/// The causes of a [`Refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalKind {
    /// No scope is changed by a job token.
    JobToken,
    /// The editor cannot read the project.
    NotFound,
    /// The editor is no Maintainer of the project.
    NotMaintainer,
    /// There is no such other project, or the editor cannot read it.
    OtherNotFound,
    /// The editor is no Maintainer of the other project.
    NotMaintainerOfOther,
    /// The entry is the project itself.
    Itself,
    /// The list has the entry already.
    Duplicate,
    /// The list has [`MAX_LISTED`] entries.
    Full,
    /// The list does not have the entry.
    NotListed,
}

impl Refusal {
    /// The cause.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        self.0
    }

    /// The status of the answer over HTTP.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.0 {
            RefusalKind::JobToken => 401,
            RefusalKind::NotMaintainer | RefusalKind::NotMaintainerOfOther => 403,
            RefusalKind::NotFound | RefusalKind::OtherNotFound | RefusalKind::NotListed => 404,
            RefusalKind::Itself | RefusalKind::Duplicate | RefusalKind::Full => 422,
        }
    }
}

/// A sentence for the editor. Of a project that the editor cannot read it says the same as of none.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            RefusalKind::JobToken => "a job token cannot change a scope",
            RefusalKind::NotFound => "there is no such project",
            RefusalKind::NotMaintainer => "this takes a Maintainer of the project",
            RefusalKind::OtherNotFound => "there is no such project to list",
            RefusalKind::NotMaintainerOfOther => "this takes a Maintainer of both projects",
            RefusalKind::Itself => "the entry can't be the same as the source project",
            RefusalKind::Duplicate => "the list has this project already",
            RefusalKind::Full => return write!(f, "the list has {MAX_LISTED} entries already"),
            RefusalKind::NotListed => "the list does not have this project",
        })
    }
}

impl Error for Refusal {}
