//! The document as a client takes it: what may be asked, and what each answer must look like.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::http::asking::{Ask, Reply};

/// An operation, and where it stands.
pub struct Operation<'d> {
    pub id: &'d str,
    pub method: &'d str,
    pub path: &'d str,
    pub described: &'d Value,
}

pub struct Document {
    pub whole: Value,
    /// Which operations have been answered well.
    done: RefCell<BTreeSet<String>>,
}

impl Document {
    pub fn new() -> Document {
        let document = serde_json::from_str(masker::http::openapi());
        Document {
            whole: strict(document.expect("JSON")),
            done: RefCell::default(),
        }
    }

    pub fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.whole["paths"].as_object().expect("paths");
        let all = paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").iter();
            methods.map(move |(method, described)| Operation {
                id: described["operationId"].as_str().expect("a name"),
                method,
                path,
                described,
            })
        });
        all.collect()
    }

    /// Those that can be answered well, and have not been.
    pub fn left(&self) -> Vec<&str> {
        let done = self.done.borrow();
        let operations = self.operations().into_iter();
        let can = |it: &Operation<'_>| {
            let statuses = it.described["responses"].as_object().expect("answers");
            statuses.keys().any(|status| status.starts_with('2'))
        };
        let left = operations.filter(|it| can(it) && !done.contains(it.id));
        left.map(|it| it.id).collect()
    }

    /// Asks, with a body of JSON that the document allows.
    #[track_caller]
    pub fn tell(&self, id: &str, ask: Ask<'_>, body: &Value) -> Reply {
        let asked = &self.operation(id)["requestBody"]["content"]["application/json"];
        self.fits(&asked["schema"], body, id);
        self.ask(id, ask.json(body))
    }

    /// Asks, and holds the answer against the document.
    #[track_caller]
    pub fn ask(&self, id: &str, ask: Ask<'_>) -> Reply {
        let reply = ask.send();
        let answers = &self.operation(id)["responses"];
        let declared = &answers[reply.status.to_string()];
        assert!(
            declared.is_object(),
            "{id} is not to answer {}",
            reply.status
        );
        let declared = self.resolved(declared);
        for (name, header) in declared["headers"].as_object().expect("headers") {
            self.has_header(id, &reply, name, header);
        }
        match declared["content"].as_object() {
            None => assert!(reply.text().is_empty(), "{id} has a body"),
            Some(content) => self.has_content(id, &reply, content),
        }
        if reply.status < 300 {
            self.done.borrow_mut().insert(id.to_owned());
        }
        reply
    }

    fn operation(&self, id: &str) -> &Value {
        let found = self.operations().into_iter().find(|it| it.id == id);
        found
            .unwrap_or_else(|| panic!("no operation {id}"))
            .described
    }

    #[track_caller]
    fn has_header(&self, id: &str, reply: &Reply, name: &str, header: &Value) {
        // Of these the document says itself when they are there.
        if ["X-Public-Status", "Job-Status"].contains(&name) {
            return;
        }
        let text = reply.header(name);
        let value = text
            .parse::<u64>()
            .map_or(json!(text), |number| json!(number));
        assert!(!text.is_empty(), "{id}: no {name}");
        match self.resolved(header)["schema"]["type"].as_str() {
            Some("integer") => assert!(value.as_u64() > Some(0), "{id}: {name}: {text}"),
            _ => assert_eq!(self.resolved(header)["schema"]["type"], "string"),
        }
    }

    #[track_caller]
    fn has_content(&self, id: &str, reply: &Reply, content: &Map<String, Value>) {
        let given = reply.header("content-type");
        let media = content.iter().find(|it| given.starts_with(it.0.as_str()));
        let (media, described) = media.unwrap_or_else(|| panic!("{id} has {given}"));
        if media == "application/json" {
            self.fits(&described["schema"], &reply.json(), id);
        }
    }

    /// Holds a value against a schema of the document.
    #[track_caller]
    fn fits(&self, schema: &Value, value: &Value, what: &str) {
        let mut whole = self.whole.clone();
        whole["allOf"] = json!([schema]);
        let validator = jsonschema::draft202012::new(&whole).expect("a schema");
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{} ({})", error.masked(), error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {errors:?}");
    }

    fn resolved<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').expect("our own");
                self.whole.pointer(pointer).expect("it is there")
            }
            None => value,
        }
    }
}

/// The same, with objects that have no more than what is described: a client may well take more, and an
/// answer that has more was not described.
fn strict(mut document: Value) -> Value {
    let text = document["paths"].to_string();
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.expect("schemas") {
        // One that a token is added to is looked at together with it.
        let is_part = text.contains(&format!(
            "\"allOf\":[{{\"$ref\":\"#/components/schemas/{name}\"}}]"
        ));
        if schema["properties"].is_object() && !is_part {
            schema["additionalProperties"] = json!(false);
        }
    }
    document
}
