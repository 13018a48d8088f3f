//! Tokens, by the names that may be shown.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::{Done, Problem, editor, jobs, perform};
use crate::http::carried::pairs;
use crate::http::named::Named;
use crate::http::shown;
use crate::http::state::State;
use crate::token::id::Accessor;
use crate::token::lifecycle::Why;
use crate::token::store::{Audited, Selection, Store};

/// `GET /admin/tokens?job=|user=|project=|live=`
pub(in crate::http) async fn list(
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
) -> Response {
    perform(state, move |state| {
        let (which, live) = selection(&*state.store, query.as_deref().unwrap_or_default())?;
        let tokens = state.store.tokens(&which)?;
        let wanted = tokens
            .iter()
            .filter(|token| live.is_none_or(|live| token.token.is_live() == live));
        let shown: Vec<_> = wanted.map(shown::token).collect();
        Ok(Done::Json(StatusCode::OK, json!(shown)))
    })
    .await
}

fn selection(store: &dyn Store, query: &str) -> Result<(Selection, Option<bool>), Problem> {
    let (mut which, mut live) = (None, None);
    for (name, value) in pairs(query.as_bytes()) {
        let chosen = match (&*name, &**value) {
            ("live", "true" | "1" | "") => {
                live = Some(true);
                continue;
            }
            ("live", "false" | "0") => {
                live = Some(false);
                continue;
            }
            ("job", job) => Selection::Job(jobs::number(job)?),
            ("project", project) => Selection::Project(Named::of(project).project(store)?.id),
            ("user", user) => Selection::User(Named::of(user).user(store)?.id),
            _ => {
                return Err(Problem::bad_request(
                    "Bad Request: job, project, user and live are known",
                ));
            }
        };
        if which.replace(chosen).is_some() {
            return Err(Problem::bad_request(
                "Bad Request: name one of job, project and user",
            ));
        }
    }
    Ok((which.unwrap_or(Selection::All), live))
}

/// `DELETE /admin/tokens/:accessor`: ends a token; its job goes on.
pub(in crate::http) async fn revoke(
    Shared(state): Shared<Arc<State>>,
    Path(accessor): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(state, move |state| {
        let missing = Problem::NotFound("404 Token Not Found");
        let accessor = Accessor::parse(&accessor).map_err(|_| missing)?;
        let which = Selection::Accessor(accessor);
        if state.store.tokens(&which)?.is_empty() {
            return Err(Problem::NotFound("404 Token Not Found"));
        }
        let why = Why::Admin;
        let revoke = Audited::Revoke { which, why };
        let who = editor(&*state.store, &headers)?;
        let revoked = state.store.change(&revoke, &who, state.now())?;
        state.metrics.revoked(Why::Admin.as_str(), revoked);
        Ok(Done::Nothing)
    })
    .await
}
