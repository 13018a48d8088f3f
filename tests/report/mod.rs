//! Who leaked what: the findings of a stream, the report of the library, and that of the command.

mod collected;
#[cfg(feature = "cli")]
mod command;
mod findings;
mod oracle;
mod properties;
mod rules;
#[cfg(feature = "cli")]
mod status;
#[cfg(feature = "cli")]
mod unwritable;

use masker::{Bytes, Finding, Form, MaskSet, Masker, Origin, Sink};

/// All that a sink was given, in order; the text in one piece wherever the cuts were.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    Text(Vec<u8>),
    Mask,
    Found(Told),
}

/// A finding: the name and the form, or `None` for a secret cut short, and the offset.
type Told = (Option<(String, Form)>, u64);

#[derive(Default)]
struct Events(Vec<Event>);

impl Events {
    /// What comes of these chunks.
    fn of<'t>(set: &MaskSet, chunks: impl IntoIterator<Item = &'t [u8]>) -> Events {
        let mut masker = Masker::new(set);
        let mut events = Events::default();
        for chunk in chunks {
            masker.push(chunk, &mut events);
        }
        masker.finish(&mut events);
        events
    }

    fn found(&self) -> Vec<Told> {
        let found = |event: &Event| match event {
            Event::Found(told) => Some(told.clone()),
            _ => None,
        };
        self.0.iter().filter_map(found).collect()
    }
}

impl<'chunk> Sink<'chunk> for Events {
    fn text(&mut self, text: &'chunk [u8]) {
        self.held(text);
    }

    fn held(&mut self, held: &[u8]) {
        match self.0.last_mut() {
            Some(Event::Text(text)) => text.extend_from_slice(held),
            _ => self.0.push(Event::Text(held.to_vec())),
        }
    }

    fn mask(&mut self, _: &Bytes) {
        self.0.push(Event::Mask);
    }

    fn found(&mut self, finding: &Finding<'_>) {
        let origin = match finding.origin() {
            Origin::Secret { name, form } => Some((name.to_owned(), form)),
            Origin::Truncated => None,
            other => panic!("{other:?} is not expected here"),
        };
        self.0.push(Event::Found((origin, finding.offset())));
    }
}
