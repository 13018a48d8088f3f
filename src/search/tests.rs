//! The whole search against another one, on patterns and texts made to be hard for an automaton whose
//! failure links are stored in rows or not at all.

use std::collections::HashSet;
use std::mem;

use aho_corasick::AhoCorasick;

use super::*;

/// Random numbers (Marsaglia, "Xorshift RNGs", 2003).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn word(&mut self, letters: &[u8], length: usize) -> Vec<u8> {
        let letter = |_| letters[self.below(letters.len())];
        (0..length).map(letter).collect()
    }

    fn short_word(&mut self, letters: &[u8], shorter_than: usize) -> Vec<u8> {
        let length = self.below(shorter_than);
        self.word(letters, length)
    }

    fn part_of<'w>(&mut self, word: &'w [u8], longest: usize) -> &'w [u8] {
        let length = (1 + self.below(longest)).min(word.len());
        let from = self.below(word.len() - length + 1);
        &word[from..from + length]
    }
}

fn fibonacci(length: usize) -> Vec<u8> {
    let (mut before, mut word) = (b"a".to_vec(), b"ab".to_vec());
    while word.len() < length {
        let next = [&word[..], &before].concat();
        before = mem::replace(&mut word, next);
    }
    word
}

fn thue_morse(length: usize) -> Vec<u8> {
    let letter = |at: usize| b"ab"[at.count_ones() as usize % 2];
    (0..length).map(letter).collect()
}

/// Patterns that have much in common, of up to about `long` bytes.
fn family(random: &mut Random, long: usize) -> Vec<Vec<u8>> {
    let letters = [&b"ab"[..], b"abc", b"abcdefghijklmnop", b"\0\x80\xff"][random.below(4)];
    let count = 1 + random.below(long);
    let length = 1 + random.below(long);
    let word = random.word(letters, length);
    let word = &word[..];
    let often = [fibonacci(4 * long), thue_morse(4 * long), word.repeat(2)];
    let often = &often[random.below(3)];
    let mut of_each = |make: &mut dyn FnMut(&mut Random) -> Vec<u8>| -> Vec<Vec<u8>> {
        (0..count).map(|_| make(random)).collect()
    };
    match length % 8 {
        0 => of_each(&mut |it| [&b"a".repeat(it.below(long)), &it.word(b"abcdef", 1)[..]].concat()),
        1 => of_each(&mut |it| it.part_of(often, long).to_vec()),
        2 => of_each(&mut |it| [word, &it.short_word(b"abXY", 5)].concat()),
        3 => of_each(&mut |it| [&it.short_word(b"abXY", 5), word].concat()),
        // What begins as another goes on, with failure links of every depth around the shallow ones.
        4 => of_each(&mut |it| [it.part_of(word, 6), &it.short_word(b"abXY", 4)].concat()),
        5 => of_each(&mut |it| it.short_word(letters, long)),
        // A node with all children, at every depth around the shallow ones.
        6 => (0..=u8::MAX)
            .map(|byte| [&word[..length.min(6)], &[byte]].concat())
            .chain([word.to_vec(), word[length / 2..].to_vec()])
            .collect(),
        _ => (0..length)
            .flat_map(|at| [word[at..].to_vec(), word[..at].to_vec()])
            .collect(),
    }
}

/// Whole patterns, their beginnings, ends and middles, and such as lack one byte.
fn text_of(random: &mut Random, patterns: &[Vec<u8>], length: usize) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < length {
        let pattern = &patterns[random.below(patterns.len())][..];
        let (head, tail) = pattern.split_at(random.below(pattern.len()));
        match random.below(7) {
            0 => text.extend_from_slice(pattern),
            1 => text.extend_from_slice(head),
            2 => text.extend_from_slice(tail),
            3 => text.extend_from_slice(random.part_of(pattern, pattern.len())),
            4 => text.extend([head, &tail[1..]].concat()),
            5 => text.extend(head.repeat(random.below(5))),
            _ => text.extend(random.short_word(b" .ab01XY\n", 40)),
        }
    }
    text
}

/// The longest pattern that ends at each place where one does: the place, the length, the number.
fn hits(patterns: &Patterns<'_>, text: &[u8]) -> Vec<(usize, usize, u32)> {
    let other = AhoCorasick::new(patterns.iter()).expect("so few can be searched for");
    let found = other.find_overlapping_iter(text);
    let mut hits: Vec<_> = found
        .map(|it| (it.end(), it.len(), it.pattern().as_u32()))
        .collect();
    hits.sort_by_key(|&(end, length, _)| (end, usize::MAX - length));
    hits.dedup_by_key(|&mut (end, ..)| end);
    hits
}

