//! `MaskStream`.

use std::pin::Pin;

use futures_core::Stream;
use masker::io::MaskStream;
use masker::{Bytes, MaskSet};

use super::{SIZES, STUCK, cases, check_prefix, one_secret};
use crate::cases::Case;
use crate::support::faults::{Plan, Source};
use crate::support::polled;

#[test]
fn every_chunking_gives_the_same() {
    for (case, set) in cases() {
        for size in 1..=17 {
            take(case, &set, (size, Plan::Never));
        }
    }
}

#[test]
fn a_fault_at_any_call_loses_nothing_and_shows_nothing() {
    for (case, set) in cases() {
        for size in SIZES {
            let calls = take(case, &set, (size, Plan::Never));
            for plan in Plan::all(calls) {
                take(case, &set, (size, plan));
            }
        }
    }
}

/// Takes all of a case, on behind every error. Returns how often the inner stream was polled.
fn take(case: &Case, set: &MaskSet, way: (usize, Plan)) -> usize {
    let (size, plan) = way;
    let mut stream = MaskStream::new(Source::new(case.input, size, plan), set);
    let mut out = Vec::new();
    for _ in 0..STUCK {
        match next(&mut stream) {
            None => {
                case.check(&format!("as a stream, by {way:?}"), &out);
                assert!(next(&mut stream).is_none());
                return stream.get_ref().calls.made;
            }
            Some(Ok(piece)) => {
                assert!(!piece.is_empty());
                out.extend_from_slice(&piece);
            }
            Some(Err(error)) => {
                let (Plan::Once(_, fault) | Plan::Always(fault)) = plan else {
                    panic!("{way:?}: no error was planted");
                };
                assert_eq!(error.kind(), fault.error().kind());
            }
        }
        check_prefix(case, &way, &out);
    }
    panic!("{}, {way:?}: it does not end", case.name);
}

fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    polled::ready(|context| Pin::new(&mut *stream).poll_next(context))
}

#[test]
fn text_shares_the_memory_of_the_chunks() {
    let chunks = [Bytes::from(vec![b'.'; 100]), Bytes::from("-abcd1234efgh-")];
    let memory = chunks.clone().map(|chunk| chunk.as_ptr_range());
    let inner = tokio_stream::iter(chunks.map(Ok::<_, std::io::Error>));
    let mut stream = MaskStream::new(inner, &one_secret());
    let mut pieces = Vec::new();
    while let Some(piece) = next(&mut stream) {
        pieces.push(piece.expect("no fault"));
    }
    let texts = pieces.iter().filter(|piece| **piece != "[MASKED]");
    let is_shared = |text: &Bytes| memory.iter().any(|it| it.contains(&text.as_ptr()));
    assert!(texts.clone().all(is_shared));
    assert_eq!((texts.count(), pieces.len()), (3, 4));
}

#[test]
fn behind_an_error_and_an_end_comes_the_tail_as_at_every_end() {
    let items = [Ok(Bytes::from("it is abcd1234")), Err("planted")];
    let mut stream = MaskStream::new(tokio_stream::iter(items), &one_secret());
    assert_eq!(next(&mut stream), Some(Ok(Bytes::from("it is "))));
    assert_eq!(next(&mut stream), Some(Err("planted")));
    assert_eq!(next(&mut stream), Some(Ok(Bytes::from("[MASKED]"))));
    assert_eq!(next(&mut stream), None);
}
