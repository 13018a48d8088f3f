//! Tokens that start pipelines.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::jobs::with_token;
use super::{Done, Problem, perform};
use crate::http::named::Named;
use crate::http::request::Json;
use crate::http::shown::time;
use crate::http::state::State;
use crate::token::id::Accessor;
use crate::token::issuer::IssuerErrorKind;
use crate::token::store::Trigger;
use crate::token::system::OsRandom;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct New {
    owner: Named,
}

/// `POST /admin/projects/:id/triggers`: the one answer that has the token.
pub(in crate::http) async fn make(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
    Json(new): Json<New>,
) -> Response {
    perform(state, move |state| {
        let project = Named::of(&project).project(&*state.store)?;
        let owner = new.owner.user(&*state.store)?;
        let made = state
            .issuer
            .make_trigger(project.id, owner.id, &mut OsRandom, state.now());
        let (token, accessor) = match made {
            Err(error) if error.kind() == IssuerErrorKind::Unknown => {
                return Err(Problem::NotFound("404 Not Found"));
            }
            made => made?,
        };
        let shown = json!({
            "accessor": accessor.as_str(),
            "project_id": project.id.0,
            "owner": { "id": owner.id.0, "username": owner.name },
        });
        Ok(Done::Once(with_token(&shown, &token)))
    })
    .await
}

/// `GET /admin/projects/:id/triggers`
pub(in crate::http) async fn list(
    Shared(state): Shared<Arc<State>>,
    Path(project): Path<String>,
) -> Response {
    perform(state, move |state| {
        let project = Named::of(&project).project(&*state.store)?;
        let triggers = state.store.triggers(project.id)?;
        let shown: Vec<Value> = triggers.iter().map(shown).collect();
        Ok(Done::Json(StatusCode::OK, json!(shown)))
    })
    .await
}

fn shown(trigger: &Trigger) -> Value {
    json!({
        "accessor": trigger.accessor.as_str(),
        "project_id": trigger.project.0,
        "owner": { "id": trigger.owner.0 },
        "key_id": trigger.key.0,
        "created_at": time(trigger.created_at),
    })
}

/// `DELETE /admin/triggers/:accessor`
pub(in crate::http) async fn delete(
    Shared(state): Shared<Arc<State>>,
    Path(accessor): Path<String>,
) -> Response {
    perform(state, move |state| {
        let missing = Problem::NotFound("404 Token Not Found");
        let accessor = Accessor::parse(&accessor).map_err(|_| missing)?;
        state.store.delete_trigger(&accessor)?;
        Ok(Done::Nothing)
    })
    .await
}
