//! `GET /jwt/auth`: what the clients of a container registry are sent to for a bearer token.

mod bearer;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{self, RawQuery};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::answer;
use super::carried::{Carried, basic, pairs};
use super::decide::Ruling;
use super::openapi::{Operation, Routes};
use super::request::Origin;
use super::shown::time;
use super::state::State;
use super::work::Unavailable;
use crate::token::authorizer::Door;
use crate::token::carriers::BASIC_USER;
use crate::token::routes::{Asked, RegistryAction, registry_scope};

use bearer::{Access, Claims};
pub use bearer::{RegistryError, RegistryKey};

/// The most scopes of a request. Docker asks for one or two.
const SCOPES: usize = 16;
/// The longest name of a service.
const SERVICE: usize = 255;

pub(super) fn routes() -> Routes {
    let operation = Operation::new(
        "authorizeImages",
        "A bearer token for a container registry.",
    )
    .details("Has what is allowed of all that is asked for, which may be nothing.")
    .query::<String>("service", "The registry.")
    .required()
    .query::<String>(
        "scope",
        "repository:PATH:pull,push,delete; more than one are repeated, or parted by spaces.",
    )
    .query::<String>("account", "Not looked at.")
    .with_credential(Some("jobTokenBasic"))
    .gives::<Bearer>(200, "The bearer token.")
    .gives::<Refusals>(400, "The service or the scopes cannot be understood.")
    .gives::<Refusals>(401, "There is no token of a job that is running.")
    .gives::<Refusals>(429, "Too many wrong tokens came from this address.")
    .refuses(&[404, 503]);
    Routes::new().get("/jwt/auth", authorize, operation)
}

/// A bearer token, as registries expect it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RegistryBearer")]
struct Bearer {
    token: String,
    /// In seconds.
    expires_in: u64,
    issued_at: Option<String>,
}

/// Why there is none.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RegistryErrors")]
struct Refusals<'r> {
    errors: [Refused<'r>; 1],
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RegistryError")]
struct Refused<'r> {
    code: &'r str,
    message: &'r str,
}

async fn authorize(
    extract::State(state): extract::State<Arc<State>>,
    Extension(origin): Extension<Arc<Origin>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(key) = &state.options.registry else {
        return answer::plain(StatusCode::NOT_FOUND);
    };
    let query = pairs(query.unwrap_or_default().as_bytes());
    let all = |wanted: &'static str| query.iter().filter(move |it| it.0 == wanted);
    let service = all("service").map(|it| it.1.as_str()).next();
    // More than one scope is repeated, or parted by spaces: clients do both.
    let scopes: Vec<&str> = all("scope")
        .flat_map(|it| it.1.split_whitespace())
        .collect();
    let is_service = |it: &&str| it.len() <= SERVICE && !it.contains(char::is_control);
    let (Some(service), true) = (service.filter(is_service), scopes.len() <= SCOPES) else {
        return registry_error(
            StatusCode::BAD_REQUEST,
            "UNSUPPORTED",
            "bad service or scope",
        );
    };
    if !key.is_for(service) {
        return registry_error(StatusCode::BAD_REQUEST, "UNSUPPORTED", "unknown service");
    }
    let granted = grant(&state, &origin, &headers, &scopes).await;
    let (ruling, access) = match granted {
        Ok(granted) => granted,
        Err(unavailable) => return unavailable.into_response(),
    };
    let Some(found) = ruling.holder() else {
        return denied(&ruling);
    };
    let leased = found
        .job
        .leased_until()
        .unwrap_or(crate::token::clock::Time::MAX);
    let claims = Claims {
        service,
        job: found.job.id,
        now: found.now,
        until: found.token.token.resource_until.min(leased),
        access,
    };
    match key.bearer(&claims) {
        Ok((token, expires_in)) => answer::json(
            StatusCode::OK,
            &json!(Bearer {
                token,
                expires_in,
                issued_at: time(found.now),
            }),
        ),
        Err(_) => answer::unavailable(),
    }
}

/// Whose token it is, and what of all that is asked for it may do. Each action is a decision.
async fn grant(
    state: &State,
    origin: &Origin,
    headers: &HeaderMap,
    scopes: &[&str],
) -> Result<(Ruling, Vec<Access>), Unavailable> {
    let password = basic(headers).filter(|(user, _)| user == BASIC_USER);
    let password = password.map(|(_, password)| password);
    let token = password.as_ref().map_or("", |password| password.as_str());
    let ruling = state.identify(origin, token).await?;
    let mut access: Vec<Access> = Vec::new();
    if ruling.holder().is_none() {
        return Ok((ruling, access));
    }
    let carried = Carried::of(headers, None);
    let lent = carried.parts();
    for asked in actions(scopes) {
        let Asked::Registry { repository, action } = asked else {
            continue;
        };
        let decided = state.decide(origin, Door::Service, asked, lent.presented());
        let decided = decided.await?;
        if decided.allowed().is_some() {
            grant_action(&mut access, repository, name(action));
        }
    }
    Ok((ruling, access))
}

/// Each action of each scope, once: each is a decision, and one request must not ask for thousands. A
/// scope of another kind has none.
fn actions<'s>(scopes: &[&'s str]) -> Vec<Asked<'s>> {
    let known = scopes.iter().filter_map(|&scope| registry_scope(scope));
    let mut actions = Vec::new();
    for asked in known.flatten() {
        if !actions.contains(&asked) {
            actions.push(asked);
        }
    }
    actions
}

fn grant_action(access: &mut Vec<Access>, repository: &str, action: &'static str) {
    match access.iter_mut().find(|it| it.name == repository) {
        Some(known) if known.actions.contains(&action) => {}
        Some(known) => known.actions.push(action),
        None => access.push(Access {
            name: repository.to_owned(),
            actions: vec![action],
        }),
    }
}

fn name(action: RegistryAction) -> &'static str {
    match action {
        RegistryAction::Pull => "pull",
        RegistryAction::Push => "push",
        RegistryAction::Delete => "delete",
    }
}

/// A decision about the token itself, in the words of registries.
fn denied(ruling: &Ruling) -> Response {
    let decided = ruling.decision.answer();
    let response = match decided.status() {
        429 => registry_error(
            StatusCode::TOO_MANY_REQUESTS,
            "TOOMANYREQUESTS",
            "too many requests",
        ),
        _ => registry_error(
            StatusCode::UNAUTHORIZED,
            "UNAUTHORIZED",
            "authentication required",
        ),
    };
    answer::with_headers_of(response, decided)
}

fn registry_error(status: StatusCode, code: &str, message: &str) -> Response {
    let errors = [Refused { code, message }];
    answer::json(status, &json!(Refusals { errors }))
}
