//! What proxies ask before they let a request through: nginx, Traefik, Caddy, Envoy, APISIX.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{self, Request};
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use subtle::ConstantTimeEq as _;

use super::answer;
use super::carried::{Carried, pairs};
use super::decide::Ruling;
use super::openapi::{Operation, Routes};
use super::request::Origin;
use super::state::State;
use crate::token::authorizer::Door;
use crate::token::routes::{Asked, Method};
use crate::token::store::Snapshot;

const PREFIX: &str = "/auth/forward";

/// What no header can hold, and what would make the escapes ambiguous.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

pub(super) fn routes() -> Routes {
    let by_header = described("forward", "Whether a request may be let through.")
        .query::<String>("mode", "nginx: the answers are those of /auth/nginx.");
    let by_path = |id, summary| {
        described(id, summary).details("The method is that of the request, unless headers say one.")
    };
    let of_path = by_path(
        "forwardPath",
        "The same, of a request whose path stands behind our own.",
    );
    let of_root = by_path(
        "forwardRoot",
        "The same, of the path /, which no token opens.",
    );
    let denied = |operation: Operation| {
        operation
            .details("What is denied has the body that its client reads: of git, a line of text.")
            .refuses(&[400, 401, 403, 404, 429, 503])
    };
    Routes::new()
        .any(PREFIX, forward, denied(by_header.says(200, ALLOWED)))
        .any("/auth/forward/", forward, denied(of_root))
        .any(
            "/auth/forward/{*path}",
            forward,
            denied(of_path.says(200, ALLOWED)),
        )
        .any("/auth/nginx", nginx, in_few_statuses())
}

const ALLOWED: &str = "\
It may. X-Job-Id, X-Job-Project, X-Job-User, X-Job-User-Id, X-Job-Pipeline, X-Job-Target, X-Job-Action and \
X-Job-Accessor say who asks, and for what.";

fn in_few_statuses() -> Operation {
    described(
        "forwardForNginx",
        "The same, in the statuses that nginx knows, without a body.",
    )
    .tells(
        "X-Public-Status",
        "What the client is to see, where that is another status.",
    )
    .says(200, ALLOWED)
    .says(
        400,
        "The proxy does not say, once and in one way, what was asked for.",
    )
    .says(401, "There is no credential, or none that is valid.")
    .says(403, "It is denied.")
    .says(503, "What is kept cannot be read in time.")
}

fn described(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, summary)
        .details(
            "The token is where the request has it: in its own headers, which the proxy passes on, or in \
             the query of the address. One pair of headers says the method and the address.",
        )
        .header("X-Original-Method", "The method of the request.")
        .header("X-Original-URI", "Its path and its query, as they came.")
        .header("X-Forwarded-Method", "The method, as Traefik and Caddy say it.")
        .header("X-Forwarded-Uri", "The path and the query, likewise.")
        .header("X-Forwarded-For", "The client is the last of these addresses.")
        .with_credential(Some("forwardSecret"))
        .with_credential(None)
}

async fn nginx(
    state: extract::State<Arc<State>>,
    origin: Extension<Arc<Origin>>,
    request: Request,
) -> Response {
    for_nginx(ask(state, origin, request).await)
}

async fn forward(
    state: extract::State<Arc<State>>,
    origin: Extension<Arc<Origin>>,
    request: Request,
) -> Response {
    let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
    let asks_for_nginx = |original: &Option<Original>| {
        // The query of a request whose path is the original one belongs to that.
        let is_ours = original.as_ref().is_none_or(|it| it.source != Source::Path);
        is_ours
            && query
                .iter()
                .any(|pair| (&*pair.0, &**pair.1) == ("mode", "nginx"))
    };
    let (parts, body) = request.into_parts();
    let nginx = asks_for_nginx(&original(&parts).unwrap_or_default());
    let answered = ask(state, origin, Request::from_parts(parts, body)).await;
    match nginx {
        true => for_nginx(answered),
        false => answered,
    }
}

async fn ask(
    extract::State(state): extract::State<Arc<State>>,
    Extension(origin): Extension<Arc<Origin>>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    if !knows_secret(&state, &parts.headers) {
        return answer::plain(StatusCode::FORBIDDEN);
    }
    let Ok(Some(original)) = original(&parts) else {
        let text = "Bad Request: the proxy does not say, once and in one way, what was asked for";
        return answer::error(StatusCode::BAD_REQUEST, text);
    };
    let (path, query) = match original.uri.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*original.uri, None),
    };
    let asked = Asked::Http {
        method: Method::named(&original.method),
        path,
    };
    let origin = Origin {
        client: client(&parts.headers).or(origin.client),
        ..Origin::clone(&origin)
    };
    let carried = Carried::of(&parts.headers, query);
    let lent = carried.parts();
    let ruled = state.decide(&origin, Door::ForwardAuth, asked, lent.presented());
    match ruled.await {
        Ok(ruling) => answered(&ruling),
        Err(unavailable) => unavailable.into_response(),
    }
}

