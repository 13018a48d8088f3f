//! What filters say of texts that have nothing in common with the patterns but what is put there.

use super::*;

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// What surrounds the patterns.
fn other(length: usize) -> Vec<u8> {
    vec![b'~'; length]
}

/// A filter of the first letters, and of how many longer ones.
fn filter(length: usize, longer: usize) -> Filter {
    let longer = [b"QRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ"]
        .into_iter()
        .take(longer);
    let patterns = longer.map(|it| &it[..]).chain([&LETTERS[..length]]);
    Filter::new(&Patterns::new(patterns))
}

/// Filters that skip text, each with its pattern and how many bytes at the end of a text it leaves.
fn skipping() -> impl Iterator<Item = (Filter, &'static [u8], usize)> {
    let single = (1..=26).map(|length| (filter(length, 0), &LETTERS[..length], length.min(16) - 1));
    let sampled = (4..=26).map(|length| (filter(length, 1), &LETTERS[..length], 3));
    single.chain(sampled)
}

#[test]
fn where_nothing_is_like_a_pattern_all_is_skipped_but_the_last_bytes() {
    for (filter, pattern, left) in skipping() {
        for length in 0..400 {
            let text = other(length);
            for from in [0, 1, length / 2, length] {
                let from = from.min(length);
                let chance = filter.next_chance(&text, from);
                let expected = length.saturating_sub(left).max(from);
                assert_eq!(chance.from, expected, "{pattern:?} in {length} from {from}");
                assert_eq!(chance.until, length);
            }
        }
    }
}

#[test]
fn a_pattern_is_a_chance_and_what_is_around_it_is_none() {
    for (filter, pattern, left) in skipping() {
        for before in 0..200 {
            let text = [other(before), pattern.to_vec(), other(200)].concat();
            let chance = filter.next_chance(&text, before / 2);
            assert_eq!(chance.from, before, "{pattern:?} behind {before}");
            let until = before + 1..=before + pattern.len();
            assert!(until.contains(&chance.until), "{pattern:?} behind {before}");

            let behind = filter.next_chance(&text, before + 1);
            assert_eq!(
                behind.from,
                text.len() - left,
                "{pattern:?} behind {before}"
            );
        }
    }
}

#[test]
fn the_beginning_of_a_pattern_is_a_chance_where_the_text_ends() {
    for (filter, pattern, left) in skipping() {
        for (length, before) in (1..pattern.len()).flat_map(|it| [0, 1, 7, 150].map(|n| (it, n))) {
            let text = [other(before), pattern[..length].to_vec()].concat();
            let chance = filter.next_chance(&text, 0);
            assert!(chance.from <= before.max(text.len().saturating_sub(left)));
            assert!(
                chance.from <= before || length > left,
                "{pattern:?} cut to {length}"
            );
            // The second look takes eight bytes.
            let least = before.min(text.len().saturating_sub(left.max(7)));
            assert!(
                chance.from >= least,
                "{pattern:?} cut to {length} behind {before}"
            );
            assert!(chance.until > before);
        }
    }
}

#[test]
fn without_patterns_all_is_skipped_and_with_short_ones_nothing() {
    let text = other(50);
    let nothing = Filter::new(&Patterns::new([])).next_chance(&text, 7);
    assert_eq!((nothing.from, nothing.until), (50, 50));
    for length in 1..4 {
        let everything = filter(length, 1).next_chance(&text, 7);
        assert_eq!((everything.from, everything.until), (7, 50));
    }
}
