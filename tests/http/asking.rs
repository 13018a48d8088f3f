//! Requests to a router as a server passes them on, and what comes back.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use serde_json::Value;
use tower_service::Service as _;

use super::world::{Job, World};

pub fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    let both = format!("{user}:{password}");
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(both)
    )
}

/// A request that has not been sent.
pub struct Ask<'w> {
    world: &'w World,
    router: Router,
    request: Request<Body>,
}

impl<'w> Ask<'w> {
    pub fn new(world: &'w World, router: Router, line: &str) -> Ask<'w> {
        let (method, uri) = line.split_once(' ').expect("a method and an address");
        let request = Request::builder().method(method).uri(uri);
        let request = request.body(Body::empty()).expect("a request");
        let ask = Ask {
            world,
            router,
            request,
        };
        ask.from("192.0.2.1")
    }

    pub fn from(mut self, client: &str) -> Self {
        let client: IpAddr = client.parse().expect("an address");
        let info = ConnectInfo(SocketAddr::new(client, 4711));
        self.request.extensions_mut().insert(info);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: axum::http::HeaderName = name.parse().expect("a name");
        let value = value.parse().expect("a value");
        self.request.headers_mut().append(name, value);
        self
    }

    pub fn job(self, job: &Job) -> Self {
        self.header("JOB-TOKEN", job.token())
    }

    pub fn body(mut self, kind: &str, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self.header("content-type", kind)
    }

    pub fn bytes(self, kind: &str, bytes: &[u8]) -> Self {
        self.body(kind, bytes.to_vec())
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(pairs).finish();
        self.body(FORM, form)
    }

    pub fn parts(self, parts: &[Part<'_>]) -> Self {
        self.body(PARTS, multipart(parts))
    }

    pub fn send(mut self) -> Reply {
        self.world.runtime.block_on(async {
            let Ok(response) = self.router.call(self.request).await;
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await;
            Reply {
                status: parts.status.as_u16(),
                headers: parts.headers,
                is_whole: body.is_ok(),
                body: body.unwrap_or_default(),
            }
        })
    }

    pub fn status(self) -> u16 {
        self.send().status
    }
}

/// The type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The type of what [`multipart`] makes.
pub const PARTS: &str = "multipart/form-data; boundary=parted-here";

/// A part of a form: its name, the name of its file, and its contents.
pub type Part<'p> = (&'p str, Option<&'p str>, &'p [u8]);

/// A form in parts.
pub fn multipart(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut write = |text: &[u8]| body.write_all(text).expect("memory");
    for (name, file, value) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\""));
        let head = format!(
            "--parted-here\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n",
            file.unwrap_or_default()
        );
        write(head.as_bytes());
        write(value);
        write(b"\r\n");
    }
    write(b"--parted-here--\r\n");
    body
}

/// An answer. What it shows in a failed test is what a client would see.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    /// Empty where it was cut off.
    pub body: Bytes,
    /// Whether the body came to its end.
    pub is_whole: bool,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.and_then(Result::ok).unwrap_or("")
    }

    #[track_caller]
    pub fn bytes(&self) -> &[u8] {
        assert!(self.is_whole, "the body was cut off");
        &self.body
    }

    #[track_caller]
    pub fn text(&self) -> &str {
        str::from_utf8(self.bytes()).expect("UTF-8")
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.bytes()).expect("JSON")
    }

    /// All that a client sees but what differs from request to request.
    #[track_caller]
    pub fn seen(&self) -> (u16, Vec<(String, Vec<u8>)>, Bytes) {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id" && *name != "date")
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        headers.sort();
        assert!(self.is_whole, "the body was cut off");
        (self.status, headers, self.body.clone())
    }
}
