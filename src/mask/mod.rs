//! Masks one stream: bytes in, in chunks cut anywhere; the same bytes out, with every run of
//! covered ones replaced by one mask.

mod add_mask;
mod cover;
mod error;
mod finding;
mod held;
mod layer;
mod layers;
mod owners;
mod refused;
mod report;
mod rules;
mod set;
mod settings;
mod sink;
mod told;
mod untold;

use std::fmt;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::secret::Secret;
use add_mask::{AddMask, Named, Room};
use cover::Cover;
use held::{Held, clip};
use layers::States;
use rules::{RuleSet, Runs};
use sink::BytesSink;
use untold::Untold;

pub use error::{SetError, SetErrorKind};
pub use finding::{Finding, Origin};
pub use refused::{Refusal, RefusedSecret};
pub use report::{Leak, Place, Report};
pub use rules::{Rule, Rules, UnknownRule};
pub use set::{DEFAULT_MASK, DEFAULT_MIN_LENGTH, MaskSet, MaskSetBuilder, Truncated};
pub use sink::Sink;

/// Masks one stream with the secrets of a [`MaskSet`].
///
/// Chunks go in with [`push`](Masker::push); what may be passed on goes to a [`Sink`] at once.
/// The output for a stream does not depend on how it was cut. Between pushes the masker holds
/// back the longest suffix of the input that may still become an occurrence, so always fewer
/// bytes than the longest pattern has; and what a [rule](crate::Rules) has found that may yet prove to
/// be no secret, of that 256 bytes at most. There is no timer.
///
/// It fails closed: dropping it without [`finish`](Masker::finish), or a panic in the sink, loses
/// held bytes and emits nothing.
///
/// Besides the set, which streams share, a masker takes less than 1 KiB and what it holds. It
/// can move between threads. Held bytes are not wiped when it is dropped.
///
/// # Examples
///
/// ```
/// use masker::{MaskSet, Masker, Secret};
///
/// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
/// let mut masker = Masker::new(&set);
/// let mut out = Vec::new();
///
/// masker.push(b"token is abcd12", &mut out);
/// assert_eq!(out, b"token is ");
/// masker.push(b"34efgh, bye\n", &mut out);
/// masker.finish(&mut out);
/// assert_eq!(out, b"token is [MASKED], bye\n");
/// # Ok::<(), masker::SetError>(())
/// ```
pub struct Masker {
    set: MaskSet,
    rules: Arc<RuleSet>,
    states: States,
    held: Held,
    cover: Cover,
    runs: Runs,
    /// Only where the set honours such lines.
    add_mask: Option<Box<AddMask>>,
    untold: Untold,
    /// A push has begun and not come to its end.
    broken: bool,
}

/// How much of a chunk is searched at a time, in bytes: what a core's own cache holds, with all that
/// may be found in it.
const PIECE: usize = 128 << 10;

impl Masker {
    /// Makes a masker for a stream of its own. O(1); allocates nothing until bytes must be held, unless
    /// the set [extends](MaskSet::extend) another.
    #[must_use]
    pub fn new(set: &MaskSet) -> Masker {
        Masker {
            states: set.layers().start(),
            rules: Arc::clone(set.rules()),
            set: set.clone(),
            held: Held::default(),
            cover: Cover::default(),
            runs: Runs::default(),
            add_mask: set.honours_add_mask().then(Box::default),
            untold: Untold::default(),
            broken: false,
        }
    }

    /// Masks the next chunk of the stream.
    ///
    /// Afterwards all input is accounted for in the output but (part of) the longest suffix that
    /// is a proper prefix of some pattern. The sink gets slices of `chunk` itself; only the bytes
    /// to hold are copied. O(length of the chunk), whatever the text and the secrets are.
    ///
    /// # Panics
    ///
    /// When the sink panicked in an earlier push: its output has a hole then, and what comes
    /// behind the hole might complete what stands before it.
    pub fn push<'chunk>(&mut self, chunk: &'chunk [u8], sink: &mut (impl Sink<'chunk> + ?Sized)) {
        assert!(
            !mem::replace(&mut self.broken, true),
            "the sink of this masker panicked earlier"
        );
        // Those that name secrets too, or a long chunk would take memory for all that stands in it.
        for mut rest in chunk.chunks(PIECE) {
            while let Some(add_mask) = &mut self.add_mask {
                let piece = add_mask.follow(rest, self.held.end());
                let (line, behind) = rest.split_at(piece.length);
                self.push_piece(line, piece.masked, sink);
                rest = behind;
                match piece.named {
                    Some(named) => self.add(named),
                    None => break,
                }
            }
            if !rest.is_empty() {
                self.push_piece(rest, None, sink);
            }
        }
        self.broken = false;
    }

