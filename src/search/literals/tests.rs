use super::*;
use crate::search::tests::Random;
use fingerprints::levels;

fn literal(text: &str, any_case: bool) -> Literal {
    Literal {
        bytes: text.into(),
        any_case,
    }
}

/// What `find` must give, too simple to be wrong.
fn find_naively(literals: &[Literal], before: &[u8], piece: &[u8]) -> Vec<LiteralHit> {
    let text = [before, piece].concat();
    let mut hits = Vec::new();
    for end in 1..=piece.len() {
        for (number, literal) in literals.iter().enumerate() {
            let until = before.len() + end;
            let Some(from) = until.checked_sub(literal.bytes.len()) else {
                continue;
            };
            let found = &text[from..until];
            let is_same = found == literal.bytes
                || literal.any_case && found.eq_ignore_ascii_case(&literal.bytes);
            if is_same {
                let literal = number;
                hits.push(LiteralHit { end, literal });
            }
        }
    }
    hits
}

#[test]
fn finds_what_the_naive_search_finds_however_the_text_is_cut() {
    let mut random = Random(7);
    for _ in 0..1_000 {
        // Of the last, many differ in the bits that fingerprints leave out.
        let alphabets = [
            &b"aAbB_"[..],
            b"ab",
            b"aq1/:\xe4",
            b"@`[{ \0\x20\x40\x60\x80\xc0\xa0",
        ];
        let alphabet = alphabets[random.below(alphabets.len())];
        let text = |longest: usize, random: &mut Random| -> Vec<u8> {
            let length = 1 + random.below(longest);
            let byte = |_| alphabet[random.below(alphabet.len())];
            (0..length).map(byte).collect()
        };
        let count = 1 + random.below(20);
        let literals: Vec<Literal> = (0..count)
            .map(|_| Literal {
                bytes: text([9, 9, 9, 40][random.below(4)], &mut random),
                any_case: random.below(2) == 0,
            })
            .collect();
        let mut compiled = Literals::new(&literals.iter().collect::<Vec<_>>());
        let longest = literals.iter().map(|literal| literal.bytes.len()).max();
        assert_eq!(Some(compiled.lookbehind() + 1), longest);
        let text = text(700, &mut random);
        let mut at = 0;
        while at < text.len() {
            let until = (at + 1 + random.below(400)).min(text.len());
            let before = &text[at.saturating_sub(compiled.lookbehind())..at];
            let piece = &text[at..until];
            let expected = find_naively(&literals, before, piece);
            for level in levels() {
                compiled.fingerprints.set_level(level);
                let found = compiled.find(before, piece);
                assert_eq!(found, expected, "{literals:?} at {level:?}");
            }
            at = until;
        }
    }
}

/// Each register of a block gives the same answer, and none may cancel that of another.
#[test]
fn finds_two_wherever_they_stand_in_a_block() {
    let literal = literal("secret", true);
    let mut compiled = Literals::new(&[&literal]);
    for first in 0..70 {
        for distance in (16..=256).step_by(16) {
            let mut text = vec![b'~'; 600];
            for at in [first, first + distance] {
                text[at..at + 6].copy_from_slice(b"sEcReT");
            }
            let ends = [first + 6, first + distance + 6];
            for level in levels() {
                compiled.fingerprints.set_level(level);
                let found = compiled.find(b"", &text);
                let found: Vec<_> = found.iter().map(|hit| hit.end).collect();
                assert_eq!(found, ends, "at {level:?}");
            }
        }
    }
}

#[test]
fn takes_more_literals_than_there_are_buckets() {
    let literals: Vec<Literal> = (0..2_000)
        .map(|number| literal(&format!("prefix{number}-"), false))
        .collect();
    let compiled = Literals::new(&literals.iter().collect::<Vec<_>>());
    let hits = compiled.find(b"", b"some text with prefix1999- in it, and prefix7-");
    let found: Vec<_> = hits.iter().map(|hit| (hit.end, hit.literal)).collect();
    assert_eq!(found, [(26, 1999), (46, 7)]);
}

#[test]
fn finds_nothing_where_there_are_no_literals() {
    assert_eq!(Literals::new(&[]).lookbehind(), 0);
    assert_eq!(Literals::new(&[]).find(b"", &[b'x'; 500]), []);
}

#[test]
fn the_tail_of_a_text_is_its_last_three_bytes_in_lower_case() {
    assert_eq!(Tail::of(b"zAb\xe4").number(), 0x61_62e4);
    assert_eq!(Tail::of(b"0zA").then(b'b').then(0xe4).number(), 0x61_62e4);
    assert_eq!(Tail::of(b"A").number(), 0x61);
}

#[test]
fn only_letters_have_two_cases_and_only_where_any_counts() {
    let both = |byte, any_case| cases(byte, any_case).collect::<Vec<_>>();
    assert_eq!(both(b'a', true), b"aA");
    assert_eq!(both(b'Z', true), b"Zz");
    assert_eq!(both(b'a', false), b"a");
    assert_eq!(both(b'[', true), b"[");
}
