//! All that a sink is given, so that two ways to give the same stream can be compared.

use masker::{Bytes, Finding, MaskSet, Masker, Sink};

/// What a sink was given, in order; the text in one piece wherever the cuts were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Text(Vec<u8>),
    Mask,
    /// What was found, as it is shown, and where.
    Found(String, u64),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events(pub Vec<Event>);

impl Events {
    /// What comes of these chunks.
    pub fn of<'t>(set: &MaskSet, chunks: impl IntoIterator<Item = &'t [u8]>) -> Events {
        let mut masker = Masker::new(set);
        let mut events = Events::default();
        for chunk in chunks {
            masker.push(chunk, &mut events);
        }
        masker.finish(&mut events);
        events
    }

    /// The output, with the default mask.
    pub fn output(&self) -> Vec<u8> {
        let mut output = Vec::new();
        for event in &self.0 {
            match event {
                Event::Text(text) => output.extend_from_slice(text),
                Event::Mask => output.extend_from_slice(masker::DEFAULT_MASK.as_bytes()),
                Event::Found(..) => {}
            }
        }
        output
    }

    pub fn found(&self) -> Vec<(&str, u64)> {
        let found = |event| match event {
            &Event::Found(ref what, offset) => Some((what.as_str(), offset)),
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
        let what = format!("{:?}", finding.origin());
        self.0.push(Event::Found(what, finding.offset()));
    }
}
