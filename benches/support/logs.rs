//! Texts and secrets for the benchmarks.
#![allow(dead_code, reason = "each benchmark takes what it needs")]

use std::ops::RangeInclusive;
use std::path::Path;

/// Where the text comes from.
pub fn origin() -> &'static str {
    if corpus().is_empty() {
        "generated logs"
    } else {
        "real job logs"
    }
}

/// `size` bytes of real job logs where the corpus is there, else of lines like theirs from a
/// seeded generator.
pub fn text(size: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(size);
    let corpus = corpus();
    let mut random = Random(1);
    while text.len() < size {
        if corpus.is_empty() {
            generated_line(&mut random, &mut text);
        } else {
            text.extend_from_slice(&corpus);
        }
    }
    text.truncate(size);
    text
}

/// The text with one of the secrets put in at the end of every so many lines; 0 puts in none.
pub fn with_planted(text: &[u8], secrets: &[String], every_lines: usize) -> Vec<u8> {
    if every_lines == 0 {
        return text.to_vec();
    }
    let mut planted = Vec::with_capacity(text.len());
    for (number, line) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
        if number % every_lines == every_lines - 1 {
            planted.extend_from_slice(b"token=");
            let secret = &secrets[number / every_lines % secrets.len()];
            planted.extend_from_slice(secret.as_bytes());
            planted.push(b' ');
        }
        planted.extend_from_slice(line);
    }
    planted
}

/// Random secrets of letters and digits.
pub fn secrets(count: usize, lengths: RangeInclusive<usize>) -> Vec<String> {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut random = Random(42);
    let span = lengths.end() - lengths.start() + 1;
    (0..count)
        .map(|_| {
            let length = lengths.start() + random.below(span);
            (0..length)
                .map(|_| char::from(ALPHABET[random.below(ALPHABET.len())]))
                .collect()
        })
        .collect()
}

/// Text of nothing but secrets that lack their last byte.
pub fn nearly(secrets: &[String], size: usize) -> Vec<u8> {
    let cut = secrets
        .iter()
        .flat_map(|it| it[..it.len() - 1].bytes().chain(*b"."));
    cut.cycle().take(size).collect()
}

fn corpus() -> Vec<u8> {
    // It stands beside the project, of which the crate that asks may be a folder deep inside.
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().take(4);
    let mut folders = above.map(|folder| folder.join("shared/corpus"));
    let Some(entries) = folders.find_map(|folder| std::fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let mut logs: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "log"))
        .collect();
    logs.sort();
    logs.iter()
        .flat_map(|log| std::fs::read(log).unwrap_or_default())
        .collect()
}

fn generated_line(random: &mut Random, text: &mut Vec<u8>) {
    const WORDS: [&str; 16] = [
        "Downloading",
        "compiling",
        "crate",
        "\x1b[32mok\x1b[0m",
        "/builds/group/project",
        "test",
        "passed",
        "warning:",
        "0.31s",
        "sha256:9f86d081884c7d65",
        "layer",
        "[12/40]",
        "INFO",
        "2026-01-02T03:04:05Z",
        "node_modules/.bin",
        "--release",
    ];
    for _ in 0..3 + random.below(12) {
        text.extend_from_slice(WORDS[random.below(WORDS.len())].as_bytes());
        text.push(b' ');
    }
    text.push(b'\n');
}

/// A small generator of numbers that look random (Marsaglia, "Xorshift RNGs", 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}
