//! `MaskDecoder`, in the hands of a `FramedRead` and by itself.

use std::io;

use bytes::{Bytes, BytesMut};
use masker::MaskSet;
use masker::io::MaskDecoder;
use tokio_util::codec::Decoder;

use super::{cases, check_prefix, one_secret};
use crate::cases::Case;

#[test]
fn every_chunking_gives_the_same() {
    for (case, set) in cases() {
        for size in 1..=17 {
            decode(case, &set, size);
        }
    }
}

fn decode(case: &Case, set: &MaskSet, size: usize) {
    let mut decoder = MaskDecoder::new(set);
    let mut buffer = BytesMut::new();
    let mut out = Vec::new();
    let mut take = |frame: Option<Bytes>| {
        let frame = frame?;
        assert!(!frame.is_empty());
        out.extend_from_slice(&frame);
        check_prefix(case, &size, &out);
        Some(())
    };
    for chunk in case.input.chunks(size) {
        buffer.extend_from_slice(chunk);
        while take(decoder.decode(&mut buffer).expect("no end yet")).is_some() {}
        assert!(buffer.is_empty(), "it takes what it is given whole");
    }
    // Some more may have been read with the end.
    while take(decoder.decode_eof(&mut buffer).expect("the end")).is_some() {}
    assert!(decoder.decode_eof(&mut buffer).expect("the end").is_none());
    case.check(&format!("decoded by {size}"), &out);
}

#[test]
fn what_is_read_with_the_end_is_searched_too() {
    for (case, set) in cases() {
        let mut decoder = MaskDecoder::new(&set);
        let mut buffer = BytesMut::from(case.input);
        let mut out = Vec::new();
        while let Some(frame) = decoder.decode_eof(&mut buffer).expect("the end") {
            out.extend_from_slice(&frame);
        }
        case.check("decoded with the end", &out);
    }
}

#[test]
fn what_comes_behind_the_end_is_dropped() {
    let mut decoder = MaskDecoder::new(&one_secret());
    let mut buffer = BytesMut::from("it is abcd1234");
    let frames = std::iter::from_fn(|| decoder.decode_eof(&mut buffer).expect("the end"));
    assert_eq!(frames.collect::<Vec<_>>(), ["it is ", "[MASKED]"]);
    buffer.extend_from_slice(b"efgh");
    let error = decoder.decode(&mut buffer).expect_err("it has ended");
    assert_eq!(error.kind(), io::ErrorKind::Other);
    assert!(!error.to_string().contains("efgh"));
    assert!(
        decoder
            .decode(&mut buffer)
            .expect("it was dropped")
            .is_none()
    );
}

/// With readers that wait and fail, where what reads for the decoder has its own ideas.
#[cfg(feature = "tokio")]
#[test]
fn a_framed_reader_gives_the_same() {
    use std::pin::Pin;

    use tokio_stream::Stream;
    use tokio_util::codec::FramedRead;

    use crate::support::faults::{Fault, Plan, Source};
    use crate::support::polled;

    for (case, set) in cases() {
        for size in 1..=17 {
            for plan in [Plan::Never, Plan::Always(Fault::Pending)] {
                let source = Source::new(case.input, size, plan);
                let mut frames = FramedRead::new(source, MaskDecoder::new(&set));
                let mut out = Vec::new();
                while let Some(frame) =
                    polled::ready(|context| Pin::new(&mut frames).poll_next(context))
                {
                    out.extend_from_slice(&frame.expect("no fault"));
                    check_prefix(case, &size, &out);
                }
                case.check(&format!("in frames, by {size}"), &out);
            }
        }
    }
}
