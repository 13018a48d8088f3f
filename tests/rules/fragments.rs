//! Random texts in which nearly everything is the beginning, the middle or the end of something
//! that rules mask.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::pieces::{GLUE, LITERALS, PREFIXES};

/// What is secret besides, what is printed, and how it is cut.
#[derive(Clone)]
pub struct Case {
    pub secrets: Vec<Vec<u8>>,
    pub prefixes: Vec<String>,
    pub text: Vec<u8>,
    pub cuts: Vec<usize>,
}

/// Shows bytes as a reader can take them in.
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
            .finish()
    }
}

/// Cases of these, with runs of such lengths in them.
pub fn cases(runs: impl Strategy<Value = usize> + Clone + 'static) -> impl Strategy<Value = Case> {
    let text = move |most: usize| text(most, runs.clone());
    // Few have prefixes of their own, since to compile these takes longer than all the rest.
    let prefixes = prop_oneof![
        7 => Just(Vec::new()),
        1 => vec(select(PREFIXES), 1..4),
    ];
    let secrets = vec(text(4), 0..3);
    (secrets, prefixes, text(14)).prop_flat_map(|(secrets, prefixes, text)| {
        let secrets: Vec<Vec<u8>> = secrets
            .into_iter()
            .filter(|it| !it.trim_ascii().is_empty())
            .collect();
        let prefixes = prefixes.into_iter().map(str::to_owned).collect::<Vec<_>>();
        // Half of the texts have a secret in them, whole or cut.
        let planted = match &secrets[..] {
            [] => Just(Vec::new()).boxed(),
            some => piece_of(select(some.to_vec())).boxed(),
        };
        let cuts = vec(prop_oneof![0usize..9, 0usize..80], 0..6);
        (planted, any::<Index>(), cuts).prop_map(move |(planted, at, cuts)| {
            let (before, after) = text.split_at(at.index(text.len() + 1));
            Case {
                secrets: secrets.clone(),
                prefixes: prefixes.clone(),
                text: [before, &planted, after].concat(),
                cuts,
            }
        })
    })
}

fn text(
    most: usize,
    runs: impl Strategy<Value = usize> + 'static,
) -> impl Strategy<Value = Vec<u8>> + Clone {
    let literal = || select(LITERALS).prop_map(|it| it.as_bytes().to_vec());
    let in_some_case = (literal(), any::<u64>()).prop_map(|(literal, cases)| {
        let bytes = literal.iter().enumerate();
        bytes
            .map(
                |(index, &byte)| match byte.is_ascii_alphabetic() && cases >> index & 1 == 1 {
                    true => byte ^ 0x20,
                    false => byte,
                },
            )
            .collect::<Vec<u8>>()
    });
    let glue = select(GLUE).prop_map(|it| it.as_bytes().to_vec());
    let run = (runs, select(&b"aaZ7_-.=A$*!:@ "[..])).prop_map(|(length, byte)| vec![byte; length]);
    let fragment = prop_oneof![
        5 => literal(),
        2 => in_some_case,
        3 => piece_of(literal()),
        8 => glue,
        2 => run,
    ];
    vec(fragment, 0..most)
        .prop_map(|fragments| fragments.concat())
        .boxed()
}

/// The whole, or what lacks bytes at its beginning or at its end.
fn piece_of(whole: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (whole, any::<Index>(), 0..3).prop_map(|(whole, at, part)| {
        let (head, tail) = whole.split_at(at.index(whole.len() + 1));
        match part {
            0 => head.to_vec(),
            1 => tail.to_vec(),
            _ => whole,
        }
    })
}
