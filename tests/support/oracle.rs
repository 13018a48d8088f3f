//! The contract of the cover, as code too simple to be wrong. Quadratic, and only for tests.

use std::ops::Range;

/// What `text` must come out as: every run of covered bytes replaced by one mask.
pub fn mask(patterns: &[Vec<u8>], text: &[u8]) -> Vec<u8> {
    mask_all(&occurrences(patterns, text), text)
}

/// As [`mask`], of occurrences that are known.
pub fn mask_all(occurrences: &[Range<usize>], text: &[u8]) -> Vec<u8> {
    render(&cover(occurrences, text), text, text.len())
}

/// What must have come out after `text` when more may follow: all before the longest suffix that
/// is a proper prefix of a pattern, and the mask of a run that begins just there.
pub fn so_far(patterns: &[Vec<u8>], text: &[u8]) -> Vec<u8> {
    let settled = text.len() - live(patterns, text);
    settled_until(settled, true, &occurrences(patterns, text), text)
}

/// What must have come out when all but what is `settled` may yet be in an occurrence: of a run that
/// begins just there the mask, if that `may_go`.
pub fn settled_until(
    settled: usize,
    may_go: bool,
    occurrences: &[Range<usize>],
    text: &[u8],
) -> Vec<u8> {
    let cover = cover(occurrences, text);
    let mut out = render(&cover, text, settled);
    if may_go && settled < text.len() && cover[settled] == Byte::First {
        out.extend_from_slice(b"[MASKED]");
    }
    out
}

/// What must come out at the end of the stream when a held tail of at least `min_length` is
/// masked.
pub fn truncated(patterns: &[Vec<u8>], text: &[u8], min_length: usize) -> Vec<u8> {
    let tail = live(patterns, text);
    let mut cover = cover(&occurrences(patterns, text), text);
    if tail > 0 && tail >= min_length {
        join(&mut cover[text.len() - tail..]);
    }
    render(&cover, text, text.len())
}

/// How many bytes of the last `tail` of `text` stand in a run that begins at or before them, and
/// whose mask is out therefore.
pub fn masked_of_tail(patterns: &[Vec<u8>], text: &[u8], tail: usize) -> usize {
    let cover = &cover(&occurrences(patterns, text), text)[text.len() - tail..];
    match cover.first() {
        None | Some(Byte::Plain) => 0,
        Some(_) => {
            1 + cover[1..]
                .iter()
                .take_while(|&&byte| byte == Byte::Joined)
                .count()
        }
    }
}

/// What `text` must come out as behind a mask that stands for its first `masked` bytes too.
pub fn mask_behind(patterns: &[Vec<u8>], text: &[u8], masked: usize) -> Vec<u8> {
    let mut cover = cover(&occurrences(patterns, text), text);
    join(&mut cover[..masked]);
    let mut out = render(&cover, text, text.len());
    if masked > 0 {
        out.drain(..b"[MASKED]".len());
    }
    out
}

/// The length of the longest suffix of `text` that is a proper prefix of a pattern.
pub fn live(patterns: &[Vec<u8>], text: &[u8]) -> usize {
    let is_live = |&len: &usize| {
        let suffix = &text[text.len() - len..];
        patterns
            .iter()
            .any(|p| p.len() > len && p.starts_with(suffix))
    };
    (0..=text.len()).rev().find(is_live).unwrap_or(0)
}

#[derive(Clone, Copy, PartialEq)]
enum Byte {
    Plain,
    /// The first byte of a run.
    First,
    /// In one occurrence with the byte before it.
    Joined,
}

/// Every place where a pattern stands.
pub fn occurrences(patterns: &[Vec<u8>], text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for pattern in patterns {
        for at in 0..text.len() {
            if text[at..].starts_with(pattern) {
                found.push(at..at + pattern.len());
            }
        }
    }
    found
}

fn cover(occurrences: &[Range<usize>], text: &[u8]) -> Vec<Byte> {
    let mut cover = vec![Byte::Plain; text.len()];
    for occurrence in occurrences {
        join(&mut cover[occurrence.clone()]);
    }
    cover
}

fn join(occurrence: &mut [Byte]) {
    for (index, byte) in occurrence.iter_mut().enumerate() {
        if index > 0 {
            *byte = Byte::Joined;
        } else if *byte == Byte::Plain {
            *byte = Byte::First;
        }
    }
}

fn render(cover: &[Byte], text: &[u8], until: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for at in 0..until {
        match cover[at] {
            Byte::Plain => out.push(text[at]),
            Byte::First => out.extend_from_slice(b"[MASKED]"),
            Byte::Joined => {}
        }
    }
    out
}

/// The oracle itself, against the table of the contract and by hand.
#[cfg(test)]
mod tests {
    use super::*;

    fn set(patterns: &[&str]) -> Vec<Vec<u8>> {
        patterns.iter().map(|p| p.as_bytes().to_vec()).collect()
    }

    fn masked(patterns: &[&str], text: &str) -> String {
        String::from_utf8(mask(&set(patterns), text.as_bytes())).expect("ASCII in, ASCII out")
    }

    #[test]
    fn joins_what_overlaps_and_parts_what_touches() {
        assert_eq!(masked(&["abcdef", "defghi"], "abcdefghi"), "[MASKED]");
        assert_eq!(masked(&["pass", "password123"], "password123"), "[MASKED]");
        assert_eq!(masked(&["aa"], "aaaa"), "[MASKED]");
        assert_eq!(masked(&["secrets"], "secretssecrets"), "[MASKED][MASKED]");
        assert_eq!(masked(&["aab"], "aaab"), "a[MASKED]");
        assert_eq!(masked(&["abcabd"], "abcabcabd"), "abc[MASKED]");
        assert_eq!(masked(&["ab", "bc", "cd"], "xabcdx"), "x[MASKED]x");
        assert_eq!(masked(&["ab", "cd"], "xabcdx"), "x[MASKED][MASKED]x");
        assert_eq!(masked(&["zz"], "nothing"), "nothing");
        assert_eq!(masked(&[], "nothing"), "nothing");
    }

    #[test]
    fn holds_back_no_more_than_what_may_become_a_secret() {
        let so_far = |patterns: &[&str], text: &str| {
            String::from_utf8(so_far(&set(patterns), text.as_bytes())).expect("ASCII")
        };
        assert_eq!(so_far(&["secret"], "a sec"), "a ");
        assert_eq!(so_far(&["secret"], "a secx"), "a secx");
        assert_eq!(so_far(&["secret"], "secret"), "[MASKED]");
        assert_eq!(so_far(&["pass", "password"], "pass"), "[MASKED]");
        assert_eq!(so_far(&["secrets"], "secrets"), "[MASKED]");
        assert_eq!(so_far(&["abcdefgh", "cde"], "abcde"), "");
    }

    #[test]
    fn masks_a_truncated_tail_from_the_minimum_on() {
        let truncated = |text: &str| {
            String::from_utf8(truncated(&set(&["secret"]), text.as_bytes(), 4)).expect("ASCII")
        };
        assert_eq!(truncated("a secr"), "a [MASKED]");
        assert_eq!(truncated("a sec"), "a sec");
        assert_eq!(truncated("secretsecre"), "[MASKED][MASKED]");
    }
}