    /// Masks a chunk, or the part of it up to where the set changes. `named` are bytes of it, and of
    /// what came before, that name a secret.
    fn push_piece<'chunk>(
        &mut self,
        piece: &'chunk [u8],
        named: Option<Range<u64>>,
        sink: &mut (impl Sink<'chunk> + ?Sized),
    ) {
        self.find(piece, named);
        let end = self.held.end() + piece.len() as u64;
        let live_from = end - self.live();
        let add_mask = self.add_mask.as_ref();
        let held_from = [
            self.runs.held_from(),
            add_mask.and_then(|it| it.held_from()),
        ];
        let settled = held_from.into_iter().flatten().fold(live_from, u64::min);
        // A run that begins just there begins no earlier when more comes, but it may be joined with
        // the password before it.
        let joined_from = self.runs.joined_from();
        let runs_before = joined_from.map_or(settled + 1, |it| it.min(settled + 1));
        self.emit_until(settled, runs_before, piece, sink);
        self.held.advance(settled, piece);
    }

    /// Makes a secret of what a line of the stream has named.
    fn add(&mut self, Named { name, value }: Named) {
        if value.as_ref().is_some_and(|value| self.set.has(value)) {
            return;
        }
        let Some(add_mask) = &mut self.add_mask else {
            return;
        };
        let mut room = add_mask.make_room(value.as_ref().map(|value| &value[..]));
        if let (Room::Enough, Some(value)) = (&room, value) {
            let secret = Secret::new(name.as_str(), value.to_vec());
            match extended(&self.set, secret) {
                Some(set) => return self.switch_to(&set),
                // It took time all the same.
                None => room = add_mask.make_room(None),
            }
        }
        let name = match room {
            Room::Enough => name,
            Room::NoMore => format!("{name} and of all new ones behind it"),
            Room::NoneAnyMore => return,
        };
        let set = self.set.extend().too_long(&name).build();
        self.switch_to(&set.expect("a set that is no other but for a name builds"));
    }

    /// Masks the next chunk of the stream, and emits text as slices of it that share its memory
    /// by reference count.
    ///
    /// As [`push`](Masker::push) in everything else: held bytes are copied, masks are clones of
    /// one buffer.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::{Bytes, MaskSet, Masker, Secret};
    ///
    /// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
    /// let chunk = Bytes::from("a abcd1234efgh b");
    /// let mut pieces = Vec::new();
    /// Masker::new(&set).push_bytes(&chunk, |piece| pieces.push(piece));
    ///
    /// assert_eq!(pieces, ["a ", "[MASKED]", " b"]);
    /// assert_eq!(pieces[0].as_ptr(), chunk.as_ptr());
    /// # Ok::<(), masker::SetError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`push`](Masker::push), when `emit` panicked earlier.
    pub fn push_bytes(&mut self, chunk: &Bytes, emit: impl FnMut(Bytes)) {
        self.push(chunk, &mut BytesSink { chunk, emit });
    }

