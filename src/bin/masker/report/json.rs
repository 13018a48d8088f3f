//! The report as JSON, version 1. `--help` and the README tell what stands in it.

use std::collections::BTreeSet;

use masker::{Leak, MaskSet, Origin, Place, RefusedSecret, Report};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::StreamReport;

/// The reports of all streams in one, and what the set refused.
pub fn of(reports: &[StreamReport], set: &MaskSet, is_complete: bool) -> Vec<u8> {
    let document = Document {
        reports,
        set,
        is_complete,
    };
    let mut text =
        serde_json::to_vec_pretty(&document).expect("strings and numbers can be written");
    text.push(b'\n');
    text
}

struct Document<'r> {
    reports: &'r [StreamReport],
    set: &'r MaskSet,
    is_complete: bool,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sum = |of: fn(&Report) -> u64| self.reports.iter().map(|it| of(&it.report)).sum();
        let bytes: u64 = sum(Report::bytes);
        let masks: u64 = sum(Report::masks);
        let leaks: Vec<_> = self.reports.iter().flat_map(entries).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", &1)?;
        map.serialize_entry("complete", &self.is_complete)?;
        map.serialize_entry("bytes", &bytes)?;
        map.serialize_entry("masks", &masks)?;
        map.serialize_entry("truncated", &self.reports.iter().find_map(truncated))?;
        map.serialize_entry("leaks", &leaks)?;
        map.serialize_entry("refused", &refused(self.set.refused()))?;
        if self.reports.iter().any(|it| it.stream.is_some()) {
            let streams: Vec<_> = self.reports.iter().map(OfStream).collect();
            map.serialize_entry("streams", &streams)?;
        }
        map.end()
    }
}

/// What is told of each stream by itself, where there are several.
struct OfStream<'r>(&'r StreamReport);

impl Serialize for OfStream<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let OfStream(of_stream) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("stream", &of_stream.stream)?;
        map.serialize_entry("bytes", &of_stream.report.bytes())?;
        map.serialize_entry("masks", &of_stream.report.masks())?;
        map.serialize_entry("truncated", &of_stream.report.truncated().map(At::of))?;
        map.end()
    }
}

fn entries(of_stream: &StreamReport) -> impl Iterator<Item = Entry<'_>> {
    let leaks = of_stream.report.leaks().into_iter();
    leaks.map(|leak| Entry {
        leak,
        stream: of_stream.stream,
    })
}

fn truncated(of_stream: &StreamReport) -> Option<At> {
    let place = of_stream.report.truncated()?;
    let stream = of_stream.stream;
    Some(At { place, stream })
}

struct Entry<'r> {
    leak: Leak<'r>,
    stream: Option<&'static str>,
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entry { leak, stream } = self;
        let first: Vec<_> = leak.first().iter().copied().map(At::of).collect();
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
        if let Some(stream) = stream {
            map.serialize_entry("stream", stream)?;
        }
        map.serialize_entry("count", &leak.count())?;
        map.serialize_entry("first", &first)?;
        map.end()
    }
}

struct At {
    place: Place,
    /// Where it is not told elsewhere.
    stream: Option<&'static str>,
}

impl At {
    fn of(place: Place) -> At {
        let stream = None;
        At { place, stream }
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(stream) = self.stream {
            map.serialize_entry("stream", stream)?;
        }
        map.serialize_entry("offset", &self.place.offset)?;
        map.serialize_entry("line", &self.place.line)?;
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
