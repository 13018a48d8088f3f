//! The values of one stream that rules mask, as they come.

use std::ops::Range;

use super::RuleSet;
use super::header::{Followed, LeadIn};
use super::table::Follows;
use super::user_information::UserInformation;
use super::value::{Shape, Value};

/// Bytes of the stream that a rule masks.
pub(in crate::mask) struct Found {
    pub(in crate::mask) range: Range<u64>,
    /// The number of the literal that announced them, where they have not been found before.
    pub(in crate::mask) announcement: Option<u32>,
}

/// What announced a value, until it has been found.
type Announcement = Option<u32>;

/// What rules know of a stream between two chunks.
#[derive(Default)]
pub(in crate::mask) struct Runs {
    /// The end of the stream so far, where a literal may have begun.
    recent: Vec<u8>,
    tracks: [Track; Shape::COUNT],
    user_information: Option<(UserInformation, Announcement)>,
}

/// A chunk, and where it begins in the stream.
#[derive(Clone, Copy)]
struct Chunk<'c> {
    bytes: &'c [u8],
    base: u64,
}

impl Chunk<'_> {
    fn place(&self, at: usize) -> u64 {
        self.base + at as u64
    }
}

impl Runs {
    /// Takes the next chunk, which begins at `base` in the stream, and returns what is sure to be
    /// masked, in the order of its ends. A value that goes on in the next chunk is returned as far
    /// as it has come, and again from its beginning when more comes.
    pub(in crate::mask) fn push(&mut self, rules: &RuleSet, base: u64, bytes: &[u8]) -> Vec<Found> {
        let chunk = Chunk { bytes, base };
        let mut found = Vec::new();
        for track in &mut self.tracks {
            track.take_value(chunk, 0, &mut found);
            track.follow_lead_in(chunk, 0, &mut found);
        }
        self.follow_user_information(chunk, 0, &mut found);
        for hit in rules.literals.find(&self.recent, bytes) {
            // There are far fewer than their bytes, which fit in memory.
            let announcement = hit.literal as u32;
            match rules.announcements[hit.literal].follows {
                Follows::Value(shape) => {
                    self.tracks[shape as usize].begin(
                        shape,
                        announcement,
                        chunk,
                        hit.end,
                        &mut found,
                    );
                }
                Follows::Header { shape } => {
                    let track = &mut self.tracks[shape as usize];
                    track.lead_in = Some((LeadIn::new(shape), announcement));
                    track.follow_lead_in(chunk, hit.end, &mut found);
                }
                Follows::UserInformation => {
                    self.user_information = Some((UserInformation::default(), Some(announcement)));
                    self.follow_user_information(chunk, hit.end, &mut found);
                }
            }
        }
        self.remember(rules.literals.lookbehind(), bytes);
        found.sort_by_key(|found| found.range.end);
        found
    }

    /// From where on bytes are held, since it is not known yet whether they are secret.
    pub(in crate::mask) fn held_from(&self) -> Option<u64> {
        let of_user = self.user_information.as_ref();
        self.doubtful()
            .map(Value::start)
            .chain(of_user.and_then(|(it, _)| it.held_from()))
            .min()
    }

    /// From where on runs may yet be joined with what was found before.
    pub(in crate::mask) fn joined_from(&self) -> Option<u64> {
        let (of_user, _) = self.user_information.as_ref()?;
        of_user.joined_from()
    }

    /// What is sure to be masked since the stream ends.
    pub(in crate::mask) fn ended(&self) -> Option<Found> {
        let (of_user, announcement) = self.user_information.as_ref()?;
        Some(Found {
            range: of_user.ended()?,
            announcement: *announcement,
        })
    }

    /// Where values begin that the end of the stream cut short before it was sure what they are.
    pub(in crate::mask) fn cut_short(&self) -> impl Iterator<Item = u64> {
        let of_user = self.user_information.as_ref();
        self.doubtful()
            .filter(|value| value.is_likely())
            .map(Value::start)
            .chain(of_user.and_then(|(it, _)| it.cut_short()))
    }

    fn doubtful(&self) -> impl Iterator<Item = &Value> {
        let values = self.tracks.iter().filter_map(|track| track.value.as_ref());
        values
            .map(|(value, _)| value)
            .filter(|value| !value.is_certain())
    }

    fn follow_user_information(&mut self, chunk: Chunk<'_>, at: usize, found: &mut Vec<Found>) {
        let Some((followed, announcement)) = &mut self.user_information else {
            return;
        };
        let text = &chunk.bytes[at..];
        let taken = followed.take(text, chunk.place(at), |range| {
            let announcement = announcement.take();
            found.push(Found {
                range,
                announcement,
            });
        });
        if taken < text.len() {
            self.user_information = None;
        }
    }

    /// Keeps the end of the stream.
    fn remember(&mut self, length: usize, chunk: &[u8]) {
        if chunk.len() >= length {
            self.recent.clear();
            self.recent
                .extend_from_slice(&chunk[chunk.len() - length..]);
            return;
        }
        let too_many = (self.recent.len() + chunk.len()).saturating_sub(length);
        self.recent.drain(..too_many);
        self.recent.extend_from_slice(chunk);
    }
}

/// The values of one shape. One at a time is enough: what a literal announces that stands in such a
/// value is masked with it.
#[derive(Default)]
struct Track {
    /// What stands before a value that was announced, and by what.
    lead_in: Option<(LeadIn, u32)>,
    value: Option<(Value, Announcement)>,
    /// The end of the last value.
    until: u64,
}

impl Track {
    /// Follows what stands before an announced value, in the chunk from `at` on.
    fn follow_lead_in(&mut self, chunk: Chunk<'_>, at: usize, found: &mut Vec<Found>) {
        let Some((lead_in, announcement)) = &mut self.lead_in else {
            return;
        };
        let announcement = *announcement;
        match lead_in.follow(&chunk.bytes[at..]) {
            Followed::ToTheEnd => {}
            Followed::Astray => self.lead_in = None,
            Followed::ToValue { shape, length } => {
                self.lead_in = None;
                self.begin(shape, announcement, chunk, at + length, found);
            }
        }
    }

    /// Begins a value at this place of the chunk, unless it stands in the one before.
    fn begin(
        &mut self,
        shape: Shape,
        announcement: u32,
        chunk: Chunk<'_>,
        at: usize,
        found: &mut Vec<Found>,
    ) {
        let start = chunk.place(at);
        if self.value.is_none() && start >= self.until {
            self.value = Some((Value::new(shape, start), Some(announcement)));
            self.take_value(chunk, at, found);
        }
    }

    /// Takes what the chunk has of the value from `at` on.
    fn take_value(&mut self, chunk: Chunk<'_>, at: usize, found: &mut Vec<Found>) {
        let Some((value, announcement)) = &mut self.value else {
            return;
        };
        let text = &chunk.bytes[at..];
        let taken = value.take(text);
        let range = value.start()..chunk.place(at + taken);
        self.until = range.end;
        if value.is_certain() {
            let announcement = announcement.take();
            found.push(Found {
                range,
                announcement,
            });
        }
        if taken < text.len() {
            self.value = None;
        }
    }
}
