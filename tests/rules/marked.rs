//! Texts in which what must be masked is marked: `glpat-«abc» and more`.

use masker::{MaskSet, MaskSetBuilder, Masker, Secret};

use super::oracle::{self, Rules};
use crate::support::chunkers;

/// What goes in.
pub fn plain(marked: &str) -> String {
    marked.replace(['«', '»'], "")
}

/// What must come out.
pub fn masked(marked: &str) -> String {
    let mut parts = marked.split('«');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, behind) = part.split_once('»').expect("each mark has its end");
        out.push_str("[MASKED]");
        out.push_str(behind);
    }
    out
}

/// Checks the oracle and the masker, by every way to cut the text, with these prefixes and secrets.
#[track_caller]
pub fn check_with(marked: &str, prefixes: &[&str], secrets: &[&str]) {
    // What the end of a stream cuts short is another matter.
    let (text, expected) = (plain(marked) + "\n", masked(marked) + "\n");
    let builder = MaskSet::builder().allow_empty(true);
    let prefixed = |set: MaskSetBuilder, prefix: &&str| set.token_prefix(prefix);
    let builder = prefixes.iter().fold(builder, prefixed);
    let named = secrets.iter().map(|&value| Secret::new("named", value));
    let set = builder
        .secrets(named)
        .forms(masker::Forms::RAW)
        .build()
        .expect("the set of a row builds");
    for size in 1..=17 {
        let out = through(&set, chunkers::every(size, text.as_bytes()));
        assert_eq!(out, expected, "in chunks of {size}");
    }
    for cut in 0..=text.len() {
        let (before, after) = text.as_bytes().split_at(cut);
        assert_eq!(
            through(&set, [before, b"", after]),
            expected,
            "cut at {cut}"
        );
    }
    let prefixes: Vec<String> = prefixes.iter().map(|&it| it.into()).collect();
    let secrets: Vec<Vec<u8>> = secrets.iter().map(|&it| it.into()).collect();
    let by_oracle = oracle::mask(&Rules::new(&prefixes), &secrets, text.as_bytes(), Some(8));
    assert_eq!(shown(&by_oracle), expected, "by the oracle");
}

#[track_caller]
pub fn check(marked: &str) {
    check_with(marked, &[], &[]);
}

fn through<'t>(set: &MaskSet, chunks: impl IntoIterator<Item = &'t [u8]>) -> String {
    let mut masker = Masker::new(set);
    let mut out = Vec::new();
    for chunk in chunks {
        masker.push(chunk, &mut out);
    }
    masker.finish(&mut out);
    shown(&out)
}

/// A cut may fall into a character, but what comes out is whole again.
fn shown(out: &[u8]) -> String {
    String::from_utf8(out.to_vec()).expect("UTF-8 in, UTF-8 out")
}

/// Checks the real command with all these at once, a line each.
#[cfg(feature = "cli")]
#[track_caller]
pub fn check_by_command(marked: impl IntoIterator<Item = impl AsRef<str>>) {
    let lines = marked
        .into_iter()
        .map(|line| line.as_ref().to_owned() + "\n");
    let (input, expected): (String, String) =
        lines.map(|line| (plain(&line), masked(&line))).unzip();
    let outcome = crate::support::command::masker(&["--allow-empty"]).run(input);
    outcome.has_printed(expected);
}
