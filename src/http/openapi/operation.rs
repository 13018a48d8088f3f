//! What the document says of one endpoint.

use std::collections::BTreeMap;

use schemars::{JsonSchema, json_schema};
use serde_json::{Map, Value, json};

use super::schemas::{Body, Made, Schemas};
use crate::http::answer::Message;

const JSON: &str = "application/json";

/// What the document says of one endpoint. Its method, its path and a body of JSON are those of the
/// [route](super::Routes).
#[derive(Clone)]
pub(in crate::http) struct Operation {
    id: &'static str,
    summary: &'static str,
    details: Vec<&'static str>,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: BTreeMap<u16, Answer>,
    /// Headers that every answer has.
    told: Vec<(&'static str, &'static str)>,
    /// The credentials, of which one will do. `None` stands for a request without any.
    credentials: Vec<Option<&'static str>>,
}

#[derive(Clone)]
struct Parameter {
    place: &'static str,
    name: &'static str,
    text: &'static str,
    is_required: bool,
    schema: Made,
}

#[derive(Clone)]
enum Answer {
    /// What this operation says, and its type of media.
    Own(&'static str, Option<(&'static str, Made)>),
    /// As everywhere.
    Refused,
}

impl Operation {
    /// An operation by its name, for programs, and by what it does.
    pub(in crate::http) fn new(id: &'static str, summary: &'static str) -> Operation {
        Operation {
            id,
            summary,
            details: Vec::new(),
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            told: Vec::new(),
            credentials: Vec::new(),
        }
    }

    /// Says more of it.
    pub(in crate::http) fn details(mut self, text: &'static str) -> Operation {
        self.details.push(text);
        self
    }

    /// A parameter of the query that may be left out.
    pub(in crate::http) fn query<T: JsonSchema>(
        self,
        name: &'static str,
        text: &'static str,
    ) -> Operation {
        self.parameter("query", name, text, Schemas::read::<T>)
    }

    /// A header that may be left out.
    pub(in crate::http) fn header(self, name: &'static str, text: &'static str) -> Operation {
        self.parameter("header", name, text, Schemas::read::<String>)
    }

    /// A part of the path that has a type of its own.
    pub(in crate::http) fn path<T: JsonSchema>(
        self,
        name: &'static str,
        text: &'static str,
    ) -> Operation {
        self.parameter("path", name, text, Schemas::read::<T>)
    }

    /// The parameters so far must be there.
    pub(in crate::http) fn required(mut self) -> Operation {
        for parameter in &mut self.parameters {
            parameter.is_required = true;
        }
        self
    }

    fn parameter(
        mut self,
        place: &'static str,
        name: &'static str,
        text: &'static str,
        schema: Made,
    ) -> Operation {
        self.parameters.push(Parameter {
            place,
            name,
            text,
            is_required: place == "path",
            schema,
        });
        self
    }

    /// A body that the handler reads by hand, which looks the same in all types of media.
    pub(in crate::http) fn body(
        mut self,
        is_required: bool,
        media: &[&'static str],
        schema: Made,
    ) -> Operation {
        let contents = media.iter().map(|&media| (media, schema)).collect();
        self.body = Some(Body {
            is_required,
            contents,
        });
        self
    }

    /// An answer of JSON.
    pub(in crate::http) fn gives<T: JsonSchema>(
        self,
        status: u16,
        text: &'static str,
    ) -> Operation {
        self.answer(status, text, Some((JSON, Schemas::written::<T>)))
    }

    /// An answer of JSON that ends with a token, which no type has: it is wiped once it is sent.
    pub(in crate::http) fn gives_token<T: JsonSchema>(
        self,
        status: u16,
        text: &'static str,
    ) -> Operation {
        let with_token: Made = |schemas| {
            let token = json!({ "type": "string", "description": "The token." });
            let rest = schemas.written::<T>();
            json_schema!({
                "allOf": [rest],
                "type": "object",
                "properties": { "token": token },
                "required": ["token"],
            })
        };
        self.answer(status, text, Some((JSON, with_token)))
    }

    /// An answer of bytes or text.
    pub(in crate::http) fn gives_bytes(
        self,
        status: u16,
        media: &'static str,
        text: &'static str,
    ) -> Operation {
        self.answer(status, text, Some((media, |_| true.into())))
    }

    /// An answer without a body.
    pub(in crate::http) fn says(self, status: u16, text: &'static str) -> Operation {
        self.answer(status, text, None)
    }

    /// Refusals, in the shape that all have.
    pub(in crate::http) fn refuses(mut self, statuses: &[u16]) -> Operation {
        for status in statuses {
            self.answers.entry(*status).or_insert(Answer::Refused);
        }
        self
    }

    fn answer(
        mut self,
        status: u16,
        text: &'static str,
        content: Option<(&'static str, Made)>,
    ) -> Operation {
        self.answers.insert(status, Answer::Own(text, content));
        self
    }

    /// A header of every answer.
    pub(in crate::http) fn tells(mut self, name: &'static str, text: &'static str) -> Operation {
        self.told.push((name, text));
        self
    }

    /// One more credential with which it may be asked.
    pub(in crate::http) fn with_credential(mut self, scheme: Option<&'static str>) -> Operation {
        self.credentials.push(scheme);
        self
    }

    pub(super) fn with_body(mut self, body: Option<Body>) -> Operation {
        if body.is_some() {
            self.body = body;
            self = self.refuses(&[400]);
        }
        self
    }

    fn has_in_path(&self, name: &str) -> bool {
        let mut parameters = self.parameters.iter();
        parameters.any(|it| (it.place, it.name) == ("path", name))
    }

    /// The object of the document.
    pub(super) fn write(&self, door: &str, path: &str, schemas: &mut Schemas) -> Value {
        let named = path.split(['{', '}']).skip(1).step_by(2);
        let named = named.filter(|name| !self.has_in_path(name));
        let mut parameters: Vec<Value> = named.map(|name| of_path(name, schemas)).collect();
        parameters.extend(self.parameters.iter().map(|it| it.write(schemas)));
        let mut shown = json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [door],
            "responses": {},
        });
        if !self.details.is_empty() {
            shown["description"] = self.details.join("\n\n").into();
        }
        if !parameters.is_empty() {
            shown["parameters"] = parameters.into();
        }
        if !self.credentials.is_empty() {
            let alternatives = self.credentials.iter().map(|scheme| match scheme {
                Some(scheme) => json!({ (*scheme): [] }),
                None => json!({}),
            });
            shown["security"] = alternatives.collect();
        }
        let mut answered = self.clone();
        if let Some(body) = &self.body {
            shown["requestBody"] = body.write(schemas);
            answered = answered.refuses(&[408, 413]);
        }
        for (status, answer) in &answered.answers {
            shown["responses"][status.to_string()] = answer.write(*status, &self.told, schemas);
        }
        shown
    }
}