    /// Ends the stream: emits what is still held.
    ///
    /// A held tail of at least the set's minimum length is masked, since a job that was killed
    /// while it printed a secret leaves most of it; [`Truncated::Keep`] emits it as it is.
    /// O(bytes held).
    ///
    /// # Panics
    ///
    /// As [`push`](Masker::push).
    pub fn finish<'chunk>(mut self, sink: &mut (impl Sink<'chunk> + ?Sized)) {
        assert!(!self.broken, "the sink of this masker panicked earlier");
        self.find_ended();
        if self.set.truncated() == Truncated::Mask {
            self.mask_cut_short();
        }
        let end = self.held.end();
        self.emit_until(end, end, &[], sink);
    }

    /// Ends the stream as [`finish`](Masker::finish) does, for those who take `Bytes`.
    ///
    /// # Panics
    ///
    /// As [`push`](Masker::push).
    pub fn finish_bytes(self, emit: impl FnMut(Bytes)) {
        self.finish(&mut BytesSink {
            chunk: &Bytes::new(),
            emit,
        });
    }

    /// The set in force: the one given, and what lines of the stream have named since, where the
    /// set [honours](MaskSetBuilder::add_mask) them.
    #[must_use]
    pub fn set(&self) -> &MaskSet {
        &self.set
    }

    /// Goes on with another set: the way to add a secret while the stream runs.
    ///
    /// The rules stay those that the stream began with.
    ///
    /// The new set holds for every byte not yet emitted: the held ones are searched again with it,
    /// and go with the next push that has bytes. What was found among them already stays covered. Make the new
    /// set of the present one with [`MaskSet::extend`], so that nothing that was a secret
    /// ceases to be one; an occurrence that the new set does not know, found already and not yet
    /// emitted, is masked and told by no finding. O(n log n) of the bytes held.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::{MaskSet, Masker, Secret};
    ///
    /// let set = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh")).build()?;
    /// let mut masker = Masker::new(&set);
    /// let mut out = Vec::new();
    /// masker.push(b"it is abcd", &mut out);
    ///
    /// let more = set.extend().secret(Secret::new("LATE", "abcdefghij")).build()?;
    /// masker.switch_to(&more);
    /// masker.push(b"efghij.", &mut out);
    /// masker.finish(&mut out);
    /// assert_eq!(out, b"it is [MASKED].");
    /// # Ok::<(), masker::SetError>(())
    /// ```
    pub fn switch_to(&mut self, set: &MaskSet) {
        self.set = set.clone();
        let mut covered = self.cover.take_pending();
        let untold = &mut self.untold;
        untold.forget_patterns();
        let layers = set.layers();
        let mut states = layers.start();
        for (from, piece) in self.held.pieces() {
            for hit in layers.search(&mut states, piece) {
                let range = hit.range(from);
                untold.add(&range, hit.pattern);
                covered.push(range);
            }
        }
        covered.sort_by_key(|range| range.end);
        covered.into_iter().for_each(|range| self.cover.add(range));
        self.states = states;
    }

    /// Adds what stands in the chunk to the cover: secrets, what rules find, and what names a secret.
    fn find(&mut self, chunk: &[u8], named: Option<Range<u64>>) {
        let base = self.held.end();
        let (cover, untold) = (&mut self.cover, &mut self.untold);
        // The value on a line that names a secret is no leak.
        let is_leak =
            |range: &Range<u64>| !named.as_ref().is_some_and(|it| it.contains(&range.start));
        // Before the rules, which look at every byte: a search that skips waits less for memory, and
        // leaves the text in the cache.
        let hits = self.set.layers().search(&mut self.states, chunk);
        let mut others = Vec::new();
        for found in self.runs.push(&self.rules, base, chunk) {
            if let Some(announcement) = found.announcement.filter(|_| is_leak(&found.range)) {
                untold.add_by_rule(found.range.start, announcement);
            }
            // What was unsure until now may end before what was found in earlier chunks.
            if found.range.end < base {
                cover.add_late(found.range);
            } else {
                others.push(found.range);
            }
        }
        // What ends earlier was added before.
        if let Some(named) = named.as_ref().filter(|it| it.end >= base) {
            others.push(named.clone());
            others.sort_by_key(|range| range.end);
        }
        let mut others = others.into_iter().peekable();
        for hit in hits {
            let range = hit.range(base);
            while let Some(other) = others.next_if(|other| other.end <= range.end) {
                cover.add(other);
            }
            if is_leak(&range) {
                untold.add(&range, hit.pattern);
            }
            cover.add(range);
        }
        others.for_each(|other| cover.add(other));
    }

    /// Adds what a rule has found since the stream ends.
    fn find_ended(&mut self) {
        let Some(found) = self.runs.ended() else {
            return;
        };
        let names = self.add_mask.as_ref().and_then(|it| it.names_from());
        let is_leak = names.is_none_or(|from| found.range.start < from);
        if let Some(announcement) = found.announcement.filter(|_| is_leak) {
            let start = found.range.start;
            self.untold.add_by_rule(start, announcement);
        }
        self.cover.add_late(found.range);
    }

    /// Masks the beginning of a secret with which the stream ends, if it is long enough.
    fn mask_cut_short(&mut self) {
        let end = self.held.end();
        let from = self.runs.cut_short().fold(end - self.live(), u64::min);
        if end - from >= self.set.min_length().max(1) as u64 {
            let tail = from..end;
            if !self.cover.has(&tail) {
                self.untold.add_truncated(from, end);
            }
            self.cover.add(tail);
        }
    }

    /// How many of the last bytes may still become an occurrence.
    fn live(&self) -> u64 {
        self.set.layers().live(&self.states) as u64
    }

    /// Emits what no later input can change: all before `settled`, with a mask for each run that
    /// begins at or before it, and what was found before it.
    fn emit_until<'chunk>(
        &mut self,
        settled: u64,
        runs_before: u64,
        chunk: &'chunk [u8],
        sink: &mut (impl Sink<'chunk> + ?Sized),
    ) {
        let mut from = self.cover.masked_until();
        self.tell_until(from.min(settled), sink);
        while let Some(run) = self.cover.next_before(runs_before) {
            self.emit_text(from..run.start, chunk, sink);
            sink.mask(self.set.mask());
            from = run.end;
            self.untold.begin_run();
            self.tell_until(from.min(settled), sink);
        }
        self.emit_text(from..settled, chunk, sink);
    }

    /// Tells what was found before `place`, all of it in the run whose mask was emitted last.
    #[inline]
    fn tell_until<'chunk>(&mut self, place: u64, sink: &mut (impl Sink<'chunk> + ?Sized)) {
        let tell = |finding: &Finding<'_>| sink.found(finding);
        self.untold
            .tell_until(place, (&self.set, &self.rules), tell);
    }

    /// Emits these bytes of the stream, which lie in the held ones and in the chunk behind them.
    fn emit_text<'chunk>(
        &self,
        range: Range<u64>,
        chunk: &'chunk [u8],
        sink: &mut (impl Sink<'chunk> + ?Sized),
    ) {
        for (from, piece) in self.held.pieces() {
            let held = clip(piece, from, &range);
            if !held.is_empty() {
                sink.held(held);
            }
        }
        let text = clip(chunk, self.held.end(), &range);
        if !text.is_empty() {
            sink.text(text);
        }
    }
}

