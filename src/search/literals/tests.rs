use super::*;

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

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

#[test]
fn finds_what_the_naive_search_finds_however_the_text_is_cut() {
    let mut random = Random(7);
    for _ in 0..3_000 {
        let alphabet = [&b"aAbB_"[..], b"ab", b"aq1/:\xe4"][random.below(3)];
        let text = |longest: usize, random: &mut Random| -> Vec<u8> {
            let length = 1 + random.below(longest);
            let byte = |_| alphabet[random.below(alphabet.len())];
            (0..length).map(byte).collect()
        };
        let count = 1 + random.below(20);
        let literals: Vec<Literal> = (0..count)
            .map(|_| Literal {
                bytes: text(9, &mut random),
                any_case: random.below(2) == 0,
            })
            .collect();
        let compiled = Literals::new(&literals.iter().collect::<Vec<_>>());
        let text = text(700, &mut random);
        let mut at = 0;
        while at < text.len() {
            let until = (at + 1 + random.below(400)).min(text.len());
            let before = &text[at.saturating_sub(compiled.lookbehind())..at];
            let piece = &text[at..until];
            let expected = find_naively(&literals, before, piece);
            assert_eq!(compiled.find(before, piece), expected, "{literals:?}");
            at = until;
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
