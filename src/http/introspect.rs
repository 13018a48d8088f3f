//! `POST /oauth/introspect`: what a token stands for, for services that are known (RFC 7662).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{self, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use subtle::{Choice, ConstantTimeEq as _};

use super::answer;
use super::carried::{Pair, basic};
use super::openapi::{Operation, Routes};
use super::request::{self, Origin};
use super::shown::permission_names;
use super::state::State;
use super::work::Unavailable;
use crate::token::authorizer::Door;
use crate::token::carriers::{Authorization, BASIC_USER, Presented};
use crate::token::clock::Time;
use crate::token::routes::{Asked, Method};
use crate::token::store::Snapshot;

pub(super) fn routes() -> Routes {
    let operation = Operation::new("introspect", "What a token stands for (RFC 7662).")
        .details("With `action`, whether the token may do that: it is not active otherwise.")
        .body(true, &["application/x-www-form-urlencoded"], |schemas| {
            schemas.read::<Question>()
        })
        .with_credential(Some("client"))
        .gives::<Introspected>(
            200,
            "What is known of a valid token. Of any other, nothing.",
        )
        .refuses(&[400, 401, 429, 503]);
    Routes::new().post("/oauth/introspect", answer, operation)
}

async fn answer(
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
        Ok(introspected) => answer::json(StatusCode::OK, &json!(introspected)),
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
) -> Result<Introspected, Unavailable> {
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
        return Ok(NOTHING);
    };
    if audience.is_some_and(|audience| audience != state.options.issuer) {
        return Ok(NOTHING);
    }
    let ruling = match action {
        None => state.identify(origin, token).await?,
        Some(action) => {
            let Some((method, path)) = action.split_once(' ') else {
                return Ok(NOTHING);
            };
            let method = Method::named(method);
            // As a proxy asks: the service has the token, and where its client had it is past. So it is
            // in every place that an own row may take.
            let presented = Presented {
                headers: &[("JOB-TOKEN", token)],
                authorization: &[
                    Authorization::Basic(BASIC_USER, token),
                    Authorization::Bearer(token),
                ],
                ..Presented::default()
            };
            let asked = Asked::Http { method, path };
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
    Ok(allowed.map_or(NOTHING, |found| shown(state, found)))
}

/// What a service asks.
#[derive(JsonSchema)]
#[expect(
    dead_code,
    reason = "it is read by hand, as parameters may be given twice"
)]
#[schemars(rename = "Introspection")]
struct Question {
    token: String,
    /// Not looked at.
    token_type_hint: Option<String>,
    /// Who is to take the token: our own URL, if it is said.
    audience: Option<String>,
    /// The project that is addressed, by its number or its path.
    project: Option<String>,
    /// A method and a path, as `GET /api/v4/job`.
    action: Option<String>,
}

/// What is known of a token.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Introspected {
    Active(Box<Active>),
    Not { active: bool },
}

const NOTHING: Introspected = Introspected::Not { active: false };

/// What a valid token stands for.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ActiveToken")]
struct Active {
    active: bool,
    token_type: &'static str,
    /// The job.
    sub: String,
    username: Option<String>,
    exp: u64,
    iat: u64,
    iss: String,
    /// The name of the token that may be shown.
    jti: String,
    /// The permissions that the job has declared; empty, if it declared `none`. Without it, it has declared
    /// nothing, and nothing limits it but its user's rights.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    job_id: u64,
    project_id: u64,
    project_path: Option<String>,
    pipeline_id: Option<u64>,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    ref_protected: Option<bool>,
    job_status: &'static str,
    user_id: Option<u64>,
}

fn shown(state: &State, found: &Snapshot) -> Introspected {
    let seconds = |time: Time| time.micros() / 1_000_000;
    let leased = found.job.leased_until().unwrap_or(Time::MAX);
    let about = &found.about;
    let user = found.user.as_ref();
    let source = found.source.as_ref();
    Introspected::Active(Box::new(Active {
        active: true,
        token_type: "job_token",
        sub: format!("job:{}", found.job.id.0),
        username: user.map(|user| user.name.clone()),
        exp: seconds(found.token.token.resource_until.min(leased)),
        iat: seconds(found.token.token.issued_at),
        iss: state.options.issuer.clone(),
        jti: found.token.accessor.to_string(),
        scope: about
            .permissions
            .as_ref()
            .map(|it| permission_names(it).join(" ")),
        job_id: found.job.id.0,
        project_id: found.job.project.0,
        project_path: source.map(|project| project.path.clone()),
        pipeline_id: about.pipeline.map(|pipeline| pipeline.0),
        git_ref: about.git_ref.as_ref().map(|it| it.as_str().to_owned()),
        ref_protected: about.git_ref.as_ref().map(|_| about.ref_protected),
        job_status: found.job.state.as_str(),
        user_id: user.map(|user| user.id.0),
    }))
}
