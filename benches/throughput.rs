//! How many bytes a second the masker gets through, beside what else one could do.
//!
//! `cargo bench --bench throughput` prints a table of GB/s (10^9 bytes), medians of several rounds,
//! with all contenders of a row taking turns in the same run: ratios can be trusted where absolute
//! figures cannot. Every row's output is checked before it is timed, at every length of chunk.
//!
//! - *80 B* to *1 MiB* is the masker with chunks of this length, into a sink that takes slices and
//!   copies nothing, as a vectored write does;
//! - *report* does the same at 64 KiB and adds up who leaked what, on which line;
//! - *replace* is `stream_replace_all` of the aho-corasick crate, into a writer that drops all;
//! - *find* is `find_iter` of that crate over the whole text at once: it finds, and writes nothing;
//! - *copy* is a plain copy of the text in memory.
//!
//! Rules are off: they are measured by the benchmark `rules`.
//!
//! `-- --quick` takes less text and fewer rounds. `-- --floor` fails where a ratio to *replace* or
//! to *copy* is under its floor, and is so again in a second run: what a change must not break.

#[path = "support/contest.rs"]
mod contest;
#[path = "support/count.rs"]
mod count;
#[path = "support/floor.rs"]
mod floor;
#[path = "support/logs.rs"]
mod logs;
#[path = "support/measure.rs"]
mod measure;

use std::ops::RangeInclusive;

use contest::{CHUNKS, Row, Speeds};
use floor::Guarded;

/// How much text is measured, and how often.
#[derive(Clone, Copy)]
struct Effort {
    quick: bool,
    size: usize,
    rounds: usize,
}

/// How many secrets the text has.
#[derive(Clone, Copy, PartialEq)]
enum Hits {
    None,
    /// In one of 20 lines.
    Rare,
    EveryLine,
    /// The text is nothing but beginnings of secrets.
    Hostile,
}

fn main() {
    let is_given = |flag: &str| std::env::args().any(|argument| argument == flag);
    let quick = is_given("--quick");
    let (size, rounds) = if quick { (8 << 20, 5) } else { (64 << 20, 7) };
    let effort = Effort {
        quick,
        size,
        rounds,
    };
    let text = logs::text(size);
    println!(
        "{} MiB of {}, medians of {rounds}, GB/s",
        size >> 20,
        logs::origin()
    );
    if is_given("--floor") {
        floor::hold(|| table(&text, effort));
    } else {
        table(&text, effort);
    }
}

/// Measures and prints all rows. What has a floor is returned.
fn table(text: &[u8], effort: Effort) -> Vec<Guarded> {
    println!(
        "\n secrets  length  text           |   80 B  4 KiB 64 KiB  1 MiB  report | replace   find    copy | 64 KiB to replace, copy"
    );
    let mut guarded = Vec::new();
    for lengths in [8..=8, 20..=40] {
        for count in [1, 10, 100, 1_000, 10_000] {
            let secrets = &logs::secrets(count, lengths.clone())[..];
            for (hits, every_lines) in [(Hits::None, 0), (Hits::Rare, 20), (Hits::EveryLine, 1)] {
                if effort.quick && lengths == (8..=8) && hits != Hits::None {
                    continue;
                }
                let text = logs::with_planted(text, secrets, every_lines);
                guarded.extend(row(hits, hits.what(), secrets, &text, effort));
            }
        }
    }
    guarded.extend(hostile(effort));
    guarded
}

/// Texts of nothing but the beginnings of secrets. They are slow, so less of them is taken.
fn hostile(effort: Effort) -> Vec<Guarded> {
    let size = effort.size / 4;
    let mut guarded = Vec::new();
    for length in [39, 3_999] {
        let secrets = &["a".repeat(length) + "b"][..];
        let text = vec![b'a'; size];
        guarded.extend(row(Hits::Hostile, "only a", secrets, &text, effort));
    }
    for count in [1, 10, 100, 1_000, 10_000] {
        let secrets = &logs::secrets(count, 20..=40)[..];
        let text = logs::nearly(secrets, size);
        guarded.extend(row(
            Hits::Hostile,
            Hits::Hostile.what(),
            secrets,
            &text,
            effort,
        ));
    }
    guarded
}

fn row(hits: Hits, what: &str, secrets: &[String], text: &[u8], effort: Effort) -> Vec<Guarded> {
    let speeds = Row::new(secrets, text).measure(effort.rounds);
    let lengths = lengths(secrets);
    let lengths = if lengths.start() == lengths.end() {
        lengths.end().to_string()
    } else {
        format!("{}-{}", lengths.start(), lengths.end())
    };
    let Speeds {
        masker,
        report,
        replace,
        find,
        copy,
    } = speeds;
    let [line, small, usual, large] = masker;
    println!(
        "{:>8} {lengths:>7}  {what:<14} | {line:>6.2} {small:>6.2} {usual:>6.2} {large:>6.2} {report:>7.2} | {replace:>7.2} {find:>6.2} {copy:>7.2} | {:>17.1} {:>5.2}",
        secrets.len(),
        usual / replace,
        usual / copy,
    );
    let mut guarded = Vec::new();
    for (chunk, speed) in CHUNKS.into_iter().zip(masker) {
        let [to_replace, to_copy] = hits.floors(chunk, secrets.len());
        for (peer, ratio, floor) in [
            ("replace", speed / replace, to_replace),
            ("copy", speed / copy, to_copy),
        ] {
            let Some(floor) = floor else { continue };
            guarded.push(Guarded {
                row: format!(
                    "{} secrets of {lengths} bytes, {what}, chunks of {chunk} B, to {peer}",
                    secrets.len()
                ),
                ratio,
                floor,
            });
        }
    }
    guarded
}

fn lengths(secrets: &[String]) -> RangeInclusive<usize> {
    let lengths = || secrets.iter().map(String::len);
    lengths().min().unwrap_or(0)..=lengths().max().unwrap_or(0)
}

impl Hits {
    fn what(self) -> &'static str {
        match self {
            Hits::None => "logs",
            Hits::Rare => "1 in 20 lines",
            Hits::EveryLine => "every line",
            Hits::Hostile => "nearly secrets",
        }
    }

    /// The least ratios to *replace* and to *copy*, a fifth to a half of what was measured: noise
    /// stays above, and a filter that is lost, which costs most of the speed, does not. Where
    /// secrets are everywhere a copy is no measure.
    fn floors(self, chunk: usize, secrets: usize) -> [Option<f64>; 2] {
        let is_line = chunk == CHUNKS[0];
        let (to_replace, to_copy) = match self {
            Hits::None if is_line => (1.2, Some(0.015)),
            Hits::None if secrets <= 100 => (6.0, Some(0.15)),
            Hits::None if secrets <= 1_000 => (6.0, Some(0.12)),
            Hits::None => (6.0, Some(0.08)),
            Hits::Rare if is_line => (0.9, None),
            Hits::Rare if secrets <= 1_000 => (4.0, Some(0.06)),
            Hits::Rare => (2.5, Some(0.02)),
            Hits::EveryLine if is_line => (0.4, None),
            Hits::EveryLine => (0.8, None),
            Hits::Hostile if secrets <= 1_000 => (0.25, None),
            Hits::Hostile => (0.12, None),
        };
        [Some(to_replace), to_copy]
    }
}
