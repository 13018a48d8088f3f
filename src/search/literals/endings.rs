//! Which literals end at a place: they are read from their ends.

use super::Literal;

/// Literals backwards, as a tree: its root stands behind their last bytes, and each edge is the byte
/// before.
pub(super) struct Endings {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// The numbers of the literals, in the order of their nodes.
    literals: Vec<usize>,
    any_case: bool,
}

#[derive(Default)]
struct Node {
    /// Where its edges begin and end, in the order of their bytes.
    edges: (u32, u32),
    /// Where the literals begin and end that begin here.
    literals: (u32, u32),
}

struct Edge {
    byte: u8,
    node: u32,
}

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
        let mut endings = Endings {
            nodes: vec![Node::default()],
            edges: Vec::new(),
            literals: Vec::new(),
            any_case,
        };
        // A list in place of recursion, since a literal may be as long as the user likes.
        let mut groups = vec![(0, 0, &backwards[..])];
        while let Some((node, depth, group)) = groups.pop() {
            endings.fill(node, depth, group, &mut groups);
        }
        endings
    }

    /// Fills a node with the literals of a group, that agree in so many bytes.
    fn fill<'b>(
        &mut self,
        node: usize,
        depth: usize,
        group: &'b [(Vec<u8>, usize)],
        groups: &mut Vec<(usize, usize, &'b [(Vec<u8>, usize)])>,
    ) {
        let (begin, rest) =
            group.split_at(group.partition_point(|(bytes, _)| bytes.len() == depth));
        let from = self.literals.len() as u32;
        self.literals
            .extend(begin.iter().map(|&(_, number)| number));
        self.nodes[node].literals = (from, self.literals.len() as u32);

        let from = self.edges.len() as u32;
        for group in rest.chunk_by(|(a, _), (b, _)| a[depth] == b[depth]) {
            let next = self.nodes.len();
            self.nodes.push(Node::default());
            self.edges.push(Edge {
                byte: group[0].0[depth],
                node: next as u32,
            });
            groups.push((next, depth + 1, group));
        }
        self.nodes[node].edges = (from, self.edges.len() as u32);
    }

    /// Calls `on_literal` with the number and length of each literal that the text ends with. The
    /// text comes backwards. O(length of the longest).
    #[inline]
    pub(super) fn each<'t>(
        &self,
        text: impl Iterator<Item = &'t u8>,
        mut on_literal: impl FnMut(usize, usize),
    ) {
        let mut node = &self.nodes[0];
        for (depth, &byte) in text.enumerate() {
            let byte = if self.any_case {
                byte.to_ascii_lowercase()
            } else {
                byte
            };
            let edges = &self.edges[node.edges.0 as usize..node.edges.1 as usize];
            let Ok(edge) = edges.binary_search_by_key(&byte, |edge| edge.byte) else {
                return;
            };
            node = &self.nodes[edges[edge].node as usize];
            for &literal in &self.literals[node.literals.0 as usize..node.literals.1 as usize] {
                on_literal(literal, depth + 1);
            }
        }
    }
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
