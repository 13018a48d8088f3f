//! `POST /oauth/introspect`: what a token stands for, for services that are known (RFC 7662).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{self, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use subtle::{Choice, ConstantTimeEq as _};

use super::answer;
use super::carried::{Pair, basic};
use super::request::{self, Origin};
use super::shown::permission_names;
use super::state::State;
use super::work::Unavailable;
use crate::token::authorizer::Door;
use crate::token::carriers::Presented;
use crate::token::clock::Time;
use crate::token::directory::RefName;
use crate::token::routes::{Asked, Method};
use crate::token::store::Snapshot;

pub(super) async fn answer(
    extract::State(state): extract::State<Arc<State>>,
    Extension(origin): Extension<Arc<Origin>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if !is_client(&state, &parts.headers) {
        let wait = state.limiter.failed(origin.client, state.now());
        return match wait {
            None => answer::unauthorized("Basic realm=\"introspection\""),
            Some(seconds) => too_many(seconds),
        };
    }
    let body = match request::read(&parts.headers, body, &state.options).await {
        Ok(body) => body,
        Err(unreadable) => return unreadable.into_response(),
    };
    let parameters = request::parameters(&parts.headers, &body).await;
    match active(&state, &origin, &parameters).await {
        Ok(Some(shown)) => answer::json(StatusCode::OK, &shown),
        Ok(None) => answer::json(StatusCode::OK, &json!({ "active": false })),
        Err(unavailable) => unavailable.into_response(),
    }
}

pub(super) fn too_many(seconds: u32) -> Response {
    let mut response = answer::plain(StatusCode::TOO_MANY_REQUESTS);
    let wait = HeaderValue::from(seconds);
    response.headers_mut().insert("retry-after", wait);
    response
}

/// Whether a known service asks. All are compared, so the time tells nothing of them.
fn is_client(state: &State, headers: &HeaderMap) -> bool {
    let Some((name, secret)) = basic(headers) else {
        return false;
    };
    let mut known = Choice::from(0);
    for client in &state.options.clients {
        let same = client.0.as_bytes().ct_eq(name.as_bytes());
        known |= same & client.1.expose().ct_eq(secret.as_bytes());
    }
    known.into()
}

/// What is said of a valid token, and of one that may do what is asked for. Nothing of any other.
async fn active(
    state: &State,
    origin: &Origin,
    parameters: &[Pair],
) -> Result<Option<Value>, Unavailable> {
    let one = |wanted: &str| -> Result<Option<&str>, ()> {
        let mut all = parameters.iter().filter(|it| it.0 == wanted);
        match (all.next(), all.next()) {
            (None, _) => Ok(None),
            (Some(one), None) => Ok(Some(one.1.as_str())),
            _ => Err(()),
        }
    };
    let (Ok(Some(token)), Ok(audience), Ok(project), Ok(action)) =
        (one("token"), one("audience"), one("project"), one("action"))
    else {
        return Ok(None);
    };
    if audience.is_some_and(|audience| audience != state.options.issuer) {
        return Ok(None);
    }
    let ruling = match action {
        None => state.identify(origin, token).await?,
        Some(action) => {
            let Some((method, path)) = action.split_once(' ') else {
                return Ok(None);
            };
            let method = Method::named(method);
            let presented = Presented {
                headers: &[("JOB-TOKEN", token)],
                ..Presented::default()
            };
            let asked = Asked::Http { method, path };
            // As a proxy asks: the service has the token, and where its client had it is past.
            let decided = state.decide(origin, Door::ForwardAuth, asked, presented);
            decided.await?
        }
    };
    let of_project = |found: &&Snapshot| {
        let addressed = found.target.as_ref().or(found.source.as_ref());
        project.is_none_or(|wanted| {
            addressed.is_some_and(|it| it.path == wanted || it.id.0.to_string() == wanted)
        })
    };
    let allowed = ruling.allowed().filter(of_project);
    Ok(allowed.map(|found| shown(state, found)))
}

fn shown(state: &State, found: &Snapshot) -> Value {
    let seconds = |time: Time| time.micros() / 1_000_000;
    let leased = found.job.leased_until().unwrap_or(Time::MAX);
    let about = &found.about;
    let user = found.user.as_ref();
    let source = found.source.as_ref();
    let mut shown = json!({
        "active": true,
        "token_type": "job_token",
        "sub": format!("job:{}", found.job.id.0),
        "username": user.map(|user| &user.name),
        "exp": seconds(found.token.token.resource_until.min(leased)),
        "iat": seconds(found.token.token.issued_at),
        "iss": state.options.issuer,
        "jti": found.token.accessor.as_str(),
        "job_id": found.job.id.0,
        "project_id": found.job.project.0,
        "project_path": source.map(|project| &project.path),
        "pipeline_id": about.pipeline.map(|pipeline| pipeline.0),
        "ref": about.git_ref.as_ref().map(RefName::as_str),
        "ref_protected": about.git_ref.as_ref().map(|_| about.ref_protected),
        "job_status": found.job.state.as_str(),
        "user_id": user.map(|user| user.id.0),
    });
    // Without it the job has declared nothing, and nothing limits it but its user's rights; an empty
    // one is that of a job that declared `none`.
    if let Some(permissions) = &about.permissions {
        shown["scope"] = json!(permission_names(permissions).join(" "));
    }
    shown
}
