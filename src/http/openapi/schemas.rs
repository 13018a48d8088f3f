//! What bodies look like, out of the types that read and write them.

use axum::Extension;
use axum::extract::{Path, RawQuery, Request, State as Shared};
use axum::http::HeaderMap;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::request::Json;

/// A schema, made together with the document.
pub(in crate::http) type Made = fn(&mut Schemas) -> Schema;

/// The schemas of a document. A type that is read may leave out what has a default; one that is written
/// has all its fields.
pub(in crate::http) struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Schemas {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Schemas {
            read: settings.clone().for_deserialize().into_generator(),
            written: settings.for_serialize().into_generator(),
        }
    }

    /// Of what a request has.
    pub(in crate::http) fn read<T: JsonSchema>(&mut self) -> Schema {
        self.read.subschema_for::<T>()
    }

    /// Of what an answer has.
    pub(in crate::http) fn written<T: JsonSchema>(&mut self) -> Schema {
        self.written.subschema_for::<T>()
    }

    /// All schemas that have a name.
    pub(super) fn named(mut self) -> Map<String, Value> {
        let mut all = self.read.take_definitions(true);
        for (name, schema) in self.written.take_definitions(true) {
            let before = all.get(&name).filter(|before| **before != schema);
            debug_assert!(before.is_none(), "two types have the name {name}");
            all.insert(name, schema);
        }
        all
    }
}

/// A body that is asked for.
#[derive(Clone)]
pub(in crate::http) struct Body {
    pub(super) is_required: bool,
    /// By the types of media.
    pub(super) contents: Vec<(&'static str, Made)>,
}

/// The arguments of a handler: the last one reads the body. So the document has the type by which the
/// body is read, and cannot have another.
pub(in crate::http) trait Arguments {
    fn body() -> Option<Body>;
}

impl Arguments for ((),) {
    fn body() -> Option<Body> {
        None
    }
}

impl<M, L: Last> Arguments for (M, L) {
    fn body() -> Option<Body> {
        L::body()
    }
}

impl<M, A, L: Last> Arguments for (M, A, L) {
    fn body() -> Option<Body> {
        L::body()
    }
}

impl<M, A, B, L: Last> Arguments for (M, A, B, L) {
    fn body() -> Option<Body> {
        L::body()
    }
}

impl<M, A, B, C, L: Last> Arguments for (M, A, B, C, L) {
    fn body() -> Option<Body> {
        L::body()
    }
}

/// The last argument of a handler.
pub(in crate::http) trait Last {
    /// Where a handler reads the body by hand, its operation says how.
    fn body() -> Option<Body> {
        None
    }
}

impl<T: DeserializeOwned + JsonSchema> Last for Json<T> {
    fn body() -> Option<Body> {
        Some(Body {
            is_required: serde_json::from_str::<T>("{}").is_err(),
            contents: vec![("application/json", Schemas::read::<T>)],
        })
    }
}

impl<T> Last for Extension<T> {}
impl Last for HeaderMap {}
impl<T> Last for Path<T> {}
impl Last for RawQuery {}
impl Last for Request {}
impl<T> Last for Shared<T> {}
