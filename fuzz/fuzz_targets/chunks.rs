//! However a text is cut, and by whichever way it comes in: what comes out is what the oracle says,
//! at the end and behind every chunk; and between the masks no secret stands.
#![no_main]

use libfuzzer_sys::fuzz_target;
use masker::{Bytes, MaskSet, Masker};
use masker_fuzz::adapters;
use masker_fuzz::case::Case;
use masker_fuzz::expected::Expected;
use masker_fuzz::same;
use masker_fuzz::support::events::{Event, Events};

fuzz_target!(|case: Case| {
    let set = case.set();
    let expected = Expected::of(&case);
    pushed(&case, &set, &expected);
    pushed_as_bytes(&case, &set, &expected);
    adapters::check_all(&case, &set, &expected);
    events(&case, &set, &expected);
});

fn pushed(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let mut masker = Masker::new(set);
    let mut out = Vec::new();
    for (chunk, so_far) in expected.chunks.iter().zip(&expected.so_far[1..]) {
        masker.push(chunk, &mut out);
        same(("push", case), &out, so_far);
    }
    masker.finish(&mut out);
    same(("push", case), &out, &expected.output);
}

fn pushed_as_bytes(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let mut masker = Masker::new(set);
    let mut out = Vec::new();
    let whole = Bytes::copy_from_slice(&case.text);
    let mut read = 0;
    for (chunk, so_far) in expected.chunks.iter().zip(&expected.so_far[1..]) {
        let chunk = whole.slice(read..read + chunk.len());
        read += chunk.len();
        masker.push_bytes(&chunk, |piece| out.extend_from_slice(&piece));
        same(("push_bytes", case), &out, so_far);
    }
    masker.finish_bytes(|piece| out.extend_from_slice(&piece));
    same(("push_bytes", case), &out, &expected.output);
}

/// A sink is given the same wherever the cuts are, and no text in which a secret stands.
fn events(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let cut = Events::of(set, expected.chunks.iter().copied());
    let whole = Events::of(set, [&case.text[..]]);
    assert!(cut == whole, "{case:?}: {cut:?} is not {whole:?}");
    same(("events", case), &cut.output(), &expected.output);
    for event in &cut.0 {
        let Event::Text(text) = event else { continue };
        for secret in &case.secrets {
            let stands = text.windows(secret.len()).any(|it| it == secret);
            assert!(!stands, "{} is out of {case:?}", secret.escape_ascii());
        }
    }
}
