//! The trie of all patterns with its failure links: what the [`Automaton`](super::automaton) is made
//! of, and twenty times as large.

use super::Patterns;

/// The node before any text.
pub(super) const ROOT: u32 = 0;
/// No pattern, or no node.
pub(super) const NONE: u32 = u32::MAX;

/// A trie whose nodes are numbered in preorder, the root first. So what a pattern adds to the one
/// before it is a *chain* of nodes with one number after the other, and the child of a node is the
/// next one wherever nothing else is said.
pub(super) struct Trie {
    /// The byte that leads to each node.
    pub(super) labels: Vec<u8>,
    /// The number of bytes that lead to each node.
    pub(super) depths: Vec<u32>,
    /// The node of the longest suffix of each that is a proper prefix of a pattern: its failure
    /// link. Leaves are passed over, since nothing goes on from them.
    pub(super) failures: Vec<u32>,
    /// The longest pattern that each node ends with.
    pub(super) matches: Vec<u32>,
    pub(super) chains: Vec<Chain>,
    /// For each node its number in `branches`, or `NONE` where it has one child, the next node.
    forks: Vec<u32>,
    /// Where the children of each begin, the first of which is that of no children.
    branches: Vec<u32>,
    child_labels: Vec<u8>,
    children: Vec<u32>,
    /// The children of the root, by their labels; `ROOT` where there is none.
    of_root: [u32; 256],
}

/// The nodes that a pattern has and the one before it has not.
#[derive(Clone, Copy)]
pub(super) struct Chain {
    pub(super) parent: u32,
    pub(super) first: u32,
    /// One behind the last.
    pub(super) end: u32,
}

/// The number of the branch that has no children.
const LEAF: u32 = 0;

impl Trie {
    /// O(total length of the patterns), in time and in memory, which must be less than 4 GiB.
    pub(super) fn new(patterns: &Patterns<'_>) -> Trie {
        let mut trie = Trie {
            labels: vec![0],
            depths: vec![0],
            failures: Vec::new(),
            matches: vec![NONE],
            chains: Vec::new(),
            forks: vec![NONE],
            branches: vec![0, 0],
            child_labels: Vec::new(),
            children: Vec::new(),
            of_root: [ROOT; 256],
        };
        trie.add_chains(patterns);
        trie.add_branches();
        trie.link();
        trie
    }

    fn add_chains(&mut self, patterns: &Patterns<'_>) {
        let mut before: &[u8] = &[];
        // The nodes of the pattern before, from the root.
        let mut path = vec![ROOT];
        for (number, pattern) in patterns.iter().enumerate() {
            let common = before.iter().zip(pattern).take_while(|(a, b)| a == b);
            let common = common.count();
            let first = self.labels.len() as u32;
            let end = first + (pattern.len() - common) as u32;
            let parent = path[common];
            self.chains.push(Chain { parent, first, end });
            path.truncate(common + 1);
            path.extend(first..end);
            self.labels.extend_from_slice(&pattern[common..]);
            self.depths.extend(common as u32 + 1..=pattern.len() as u32);
            self.matches.resize(end as usize, NONE);
            self.matches[end as usize - 1] = number as u32;
            before = pattern;
        }
    }

    /// Lists the children of nodes that have several, or none.
    fn add_branches(&mut self) {
        self.forks.resize(self.labels.len(), NONE);
        for pair in self.chains.windows(2) {
            // The next pattern goes on from this one, or this one ends in a leaf.
            if pair[1].parent != pair[0].end - 1 {
                self.forks[pair[0].end as usize - 1] = LEAF;
            }
        }
        if let Some(last) = self.chains.last() {
            self.forks[last.end as usize - 1] = LEAF;
        }
        let is_further = |chain: &&Chain| chain.first != chain.parent + 1;
        let further = self.chains.iter().filter(is_further);
        let mut further: Vec<_> = further.map(|it| (it.parent, it.first)).collect();
        further.sort_unstable();
        for siblings in further.chunk_by(|a, b| a.0 == b.0) {
            let parent = siblings[0].0;
            self.forks[parent as usize] = self.branches.len() as u32 - 1;
            let first = [parent + 1].into_iter();
            for child in first.chain(siblings.iter().map(|it| it.1)) {
                self.child_labels.push(self.labels[child as usize]);
                self.children.push(child);
            }
            self.branches.push(self.children.len() as u32);
        }
        for chain in self.chains.iter().filter(|it| it.parent == ROOT) {
            self.of_root[usize::from(self.labels[chain.first as usize])] = chain.first;
        }
    }

    /// Finds the failure links, and passes matches on over them: those of lesser depth first.
    fn link(&mut self) {
        self.failures = vec![ROOT; self.labels.len()];
        let depth_of = |chain: &Chain| self.depths[chain.first as usize];
        let mut waiting = self.chains.clone();
        waiting.sort_by_key(|chain| std::cmp::Reverse(depth_of(chain)));
        // The next node of each chain that is of this depth, that before it, and the chain's end.
        let mut level: Vec<(u32, u32, u32)> = Vec::new();
        let mut depth = 1;
        while !level.is_empty() || !waiting.is_empty() {
            while let Some(chain) = waiting.pop_if(|it| self.depths[it.first as usize] == depth) {
                level.push((chain.first, chain.parent, chain.end));
            }
            for (node, parent, _) in &mut level {
                self.link_node(*node, *parent);
                (*parent, *node) = (*node, *node + 1);
            }
            level.retain(|&(node, _, end)| node < end);
            depth += 1;
        }
    }

    fn link_node(&mut self, node: u32, parent: u32) {
        let label = self.labels[node as usize];
        let suffix = match parent {
            ROOT => ROOT,
            _ => self.next(self.failures[parent as usize], label),
        };
        let at = node as usize;
        if self.matches[at] == NONE {
            self.matches[at] = self.matches[suffix as usize];
        }
        self.failures[at] = match self.is_leaf(suffix) {
            true => self.failures[suffix as usize],
            false => suffix,
        };
    }

    /// Where the automaton goes with `byte` from a node all of whose suffixes are linked.
    fn next(&self, mut node: u32, byte: u8) -> u32 {
        while node != ROOT {
            if let Some(child) = self.child(node, byte) {
                return child;
            }
            node = self.failures[node as usize];
        }
        self.of_root[usize::from(byte)]
    }

    /// The child of a node that is not the root.
    fn child(&self, node: u32, byte: u8) -> Option<u32> {
        if self.forks[node as usize] == NONE {
            let next = node + 1;
            return (self.labels[next as usize] == byte).then_some(next);
        }
        let (labels, children) = self.children_of(node);
        Some(children[memchr::memchr(byte, labels)?])
    }

    pub(super) fn is_leaf(&self, node: u32) -> bool {
        self.forks[node as usize] == LEAF
    }

    /// Whether the node has one child, which is the next node.
    pub(super) fn has_one_child(&self, node: u32) -> bool {
        self.forks[node as usize] == NONE
    }

    /// The labels of a node's children, and these, where it is a leaf or has several.
    pub(super) fn children_of(&self, node: u32) -> (&[u8], &[u32]) {
        let fork = self.forks[node as usize] as usize;
        let range = self.branches[fork] as usize..self.branches[fork + 1] as usize;
        (&self.child_labels[range.clone()], &self.children[range])
    }
}
