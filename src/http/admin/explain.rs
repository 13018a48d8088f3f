//! `POST /admin/explain`: what would be decided of a request, and what each check says.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Done, Problem, perform};
use crate::http::carried::pairs;
use crate::http::request::Json;
use crate::http::state::State;
use crate::http::{facts, shown};
use crate::token::authorizer::{Decision, Holder, Outcome, Step, snapshot};
use crate::token::id::Accessor;
use crate::token::routes::{Asked, Method, RegistryAction};
use crate::token::store::Selection;

/// The request of a token that nobody needs to show.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Supposed {
    accessor: String,
    /// A method; or pull, push or delete, of an image.
    method: String,
    /// The path with the query; or the path of the image.
    path: String,
}

pub(in crate::http) async fn explain(
    Shared(state): Shared<Arc<State>>,
    Json(supposed): Json<Supposed>,
) -> Response {
    perform(state, move |state| {
        let (path, query) = match supposed.path.split_once('?') {
            Some((path, query)) => (path, query),
            None => (&*supposed.path, ""),
        };
        let query = pairs(query.as_bytes());
        let query: Vec<_> = query.iter().map(|it| (&*it.0, it.1.as_str())).collect();
        // A token of the query would be one more, and it has no place in a question.
        if query
            .iter()
            .any(|it| it.0 == "token" || it.0 == "job_token")
        {
            return Err(Problem::bad_request(
                "Bad Request: leave the token out of the path",
            ));
        }
        let accessor = Accessor::parse(&supposed.accessor);
        let accessor = accessor.map_err(|_| {
            Problem::bad_request("Bad Request: an accessor is mja_ and 16 characters")
        })?;
        let asked = asked(&supposed.method, path);
        let admitted = match state.policy.suppose(asked, &query) {
            Ok(admitted) => admitted,
            Err(denied) => return Ok(told(&denied, &[])),
        };
        let (store, now) = (&*state.store, state.now());
        let class = admitted.route().class;
        let which = Selection::Accessor(accessor.clone());
        let job = store.tokens(&which)?.first().map(|token| token.job);
        let token = Holder::by_accessor(store, accessor, class, now)?;
        let mut facts = snapshot(store, &admitted, token)?;
        facts::add_artifact(store, &admitted, job, &mut facts, now)?;
        Ok(told(&admitted.decide(&facts), &admitted.explain(&facts)))
    })
    .await
}

fn asked<'a>(method: &str, path: &'a str) -> Asked<'a> {
    let image = |action| Asked::Registry {
        repository: path,
        action,
    };
    match method {
        "pull" => image(RegistryAction::Pull),
        "push" => image(RegistryAction::Push),
        "delete" => image(RegistryAction::Delete),
        method => Asked::Http {
            method: Method::named(method),
            path,
        },
    }
}

/// What would be decided, and what each check says.
#[derive(Serialize, JsonSchema)]
pub(in crate::http) struct Explained {
    #[serde(flatten)]
    verdict: shown::Verdict,
    steps: Vec<Checked>,
    public: Public,
}

/// A check.
#[derive(Serialize, JsonSchema)]
struct Checked {
    step: String,
    /// Passed, failed, not applicable or not reached.
    outcome: &'static str,
    reason: Option<String>,
}

/// What the client would be told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PublicAnswer")]
struct Public {
    status: u16,
    body: &'static str,
}

fn told(decision: &Decision, steps: &[(Step, Outcome)]) -> Done {
    let explained = Explained {
        verdict: shown::record(decision.record()),
        steps: steps.iter().map(step).collect(),
        public: Public {
            status: decision.answer().status(),
            body: decision.answer().body(),
        },
    };
    Done::Json(StatusCode::OK, json!(explained))
}

fn step((step, outcome): &(Step, Outcome)) -> Checked {
    let (outcome, reason) = match outcome {
        Outcome::Passed => ("passed", None),
        Outcome::NotApplicable => ("not applicable", None),
        Outcome::Failed(reason) => ("failed", Some(reason.to_string())),
        Outcome::NotReached => ("not reached", None),
    };
    Checked {
        step: format!("{step:?}"),
        outcome,
        reason,
    }
}
