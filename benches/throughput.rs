//! How many bytes a second the masker gets through, beside what else one could do.
//!
//! `cargo bench --bench throughput` prints a table of GB/s (10^9 bytes), medians of several rounds,
//! with all contenders of a row taking turns in the same run: ratios can be trusted where absolute
//! figures cannot. Every row's output is checked before it is timed.
//!
//! - *masker* masks into a sink that takes slices and copies nothing, as a vectored write does;
//! - *report* does the same and adds up who leaked what, on which line;
//! - *replace* is `stream_replace_all` of the aho-corasick crate, into a writer that drops all;
//! - *copy* is a plain copy of the text in memory.
//!
//! Rules are off: they are measured by the benchmark `rules`.
//!
//! `-- --quick` takes less text and fewer rounds, for a look while working.

#[path = "support/count.rs"]
mod count;
#[path = "support/logs.rs"]
mod logs;
#[path = "support/measure.rs"]
mod measure;

use std::hint::black_box;
use std::io;
use std::ops::RangeInclusive;

use aho_corasick::AhoCorasick;
use masker::{Forms, MaskSet, Masker, Report, Rules, Secret};

use count::{Count, count_masked};
use measure::Contender;

/// How much text is measured, and how often.
#[derive(Clone, Copy)]
struct Effort {
    size: usize,
    rounds: usize,
}

/// What one row measures.
struct Row<'r> {
    what: &'r str,
    secrets: &'r [String],
    text: &'r [u8],
    chunk: usize,
}

/// GB/s.
struct Speeds {
    masker: f64,
    replace: f64,
    copy: f64,
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let effort = if quick {
        Effort {
            size: 16 << 20,
            rounds: 3,
        }
    } else {
        Effort {
            size: 64 << 20,
            rounds: 7,
        }
    };
    let (mebibytes, rounds) = (effort.size >> 20, effort.rounds);
    println!(
        "{mebibytes} MiB of {}, medians of {rounds}, GB/s\n",
        logs::origin()
    );
    println!(
        "patterns  length  chunk   text                masker  report  replace    copy   ratios to both"
    );
    let text = logs::text(effort.size);
    let eight = logs_of(8..=8, &text, effort);
    let longer = logs_of(20..=40, &text, effort);
    lines(&text, effort);
    hostile(effort);

    let ratios = eight
        .iter()
        .chain(&longer)
        .map(|speeds| speeds.masker / speeds.replace);
    let least = ratios.fold(f64::INFINITY, f64::min);
    let [.., thousand, _] = &eight[..] else {
        return;
    };
    println!("\nleast ratio to replace, no hits: {least:.1} (target: 10 or more)");
    let to_copy = thousand.masker / thousand.copy;
    println!("1,000 patterns of 8 bytes to copy: {to_copy:.2} (target: 0.33 or more)");
}

/// Logs without a secret, and with one in every 20 lines. Returns the speeds without.
fn logs_of(lengths: RangeInclusive<usize>, text: &[u8], effort: Effort) -> Vec<Speeds> {
    [1, 10, 100, 1_000, 10_000]
        .map(|count| {
            let secrets = &logs::secrets(count, lengths.clone())[..];
            let chunk = 64 * 1024;
            let planted = logs::with_planted(text, secrets, 20);
            let speeds = Row {
                what: "logs",
                secrets,
                text,
                chunk,
            }
            .measure(effort);
            Row {
                what: "1 in 20 lines",
                secrets,
                text: &planted,
                chunk,
            }
            .measure(effort);
            speeds
        })
        .into()
}

/// A line at a time, as a job writes.
fn lines(text: &[u8], effort: Effort) {
    let secrets = &logs::secrets(100, 20..=40)[..];
    Row {
        what: "logs",
        secrets,
        text,
        chunk: 80,
    }
    .measure(effort);
}