/// For each place in the text how many bytes before it are the beginning of a pattern, at most.
fn live(patterns: &Patterns<'_>, text: &[u8]) -> Vec<usize> {
    let beginnings = patterns
        .iter()
        .flat_map(|it| (0..it.len()).map(|end| &it[..end]));
    let beginnings: HashSet<&[u8]> = beginnings.collect();
    let mut live = vec![0];
    for end in 1..=text.len() {
        let longest = end - 1 - live[end - 1];
        let from = (longest..=end).find(|&from| beginnings.contains(&text[from..end]));
        live.push(end - from.expect("no byte at all is a beginning"));
    }
    live
}

/// Where the text is cut: behind each byte, nowhere, somewhere, or where something ends and begins.
fn cuts(random: &mut Random, end: usize, hits: &[(usize, usize, u32)]) -> Vec<usize> {
    let mut cuts: Vec<usize> = match random.below(4) {
        0 => (0..end).collect(),
        1 => Vec::new(),
        2 => (0..9).map(|_| random.below(end)).collect(),
        _ => hits
            .iter()
            .flat_map(|&(end, length, _)| [end - length, end - 1, end])
            .collect(),
    };
    cuts.push(end);
    cuts.sort_unstable();
    cuts
}

#[test]
fn finds_what_a_naive_search_finds_and_holds_no_byte_more() {
    let mut random = Random(7);
    for case in 0..4_000 {
        let long = if case % 100 == 0 { 300 } else { 12 };
        let mut all = [family(&mut random, long), family(&mut random, long)].concat();
        // From four bytes on a filter skips text.
        let least = [1, 2, 4, 5, 8, 20][random.below(6)];
        for pattern in &mut all {
            pattern.resize(pattern.len().max(least), b'a');
        }
        all.truncate(if case % 9 == 0 { 1 } else { all.len() });
        let patterns = Patterns::new(all.iter().map(Vec::as_slice));
        let search = Search::new(all.iter().map(Vec::as_slice)).expect("so few fit");
        let text = text_of(&mut random, &all, 20 * long);
        let (hits, live) = (hits(&patterns, &text), live(&patterns, &text));
        for _ in 0..3 {
            let (mut state, mut found, mut from) = (search.start(), Vec::new(), 0);
            for cut in cuts(&mut random, text.len(), &hits) {
                let piece = &text[from..cut];
                state = search.search(state, piece, |it| {
                    let Range { start, end } = it.range(from as u64);
                    assert_eq!(end, (from + it.end) as u64);
                    found.push((end as usize, (end - start) as usize, it.pattern));
                });
                assert_eq!(search.live(state), live[cut], "at {cut} of case {case}");
                from = cut;
            }
            assert_eq!(found, hits, "case {case}");
        }
    }
}

/// Counted by hand, and so it is known when a table grows.
#[test]
fn the_memory_is_that_of_all_tables() {
    let memory = |patterns: &[&[u8]]| {
        let search = Search::new(patterns.iter().copied()).expect("so few fit");
        search.memory()
    };
    let of_root = 256 * 8;
    let automaton = |nodes: usize, segments: usize, listed_children: usize, patterns: usize| {
        let index = nodes.div_ceil(64) * 4;
        nodes + index + segments * 20 + listed_children * 5 + patterns * 12 + of_root
    };
    // The root, `a`, `b`, the rest, and none behind it. The filter keeps the letters.
    assert_eq!(memory(&[b"abcdefgh"]), automaton(9, 5, 0, 1) + 8);
    // Where patterns part, the children are listed. The filter has tables of eight bytes for an entry.
    let filter = (2_048 + 2) * 8;
    let parted = memory(&[b"abcdXY", b"abcdefgh"]);
    assert_eq!(parted, automaton(11, 7, 2, 2) + filter);
    // One that begins another ends a segment, and lists what goes on from it.
    let beginning = memory(&[b"abcdefgh", b"abcdefghij"]);
    assert_eq!(beginning, automaton(11, 6, 1, 2) + filter);
    // So it does where its failure links begin to be stored, but a leaf's stand elsewhere.
    let stored = memory(&[b"abcdefgh", b"efgh1234"]);
    assert_eq!(stored, automaton(17, 8, 0, 2) + filter);
    let shallow = memory(&[b"abcdefghi", b"fgh1"]);
    assert_eq!(shallow, automaton(14, 8, 0, 2) + filter);
    // 17 zeros are four segments, and each of the digits behind them is one.
    let numbers: Vec<_> = (0..300).map(|number| format!("{number:020}")).collect();
    let numbers: Vec<_> = numbers.iter().map(|number| number.as_bytes()).collect();
    let digits = 3 + 30 + 300;
    let filter = (8_192 + 512) * 8;
    let expected = automaton(1 + 17 + digits, 1 + 4 + digits + 1, digits, 300) + filter;
    assert_eq!(memory(&numbers), expected);
}
