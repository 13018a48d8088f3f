//! The adapters: the table of cases through each of them, with every fault at every call, and what
//! each promises besides.

#[cfg(feature = "tokio")]
mod async_readers;
#[cfg(feature = "tokio")]
mod async_writers;
#[cfg(feature = "codec")]
mod decoders;
mod fail_closed;
mod many;
mod readers;
mod reports;
#[cfg(feature = "stream")]
mod streams;
mod writers;

use masker::{Forms, MaskSet, Rules, Secret};

use crate::cases::{CASES, Case};

/// The sizes of chunks that go in.
const SIZES: [usize; 6] = [1, 2, 3, 7, 17, 1_000];

/// How many calls a stream may take for a text before it is known to be stuck.
const STUCK: usize = 10_000;

/// The cases with what each is masked by.
fn cases() -> impl Iterator<Item = (&'static Case, MaskSet)> {
    CASES.iter().map(|case| (case, case.set()))
}

fn check_prefix(case: &Case, way: &dyn std::fmt::Debug, out: &[u8]) {
    assert!(
        case.output.starts_with(out),
        "{}, {way:?}: {} is not the beginning of {}",
        case.name,
        out.escape_ascii(),
        case.output.escape_ascii(),
    );
}

/// A set of one secret, for tests that are about something else.
fn one_secret() -> MaskSet {
    let builder = MaskSet::builder().secret(Secret::new("TOKEN", "abcd1234efgh"));
    let builder = builder.forms(Forms::RAW).rules(Rules::NONE);
    builder.build().expect("one secret builds")
}
