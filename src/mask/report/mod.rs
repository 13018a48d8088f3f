//! Who leaked what in one stream, never the value.

mod lines;

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;

use super::Masker;
use super::finding::{Finding, Origin};
use super::rules::Rule;
use super::sink::{BytesSink, Sink};
use crate::secret::forms::Form;
use lines::{Lines, Piece};

/// How many places are kept of each.
const FIRST: usize = 10;

/// Collects the [findings](Finding) of one stream: how often each secret was found in each form,
/// and where first. Names, forms and places, never a value, its length or where it ends.
///
/// Give a stream to it from the beginning to the end, in place of to the masker itself. The output
/// is the same. It takes memory for each name and form that was found, and a place for each newline
/// among the bytes that the masker holds; nothing grows with the stream. The newlines of the input
/// are counted, at the speed of [`memchr`], and a finding takes a look-up by its name.
///
/// Whoever has the masked log too can compare its lengths with the offsets, and learn how long a
/// secret is that was masked between two of them: keep it from those who need not know.
///
/// # Examples
///
/// ```
/// use masker::{Form, MaskSet, Masker, Origin, Report, Secret};
///
/// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
/// let mut masker = Masker::new(&set);
/// let mut report = Report::new();
/// let mut log = Vec::new();
/// report.push(&mut masker, b"one line\nand abcd12", &mut log);
/// report.push(&mut masker, b"34efgh\n", &mut log);
/// report.finish(masker, &mut log);
/// assert_eq!(log, b"one line\nand [MASKED]\n");
///
/// let [leak] = &report.leaks()[..] else { panic!("one secret was printed") };
/// assert_eq!(leak.origin(), Origin::Secret { name: "TOKEN", form: Form::Raw });
/// assert_eq!(leak.count(), 1);
/// assert_eq!((leak.first()[0].offset, leak.first()[0].line), (13, 2));
/// # Ok::<(), masker::SetError>(())
/// ```
#[derive(Clone, Default)]
pub struct Report {
    by_name: BTreeMap<String, Vec<Found>>,
    truncated: Option<Place>,
    masks: u64,
    masks_of_leaks: u64,
    /// Whether something was found of the last mask.
    is_told: bool,
    bytes: u64,
    lines: Lines,
}

/// A place in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// How many bytes come before it.
    pub offset: u64,
    /// The number of its line: how many newlines come before it, and one.
    pub line: u64,
}

/// What was found of one name in one form.
#[derive(Clone)]
struct Found {
    kind: Kind,
    count: u64,
    first: Vec<Place>,
}

/// An [`Origin`] without the name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Form(Form),
    Rule(Rule),
}

impl Report {
    /// Makes an empty report. O(1), allocates nothing.
    #[must_use]
    pub fn new() -> Report {
        Report::default()
    }

    /// Gives the next chunk to the masker, as [`Masker::push`] does, and keeps what was found.
    ///
    /// O(length of the chunk), and O(log of the number of names found) for each finding.
    ///
    /// # Panics
    ///
    /// As [`Masker::push`].
    pub fn push<'chunk>(
        &mut self,
        masker: &mut Masker,
        chunk: &'chunk [u8],
        sink: &mut (impl Sink<'chunk> + ?Sized),
    ) {
        let mut listener = Listener {
            piece: Piece::new(masker.held.end(), chunk),
            report: self,
            sink,
        };
        masker.push(chunk, &mut listener);
        let Listener { piece, .. } = listener;
        self.lines.advance(masker.held.from(), piece);
        self.bytes = masker.held.end();
    }

    /// As [`push`](Report::push), for those who take `Bytes`: see [`Masker::push_bytes`].
    ///
    /// # Panics
    ///
    /// As [`Masker::push`].
    pub fn push_bytes(&mut self, masker: &mut Masker, chunk: &Bytes, emit: impl FnMut(Bytes)) {
        self.push(masker, chunk, &mut BytesSink { chunk, emit });
    }

