//! Makes the automaton of a trie: cuts its chains into segments.

use super::{Automaton, Child, End, NONE, ROOT, SHALLOW, STEP, Segment, Trie};

/// The depth up to which the links of nodes are stored wherever they lead: searches are there most of
/// the time, and nearly all these nodes are segments of their own anyway.
const FIRST: u32 = 2;

impl Automaton {
    pub(super) fn from_trie(trie: Trie) -> Automaton {
        let nodes = trie.labels.len() as u32;
        let mut segments = vec![Segment::new(&trie, ROOT)];
        let mut index = vec![0; nodes.div_ceil(STEP) as usize];
        for chain in &trie.chains {
            for node in chain.first..chain.end {
                if node == chain.first || is_cut(&trie, node) {
                    segments.push(Segment::new(&trie, node));
                }
                if node % STEP == 0 {
                    index[(node / STEP) as usize] = segments.len() as u32 - 1;
                }
            }
        }
        segments.push(Segment {
            first: nodes,
            ..Segment::new(&trie, ROOT)
        });
        let mut automaton = Automaton {
            labels: Box::default(),
            segments: segments.into(),
            index: index.into(),
            child_labels: Box::default(),
            children: Box::default(),
            of_root: Box::new([Child::NONE; 256]),
            is_any_one_byte: trie
                .chains
                .iter()
                .any(|it| trie.depths[it.end as usize - 1] == 1),
            ends: trie
                .chains
                .iter()
                .map(|it| End::new(&trie, it.end - 1))
                .collect(),
        };
        automaton.add_children(&trie);
        automaton.labels = trie.labels.into();
        automaton
    }

    /// Says of the last node of each segment what its children are and which pattern ends there.
    fn add_children(&mut self, trie: &Trie) {
        let (mut labels, mut children) = (Vec::new(), Vec::new());
        // Those of the root stand in a table of their own.
        for number in 1..self.segments.len() - 1 {
            let last = self.segments[number + 1].first - 1;
            self.segments[number].pattern = trie.matches[last as usize];
            self.segments[number].children = children.len() as u32;
            if !trie.has_one_child(last) {
                let (their_labels, nodes) = trie.children_of(last);
                labels.extend_from_slice(their_labels);
                children.extend(nodes.iter().map(|&node| self.segment_of(node)));
            } else if trie.matches[last as usize] != NONE {
                labels.push(trie.labels[last as usize + 1]);
                children.push(number as u32 + 1);
            }
        }
        let behind = self.segments.len() - 1;
        self.segments[behind].children = children.len() as u32;
        for chain in trie.chains.iter().filter(|chain| chain.parent == ROOT) {
            let node = chain.first as usize;
            let labels = match trie.has_one_child(chain.first) {
                true => &trie.labels[node + 1..node + 2],
                false => trie.children_of(chain.first).0,
            };
            self.of_root[usize::from(trie.labels[node])] = Child {
                segment: self.segment_of(chain.first),
                labels: labels
                    .iter()
                    .fold(0, |bits, label| bits | 1 << (label % 32)),
            };
        }
        self.child_labels = labels.into();
        self.children = children.into();
    }
}

impl End {
    /// That of a pattern that ends with this node.
    fn new(trie: &Trie, node: u32) -> End {
        let failure = trie.failures[node as usize];
        End {
            length: trie.depths[node as usize],
            failure,
            failure_depth: trie.depths[failure as usize],
        }
    }
}

impl Segment {
    /// One that begins with a node, of which only the failure links are known.
    fn new(trie: &Trie, first: u32) -> Segment {
        let failure = stored_failure(trie, first);
        let depth = |node: u32| trie.depths[node as usize];
        Segment {
            first,
            failure: failure.unwrap_or(NONE),
            shorter_by: failure.map_or(0, |it| depth(first) - depth(it)),
            pattern: NONE,
            children: 0,
        }
    }
}

/// Whether a segment ends before a node that is the next of a chain.
fn is_cut(trie: &Trie, node: u32) -> bool {
    let before = node - 1;
    if trie.depths[node as usize] <= FIRST {
        return true;
    }
    let goes_on = match (stored_failure(trie, before), stored_failure(trie, node)) {
        // The failure link of a leaf stands with its pattern.
        _ if trie.is_leaf(node) => true,
        (None, None) => true,
        (Some(before), Some(failure)) => failure == before + 1,
        _ => false,
    };
    !goes_on || trie.matches[before as usize] != NONE || !trie.has_one_child(before)
}

/// The failure link of a node, if it is one that is stored.
fn stored_failure(trie: &Trie, node: u32) -> Option<u32> {
    let failure = trie.failures[node as usize];
    let depth = |node: u32| trie.depths[node as usize];
    (depth(failure) > SHALLOW || depth(node) <= FIRST).then_some(failure)
}