impl Parameter {
    fn write(&self, schemas: &mut Schemas) -> Value {
        json!({
            "in": self.place,
            "name": self.name,
            "description": self.text,
            "required": self.is_required,
            "schema": (self.schema)(schemas),
        })
    }
}

impl Body {
    fn write(&self, schemas: &mut Schemas) -> Value {
        let mut shown = json!({ "required": self.is_required, "content": {} });
        for (media, schema) in &self.contents {
            shown["content"][*media] = json!({ "schema": schema(schemas) });
        }
        shown
    }
}

impl Answer {
    fn write(
        &self,
        status: u16,
        told: &[(&'static str, &'static str)],
        schemas: &mut Schemas,
    ) -> Value {
        match self {
            Answer::Own(text, content) => answer(status, text, *content, told, schemas),
            Answer::Refused if told.is_empty() => {
                json!({ "$ref": format!("#/components/responses/{}", refused(status)) })
            }
            Answer::Refused => refusal(status, told, schemas),
        }
    }
}

/// The answers that look the same everywhere, by their names.
pub(super) fn refusals(schemas: &mut Schemas) -> Map<String, Value> {
    let all = REFUSALS.iter();
    all.map(|&(status, _)| (refused(status), refusal(status, &[], schemas)))
        .collect()
}

fn refused(status: u16) -> String {
    format!("Refused{status}")
}

fn refusal(status: u16, told: &[(&'static str, &'static str)], schemas: &mut Schemas) -> Value {
    let why = REFUSALS.iter().find(|it| it.0 == status);
    let message: (_, Made) = (JSON, Schemas::written::<Message>);
    answer(
        status,
        why.map_or("It is refused.", |it| it.1),
        Some(message),
        told,
        schemas,
    )
}

fn answer(
    status: u16,
    text: &str,
    content: Option<(&'static str, Made)>,
    told: &[(&'static str, &'static str)],
    schemas: &mut Schemas,
) -> Value {
    let mut headers = json!({ "X-Request-Id": header("RequestId") });
    match status {
        401 => headers["WWW-Authenticate"] = header("Challenge"),
        429 | 503 => headers["Retry-After"] = header("RetryAfter"),
        _ => {}
    }
    for (name, text) in told {
        headers[*name] = json!({ "description": text, "schema": { "type": "string" } });
    }
    let mut shown = json!({ "description": text, "headers": headers });
    if let Some((media, schema)) = content {
        shown["content"] = json!({ (media): { "schema": schema(schemas) } });
    }
    shown
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// The parts of paths, which have one meaning everywhere.
fn of_path(name: &str, schemas: &mut Schemas) -> Value {
    let (text, schema): (_, Made) = match name {
        "accessor" => (
            "The name of a token that may be shown.",
            Schemas::read::<String>,
        ),
        "job" => ("The number of a job.", Schemas::read::<u64>),
        "path" => (
            "The rest of a path. Its slashes stand as they are.",
            Schemas::read::<String>,
        ),
        "project" => (
            "The number of a project, or its path with each slash as %2F.",
            Schemas::read::<String>,
        ),
        "ref" => (
            "A branch or a tag. Its slashes stand as they are.",
            Schemas::read::<String>,
        ),
        "request_id" => ("The X-Request-Id of an answer.", Schemas::read::<String>),
        "target" => ("The number of a project.", Schemas::read::<u64>),
        "user" => (
            "The number of a user, or its name.",
            Schemas::read::<String>,
        ),
        _ => ("", Schemas::read::<String>),
    };
    json!({
        "in": "path",
        "name": name,
        "description": text,
        "required": true,
        "schema": schema(schemas),
    })
}

/// Why requests are refused, by the status.
const REFUSALS: &[(u16, &str)] = &[
    (
        400,
        "The request cannot be understood; the message may say why.",
    ),
    (401, "There is no credential, or none that is valid."),
    (403, "It is not allowed."),
    (404, "It is not there, or out of sight: both look alike."),
    (408, "The body did not come in time."),
    (
        409,
        "What is there does not allow it; the message says why.",
    ),
    (413, "The body is too large."),
    (416, "The range lies outside."),
    (
        422,
        "It is understood, and cannot be done; the message says why.",
    ),
    (429, "Too many wrong credentials came from this address."),
    (501, "It is not offered here."),
    (
        503,
        "What is kept cannot be read or written in time. Nothing is allowed from memory.",
    ),
];
