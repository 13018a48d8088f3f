//! Aho-Corasick in little memory: about a byte for each byte of the patterns.
//!
//! The forms of a long secret are long patterns, of which many begin and go on alike for a while and
//! then never meet another: chains of nodes that have one child each. A chain is stored as its bytes.
//! It is cut into *segments* only where something is to be known of a node: where it has several
//! children or none, where a pattern ends, and where its failure link changes its kind.
//!
//! Nearly all failure links lead near to the root: of random text only a few last bytes begin some
//! other pattern. Links to [`SHALLOW`] bytes or fewer are not stored, but found from the last bytes of
//! the text. Longer ones come in rows: where a pattern holds what another begins with, the links of
//! neighbouring nodes lead to neighbouring nodes, and one entry stands for all of them.

mod build;

use super::trie::{NONE, ROOT, Trie};
use super::{Hit, Patterns, TooLarge};

/// The automaton of all patterns.
pub(super) struct Automaton {
    /// The byte that leads to each node.
    labels: Box<[u8]>,
    /// In the order of their nodes; the last stands for none, behind them.
    segments: Box<[Segment]>,
    /// The segments of nodes that are multiples of [`STEP`].
    index: Box<[u32]>,
    /// The children of the last nodes of segments: their labels and the segments they begin.
    child_labels: Box<[u8]>,
    children: Box<[u32]>,
    /// The root's children by their labels.
    of_root: Box<[Child; 256]>,
    /// Whether some pattern has one byte only.
    is_any_one_byte: bool,
    ends: Box<[End]>,
}

/// What the root has for a byte.
#[derive(Clone, Copy)]
struct Child {
    /// The segment that begins with it; 0, the root's own, where there is none.
    segment: u32,
    /// A bit for the label of each child of this child, by the lowest bits of that.
    labels: u32,
}

impl Child {
    const NONE: Child = Child {
        segment: 0,
        labels: 0,
    };

    #[inline(always)]
    fn exists(self) -> bool {
        self.segment != 0
    }

    /// Whether it may have a child with this label.
    #[inline(always)]
    fn may_have(self, label: u8) -> bool {
        self.labels >> (label % 32) & 1 != 0
    }
}

/// What is to be known where a pattern ends.
struct End {
    length: u32,
    /// Where the failure link of its node leads, which is followed at once where that is a leaf.
    failure: u32,
    failure_depth: u32,
}

/// Nodes each of which is the only child of the one before, up to the first of the next segment.
struct Segment {
    first: u32,
    /// Where the failure link of the first leads, those of the others as far behind it; `NONE` where
    /// all lead to nodes of no more than `SHALLOW` bytes.
    failure: u32,
    /// By how many bytes the failure links shorten the live prefix.
    shorter_by: u32,
    /// The longest pattern that ends with the last, or `NONE`.
    pattern: u32,
    /// Where the children of the last begin. None are listed where it is a leaf, and where the next
    /// segment's first is the only one and no pattern ends; of these two, only a leaf has a pattern.
    children: u32,
}

/// The greatest depth that failure links are not stored to. With fewer bytes, many more links are
/// deeper in patterns of hexadecimal digits, where 3 digits of any text often begin one.
const SHALLOW: u32 = 3;

/// How many labels are looked through one by one.
const FEW: usize = 8;

/// How many bytes are compared at a time where a text goes on as a segment does.
const AT_A_TIME: usize = 8;

/// How many nodes an entry of the index stands for.
const STEP: u32 = 64;

/// A state of the automaton: a node, never a leaf.
///
/// Its depth is the length of the *live prefix*: the longest suffix of the text read so far that is
/// a proper prefix of some pattern. It is what a stream must hold back, and where it begins is the
/// first place where an occurrence that is not yet complete can begin.
#[derive(Clone, Copy)]
pub(super) struct Position {
    node: u32,
    segment: u32,
    depth: u32,
    /// The last bytes of the text, the last of all lowest. As many of them tell something as the
    /// depth says.
    last: u32,
}

/// What is searched, and the last bytes before it.
struct Text<'t> {
    haystack: &'t [u8],
    before: u32,
}

impl Text<'_> {
    /// The last bytes before a place, the last of all lowest.
    #[inline(always)]
    fn last_of(&self, at: usize) -> u32 {
        match self.haystack[..at].last_chunk() {
            Some(&last) => u32::from_be_bytes(last),
            None => self.haystack[..at]
                .iter()
                .fold(self.before, |last, &byte| last << 8 | u32::from(byte)),
        }
    }
}

