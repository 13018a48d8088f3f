//! How far the tokens of a project's jobs reach: shown and changed, as a user.
//!
//! Whoever holds only a job's token is refused: the paths take no job tokens. So they are where
//! operators ask, and the operator says in `Sudo` (or `X-User`) as whom: the host application has
//! signed that user in.

use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{delete, get};
use serde::Deserialize;
use serde_json::{Value, json};

use super::admin::{Done, Problem, perform};
use super::named::Named;
use super::request::Json;
use super::state::State;
use crate::token::directory::{Project, ProjectId, ProjectReference, Role, User};
use crate::token::scope::{self, Editor, Entry, Refusal};
use crate::token::store::Store;

pub(super) fn routes() -> Router<Arc<State>> {
    let base = "/api/v4/projects/{project}/job_token_scope";
    let inbound = get(inbound).post(no_inbound);
    Router::new()
        .route(base, get(show).patch(set))
        .route(&format!("{base}/outbound_allowlist"), get(list).post(add))
        .route(
            &format!("{base}/outbound_allowlist/{{target}}"),
            delete(remove),
        )
        .route(&format!("{base}/allowlist"), inbound.clone())
        .route(&format!("{base}/allowlist/{{target}}"), delete(no_inbound))
        .route(&format!("{base}/groups_allowlist"), inbound)
        .route(
            &format!("{base}/groups_allowlist/{{target}}"),
            delete(no_inbound),
        )
}

/// Who edits which project.
struct Edit {
    source: Project,
    /// Nobody, if all there is is a job's token.
    editor: Option<(User, Role)>,
}

impl Edit {
    fn begin(store: &dyn Store, headers: &HeaderMap, project: &str) -> Result<Edit, Problem> {
        let source = Named::of(project).project(store)?;
        let given = headers.get("sudo").or_else(|| headers.get("x-user"));
        if headers.contains_key("job-token") {
            let editor = None;
            return Ok(Edit { source, editor });
        }
        let name = given.and_then(|given| given.to_str().ok());
        let name = name.ok_or_else(|| {
            Problem::bad_request("Bad Request: say in the header Sudo as which user")
        })?;
        let user = Named::of(name).user(store)?;
        let role = store.role(user.id, source.id)?;
        let editor = Some((user, role));
        Ok(Edit { source, editor })
    }

    fn editor(&self) -> Editor<'_> {
        match &self.editor {
            Some((user, role)) => Editor::User(user, *role),
            None => Editor::JobToken,
        }
    }

    fn role_in(&self, store: &dyn Store, project: &Project) -> Result<Role, Problem> {
        match &self.editor {
            Some((user, _)) => Ok(store.role(user.id, project.id)?),
            None => Ok(Role::None),
        }
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
            scope::RefusalKind::JobToken => Problem::Status(status, "Unauthorized".to_owned()),
            _ => Problem::Status(status, refusal.to_string()),
        }
    }
}

async fn show(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let edit = Edit::begin(&*state.store, &headers, &project)?;
        scope::may_set_limit(edit.editor(), &edit.source)?;
        let shown = json!({
            "inbound_enabled": false,
            "outbound_enabled": edit.source.outbound_limit,
        });
        Ok(Done::Json(StatusCode::OK, shown))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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
        let _one = state
            .settings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let edit = Edit::begin(&*state.store, &headers, &project)?;
        scope::may_set_limit(edit.editor(), &edit.source)?;
        if limits.enabled == Some(true) {
            return Err(of_profile_now());
        }
        if let Some(outbound_limit) = limits.outbound_enabled {
            let project = Project {
                outbound_limit,
                ..edit.source
            };
            state.store.put_project(&project, state.now())?;
        }
        Ok(Done::Nothing)
    })
    .await
}

async fn list(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let edit = Edit::begin(&*state.store, &headers, &project)?;
        scope::may_set_limit(edit.editor(), &edit.source)?;
        let mut shown: Vec<Value> = Vec::new();
        for id in state.store.listed(edit.source.id)? {
            let project = state.store.project(&ProjectReference::Id(id))?;
            let path = project.map(|project| project.path);
            shown.push(json!({ "id": id.0, "path_with_namespace": path }));
        }
        Ok(Done::Json(StatusCode::OK, json!(shown)))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
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
        let length = state.store.listed(source)?.len();
        with_entry(state, &edit, target, |entry| {
            scope::may_add(edit.editor(), &edit.source, entry, length)
        })?;
        state.store.list(source, target).map_err(of_list)?;
        let shown = json!({ "source_project_id": source.0, "target_project_id": target.0 });
        Ok(Done::Json(StatusCode::CREATED, shown))
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
        with_entry(state, &edit, target, |entry| {
            scope::may_remove(edit.editor(), &edit.source, entry)
        })?;
        state.store.unlist(edit.source.id, target)?;
        Ok(Done::Nothing)
    })
    .await
}

fn with_entry(
    state: &State,
    edit: &Edit,
    target: ProjectId,
    may: impl FnOnce(Entry<'_>) -> Result<(), Refusal>,
) -> Result<(), Problem> {
    let project = state.store.project(&ProjectReference::Id(target))?;
    let role = match &project {
        Some(project) => edit.role_in(&*state.store, project)?,
        None => Role::None,
    };
    let entry = Entry {
        id: target,
        project: project.as_ref().map(|project| (project, role)),
        listed: state.store.lists(edit.source.id, target)?,
    };
    Ok(may(entry)?)
}

/// Somebody else was faster.
fn of_list(error: crate::token::store::StoreError) -> Problem {
    use crate::token::store::StoreErrorKind;

    match error.kind() {
        StoreErrorKind::Duplicate => {
            Problem::Status(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
        _ => error.into(),
    }
}

async fn inbound(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let edit = Edit::begin(&*state.store, &headers, &project)?;
        scope::may_set_limit(edit.editor(), &edit.source)?;
        Ok(Done::Json(StatusCode::OK, json!([])))
    })
    .await
}

/// In the profile that there is, nothing is limited by what comes in.
async fn no_inbound() -> Response {
    of_profile_now().answer()
}

fn of_profile_now() -> Problem {
    let text = "there is no limit on what comes in, in the profile seed";
    Problem::Status(StatusCode::NOT_IMPLEMENTED, text.to_owned())
}
