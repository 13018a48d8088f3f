//! What jobs ask of the authority itself. The table of routes is the router: there is one reading
//! of a path, and the decision is made of it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{self, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::carried::Carried;
use super::request::{self, Origin};
use super::state::State;
use super::{answer, job};
use crate::token::authorizer::Door;
use crate::token::routes::{Asked, Method, find};

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
    // No body is read for a path that takes no job tokens.
    let has_route = find(asked, &carried.parts().presented()).is_ok();
    if has_route && request::may_carry(&parts.headers) {
        let read = request::read(&parts.headers, body, &state.options).await;
        let body = match read {
            Ok(body) => body,
            Err(unreadable) => return unreadable.into_response(),
        };
        carried = carried.with_body(request::parameters(&parts.headers, &body).await);
    }
    let parts = carried.parts();
    let ruled = state.decide(&origin, Door::Service, asked, parts.presented());
    let ruling = match ruled.await {
        Ok(ruling) => ruling,
        Err(unavailable) => return unavailable.into_response(),
    };
    match (ruling.allowed(), ruling.route) {
        (Some(found), Some(route)) if route.number == job::NUMBER => {
            let shown = job::shown(found);
            answer::with_headers_of(
                answer::json(StatusCode::OK, &shown),
                ruling.decision.answer(),
            )
        }
        // Allowed, by another service: the authority decides about it and does not have it.
        (Some(_), _) => answer::plain(StatusCode::NOT_IMPLEMENTED),
        (None, _) => answer::of_decision(ruling.decision.answer()),
    }
}
