//! Projects and users as operators name them: by number, or by path and name.

use schemars::JsonSchema;
use serde::Deserialize;

use super::admin::Problem;
use crate::token::directory::{Project, ProjectId, ProjectReference, User, UserId};
use crate::token::store::Store;

/// A number, or a text.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "NumberOrName")]
pub(super) enum Named {
    Number(u64),
    Text(String),
}

impl Named {
    /// What stands in a path or a query: a number, if it has digits only. A sign before them is part of
    /// a name: whoever has that name must not pass for the user of the number.
    pub(super) fn of(text: &str) -> Named {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if is_number => Named::Number(number),
            _ => Named::Text(text.to_owned()),
        }
    }

    pub(super) fn project(&self, store: &dyn Store) -> Result<Project, Problem> {
        let reference = match self {
            Named::Number(id) => ProjectReference::Id(ProjectId(*id)),
            Named::Text(path) => ProjectReference::Path(path.clone()),
        };
        let found = store.project(&reference)?;
        found.ok_or(Problem::NotFound("404 Project Not Found"))
    }

    pub(super) fn user(&self, store: &dyn Store) -> Result<User, Problem> {
        let found = match self {
            Named::Number(id) => store.user(UserId(*id))?,
            Named::Text(name) => store.user_named(name)?,
        };
        found.ok_or(Problem::NotFound("404 User Not Found"))
    }
}
