//! Each adapter tells who leaked what, where it was asked to.

use std::io::{Read, Write};

use masker::io::{MaskReader, MaskWriter};
use masker::{Origin, Report};

use super::one_secret;

const TEXT: &[u8] = b"a line\nand abcd1234efgh, and\nabcd1234efgh.\nthen abcd1234";

fn check(report: Option<&Report>) {
    let report = report.expect("it was asked for");
    let [leak] = &report.leaks()[..] else {
        panic!("one secret was printed: {report:?}");
    };
    assert!(matches!(
        leak.origin(),
        Origin::Secret { name: "TOKEN", .. }
    ));
    assert_eq!((leak.count(), report.bytes()), (2, TEXT.len() as u64));
    let places = leak.first().iter().map(|it| (it.offset, it.line));
    assert_eq!(places.collect::<Vec<_>>(), [(11, 2), (29, 3)]);
    let end = report.truncated().expect("the end cuts one short");
    assert_eq!((end.offset, end.line), (48, 4));
}

#[test]
fn of_a_reader() {
    let mut reader = MaskReader::with_report(TEXT, &one_secret());
    reader.read_to_end(&mut Vec::new()).expect("no fault");
    check(reader.report());
    assert!(MaskReader::new(TEXT, &one_secret()).report().is_none());
}

#[test]
fn of_a_writer() {
    let mut writer = MaskWriter::with_report(Vec::new(), &one_secret());
    for chunk in TEXT.chunks(5) {
        writer.write_all(chunk).expect("no fault");
    }
    writer.try_finish().expect("no fault");
    check(writer.report());
}

#[cfg(feature = "tokio")]
#[test]
fn of_those_of_tokio() {
    use masker::io::{AsyncMaskReader, AsyncMaskWriter};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.build().expect("a runtime").block_on(async {
        let mut reader = AsyncMaskReader::with_report(TEXT, &one_secret());
        let mut out = Vec::new();
        reader.read_to_end(&mut out).await.expect("no fault");
        check(reader.report());
        let mut writer = AsyncMaskWriter::with_report(Vec::new(), &one_secret());
        writer.write_all(TEXT).await.expect("no fault");
        writer.shutdown().await.expect("no fault");
        check(writer.report());
        assert_eq!(writer.into_inner(), out);
    });
}

#[cfg(feature = "stream")]
#[test]
fn of_a_stream() {
    use std::convert::Infallible;
    use std::pin::Pin;

    use futures_core::Stream;
    use masker::io::MaskStream;

    use crate::support::polled;

    let chunks = TEXT.chunks(5).map(|it| Ok::<_, Infallible>(it.into()));
    let mut stream = MaskStream::with_report(tokio_stream::iter(chunks), &one_secret());
    while polled::ready(|context| Pin::new(&mut stream).poll_next(context)).is_some() {}
    check(stream.report());
}

#[cfg(feature = "codec")]
#[test]
fn of_a_decoder() {
    use masker::io::MaskDecoder;
    use tokio_util::codec::Decoder;

    let mut decoder = MaskDecoder::with_report(&one_secret());
    let mut buffer = TEXT.into();
    while decoder.decode_eof(&mut buffer).expect("the end").is_some() {}
    check(decoder.report());
}
