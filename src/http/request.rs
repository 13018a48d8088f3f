//! A request, read: who sent it, and its body up to a limit.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT, USER_AGENT};
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse as _, Response};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::answer;
use super::carried::{Pair, pairs};
use super::options::Options;
use super::state::State;
use crate::token::journal::UserAgent;

/// How much of a body is searched for a token.
const SEARCHED: usize = 64 * 1024;

/// How long a client that is refused may go on sending.
const MOMENT: Duration = Duration::from_secs(1);

/// Who sent a request, and what it is called in the log. In the extensions of each.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) request_id: String,
    pub(super) client: Option<IpAddr>,
    pub(super) user_agent: Option<String>,
}

impl Origin {
    pub(super) fn of(request_id: String, headers: &HeaderMap, extensions: &Extensions) -> Origin {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let user_agent = headers.get(USER_AGENT).map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            // A client may have put anything there, a token too.
            UserAgent::new(&text).as_str().to_owned()
        });
        Origin {
            request_id,
            client: peer.map(|peer| peer.0.ip().to_canonical()),
            user_agent,
        }
    }
}

/// A body cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    TooLarge,
    TooSlow,
    Broken,
    /// Others are read, and they are as many as there may be.
    TooMany,
}

/// Reads a body to its end, or not at all.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    options: &Options,
) -> Result<Bytes, Unreadable> {
    refuse_announced(headers, options)?;
    let reading = Limited::new(body, options.max_body).collect();
    match timeout(options.read_timeout, reading).await {
        Err(_) => Err(Unreadable::TooSlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge),
        Ok(Err(_)) => Err(Unreadable::Broken),
    }
}

fn refuse_announced(headers: &HeaderMap, options: &Options) -> Result<(), Unreadable> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    let announced = announced.and_then(|it| it.parse().ok()).unwrap_or(0);
    match announced > options.max_body {
        true => Err(Unreadable::TooLarge),
        false => Ok(()),
    }
}

/// A body of which as much is read as is searched for a token, and not more: it comes from anybody, and
/// there may be thousands of them at once.
pub(super) struct Begun {
    head: BytesMut,
    rest: Option<Body>,
}

impl Begun {
    /// A body of which nothing is read.
    pub(super) fn unread(body: Body) -> Begun {
        Begun {
            head: BytesMut::new(),
            rest: Some(body),
        }
    }

    pub(super) async fn read(
        headers: &HeaderMap,
        body: Body,
        options: &Options,
    ) -> Result<Begun, Unreadable> {
        refuse_announced(headers, options)?;
        let mut begun = Begun::unread(body);
        let reading = begun.read_until(SEARCHED.min(options.max_body));
        let read = timeout(options.read_timeout, reading).await;
        read.unwrap_or(Err(Unreadable::TooSlow)).map(|()| begun)
    }

    /// What is read of it.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// All of it, for a request that is allowed. So much of a body is kept for a few of them at once.
    pub(super) async fn all(mut self, state: &State) -> Result<Bytes, Unreadable> {
        if self.rest.is_some() {
            let place = state.large_bodies.try_acquire();
            let _place = place.map_err(|_| Unreadable::TooMany)?;
            let options = &state.options;
            let reading = self.read_until(options.max_body);
            let read = timeout(options.read_timeout, reading).await;
            read.unwrap_or(Err(Unreadable::TooSlow))?;
            if self.rest.is_some() {
                return Err(Unreadable::TooLarge);
            }
        }
        Ok(self.head.freeze())
    }

    /// What was not read of it.
    pub(super) fn rest(self) -> Body {
        self.rest.unwrap_or_default()
    }

    /// Reads until there is more than so much, or no more to come.
    async fn read_until(&mut self, most: usize) -> Result<(), Unreadable> {
        while let Some(rest) = self.rest.as_mut().filter(|_| self.head.len() <= most) {
            match rest.frame().await {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        self.head.extend_from_slice(data);
                    }
                }
                Some(Err(_)) => return Err(Unreadable::Broken),
                None => self.rest = None,
            }
        }
        Ok(())
    }
}

/// Reads what is left of a body and drops it, up to the limit of one and for a moment: a client that
/// is still sending sees no answer to a connection that is closed. One that waits for leave to send is
/// answered at once.
pub(super) async fn drain(headers: &HeaderMap, mut body: Body, options: &Options) {
    if headers.contains_key(EXPECT) {
        return;
    }
    let mut left = options.max_body;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            let Some(rest) = left.checked_sub(length) else {
                break;
            };
            left = rest;
        }
    };
    timeout(MOMENT, reading).await.ok();
}

/// Whether a body may carry a token, by its type.
pub(super) fn may_carry(headers: &HeaderMap) -> bool {
    matches!(&*media_type(headers), FORM | MULTIPART | "application/json")
}

/// The parameters of a form, or the strings at the top of a JSON body: where a token may be.
///
/// Of a body that is longer than what is searched, what lies behind is not seen.
pub(super) async fn parameters(headers: &HeaderMap, body: &[u8]) -> Vec<Pair> {
    let searched = &body[..body.len().min(SEARCHED)];
    match &*media_type(headers) {
        "application/json" => strings(searched),
        _ => form(headers, searched).await,
    }
}

/// The parameters of a form, all of them.
pub(super) async fn form(headers: &HeaderMap, body: &[u8]) -> Vec<Pair> {
    match &*media_type(headers) {
        FORM => pairs(body),
        MULTIPART => parts(headers, body).await,
        _ => Vec::new(),
    }
}

/// A body that says it is JSON, as an object: an empty one, if it is none.
pub(super) fn object(
    headers: &HeaderMap,
    body: &[u8],
) -> Option<serde_json::Map<String, serde_json::Value>> {
    let is_json = media_type(headers) == "application/json";
    is_json.then(|| serde_json::from_slice(body).unwrap_or_default())
}

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = value.unwrap_or_default().split(';').next();
    kind.unwrap_or_default().trim().to_ascii_lowercase()
}

async fn parts(headers: &HeaderMap, body: &[u8]) -> Vec<Pair> {
    let value = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let Ok(boundary) = multer::parse_boundary(value.unwrap_or_default()) else {
        return Vec::new();
    };
    let stream = Body::from(Bytes::copy_from_slice(body)).into_data_stream();
    let mut multipart = multer::Multipart::new(stream, boundary);
    let mut found = Vec::new();
    while let Ok(Some(field)) = multipart.next_field().await {
        let Some(name) = field.name().map(str::to_owned) else {
            continue;
        };
        match field.text().await {
            Ok(text) => found.push((name, Zeroizing::new(text))),
            Err(_) => break,
        }
    }
    found
}

fn strings(body: &[u8]) -> Vec<Pair> {
    let read = serde_json::from_slice::<serde_json::Map<_, serde_json::Value>>(body);
    let strings = read.unwrap_or_default().into_iter();
    strings
        .filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some((name, Zeroizing::new(text))),
            _ => None,
        })
        .collect()
}

/// A body of JSON, whatever type it says it has. An empty one is an empty object.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<State>> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Arc<State>) -> Result<Json<T>, Response> {
        let (parts, body) = request.into_parts();
        let body = read(&parts.headers, body, &state.options).await;
        let body = body.map_err(|error| error.into_response())?;
        let text: &[u8] = match body.is_empty() {
            true => b"{}",
            false => &body,
        };
        let value = serde_json::from_slice(text);
        let bad = axum::http::StatusCode::BAD_REQUEST;
        value
            .map(Json)
            .map_err(|error| answer::error(bad, format_args!("Bad Request: {error}")))
    }
}
