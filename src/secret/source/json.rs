//! Secrets in JSON: an object of names and values, or an array of objects with both.

use std::fmt;
use std::mem;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use super::error::{Cause, SourceError};
use crate::secret::Secret;

pub(super) fn parse(content: &[u8], source_name: &str) -> Result<Vec<Secret>, SourceError> {
    let root = serde_json::from_slice(content).map_err(|error| {
        // Of this error only the position may be used: its text quotes what it found.
        let cause = Cause::Json {
            column: error.column(),
            cut_short: error.is_eof(),
        };
        SourceError::on_line(source_name, error.line(), cause)
    })?;
    let secrets = match root {
        Node::Object(fields) => (1..)
            .zip(fields)
            .map(|(number, (name, value))| field_secret(name, value, number))
            .collect(),
        Node::Array(entries) => entries_secrets(entries),
        Node::Text(_) | Node::Other => Err(Cause::Syntax(
            "the JSON is neither an object of names and values nor an array of such entries",
        )),
    };
    secrets.map_err(|cause| SourceError::within(source_name, cause))
}

/// `"NAME": "value"`
fn field_secret(name: String, value: Node, number: usize) -> Result<Secret, Cause> {
    if name.is_empty() {
        return Err(Cause::JsonEntry(number, "has an empty name"));
    }
    match value {
        Node::Text(mut value) => Ok(Secret::new(name, mem::take(&mut *value))),
        _ => Err(Cause::JsonName(name, "has a value that is not a string")),
    }
}

/// `[{"name": "NAME", "value": "value"}, ..]`
fn entries_secrets(entries: Vec<Node>) -> Result<Vec<Secret>, Cause> {
    let mut secrets = Vec::with_capacity(entries.len());
    for (entry, number) in entries.into_iter().zip(1..) {
        let Node::Object(fields) = entry else {
            return Err(Cause::JsonEntry(number, "is not an object"));
        };
        let (mut name, mut value) = (None, None);
        for (key, node) in fields {
            let field = match key.as_str() {
                "name" => &mut name,
                "value" => &mut value,
                _ => continue,
            };
            // Who knows which of two a reader takes.
            if field.replace(node).is_some() {
                return Err(Cause::JsonEntry(number, "has two names or two values"));
            }
        }
        let Some(Node::Text(name)) = name else {
            return Err(Cause::JsonEntry(number, "has no `name` that is a string"));
        };
        let Some(value) = value else {
            return Err(Cause::JsonName(name.to_string(), "has no `value`"));
        };
        secrets.push(field_secret(name.to_string(), value, number)?);
    }
    Ok(secrets)
}

/// JSON as far as it matters here. `serde_json::Value` would keep only the last of two fields of
/// the same name, and the first would leak; and it would not wipe its strings.
///
/// It takes every kind of value, so that serde has no reason to put one into an error.
enum Node {
    Text(Zeroizing<String>),
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
    Other,
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = sequence.next_element()? {
            nodes.push(node);
        }
        Ok(Node::Array(nodes))
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Other)
    }
}
