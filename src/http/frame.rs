//! What holds for every request and every answer: a name, no copies on the way, a line in the log,
//! and an answer even where the code panics.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use axum::extract::{self, Request};
use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;

use super::answer;
use super::request::Origin;
use super::state::State;
use crate::token::id::Random as _;
use crate::token::system::OsRandom;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The least length of what may be a token in a path.
const SUSPECT: usize = 49;

pub(super) async fn frame(
    extract::State(state): extract::State<Arc<State>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let request_id = request_id(request.headers());
    let origin = Origin::of(request_id, request.headers(), request.extensions());
    let origin = Arc::new(origin);
    request.extensions_mut().insert(Arc::clone(&origin));
    let method = shown(request.method().as_str()).to_owned();
    let address = filtered(request.uri());
    let mut response = match is_too_large(&request, state.options.max_headers) {
        true => answer::plain(StatusCode::PAYLOAD_TOO_LARGE),
        false => caught(next.run(request)).await,
    };
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    if let Ok(request_id) = HeaderValue::from_str(&origin.request_id) {
        response.headers_mut().insert(REQUEST_ID, request_id);
    }
    tracing::info!(
        target: "masker::access",
        request_id = origin.request_id,
        client = origin.client.map(tracing::field::display),
        method,
        address,
        status = response.status().as_u16(),
        latency_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// The client's own name for the request, if it is a short word, or a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|it| it.to_str().ok());
    let is_word = |text: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        // A token is such a word as well, and names are logged.
        (1..=128).contains(&text.len()) && text.bytes().all(is_plain) && !is_suspect(text)
    };
    match given.filter(is_word) {
        Some(given) => given.to_owned(),
        None => {
            let mut bytes = [0; 16];
            // Without random numbers no token is made either; an answer is due all the same.
            let random = OsRandom.fill(&mut bytes);
            let name = format!("{:032x}", u128::from_be_bytes(bytes));
            random.map_or_else(|_| "unnamed".to_owned(), |()| name)
        }
    }
}

fn is_too_large(request: &Request, most: usize) -> bool {
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + 4);
    let line = request
        .uri()
        .path_and_query()
        .map_or(0, |it| it.as_str().len());
    line + fields.sum::<usize>() > most
}

/// An address as logs may have it: a token may be in the query, or even in the path.
fn filtered(uri: &Uri) -> String {
    let segments = uri.path().split('/').map(shown);
    let mut address = segments.collect::<Vec<_>>().join("/");
    let parameters = uri.query().unwrap_or_default().split('&');
    for (index, parameter) in parameters.filter(|it| !it.is_empty()).enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        match parameter.split_once('=') {
            Some((name, _)) if !is_suspect(name) => {
                address.push_str(name);
                address.push_str("=[FILTERED]");
            }
            _ => address.push_str("[FILTERED]"),
        }
    }
    address
}

/// A word of a request as logs may have it: a client may send a token in place of anything.
fn shown(word: &str) -> &str {
    match is_suspect(word) {
        true => "[FILTERED]",
        false => word,
    }
}

/// Whether a text has a run of characters as long as a token without its prefix.
fn is_suspect(text: &str) -> bool {
    let is_edge = |byte: &u8| !byte.is_ascii_alphanumeric();
    let mut runs = text.as_bytes().split(is_edge);
    runs.any(|run| run.len() >= SUSPECT)
}

/// The answer of a handler, or 500 if it panics. The connection goes on, and so do others.
async fn caught(answer: impl Future<Output = Response>) -> Response {
    let mut answer = pin!(answer);
    poll_fn(move |context| {
        // The future is not polled again after a panic, so nobody sees what it left by halves.
        match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(_) => Poll::Ready(answer::plain(StatusCode::INTERNAL_SERVER_ERROR)),
        }
    })
    .await
}
