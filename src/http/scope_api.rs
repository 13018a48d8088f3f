//! How far the tokens of a project's jobs reach: shown and changed, as a user.
//!
//! Whoever holds only a job's token is refused: the paths take no job tokens. So they are where
//! operators ask, and the operator says in `Sudo` (or `X-User`) as whom: the host application has
//! signed that user in.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::admin::{Done, Problem, named_in, perform};
use super::named::Named;
use super::openapi::{Operation, Routes};
use super::request::Json;
use super::state::State;
use crate::token::directory::{Project, ProjectId, ProjectReference, User};
use crate::token::scope::{self, Change, Editor, Refusal};
use crate::token::store::{Store, StoreErrorKind};

const SCOPE: &str = "/api/v4/projects/{project}/job_token_scope";
const LIST: &str = "/api/v4/projects/{project}/job_token_scope/outbound_allowlist";
const ENTRY: &str = "/api/v4/projects/{project}/job_token_scope/outbound_allowlist/{target}";

pub(super) fn routes() -> Routes {
    outbound()
        .each(as_user)
        .merge(no_inbound_list(
            "allowlist",
            ["showInbound", "addInbound", "removeInbound"],
        ))
        .merge(no_inbound_list(
            "groups_allowlist",
            ["showInboundGroups", "addInboundGroup", "removeInboundGroup"],
        ))
}

fn as_user(operation: Operation) -> Operation {
    operation
        .header(
            "Sudo",
            "The user as whom it is done: its number or its name.",
        )
        .header("X-User", "The same, where there is no Sudo.")
        .refuses(&[400, 401, 403, 404])
}

fn outbound() -> Routes {
    Routes::new()
        .get(
            SCOPE,
            show,
            Operation::new("showScope", "Which limits are on.").gives::<Scope>(200, "The limits."),
        )
        .patch(
            SCOPE,
            set,
            Operation::new("setScope", "Turns the limit on what goes out on or off.")
                .says(204, "It is as it was asked for.")
                .refuses(&[501]),
        )
        .get(
            LIST,
            list,
            Operation::new(
                "listOutbound",
                "The projects that tokens of the project's jobs reach.",
            )
            .gives::<Vec<Entry>>(200, "The projects."),
        )
        .post(
            LIST,
            add,
            Operation::new("addOutbound", "Adds a project to that list.")
                .gives::<Added>(201, "It is on the list.")
                .refuses(&[422]),
        )
        .delete(
            ENTRY,
            remove,
            Operation::new("removeOutbound", "Removes a project from that list.")
                .says(204, "It is not on the list any more."),
        )
}