/// The set and a secret that a job has named; `None` where it would have more patterns than a set may.
fn extended(set: &MaskSet, secret: Secret) -> Option<MaskSet> {
    let builder = set.extend().secret(secret);
    let built = builder.clone().build();
    // A mask that the new secret stands in must go, not the secret. The default mask is always safe.
    let built = built.or_else(|_| builder.mask(DEFAULT_MASK).build());
    built.ok()
}

/// Services hold thousands of these, and move them between threads.
const _: () = {
    const fn is_shared_and_sent<T: Send + Sync>() {}
    is_shared_and_sent::<Masker>();
    is_shared_and_sent::<MaskSet>();
    assert!(size_of::<Masker>() < 1024);
};

/// Shows neither the held bytes nor how many there are: both tell of secrets.
impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masker")
            .field("set", &self.set)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_stream_keeps_little_memory_when_it_holds_little() {
        let secrets = [vec![b'a'; 100_000], b"secret-1".to_vec()];
        let secrets = secrets.map(|value| Secret::new("long or often", value));
        let set = MaskSet::builder()
            .secrets(secrets)
            .allow_repeated(true)
            .build()
            .expect("two secrets build");
        let mut masker = Masker::new(&set);
        let mut out = Vec::new();
        masker.push(&[b'a'; 99_999], &mut out);
        assert!(out.is_empty());
        masker.push(b"b", &mut out);
        masker.push(&b"secret-1 ".repeat(10_000), &mut out);
        masker.push(b".", &mut out);
        for _ in 0..100_000 {
            masker.push(b"aaaaaaa secret-", &mut out);
            out.clear();
        }
        let runs = masker.cover.capacity() * size_of::<Range<u64>>();
        let kept = masker.held.capacity() + runs + masker.untold.memory();
        assert!(kept <= 1024, "{kept} bytes stay with the stream");
    }
}
