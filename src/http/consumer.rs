//! What jobs ask of the authority itself. The table of routes is the router: there is one reading
//! of a path, and the decision is made of it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{self, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::carried::Carried;
use super::decide::Ruling;
use super::request::{self, Begun, Origin, Unreadable};
use super::served::Endpoint;
use super::state::State;
use super::{answer, job, trigger};
use crate::token::authorizer::Door;
use crate::token::lifecycle::Class;
use crate::token::routes::{Asked, Method, Route};

pub(super) async fn answer(
    extract::State(state): extract::State<Arc<State>>,
    Extension(origin): Extension<Arc<Origin>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let asked = Asked::Http {
        method: Method::named(parts.method.as_str()),
        path: parts.uri.path(),
    };
    let mut carried = Carried::of(&parts.headers, parts.uri.query());
    let route = state.policy.find(asked, &carried.parts().presented()).ok();
    let body = match read(&state, route.map(|it| it.route), &parts, body).await {
        Ok(begun) => begun,
        Err(unreadable) => return unreadable.into_response(),
    };
    carried = carried.with_body(request::parameters(&parts.headers, body.head()).await);
    let lent = carried.parts();
    let ruled = state.decide(&origin, Door::Service, asked, lent.presented());
    let ruling = match ruled.await {
        Ok(ruling) => ruling,
        Err(unavailable) => return unavailable.into_response(),
    };
    let mut response = match (ruling.known(), ruling.route) {
        (Some(_), Some(route)) => {
            let done = serve(&state, &ruling, route, &parts, body).await;
            answer::with_headers_of(done, ruling.decision.answer())
        }
        _ => {
            if is_of_runner(&ruling) || !body.head().is_empty() {
                request::drain(&parts.headers, body.rest(), &state.options).await;
            }
            answer::of_decision(ruling.decision.answer())
        }
    };
    tell_runner(&ruling, &mut response);
    response
}

/// The body, read as far as it may carry a token. None is read for a path that takes no job tokens, and
/// none that is an archive.
async fn read(
    state: &State,
    route: Option<&'static Route>,
    parts: &Parts,
    body: Body,
) -> Result<Begun, Unreadable> {
    let has_parameters = route.is_some_and(|route| route.class == Class::Resource);
    match has_parameters && request::may_carry(&parts.headers) {
        true => Begun::read(&parts.headers, body, &state.options).await,
        false => Ok(Begun::unread(body)),
    }
}

/// Does what was allowed.
async fn serve(
    state: &Arc<State>,
    ruling: &Ruling,
    route: &'static Route,
    parts: &Parts,
    body: Begun,
) -> Response {
    match Endpoint::of(route) {
        Some(Endpoint::Job) => match ruling.allowed() {
            Some(found) => job::answer(state, found).await,
            None => answer::unavailable(),
        },
        Some(Endpoint::Trigger) => {
            let (segments, query) = (&ruling.segments, parts.uri.query());
            let body = match body.all(state).await {
                Ok(body) => body,
                Err(unreadable) => return unreadable.into_response(),
            };
            match trigger::Wish::read(segments, query, &parts.headers, &body).await {
                Ok(wish) => trigger::start(state, ruling, wish).await,
                Err(wrong) => trigger::wrong(wrong),
            }
        }
        #[cfg(feature = "artifacts")]
        Some(Endpoint::Artifacts) => {
            super::artifacts::answer(state, ruling, route, parts, body.rest()).await
        }
        // By another service: the authority decides about it and does not have it.
        None => {
            request::drain(&parts.headers, body.rest(), &state.options).await;
            answer::plain(StatusCode::NOT_IMPLEMENTED)
        }
    }
}

/// A runner is told how its job is, whatever else it is told.
fn tell_runner(ruling: &Ruling, response: &mut Response) {
    if let Some(found) = ruling.found().filter(|_| is_of_runner(ruling)) {
        let state = HeaderValue::from_static(found.job.state.as_str());
        response.headers_mut().insert("job-status", state);
    }
}

fn is_of_runner(ruling: &Ruling) -> bool {
    ruling
        .route
        .is_some_and(|route| route.class == Class::Runner)
}
