//! The report as JSON, version 1. `--help` and the README tell what stands in it.

use std::collections::BTreeSet;

use masker::{Leak, MaskSet, Origin, Place, RefusedSecret, Report};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// The report of a stream, and what the set refused.
pub fn of(report: &Report, set: &MaskSet, is_complete: bool) -> Vec<u8> {
    let document = Document {
        report,
        set,
        is_complete,
    };
    let mut text =
        serde_json::to_vec_pretty(&document).expect("strings and numbers can be written");
    text.push(b'\n');
    text
}

struct Document<'r> {
    report: &'r Report,
    set: &'r MaskSet,
    is_complete: bool,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.report;
        let leaks: Vec<_> = report.leaks().into_iter().map(Entry).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", &1)?;
        map.serialize_entry("complete", &self.is_complete)?;
        map.serialize_entry("bytes", &report.bytes())?;
        map.serialize_entry("masks", &report.masks())?;
        map.serialize_entry("truncated", &report.truncated().map(At))?;
        map.serialize_entry("leaks", &leaks)?;
        map.serialize_entry("refused", &refused(self.set.refused()))?;
        map.end()
    }
}

struct Entry<'r>(Leak<'r>);

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entry(leak) = self;
        let first: Vec<_> = leak.first().iter().copied().map(At).collect();
        let mut map = serializer.serialize_map(None)?;
        match leak.origin() {
            Origin::Secret { name, form } => {
                map.serialize_entry("secret", name)?;
                map.serialize_entry("form", form.name())?;
            }
            Origin::Rule { rule, name } => {
                map.serialize_entry("rule", rule.name())?;
                map.serialize_entry("name", name)?;
            }
            _ => {}
        }
        map.serialize_entry("count", &leak.count())?;
        map.serialize_entry("first", &first)?;
        map.end()
    }
}

struct At(Place);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("offset", &self.0.offset)?;
        map.serialize_entry("line", &self.0.line)?;
        map.end()
    }
}

/// A name that has been given twice with the same fate is listed once.
fn refused(refused: &[RefusedSecret]) -> Vec<Refused<'_>> {
    let mut listed = BTreeSet::new();
    refused
        .iter()
        .map(Refused)
        .filter(|it| listed.insert((it.0.name(), it.0.reason().name())))
        .collect()
}

struct Refused<'s>(&'s RefusedSecret);

impl Serialize for Refused<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("secret", self.0.name())?;
        map.serialize_entry("reason", self.0.reason().name())?;
        map.end()
    }
}
