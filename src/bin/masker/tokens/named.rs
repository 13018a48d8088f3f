//! Projects and users as people name them: by number, or by path and name.

use masker::token::directory::{Project, ProjectId, ProjectReference, User, UserId};
use masker::token::store::{Store, StoreErrorKind};

use super::Failure;

/// A project by its number or its path.
pub fn project(store: &dyn Store, text: &str) -> Result<Project, Failure> {
    let found = store.project(&reference(text))?;
    found.ok_or_else(|| {
        Failure::denied(
            "there is no such project; name one by its number or its whole path, as group/app, or \
             bring it with `masker directory load`",
        )
    })
}

/// What a number or a path means.
pub fn reference(text: &str) -> ProjectReference {
    match number(text) {
        Some(id) => ProjectReference::Id(ProjectId(id)),
        None => ProjectReference::Path(text.to_owned()),
    }
}

/// A number has digits only: a sign before them is part of a name.
fn number(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// A user by number or name.
pub fn user(store: &dyn Store, text: &str) -> Result<User, Failure> {
    let found = match number(text) {
        Some(id) => store.user(UserId(id)),
        None => store.user_named(text),
    };
    let found = match found {
        Err(error) if error.kind() == StoreErrorKind::Duplicate => {
            return Err(Failure::denied(
                "more than one user has this name; give the number",
            ));
        }
        found => found?,
    };
    found.ok_or_else(|| {
        Failure::denied(
            "there is no such user; give a name or a number, or bring the user with `masker \
             directory load`",
        )
    })
}