fn answered(ruling: &Ruling) -> Response {
    let answer = ruling.decision.answer();
    match ruling.allowed() {
        None => answer::of_decision(answer),
        Some(found) => {
            let mut response = answer::with_headers_of(StatusCode::OK.into_response(), answer);
            let action = ruling.decision.record().action;
            let action = action.map(|action| action.to_string());
            describe(response.headers_mut(), found, action.unwrap_or_default());
            response
        }
    }
}

/// Says to the service behind the proxy who asks. Every header is there, if with nothing in it: one
/// that were left out might come from the client instead.
fn describe(headers: &mut HeaderMap, found: &Snapshot, action: String) {
    let text = |text: Option<&String>| {
        let text = text.map(|text| utf8_percent_encode(text, ESCAPED).to_string());
        text.unwrap_or_default()
    };
    let number = |number: Option<u64>| number.map(|it| it.to_string()).unwrap_or_default();
    let (source, user, target) = (&found.source, &found.user, &found.target);
    let values = [
        ("x-job-id", found.job.id.0.to_string()),
        ("x-job-project", text(source.as_ref().map(|it| &it.path))),
        ("x-job-user", text(user.as_ref().map(|it| &it.name))),
        ("x-job-user-id", number(user.as_ref().map(|it| it.id.0))),
        (
            "x-job-pipeline",
            number(found.about.pipeline.map(|it| it.0)),
        ),
        ("x-job-target", text(target.as_ref().map(|it| &it.path))),
        ("x-job-action", action),
        ("x-job-accessor", found.token.accessor.to_string()),
    ];
    for (name, value) in values {
        let value = HeaderValue::from_str(&value);
        let value = value.unwrap_or(HeaderValue::from_static(""));
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// nginx takes 200, 401 and 403 from the service that it asks, and turns everything else into 500.
/// What the client is to see stands in a header, for `auth_request_set` and `error_page`.
///
/// A proxy that does not say what was asked for, and a store that cannot be read, are to be seen as
/// failures: these stay as they are.
fn for_nginx(mut response: Response) -> Response {
    let status = response.status();
    *response.body_mut() = axum::body::Body::empty();
    response
        .headers_mut()
        .remove(axum::http::header::CONTENT_TYPE);
    let from_decision = response.extensions().get::<answer::IsDecision>().is_some();
    if from_decision && !matches!(status.as_u16(), 200 | 401 | 403) {
        *response.status_mut() = StatusCode::FORBIDDEN;
        let public = HeaderValue::from(status.as_u16());
        response.headers_mut().insert("x-public-status", public);
    }
    response
}

fn knows_secret(state: &State, headers: &HeaderMap) -> bool {
    let Some(secret) = &state.options.forward_secret else {
        return true;
    };
    let mut given = headers.get_all("x-forward-secret").iter();
    match (given.next(), given.next()) {
        (Some(given), None) => given.as_bytes().ct_eq(secret.expose()).into(),
        _ => false,
    }
}

/// How a proxy says what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Original,
    Forwarded,
    Path,
}

#[derive(Debug)]
struct Original {
    source: Source,
    method: String,
    uri: String,
}

/// Half of what is needed, or two ways that say different things: one of them may be the client's.
#[derive(Debug)]
struct Ambiguous;

/// What was asked for. Where more than one way says it, all must say the same: a client may send the
/// headers that its proxy does not set.
fn original(parts: &Parts) -> Result<Option<Original>, Ambiguous> {
    let headers = &parts.headers;
    let said = [
        by_headers(
            headers,
            Source::Original,
            "x-original-method",
            "x-original-uri",
        )?,
        by_headers(
            headers,
            Source::Forwarded,
            "x-forwarded-method",
            "x-forwarded-uri",
        )?,
        by_path(parts),
    ];
    let mut said = said.into_iter().flatten();
    let first = said.next();
    let differs = |other: Original| {
        let first = first.as_ref();
        first.is_some_and(|it| (&it.method, &it.uri) != (&other.method, &other.uri))
    };
    match said.any(differs) {
        true => Err(Ambiguous),
        false => Ok(first),
    }
}

fn by_headers(
    headers: &HeaderMap,
    source: Source,
    method: &str,
    uri: &str,
) -> Result<Option<Original>, Ambiguous> {
    match (one(headers, method)?, one(headers, uri)?) {
        (Some(method), Some(uri)) => Ok(Some(Original {
            source,
            method,
            uri,
        })),
        (None, None) => Ok(None),
        _ => Err(Ambiguous),
    }
}

fn one(headers: &HeaderMap, name: &str) -> Result<Option<String>, Ambiguous> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Ambiguous)?;
            Ok(Some(text.to_owned()))
        }
        _ => Err(Ambiguous),
    }
}

/// The path behind our own, which Envoy sends.
fn by_path(parts: &Parts) -> Option<Original> {
    let uri = parts.uri.path_and_query()?.as_str();
    let uri = uri.strip_prefix(PREFIX)?;
    uri.starts_with('/').then(|| Original {
        source: Source::Path,
        method: parts.method.as_str().to_owned(),
        uri: uri.to_owned(),
    })
}

/// The client as the proxy saw it: the last address is the one that the proxy wrote itself.
fn client(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    let address = last.to_str().ok()?.rsplit(',').next()?.trim();
    address.parse::<IpAddr>().ok().map(|it| it.to_canonical())
}