    /// Ends the stream, as [`Masker::finish`] does, and keeps what was found.
    ///
    /// # Panics
    ///
    /// As [`Masker::push`].
    pub fn finish<'chunk>(&mut self, masker: Masker, sink: &mut (impl Sink<'chunk> + ?Sized)) {
        let piece = Piece::new(masker.held.end(), &[]);
        masker.finish(&mut Listener {
            report: self,
            piece,
            sink,
        });
    }

    /// As [`finish`](Report::finish), for those who take `Bytes`.
    ///
    /// # Panics
    ///
    /// As [`Masker::push`].
    pub fn finish_bytes(&mut self, masker: Masker, emit: impl FnMut(Bytes)) {
        let chunk = &Bytes::new();
        self.finish(masker, &mut BytesSink { chunk, emit });
    }

    /// What was found of each name in each form, in the order of the first places. O(n log n).
    #[must_use]
    pub fn leaks(&self) -> Vec<Leak<'_>> {
        let mut leaks: Vec<_> = self
            .by_name
            .iter()
            .flat_map(|(name, found)| found.iter().map(move |found| Leak { name, found }))
            .collect();
        leaks.sort_by_key(|leak| leak.found.first.first().copied());
        leaks
    }

    /// Where the beginning of a secret stands that the end of the stream cut short, if one was
    /// masked there. Whose it is, is not known.
    #[must_use]
    pub fn truncated(&self) -> Option<Place> {
        self.truncated
    }

    /// How many masks were emitted.
    #[must_use]
    pub fn masks(&self) -> u64 {
        self.masks
    }

    /// How many of the masks stand for something that was found: not those of values on the lines
    /// that [name](crate::MaskSetBuilder::add_mask) them.
    #[must_use]
    pub fn masks_of_leaks(&self) -> u64 {
        self.masks_of_leaks
    }

    /// How many bytes of input were pushed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn add(&mut self, finding: &Finding<'_>, place: Place) {
        let (name, kind) = match finding.origin() {
            Origin::Secret { name, form } => (name, Kind::Form(form)),
            Origin::Rule { rule, name } => (name, Kind::Rule(rule)),
            Origin::Truncated => {
                self.truncated = Some(place);
                return;
            }
        };
        // Asked before it is added, since to add takes a copy of the name.
        let of_name = match self.by_name.get_mut(name) {
            Some(of_name) => of_name,
            None => self.by_name.entry(name.to_owned()).or_default(),
        };
        let index = of_name.iter().position(|found| found.kind == kind);
        let index = index.unwrap_or_else(|| {
            of_name.push(Found {
                kind,
                count: 0,
                first: Vec::new(),
            });
            of_name.len() - 1
        });
        let found = &mut of_name[index];
        found.count += 1;
        if found.first.len() < FIRST {
            found.first.push(place);
        }
    }
}

/// Shows all that may be known, which is no value and no length.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("leaks", &self.leaks())
            .field("truncated", &self.truncated)
            .field("masks", &self.masks)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// What was found of one name in one form.
#[derive(Clone, Copy)]
pub struct Leak<'r> {
    name: &'r str,
    found: &'r Found,
}

impl<'r> Leak<'r> {
    /// What was found. Never [`Origin::Truncated`], see [`Report::truncated`].
    #[must_use]
    pub fn origin(&self) -> Origin<'r> {
        let name = self.name;
        match self.found.kind {
            Kind::Form(form) => Origin::Secret { name, form },
            Kind::Rule(rule) => Origin::Rule { rule, name },
        }
    }

    /// How many findings there were: see [`Finding`] for what counts as one.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.found.count
    }

    /// Where it was found first: 10 places at most, in order.
    #[must_use]
    pub fn first(&self) -> &'r [Place] {
        &self.found.first
    }
}

impl fmt::Debug for Leak<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leak")
            .field("origin", &self.origin())
            .field("count", &self.count())
            .field("first", &self.first())
            .finish()
    }
}

/// Listens to what one push emits, and passes all of it on.
struct Listener<'l, 'chunk, S: ?Sized> {
    report: &'l mut Report,
    piece: Piece<'chunk>,
    sink: &'l mut S,
}

impl<'chunk, S: Sink<'chunk> + ?Sized> Sink<'chunk> for Listener<'_, 'chunk, S> {
    fn text(&mut self, text: &'chunk [u8]) {
        self.sink.text(text);
    }

    fn held(&mut self, held: &[u8]) {
        self.sink.held(held);
    }

    fn mask(&mut self, mask: &Bytes) {
        self.report.masks += 1;
        self.report.is_told = false;
        self.sink.mask(mask);
    }

    fn found(&mut self, finding: &Finding<'_>) {
        let offset = finding.offset();
        self.report.masks_of_leaks += u64::from(!self.report.is_told);
        self.report.is_told = true;
        let line = 1 + self.report.lines.before(offset, &mut self.piece);
        self.report.add(finding, Place { offset, line });
        self.sink.found(finding);
    }
}
