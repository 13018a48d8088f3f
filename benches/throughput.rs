//! How many bytes a second the masker gets through, beside what else one could do.
//!
//! `cargo bench --bench throughput` prints a table of GB/s (10^9 bytes), medians of several
//! rounds, with all contenders of a row taking turns in the same run: ratios can be trusted where
//! absolute figures cannot. Every contender's output is checked before it is timed.
//!
//! `-- --quick` takes less text and fewer rounds, for a look while working.

#[path = "support/logs.rs"]
mod logs;
#[path = "support/measure.rs"]
mod measure;

use std::hint::black_box;
use std::io;

use aho_corasick::AhoCorasick;
use masker::{Bytes, MaskSet, Masker, Secret, Sink};

use measure::Contender;

const CHUNK: usize = 64 * 1024;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (size, rounds) = if quick { (16 << 20, 3) } else { (64 << 20, 7) };
    let text = logs::text(size);
    println!(
        "{} MiB of {}, chunks of 64 KiB, medians of {rounds}, GB/s\n",
        size >> 20,
        logs::origin()
    );
    println!(
        "{:>8} {:>9} {:>10} | {:>7} {:>7} {:>7} | {:>8} {:>7}",
        "patterns", "length", "hits", "masker", "replace", "copy", "x replace", "x copy"
    );
    for lengths in [8..=8, 20..=40] {
        for count in [1, 10, 100, 1_000, 10_000] {
            let secrets = logs::secrets(count, lengths.clone());
            for every_lines in [0, 20] {
                let text = logs::with_planted(&text, &secrets, every_lines);
                row(
                    &text,
                    &secrets,
                    &format!("{lengths:?}"),
                    every_lines,
                    rounds,
                );
            }
        }
    }
}

/// Measures and prints one row.
fn row(text: &[u8], secrets: &[String], lengths: &str, every_lines: usize, rounds: usize) {
    let set = MaskSet::builder()
        .secrets(
            secrets
                .iter()
                .enumerate()
                .map(|(n, value)| Secret::new(n.to_string(), value.as_str())),
        )
        .build()
        .expect("long enough secrets build");
    let replacer = AhoCorasick::new(secrets).expect("patterns of the benchmark build");
    let masks = vec!["[MASKED]"; secrets.len()];
    check(text, &set, &replacer, &masks);

    let mut copy = vec![0; text.len()];
    let [masker, replace, copied] = measure::medians(
        rounds,
        [
            Contender::new(|| mask_counting(&set, text)),
            Contender::new(|| {
                replacer
                    .try_stream_replace_all(text, black_box(io::sink()), &masks)
                    .expect("reading and writing memory");
                0
            }),
            Contender::new(|| {
                for (from, to) in text.chunks(CHUNK).zip(copy.chunks_mut(CHUNK)) {
                    to.copy_from_slice(from);
                }
                black_box(&copy).len()
            }),
        ],
    )
    .map(|seconds| text.len() as f64 / seconds / 1e9);
    let hits = if every_lines == 0 {
        "none".to_owned()
    } else {
        format!("1/{every_lines} lines")
    };
    println!(
        "{:>8} {lengths:>9} {hits:>10} | {masker:>7.2} {replace:>7.2} {copied:>7.2} | {:>8.1}x {:>6.2}x",
        secrets.len(),
        masker / replace,
        masker / copied,
    );
}

/// The masker and the crate's own replacer must agree, byte for byte.
fn check(text: &[u8], set: &MaskSet, replacer: &AhoCorasick, masks: &[&str]) {
    let mut ours = Vec::new();
    let mut masker = Masker::new(set);
    for chunk in text.chunks(CHUNK) {
        masker.push(chunk, &mut ours);
    }
    masker.finish(&mut ours);
    let mut theirs = Vec::new();
    replacer
        .try_stream_replace_all(text, &mut theirs, masks)
        .expect("reading and writing memory");
    assert!(ours == theirs, "the outputs differ");
}

/// Masks the text into a sink that takes every piece and copies none.
fn mask_counting(set: &MaskSet, text: &[u8]) -> usize {
    struct Count(usize);
    impl<'chunk> Sink<'chunk> for Count {
        fn text(&mut self, text: &'chunk [u8]) {
            self.0 += black_box(text).len();
        }
        fn held(&mut self, held: &[u8]) {
            self.0 += black_box(held).len();
        }
        fn mask(&mut self, mask: &Bytes) {
            self.0 += black_box(mask).len();
        }
    }
    let mut count = Count(0);
    let mut masker = Masker::new(set);
    for chunk in text.chunks(CHUNK) {
        masker.push(chunk, &mut count);
    }
    masker.finish(&mut count);
    count.0
}
