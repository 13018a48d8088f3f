//! In memory: the masker against Vectorscan, the replacer of aho-corasick and a plain copy.

use std::hint::black_box;
use std::io;

use aho_corasick::AhoCorasick;
use masker::{Forms, MaskSet, Masker, Rules, Secret, Truncated};

use crate::count::count_masked;
use crate::measure::{self, Contender};
use crate::table::Table;
use crate::vectorscan::Vectorscan;
use crate::{Outcome, logs};

/// What a reader of a pipe gets at once.
const CHUNK: usize = 64 << 10;
const MASK: &str = "[MASKED]";

/// GB/s of each, and of what.
pub struct Scan {
    pub secrets: usize,
    pub lengths: &'static str,
    pub text: &'static str,
    pub masker: f64,
    /// With its output copied into memory.
    pub copied_out: f64,
    pub vectorscan: f64,
    pub replace: f64,
    pub copy: f64,
}

/// Without and with secrets in the text, for secrets as short as they may be and for usual ones.
pub fn measure(text: &[u8], rounds: usize) -> Outcome<Vec<Scan>> {
    let mut scans = Vec::new();
    for (lengths, of_length) in [("8", 8..=8), ("20-40", 20..=40)] {
        for (what, every_lines) in [("no secret", 0), ("1 in 20 lines", 20)] {
            for count in [1, 10, 100, 1_000, 10_000] {
                let secrets = logs::secrets(count, of_length.clone());
                let text = logs::with_planted(text, &secrets, every_lines);
                let contest = Contest::new(&secrets, &text)?;
                contest.check()?;
                scans.push(contest.measure(what, lengths, rounds));
            }
        }
    }
    Ok(scans)
}

pub fn table(scans: &[Scan]) -> Table {
    let row = |scan: &Scan| {
        vec![
            scan.secrets.to_string(),
            scan.lengths.to_owned(),
            scan.text.to_owned(),
            format!("{:.1}", scan.masker),
            format!("{:.1}", scan.copied_out),
            format!("{:.1}", scan.vectorscan),
            format!("{:.2}", scan.replace),
            format!("{:.1}", scan.copy),
            format!("{:.2}", scan.masker / scan.vectorscan),
            format!("{:.1}", scan.masker / scan.replace),
            format!("{:.2}", scan.masker / scan.copy),
        ]
    };
    Table {
        title: "In memory, one thread, 64 KiB at a time",
        head: vec![
            "secrets",
            "bytes",
            "text",
            "masker",
            "copied out",
            "Vectorscan",
            "replace",
            "copy",
            "to Vectorscan",
            "to replace",
            "to copy",
        ],
        rows: scans.iter().map(row).collect(),
        notes: &[
            "*masker* masks the secrets as they are, without other forms and rules, and hands its output out as slices; *copied out* puts it into memory.",
            "*Vectorscan* only scans, in streaming mode: it counts the ends of matches and writes no output.",
            "*replace* is `stream_replace_all` of the aho-corasick crate, into a writer that drops all.",
            "*copy* is a plain copy of the text in memory. The ratios are those of *masker*: over 1 it is ahead.",
        ],
    }
}

struct Contest<'c> {
    secrets: &'c [String],
    text: &'c [u8],
    set: MaskSet,
    vectorscan: Vectorscan,
    replacer: AhoCorasick,
}

impl<'c> Contest<'c> {
    fn new(secrets: &'c [String], text: &'c [u8]) -> Outcome<Contest<'c>> {
        let named = secrets
            .iter()
            .map(|value| Secret::new("planted", value.as_str()));
        let builder = MaskSet::builder()
            .secrets(named)
            .forms(Forms::RAW)
            .rules(Rules::NONE);
        Ok(Contest {
            secrets,
            text,
            set: builder.build()?,
            vectorscan: Vectorscan::new(secrets)?,
            replacer: AhoCorasick::new(secrets)?,
        })
    }

    /// Those that write must write the same, and Vectorscan must see as many as there are.
    fn check(&self) -> Outcome<()> {
        let keep = self.set.to_builder().truncated(Truncated::Keep).build()?;
        let mut ours = Vec::new();
        mask_into(&mut ours, &keep, self.text);
        let mut theirs = Vec::new();
        let masks = vec![MASK; self.secrets.len()];
        self.replacer
            .try_stream_replace_all(self.text, &mut theirs, &masks)?;
        let found = self.replacer.try_find_overlapping_iter(self.text)?.count();
        let seen = self.vectorscan.count(self.text, CHUNK)?;
        if ours != theirs || found != seen {
            return Err("the outputs differ".into());
        }
        Ok(())
    }

    fn measure(&self, text: &'static str, lengths: &'static str, rounds: usize) -> Scan {
        let masks = vec![MASK; self.secrets.len()];
        let mut out = Vec::with_capacity(self.text.len());
        let mut copied = vec![0; self.text.len()];
        let contenders = [
            Contender::new(|| count_masked(&self.set, self.text, CHUNK)),
            Contender::new(|| mask_into(&mut out, &self.set, self.text)),
            Contender::new(|| self.vectorscan.count(self.text, CHUNK).unwrap_or(0)),
            Contender::new(|| {
                let replacer = &self.replacer;
                let replaced = replacer.try_stream_replace_all(self.text, io::sink(), &masks);
                replaced.map_or(0, |()| 1)
            }),
            Contender::new(|| {
                copied.copy_from_slice(black_box(self.text));
                black_box(&copied).len()
            }),
        ];
        let seconds = measure::medians(rounds, contenders);
        let [masker, copied_out, vectorscan, replace, copy] =
            seconds.map(|seconds| self.text.len() as f64 / seconds / 1e9);
        Scan {
            secrets: self.secrets.len(),
            lengths,
            text,
            masker,
            copied_out,
            vectorscan,
            replace,
            copy,
        }
    }
}

/// How long the output is.
fn mask_into(out: &mut Vec<u8>, set: &MaskSet, text: &[u8]) -> usize {
    out.clear();
    let mut masker = Masker::new(set);
    for chunk in text.chunks(CHUNK) {
        masker.push(chunk, out);
    }
    masker.finish(out);
    black_box(out).len()
}