/// In the profile that there is, nothing is limited by what comes in.
fn no_inbound_list(name: &str, [show, add, remove]: [&'static str; 3]) -> Routes {
    let list = format!("{SCOPE}/{name}");
    Routes::new()
        .get(
            &list,
            inbound,
            as_user(
                Operation::new(
                    show,
                    "What is let in: nothing is listed, as nothing is limited.",
                )
                .gives::<[Entry; 0]>(200, "An empty list."),
            ),
        )
        .post(
            &list,
            no_inbound,
            Operation::new(add, "Not offered in the profile that there is.").refuses(&[501]),
        )
        .delete(
            &format!("{list}/{{target}}"),
            no_inbound,
            Operation::new(remove, "Not offered in the profile that there is.").refuses(&[501]),
        )
}

/// Who edits which project.
struct Edit {
    source: Project,
    editor: User,
}

impl Edit {
    fn begin(store: &dyn Store, headers: &HeaderMap, project: &str) -> Result<Edit, Problem> {
        let source = Named::of(project).project(store)?;
        if headers.contains_key("job-token") {
            let text = "Unauthorized".to_owned();
            return Err(Problem::Status(StatusCode::UNAUTHORIZED, text));
        }
        let named = named_in(headers).ok_or_else(|| {
            Problem::bad_request("Bad Request: say in the header Sudo as which user")
        })?;
        let editor = named.user(store)?;
        Ok(Edit { source, editor })
    }

    /// The same, of somebody who may see how far tokens reach: whoever may change it.
    fn of_maintainer(
        store: &dyn Store,
        headers: &HeaderMap,
        project: &str,
    ) -> Result<Edit, Problem> {
        let edit = Edit::begin(store, headers, project)?;
        let role = store.role(edit.editor.id, edit.source.id)?;
        scope::may_set_limit(Editor::User(&edit.editor, role), &edit.source)?;
        Ok(edit)
    }

    /// Changes it, if the editor still may, in one transaction.
    fn change(&self, store: &dyn Store, change: Change) -> Result<(), Problem> {
        let edited = store.edit_scope(self.source.id, self.editor.id, change);
        edited.map(drop).map_err(|error| match error.kind() {
            StoreErrorKind::ScopeRefused(refusal) => refusal.into(),
            // Somebody else was faster.
            StoreErrorKind::Duplicate => {
                Problem::Status(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
            }
            _ => error.into(),
        })
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let status = StatusCode::from_u16(refusal.status());
        let status = status.unwrap_or(StatusCode::FORBIDDEN);
        match refusal.kind() {
            // As everywhere else, for a project that is out of sight.
            scope::RefusalKind::NotFound | scope::RefusalKind::OtherNotFound => {
                Problem::NotFound("404 Project Not Found")
            }
            _ => Problem::Status(status, refusal.to_string()),
        }
    }
}

/// Which limits are on.
#[derive(Serialize, JsonSchema)]
pub(super) struct Scope {
    inbound_enabled: bool,
    outbound_enabled: bool,
}

async fn show(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let edit = Edit::of_maintainer(&*state.store, &headers, &project)?;
        let shown = Scope {
            inbound_enabled: false,
            outbound_enabled: edit.source.outbound_limit,
        };
        Ok(Done::Json(StatusCode::OK, json!(shown)))
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewScope")]
pub(super) struct Limits {
    /// The limit on what comes in, by the name that it has in GitLab.
    #[serde(alias = "inbound_enabled")]
    enabled: Option<bool>,
    outbound_enabled: Option<bool>,
}

async fn set(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
    Json(limits): Json<Limits>,
) -> Response {
    perform(state, move |state| {
        let edit = Edit::of_maintainer(&*state.store, &headers, &project)?;
        if limits.enabled == Some(true) {
            return Err(of_profile_now());
        }
        if let Some(outbound_limit) = limits.outbound_enabled {
            edit.change(&*state.store, Change::Limit(outbound_limit))?;
        }
        Ok(Done::Nothing)
    })
    .await
}

/// A project of a list.
#[derive(Serialize, JsonSchema)]
pub(super) struct Entry {
    id: u64,
    /// Nothing, if it is gone.
    path_with_namespace: Option<String>,
}

async fn list(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let edit = Edit::of_maintainer(&*state.store, &headers, &project)?;
        let mut shown = Vec::new();
        for id in state.store.listed(edit.source.id)? {
            let project = state.store.project(&ProjectReference::Id(id))?;
            let path = project.map(|project| project.path);
            shown.push(Entry {
                id: id.0,
                path_with_namespace: path,
            });
        }
        Ok(Done::Json(StatusCode::OK, json!(shown)))
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewEntry")]
pub(super) struct Listed {
    target_project_id: u64,
}

/// What was added to a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AddedEntry")]
pub(super) struct Added {
    source_project_id: u64,
    target_project_id: u64,
}

async fn add(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
    Json(listed): Json<Listed>,
) -> Response {
    perform(state, move |state| {
        let edit = Edit::begin(&*state.store, &headers, &project)?;
        let (source, target) = (edit.source.id, ProjectId(listed.target_project_id));
        edit.change(&*state.store, Change::Add(target))?;
        let shown = Added {
            source_project_id: source.0,
            target_project_id: target.0,
        };
        Ok(Done::Json(StatusCode::CREATED, json!(shown)))
    })
    .await
}

async fn remove(
    Shared(state): Shared<Arc<State>>,
    Path((project, target)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let edit = Edit::begin(&*state.store, &headers, &project)?;
        let target = target.parse().map(ProjectId);
        let target = target.map_err(|_| Problem::NotFound("404 Project Not Found"))?;
        edit.change(&*state.store, Change::Remove(target))?;
        Ok(Done::Nothing)
    })
    .await
}

async fn inbound(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        Edit::of_maintainer(&*state.store, &headers, &project)?;
        Ok(Done::Json(StatusCode::OK, json!([])))
    })
    .await
}

async fn no_inbound() -> Response {
    of_profile_now().answer()
}

fn of_profile_now() -> Problem {
    let text = "there is no limit on what comes in, in the profile seed";
    Problem::Status(StatusCode::NOT_IMPLEMENTED, text.to_owned())
}