/// Texts that are nearly full of secrets.
fn hostile(effort: Effort) {
    let effort = Effort {
        size: effort.size / 4,
        ..effort
    };
    let all_a = vec![b'a'; effort.size];
    for length in [39, 3_999] {
        let secrets = &["a".repeat(length) + "b"][..];
        Row {
            what: "only a",
            secrets,
            text: &all_a,
            chunk: 64 * 1024,
        }
        .measure(effort);
    }
    for count in [10, 100, 1_000] {
        let secrets = &logs::secrets(count, 20..=40)[..];
        let nearly = secrets
            .iter()
            .flat_map(|it| it[..it.len() - 1].bytes().chain(*b"."));
        let text: Vec<u8> = nearly.cycle().take(effort.size).collect();
        Row {
            what: "nearly secrets",
            secrets,
            text: &text,
            chunk: 64 * 1024,
        }
        .measure(effort);
    }
}

impl Row<'_> {
    fn measure(&self, effort: Effort) -> Speeds {
        let Row {
            what,
            secrets,
            text,
            chunk,
        } = *self;
        let named = secrets
            .iter()
            .map(|value| Secret::new("planted", value.as_str()));
        let set = MaskSet::builder()
            .secrets(named)
            .forms(Forms::RAW)
            .rules(Rules::NONE)
            .build()
            .expect("long enough secrets build");
        let replacer = AhoCorasick::new(secrets).expect("secrets of a benchmark build");
        let masks = vec!["[MASKED]"; secrets.len()];
        self.check(&set, &replacer, &masks);

        let mut copy = vec![0; text.len()];
        let seconds = measure::medians(
            effort.rounds,
            [
                Contender::new(|| count_masked(&set, text, chunk)),
                Contender::new(|| count_reported(&set, text, chunk)),
                Contender::new(|| {
                    let replaced = replacer.try_stream_replace_all(text, io::sink(), &masks);
                    replaced.map_or(0, |()| 1)
                }),
                Contender::new(|| {
                    copy.copy_from_slice(black_box(text));
                    black_box(&copy).len()
                }),
            ],
        );
        let [masker, report, replace, copy] =
            seconds.map(|seconds| text.len() as f64 / seconds / 1e9);
        let shortest = secrets.iter().map(String::len).min().unwrap_or(0);
        let longest = secrets.iter().map(String::len).max().unwrap_or(0);
        println!(
            "{:>8} {:>7} {chunk:>6}   {what:<18} {masker:>7.2} {report:>7.2} {replace:>8.2} {copy:>7.2}   {:>5.1} {:>5.2}",
            secrets.len(),
            if shortest == longest {
                longest.to_string()
            } else {
                format!("{shortest}-{longest}")
            },
            masker / replace,
            masker / copy,
        );
        Speeds {
            masker,
            replace,
            copy,
        }
    }

    /// Masker and the crate's own replacer must agree, byte for byte.
    fn check(&self, set: &MaskSet, replacer: &AhoCorasick, masks: &[&str]) {
        let mut ours = Vec::new();
        let keep = set.to_builder().truncated(masker::Truncated::Keep);
        let mut masker = Masker::new(&keep.build().expect("as before"));
        for chunk in self.text.chunks(self.chunk) {
            masker.push(chunk, &mut ours);
        }
        masker.finish(&mut ours);
        let mut theirs = Vec::new();
        let replaced = replacer.try_stream_replace_all(self.text, &mut theirs, masks);
        assert!(replaced.is_ok() && ours == theirs, "the outputs differ");
    }
}

fn count_reported(set: &MaskSet, text: &[u8], chunk: usize) -> usize {
    let mut count = Count(0);
    let mut masker = Masker::new(set);
    let mut report = Report::new();
    for chunk in text.chunks(chunk) {
        report.push(&mut masker, chunk, &mut count);
    }
    report.finish(masker, &mut count);
    let findings: u64 = report.leaks().iter().map(|leak| leak.count()).sum();
    let truncated = u64::from(report.truncated().is_some());
    assert!(
        findings + truncated >= report.masks(),
        "a mask without a finding"
    );
    count.0
}
