//! The container registry: what its clients ask for is a scope, not a path.

use super::{Asked, Matched, NoRoute, canonical, table};
use crate::token::directory::ProjectReference;

/// What a client of the registry wants to do with a repository of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistryAction {
    /// Read images.
    Pull,
    /// Write images.
    Push,
    /// Delete tags.
    Delete,
}

/// The actions of a scope such as `repository:group/project:pull,push`. Each is decided by itself;
/// those that are not known are left out, so a registry denies them.
///
/// Nothing for a scope of another kind. O(n); allocates.
///
/// # Examples
///
/// ```
/// use masker::token::routes::{Asked, RegistryAction, registry_scope};
///
/// let asked = registry_scope("repository:tools/build/debug:pull,push").expect("a repository");
/// let repository = "tools/build/debug";
/// assert_eq!(asked, [
///     Asked::Registry { repository, action: RegistryAction::Pull },
///     Asked::Registry { repository, action: RegistryAction::Push },
/// ]);
/// assert!(registry_scope("registry:catalog:*").is_none());
/// ```
#[must_use]
pub fn registry_scope(scope: &str) -> Option<Vec<Asked<'_>>> {
    let (repository, actions) = scope.strip_prefix("repository:")?.split_once(':')?;
    let action = |name| match name {
        "pull" => Some(RegistryAction::Pull),
        "push" => Some(RegistryAction::Push),
        "delete" => Some(RegistryAction::Delete),
        _ => None,
    };
    let actions = actions.split(',').filter_map(action);
    Some(
        actions
            .map(|action| Asked::Registry { repository, action })
            .collect(),
    )
}

pub(super) fn find(repository: &str, action: RegistryAction) -> Result<Matched, NoRoute> {
    let path = format!("/{repository}");
    let segments =
        canonical::segments(&path, canonical::may_be_namespaced).ok_or(NoRoute::NotCanonical)?;
    // What is encoded, or ends with a slash, is another name to the registry than to us.
    if segments.join("/") != repository || repository.ends_with('/') {
        return Err(NoRoute::NotCanonical);
    }
    let route = table::TABLE
        .iter()
        .find(|route| route.registry == Some(action));
    let route = route.ok_or(NoRoute::Unknown)?;
    Ok(Matched {
        route,
        project: Some(ProjectReference::Image(repository.to_owned())),
        segments: Vec::new(),
    })
}