impl Automaton {
    pub(super) fn new(patterns: &Patterns<'_>) -> Result<Automaton, TooLarge> {
        let bytes = patterns.iter().map(<[u8]>::len).sum::<usize>();
        if bytes >= 1 << 31 {
            return Err(TooLarge);
        }
        let trie = Trie::new(patterns);
        Ok(Automaton::from_trie(trie))
    }

    /// The state before any text.
    pub(super) fn start(&self) -> Position {
        Position {
            node: ROOT,
            segment: 0,
            depth: 0,
            last: 0,
        }
    }

    /// The length in bytes of the live prefix in a state.
    #[inline(always)]
    pub(super) fn live(&self, state: Position) -> usize {
        state.depth as usize
    }

    /// Walks `haystack` from the byte at `at`, in `state`, until no live prefix begins before
    /// `until` any more, or to the end. Reports the longest pattern that ends at each place where
    /// one ends: the shorter ones that end there lie inside it.
    ///
    /// Returns the place it came to and the state there.
    #[inline(always)]
    pub(super) fn walk(
        &self,
        mut state: Position,
        haystack: &[u8],
        mut at: usize,
        until: usize,
        on_hit: &mut impl FnMut(Hit),
    ) -> (usize, Position) {
        let text = Text {
            haystack,
            before: state.last,
        };
        loop {
            at = self.pass_near_root(&mut state, haystack, at, until);
            if at == haystack.len() || at >= until + self.live(state) {
                break;
            }
            let from = at;
            at = self.follow(&mut state, haystack, from);
            if at == from {
                state.last = text.last_of(at);
                state = self.next(state, haystack[at]);
                at += 1;
            }
            let (segment, behind) = self.segment(state);
            if state.node + 1 == behind.first && segment.pattern != NONE {
                let end = &self.ends[segment.pattern as usize];
                on_hit(Hit {
                    end: at,
                    len: end.length as usize,
                    pattern: segment.pattern,
                });
                if segment.children == behind.children {
                    state = self.position(end.failure, end.failure_depth);
                }
            }
        }
        state.last = text.last_of(at);
        (at, state)
    }

    /// Goes on from `at` for as long as that leads to nodes of no more than one byte, in which no
    /// pattern ends; returns where that ends, at the latest where no live prefix begins before
    /// `until`. This is the way of texts that have little in common with the patterns.
    #[inline(always)]
    fn pass_near_root(
        &self,
        state: &mut Position,
        haystack: &[u8],
        mut at: usize,
        until: usize,
    ) -> usize {
        let mut before = match state.depth {
            0 => Child::NONE,
            1 => self.of_root[usize::from(self.labels[state.node as usize])],
            _ => return at,
        };
        if self.is_any_one_byte {
            return at;
        }
        let from = at;
        while let Some(&byte) = haystack.get(at)
            && !before.may_have(byte)
        {
            before = self.of_root[usize::from(byte)];
            at += 1;
            if at >= until + usize::from(before.exists()) {
                break;
            }
        }
        if at > from {
            *state = match before.exists() {
                true => self.first_of(before.segment, 1),
                false => self.start(),
            };
        }
        at
    }

    /// Goes on from `at` for as long as that leads to nodes of the same segment; returns where that
    /// ends. This is the way of texts that are full of what is nearly a secret, so it takes no step
    /// more than it must.
    #[inline(always)]
    fn follow(&self, state: &mut Position, haystack: &[u8], mut at: usize) -> usize {
        let (segment, behind) = self.segment(*state);
        let labels = &self.labels[segment.first as usize..behind.first as usize];
        let repeats_after = segment.repeats_after();
        let from = (state.node - segment.first) as usize;
        let mut place = from;
        // A whole secret is common enough to be worth a comparison of many bytes at a time.
        while let (Some(expected), Some(text)) = (
            labels.get(place + 1..place + 1 + AT_A_TIME),
            haystack.get(at..at + AT_A_TIME),
        ) && expected == text
        {
            place += AT_A_TIME;
            at += AT_A_TIME;
        }
        while place + 1 < labels.len()
            && let Some(&byte) = haystack.get(at)
        {
            let mut child = place + 1;
            // Where a pattern repeats itself, as in `aaaaaaaab`, failure links stay in the segment.
            while labels[child] != byte
                && let Some(shorter) = child.checked_sub(repeats_after)
            {
                child = shorter;
            }
            if labels[child] != byte {
                break;
            }
            place = child;
            at += 1;
        }
        state.node = segment.first + place as u32;
        state.depth = state.depth + place as u32 - from as u32;
        at
    }

