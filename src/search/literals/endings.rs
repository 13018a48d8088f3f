//! Which literals end at a place: they are read from their ends.

use std::ops::Range;

use super::Literal;

/// Literals backwards, as a tree of what they have in common: behind the root stand their last bytes.
pub(super) struct Endings {
    nodes: Vec<Node>,
    /// The bytes of all nodes, backwards.
    bytes: Vec<u8>,
    /// The numbers of the literals, in the order of their nodes.
    literals: Vec<usize>,
    any_case: bool,
    /// The one literal and its number, where there is no other and it has one case. The most frequent,
    /// that of URLs, is such a one.
    only: Option<(Box<[u8]>, usize)>,
}

#[derive(Clone, Default)]
struct Node {
    /// What every literal of this node has before what stands behind it.
    bytes: Range<u32>,
    /// The nodes before it, which differ in their first bytes and stand in the order of these.
    next: Range<u32>,
    /// The literals that begin here.
    literals: Range<u32>,
}

/// Literals backwards, with their numbers, in order.
type Backwards = [(Vec<u8>, usize)];

impl Endings {
    /// A tree of literals with their numbers, all of them of any case or none. O(total length).
    pub(super) fn new<'l>(literals: impl Iterator<Item = (usize, &'l Literal)>) -> Endings {
        let mut any_case = false;
        let mut backwards: Vec<(Vec<u8>, usize)> = literals
            .map(|(number, literal)| {
                any_case = literal.any_case;
                let mut bytes: Vec<u8> = literal.bytes.iter().rev().copied().collect();
                if any_case {
                    bytes.make_ascii_lowercase();
                }
                (bytes, number)
            })
            .collect();
        backwards.sort_unstable();
        let only = match &backwards[..] {
            [(bytes, number)] if !any_case => {
                Some((bytes.iter().rev().copied().collect(), *number))
            }
            _ => None,
        };
        let mut endings = Endings {
            nodes: vec![Node::default()],
            bytes: Vec::new(),
            literals: Vec::new(),
            any_case,
            only,
        };
        // A list in place of recursion, since a literal may be as long as the user likes.
        let mut groups = vec![(0, 0, &backwards[..])];
        while let Some((node, depth, group)) = groups.pop() {
            endings.fill(node, depth, group, &mut groups);
        }
        endings
    }

    /// Fills a node with a group of literals that agree in so many bytes, and adds those before it.
    fn fill<'b>(
        &mut self,
        node: usize,
        depth: usize,
        group: &'b Backwards,
        groups: &mut Vec<(usize, usize, &'b Backwards)>,
    ) {
        // In a sorted group, what the first and the last have in common all have.
        let common = match group {
            [(first, _), .., (last, _)] => {
                let same = first.iter().zip(last).take_while(|(a, b)| a == b);
                same.count()
            }
            [(only, _)] => only.len(),
            [] => depth,
        };
        let from = self.bytes.len() as u32;
        let bytes = group.first().map_or(&[][..], |(bytes, _)| bytes);
        self.bytes.extend_from_slice(&bytes[depth..common]);
        let bytes = from..self.bytes.len() as u32;

        let (begin, rest) = group.split_at(group.partition_point(|(it, _)| it.len() == common));
        let from = self.literals.len() as u32;
        self.literals
            .extend(begin.iter().map(|&(_, number)| number));
        let literals = from..self.literals.len() as u32;

        let from = self.nodes.len();
        for group in rest.chunk_by(|(a, _), (b, _)| a[common] == b[common]) {
            groups.push((self.nodes.len(), common, group));
            self.nodes.push(Node::default());
        }
        let next = from as u32..self.nodes.len() as u32;
        self.nodes[node] = Node {
            bytes,
            next,
            literals,
        };
    }

    /// Calls `on_literal` with the number and length of each literal that the text ends with.
    /// O(length of the longest).
    #[inline]
    pub(super) fn each(&self, text: &[u8], mut on_literal: impl FnMut(usize, usize)) {
        if let Some((bytes, number)) = &self.only {
            if text.ends_with(bytes) {
                on_literal(*number, bytes.len());
            }
            return;
        }
        let mut node = &self.nodes[0];
        let mut rest = text;
        loop {
            let bytes = slice(&self.bytes, &node.bytes);
            let Some((before, these)) = rest.split_at_checked(rest.len().wrapping_sub(bytes.len()))
            else {
                return;
            };
            if !self.agree(these, bytes) {
                return;
            }
            rest = before;
            for &literal in slice(&self.literals, &node.literals) {
                on_literal(literal, text.len() - rest.len());
            }
            let Some(&byte) = rest.last() else {
                return;
            };
            let byte = self.folded(byte);
            let next = slice(&self.nodes, &node.next);
            let first_of = |node: &Node| self.bytes[node.bytes.start as usize];
            let Ok(index) = next.binary_search_by_key(&byte, first_of) else {
                return;
            };
            node = &next[index];
        }
    }

    #[inline]
    fn agree(&self, text: &[u8], backwards: &[u8]) -> bool {
        let folded = text.iter().rev().map(|&byte| self.folded(byte));
        folded.zip(backwards).all(|(a, &b)| a == b)
    }

    #[inline]
    fn folded(&self, byte: u8) -> u8 {
        match self.any_case {
            true => byte.to_ascii_lowercase(),
            false => byte,
        }
    }
}

fn slice<'s, T>(all: &'s [T], range: &Range<u32>) -> &'s [T] {
    &all[range.start as usize..range.end as usize]
}

/// The last three bytes of a text, in lower case.
#[derive(Clone, Copy, Default)]
pub(super) struct Tail(u32);

impl Tail {
    pub(super) const LEN: usize = 3;

    pub(super) fn of(text: &[u8]) -> Tail {
        let from = text.len().saturating_sub(Tail::LEN);
        let tail = Tail::default();
        text[from..]
            .iter()
            .fold(tail, |tail, &byte| tail.then(byte))
    }

    /// The tail when another byte comes.
    #[inline]
    pub(super) fn then(self, byte: u8) -> Tail {
        Tail((self.0 << 8 | u32::from(byte.to_ascii_lowercase())) & 0xff_ffff)
    }

    pub(super) fn number(self) -> u64 {
        u64::from(self.0)
    }
}

/// The byte itself, and in the other case where it is a letter of any case.
pub(super) fn cases(byte: u8, any_case: bool) -> impl Iterator<Item = u8> {
    let other = any_case && byte.is_ascii_alphabetic();
    let folded = if other { byte ^ 0x20 } else { byte };
    std::iter::once(byte).chain(other.then_some(folded))
}
