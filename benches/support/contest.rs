//! The masker and what else one could do, over the same text in the same run.

use std::hint::black_box;
use std::io;

use aho_corasick::AhoCorasick;
use masker::{Forms, MaskSet, Masker, Report, Rules, Secret, Truncated};

use crate::count::{Count, count_masked};
use crate::measure::{self, Contender};

/// A line, a page, what a pipe gives, and what a file gives.
pub const CHUNKS: [usize; 4] = [80, 4 << 10, USUAL, 1 << 20];
const USUAL: usize = 64 << 10;
const MASK: &str = "[MASKED]";

/// What one row measures.
pub struct Row<'r> {
    secrets: &'r [String],
    text: &'r [u8],
    set: MaskSet,
    /// The baseline of the crate whose automaton is ours too.
    replacer: AhoCorasick,
}

/// GB/s.
pub struct Speeds {
    /// At each length of [`CHUNKS`].
    pub masker: [f64; 4],
    pub report: f64,
    pub replace: f64,
    pub find: f64,
    pub copy: f64,
}

impl<'r> Row<'r> {
    pub fn new(secrets: &'r [String], text: &'r [u8]) -> Row<'r> {
        let named = secrets
            .iter()
            .map(|value| Secret::new("planted", value.as_str()));
        let builder = MaskSet::builder()
            .secrets(named)
            .forms(Forms::RAW)
            .rules(Rules::NONE);
        Row {
            secrets,
            text,
            set: builder.build().expect("long enough secrets build"),
            replacer: AhoCorasick::new(secrets).expect("secrets of a benchmark build"),
        }
    }

    pub fn measure(&self, rounds: usize) -> Speeds {
        self.check();
        let Row { set, text, .. } = self;
        let masks = vec![MASK; self.secrets.len()];
        let mut copied = vec![0; text.len()];
        let [line, small, usual, large] =
            CHUNKS.map(|chunk| Contender::new(move || count_masked(set, text, chunk)));
        let contenders = [
            line,
            small,
            usual,
            large,
            Contender::new(|| count_reported(set, text, USUAL)),
            Contender::new(|| {
                let replaced = self
                    .replacer
                    .try_stream_replace_all(*text, io::sink(), &masks);
                replaced.map_or(0, |()| 1)
            }),
            Contender::new(|| self.replacer.find_iter(text).count()),
            Contender::new(|| {
                copied.copy_from_slice(black_box(text));
                black_box(&copied).len()
            }),
        ];
        let seconds = measure::medians(rounds, contenders);
        let [line, small, usual, large, report, replace, find, copy] =
            seconds.map(|seconds| text.len() as f64 / seconds / 1e9);
        Speeds {
            masker: [line, small, usual, large],
            report,
            replace,
            find,
            copy,
        }
    }

    /// Masker and the crate's own replacer must agree, byte for byte.
    fn check(&self) {
        let mut theirs = Vec::new();
        let masks = vec![MASK; self.secrets.len()];
        let replaced = self
            .replacer
            .try_stream_replace_all(self.text, &mut theirs, &masks);
        assert!(replaced.is_ok(), "the replacer writes to memory");
        // The replacer knows nothing of secrets that the end of the text cuts short.
        let keep = self.set.to_builder().truncated(Truncated::Keep);
        let set = keep.build().expect("it was built before");
        for length in CHUNKS {
            let mut ours = Vec::with_capacity(theirs.len());
            let mut masker = Masker::new(&set);
            for chunk in self.text.chunks(length) {
                masker.push(chunk, &mut ours);
            }
            masker.finish(&mut ours);
            assert!(ours == theirs, "the outputs differ at chunks of {length} B");
        }
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
