//! The OpenAPI document: what all doors answer, out of the routes and of the types that they read and
//! write.

mod operation;
mod routes;
mod schemas;

use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

pub(super) use operation::Operation;
pub(super) use routes::Routes;
use schemas::Schemas;

const ABOUT: &str = "\
The authority of CI job tokens. Its doors may be on addresses of their own; the tags tell them apart.

Every answer has an X-Request-Id, by which the log and `/admin/decisions` tell why, and is not to be \
stored. Where a path answers GET it answers HEAD, too. A request whose headers are too large is 413 \
everywhere. The public door decides about more paths than these: an allowed request that another \
service is to answer is 501.";

/// `GET /openapi.json`
pub(super) async fn show() -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, json)], super::openapi()).into_response()
}

/// The document about all doors.
pub(super) fn document(doors: Vec<(&'static str, Routes)>) -> String {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for (door, routes) in doors {
        for it in routes.described {
            let methods = paths.entry(it.path.clone()).or_insert_with(|| json!({}));
            match methods[it.method]["tags"].as_array_mut() {
                // The same at another door.
                Some(doors) => doors.push(door.into()),
                None => methods[it.method] = it.operation.write(door, &it.path, &mut schemas),
            }
        }
    }
    let refusals = operation::refusals(&mut schemas);
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "masker",
            "summary": "CI job tokens: who may do what with them, now.",
            "description": ABOUT,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/", "description": "The door that the request is for." }],
        "tags": [
            { "name": "public", "description": "What jobs, and services that hold a job's token, ask." },
            { "name": "forward-auth", "description": "What proxies ask before they let a request through." },
            { "name": "admin", "description": "What operators and the coordinator of jobs do." },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas.named(),
            "responses": refusals,
            "headers": headers(),
            "securitySchemes": credentials(),
        },
    });
    format!("{document:#}\n")
}

fn headers() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "RequestId": {
            "description": "The name of the request: the client's own, if that is a short word.",
            "schema": text,
        },
        "RetryAfter": {
            "description": "The seconds after which to ask again.",
            "schema": { "type": "integer", "minimum": 1 },
        },
        "Challenge": { "description": "The credential that is asked for.", "schema": text },
    })
}

/// By the names that operations have for them.
fn credentials() -> Value {
    let key = |place: &str, name: &str, text: &str| json!({ "type": "apiKey", "in": place, "name": name, "description": text });
    let http =
        |scheme: &str, text: &str| json!({ "type": "http", "scheme": scheme, "description": text });
    json!({
        "jobToken": key("header", "JOB-TOKEN", "The token of a job."),
        "jobTokenQuery": key(
            "query",
            "job_token",
            "The token of a job, where the operator has not refused tokens in addresses.",
        ),
        "jobTokenBasic": http(
            "basic",
            "The token of a job as the password of the user gitlab-ci-token.",
        ),
        "jobTokenBearer": http("bearer", "The token of a job."),
        "tokenParameter": key(
            "query",
            "token",
            "The token of a job, or of a trigger; it may stand in the body instead.",
        ),
        "adminToken": http(
            "bearer",
            "The admin token. A service that has none takes whoever can connect for an operator.",
        ),
        "client": http("basic", "The name and the secret of a service that is known."),
        "forwardSecret": key(
            "header",
            "X-Forward-Secret",
            "What the proxy says, where the operator has named a secret.",
        ),
    })
}