    /// The node behind one more byte. It may be a leaf.
    fn next(&self, mut state: Position, byte: u8) -> Position {
        loop {
            if let Some(child) = self.child(state, byte) {
                return child;
            }
            if state.depth == 0 {
                return state;
            }
            state = self.fail(state);
        }
    }

    /// The segment of a state and the one behind it.
    #[inline(always)]
    fn segment(&self, state: Position) -> (&Segment, &Segment) {
        let number = state.segment as usize;
        (&self.segments[number], &self.segments[number + 1])
    }

    #[inline(always)]
    fn child(&self, state: Position, byte: u8) -> Option<Position> {
        let depth = state.depth + 1;
        if state.depth == 0 {
            let child = self.of_root[usize::from(byte)];
            return child.exists().then(|| self.first_of(child.segment, depth));
        }
        let (segment, behind) = self.segment(state);
        let node = state.node + 1;
        if node < behind.first {
            return (self.labels[node as usize] == byte).then_some(Position {
                node,
                depth,
                ..state
            });
        }
        let labels = &self.child_labels[segment.children as usize..behind.children as usize];
        let index = match labels {
            [] => {
                let is_child = segment.pattern == NONE && self.labels[node as usize] == byte;
                return is_child.then(|| self.first_of(state.segment + 1, depth));
            }
            [label] => (*label == byte).then_some(0),
            [_, ..] if labels.len() <= FEW => labels.iter().position(|label| *label == byte),
            _ => memchr::memchr(byte, labels),
        };
        let child = self.children[segment.children as usize + index?];
        Some(self.first_of(child, depth))
    }

    #[inline(always)]
    fn first_of(&self, segment: u32, depth: u32) -> Position {
        Position {
            node: self.segments[segment as usize].first,
            segment,
            depth,
            last: 0,
        }
    }

    /// Follows the failure link of a node that is not the root.
    #[inline(always)]
    fn fail(&self, state: Position) -> Position {
        let segment = &self.segments[state.segment as usize];
        if segment.failure == NONE {
            return self.fail_near_root(state);
        }
        let node = segment.failure + (state.node - segment.first);
        Position {
            last: state.last,
            ..self.position(node, state.depth - segment.shorter_by)
        }
    }

    #[inline(always)]
    fn position(&self, node: u32, depth: u32) -> Position {
        Position {
            node,
            segment: self.segment_of(node),
            depth,
            last: 0,
        }
    }

    /// The node of the longest suffix of less than `depth` bytes, and `SHALLOW` at most.
    fn fail_near_root(&self, state: Position) -> Position {
        let Position { depth, last, .. } = state;
        for length in (1..depth.min(SHALLOW + 1)).rev() {
            let byte = |at: u32| (last >> (8 * at)) as u8;
            if length > 1 && !self.of_root[usize::from(byte(length - 1))].may_have(byte(length - 2))
            {
                continue;
            }
            let mut suffix = (0..length).rev().map(byte);
            let found = suffix.try_fold(self.start(), |state, byte| self.child(state, byte));
            if let Some(found) = found.filter(|&it| !self.is_leaf(it)) {
                return Position { last, ..found };
            }
        }
        self.start()
    }

    #[inline(always)]
    fn is_leaf(&self, state: Position) -> bool {
        let (segment, behind) = self.segment(state);
        state.node + 1 == behind.first
            && segment.children == behind.children
            && segment.pattern != NONE
    }

    #[inline(always)]
    fn segment_of(&self, node: u32) -> u32 {
        let mut segment = self.index[(node / STEP) as usize];
        while self.segments[segment as usize + 1].first <= node {
            segment += 1;
        }
        segment
    }

    /// The memory held, in bytes.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.labels)
            + size_of_val(&*self.segments)
            + size_of_val(&*self.index)
            + size_of_val(&*self.child_labels)
            + size_of_val(&*self.children)
            + size_of_val(&*self.of_root)
            + size_of_val(&*self.ends)
    }
}

impl Segment {
    /// How far back failure links lead that lead into this very segment, as those of all nodes do
    /// that stand so far behind the first; more than there are nodes where none does.
    #[inline(always)]
    fn repeats_after(&self) -> usize {
        match self.failure {
            NONE => usize::MAX,
            failure => self.first.wrapping_sub(failure) as usize,
        }
    }
}

#[cfg(test)]
mod tests;
