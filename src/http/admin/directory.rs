//! Projects and users: what an operator sets of them.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Done, Problem, editor, perform, word};
use crate::http::named::Named;
use crate::http::request::Json;
use crate::http::state::State;
use crate::token::directory::{FeatureVisibility, Features, Project, User, UserState, Visibility};
use crate::token::lifecycle::Why;

/// `POST /admin/projects/:id/pending-delete`: ends the tokens of its jobs.
pub(in crate::http) async fn pending_delete(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Response {
    let delete = |project: &mut Project| project.pending_delete = true;
    change(state, project, headers, delete).await
}

/// What is not said stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProjectSettings")]
pub(in crate::http) struct Settings {
    visibility: Option<Seen>,
    outbound_limit: Option<bool>,
    job_token_push: Option<bool>,
    container_registry_api: Option<bool>,
    public_pipelines: Option<bool>,
    #[serde(default)]
    features: FeatureSettings,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Visibility")]
enum Seen {
    Private,
    Internal,
    Public,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "FeatureVisibility")]
enum For {
    Disabled,
    Members,
    Everyone,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct FeatureSettings {
    repository: Option<For>,
    builds: Option<For>,
    container_registry: Option<For>,
    package_registry: Option<For>,
    releases: Option<For>,
    environments: Option<For>,
}

/// `POST /admin/projects/:id/settings`
pub(in crate::http) async fn settings(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    headers: HeaderMap,
    Json(settings): Json<Settings>,
) -> Response {
    let set = move |project: &mut Project| settings.put_into(project);
    change(state, project, headers, set).await
}

impl Settings {
    fn put_into(&self, project: &mut Project) {
        let visibility = self.visibility.map(|seen| match seen {
            Seen::Private => Visibility::Private,
            Seen::Internal => Visibility::Internal,
            Seen::Public => Visibility::Public,
        });
        put(visibility, &mut project.visibility);
        put(self.outbound_limit, &mut project.outbound_limit);
        put(self.job_token_push, &mut project.job_token_push);
        put(
            self.container_registry_api,
            &mut project.container_registry_api,
        );
        put(self.public_pipelines, &mut project.public_pipelines);
        self.features.put_into(&mut project.features);
    }
}

impl FeatureSettings {
    fn put_into(&self, features: &mut Features) {
        let visible = |to: Option<For>| {
            to.map(|to| match to {
                For::Disabled => FeatureVisibility::Disabled,
                For::Members => FeatureVisibility::Members,
                For::Everyone => FeatureVisibility::Everyone,
            })
        };
        put(visible(self.repository), &mut features.repository);
        put(visible(self.builds), &mut features.builds);
        put(
            visible(self.container_registry),
            &mut features.container_registry,
        );
        put(
            visible(self.package_registry),
            &mut features.package_registry,
        );
        put(visible(self.releases), &mut features.releases);
        put(visible(self.environments), &mut features.environments);
    }
}

fn put<T>(value: Option<T>, place: &mut T) {
    if let Some(value) = value {
        *place = value;
    }
}

async fn change(
    state: Arc<State>,
    project: String,
    headers: HeaderMap,
    change: impl Fn(&mut Project) + Send + 'static,
) -> Response {
    perform(state, move |state| {
        let who = editor(&*state.store, &headers)?;
        let id = Named::of(&project).project(&*state.store)?.id;
        let edited = state.store.edit_project(id, &change, &who, state.now())?;
        let (project, revoked) = edited;
        let why = Why::ProjectDeleted;
        state.metrics.revoked(why.as_str(), revoked);
        Ok(Done::Json(StatusCode::OK, json!(project_shown(&project))))
    })
    .await
}

/// A project.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Project")]
pub(in crate::http) struct ProjectShown {
    id: u64,
    path_with_namespace: String,
    visibility: String,
    /// Whether the tokens of its jobs have ended for good.
    pending_delete: bool,
    /// Whether the tokens of its jobs reach listed projects only.
    outbound_limit: bool,
    job_token_push: bool,
    container_registry_api: bool,
    public_pipelines: bool,
}

fn project_shown(project: &Project) -> ProjectShown {
    ProjectShown {
        id: project.id.0,
        path_with_namespace: project.path.clone(),
        visibility: format!("{:?}", project.visibility).to_lowercase(),
        pending_delete: project.pending_delete,
        outbound_limit: project.outbound_limit,
        job_token_push: project.job_token_push,
        container_registry_api: project.container_registry_api,
        public_pipelines: project.public_pipelines,
    }
}

/// What is done to a user.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "UserVerb")]
pub(in crate::http) enum UserVerb {
    Block,
    Unblock,
}

/// A user, and whether its jobs may have tokens.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UserState")]
pub(in crate::http) struct UserShown {
    id: u64,
    username: String,
    state: String,
}

/// `POST /admin/users/:id/{block,unblock}`: blocking ends the tokens of the user's jobs.
pub(in crate::http) async fn user(
    Shared(state): Shared<Arc<State>>,
    Path((user, verb)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let user_state = match word(&verb)? {
            UserVerb::Block => UserState::Blocked,
            UserVerb::Unblock => UserState::Active,
        };
        let who = editor(&*state.store, &headers)?;
        let id = Named::of(&user).user(&*state.store)?.id;
        // Who was deleted stays so.
        let change = |user: &mut User| {
            if user.state != UserState::Deleted {
                user.state = user_state;
            }
        };
        let edited = state.store.edit_user(id, &change, &who, state.now())?;
        let (user, revoked) = edited;
        let why = Why::UserBlocked;
        state.metrics.revoked(why.as_str(), revoked);
        if user.state == UserState::Deleted {
            return Err(Problem::NotFound("404 User Not Found"));
        }
        let shown = UserShown {
            id: user.id.0,
            state: format!("{:?}", user.state).to_lowercase(),
            username: user.name,
        };
        Ok(Done::Json(StatusCode::OK, json!(shown)))
    })
    .await
}
