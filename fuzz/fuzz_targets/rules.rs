//! What rules mask is what their patterns say, however a text is cut; and behind each chunk nothing
//! is held but what is in doubt.
#![no_main]

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use masker::{Forms, MaskSet, Masker, Secret, Truncated};
use masker_fuzz::rules::{self, Rules};
use masker_fuzz::rules_pieces::{GLUE, LITERALS, PREFIXES};
use masker_fuzz::support::chunkers;
use masker_fuzz::{cuts, same};

/// Beyond this the oracle takes too long.
const MAX_TEXT: usize = 800;

fuzz_target!(|case: Case| {
    let set = case.set();
    let rules = case.rules();
    let expected = rules::mask(&rules, &case.secrets, &case.text, case.truncated);
    for cuts in [&case.cuts[..], &[1], &[usize::MAX]] {
        let mut masker = Masker::new(&set);
        let mut out = Vec::new();
        for chunk in chunkers::by_cuts(cuts, &case.text) {
            masker.push(chunk, &mut out);
        }
        masker.finish(&mut out);
        same((cuts, &case), &out, &expected);
    }
    the_least_is_held(&case, &set, &rules);
});

/// Behind each of the first chunks: to ask the oracle behind each byte takes too long.
fn the_least_is_held(case: &Case, set: &MaskSet, rules: &Rules) {
    let mut masker = Masker::new(set);
    let mut out = Vec::new();
    let mut read = 0;
    for chunk in chunkers::by_cuts(&case.cuts, &case.text)
        .into_iter()
        .take(8)
    {
        masker.push(chunk, &mut out);
        read += chunk.len();
        let so_far = rules::so_far(rules, &case.secrets, &case.text[..read]);
        same(("behind a chunk", read, case), &out, &so_far);
    }
}

struct Case {
    secrets: Vec<Vec<u8>>,
    prefixes: Vec<String>,
    text: Vec<u8>,
    cuts: Vec<usize>,
    truncated: Option<usize>,
}

impl Case {
    fn set(&self) -> MaskSet {
        let secrets = self.secrets.iter();
        let builder = MaskSet::builder()
            .secrets(secrets.map(|value| Secret::new("fuzzed", value.clone())))
            .min_length(self.truncated.unwrap_or(1))
            .forms(Forms::RAW)
            .truncated(self.truncated.map_or(Truncated::Keep, |_| Truncated::Mask))
            .allow_repeated(true)
            .allow_empty(true);
        let prefixes = self.prefixes.iter();
        let builder = prefixes.fold(builder, |builder, prefix| builder.token_prefix(prefix));
        builder.build().expect("small sets build")
    }

    /// Compiled once for each choice of prefixes: that takes longer than a case.
    fn rules(&self) -> Arc<Rules> {
        static COMPILED: LazyLock<Mutex<HashMap<Vec<String>, Arc<Rules>>>> =
            LazyLock::new(Mutex::default);
        let mut compiled = COMPILED.lock().unwrap_or_else(|it| it.into_inner());
        let rules = compiled.entry(self.prefixes.clone());
        let rules = rules.or_insert_with(|| Arc::new(Rules::new(&self.prefixes)));
        Arc::clone(rules)
    }
}

/// A seed that begins with `text` and a newline is the text itself, byte for byte. All others choose
/// pieces.
impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Case> {
        if u.peek_bytes(5) == Some(b"text\n") {
            let mut text = u.bytes(u.len())?[5..].to_vec();
            text.truncate(MAX_TEXT);
            return Ok(Case {
                secrets: Vec::new(),
                prefixes: Vec::new(),
                text,
                cuts: vec![3, 11],
                truncated: None,
            });
        }
        let truncated = match u.int_in_range(0..=2)? {
            2 => Some(u.int_in_range(1..=9)?),
            _ => None,
        };
        let prefixes = match u.ratio(1, 8)? {
            true => vec![(*u.choose(PREFIXES)?).to_owned()],
            false => Vec::new(),
        };
        let mut secrets = Vec::new();
        for _ in 0..u.int_in_range(0..=2)? {
            let mut secret = Vec::new();
            for _ in 0..u.int_in_range(1..=3)? {
                secret.extend(piece(u)?);
            }
            secrets.push(secret);
        }
        let least = truncated.unwrap_or(1);
        secrets.retain(|it| it.len() >= least && !it.trim_ascii().is_empty());
        let (mut text, mut marks) = (Vec::new(), Vec::new());
        while u.len() > 8 && text.len() < MAX_TEXT {
            marks.push(text.len());
            match u.ratio(1, 8)? {
                true if !secrets.is_empty() => text.extend(u.choose(&secrets)?),
                _ => text.extend(piece(u)?),
            }
        }
        Ok(Case {
            cuts: cuts::arbitrary(u, &marks)?,
            secrets,
            prefixes,
            text,
            truncated,
        })
    }
}

/// What announces a value, what stands in one and behind one, whole or in part, or a run.
fn piece(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut piece = match u.int_in_range(0..=9)? {
        0..=3 => u.choose(LITERALS)?.as_bytes().to_vec(),
        4..=7 => u.choose(GLUE)?.as_bytes().to_vec(),
        8 => vec![*u.choose(b"aaZ7_-.=A$*!:@ ")?; u.int_in_range(0..=270)?],
        _ => vec![u.arbitrary()?],
    };
    match u.int_in_range(0..=7)? {
        0 => piece.make_ascii_uppercase(),
        1 => piece.truncate(u.int_in_range(0..=piece.len())?),
        2 => drop(piece.drain(..u.int_in_range(0..=piece.len())?)),
        _ => {}
    }
    Ok(piece)
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |bytes: &Vec<u8>| bytes.escape_ascii().to_string();
        f.debug_struct("Case")
            .field(
                "secrets",
                &self.secrets.iter().map(shown).collect::<Vec<_>>(),
            )
            .field("prefixes", &self.prefixes)
            .field("text", &shown(&self.text))
            .field("cuts", &self.cuts)
            .field("truncated", &self.truncated)
            .finish()
    }
}
