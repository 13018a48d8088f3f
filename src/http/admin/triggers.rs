//! Tokens that start pipelines.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::jobs::with_token;
use super::{Done, Problem, perform};
use crate::http::named::Named;
use crate::http::request::Json;
use crate::http::shown::{Person, time};
use crate::http::state::State;
use crate::token::id::Accessor;
use crate::token::issuer::IssuerErrorKind;
use crate::token::store::Trigger;
use crate::token::system::OsRandom;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewTrigger")]
pub(in crate::http) struct New {
    /// As whom the jobs of its pipelines act.
    owner: Named,
}

/// A trigger that was just made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MadeTrigger")]
pub(in crate::http) struct Made {
    accessor: String,
    project_id: u64,
    owner: Person,
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
        let made = Made {
            accessor: accessor.to_string(),
            project_id: project.id.0,
            owner: Person::named(owner.id, Some(owner.name)),
        };
        Ok(Done::Once(with_token(&json!(made), &token)))
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
        let shown: Vec<_> = triggers.iter().map(shown).collect();
        Ok(Done::Json(StatusCode::OK, json!(shown)))
    })
    .await
}

/// What is known of a trigger, without its token.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Trigger")]
pub(in crate::http) struct Shown {
    accessor: String,
    project_id: u64,
    owner: Owner,
    /// The key that its digest was made with.
    key_id: u32,
    created_at: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Owner {
    id: u64,
}

fn shown(trigger: &Trigger) -> Shown {
    Shown {
        accessor: trigger.accessor.to_string(),
        project_id: trigger.project.0,
        owner: Owner {
            id: trigger.owner.0,
        },
        key_id: trigger.key.0,
        created_at: time(trigger.created_at),
    }
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
