//! A case through each adapter. All must give the same, and hold the least behind every chunk.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use masker::MaskSet;
use masker::io::{
    AsyncMaskReader, AsyncMaskWriter, MaskDecoder, MaskReader, MaskStream, MaskWriter,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::codec::Decoder;

use crate::case::Case;
use crate::expected::Expected;
use crate::same;
use crate::support::faults::{Plan, Target};
use crate::support::polled;

pub fn check_all(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    reader(case, set, expected);
    writer(case, set, expected);
    async_reader(case, set, expected);
    async_writer(case, set, expected);
    stream(case, set, expected);
    decoder(case, set, expected);
}

/// Gives the chunks one by one, and behind each an error: whoever reads learns what is out then.
struct Chunks<'t> {
    chunks: Vec<&'t [u8]>,
    /// How many have been given whole.
    given: usize,
    /// What is left of the one that is being given.
    rest: Option<&'t [u8]>,
}

impl<'t> Chunks<'t> {
    fn new(expected: &Expected<'t>) -> Chunks<'t> {
        Chunks {
            chunks: expected.chunks.clone(),
            given: 0,
            rest: None,
        }
    }

    /// The next piece that fits, empty at the end.
    fn next(&mut self, room: usize) -> io::Result<&'t [u8]> {
        let Some(&chunk) = self.chunks.get(self.given) else {
            return Ok(&[]);
        };
        match self.rest.unwrap_or(chunk) {
            [] => {
                self.given += 1;
                self.rest = None;
                Err(io::ErrorKind::WouldBlock.into())
            }
            rest => {
                let (piece, rest) = rest.split_at(room.min(rest.len()));
                self.rest = Some(rest);
                Ok(piece)
            }
        }
    }
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.next(buffer.len())?;
        buffer[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

impl AsyncRead for Chunks<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let piece = self.next(buffer.remaining())?;
        buffer.put_slice(piece);
        Poll::Ready(Ok(()))
    }
}

impl Stream for Chunks<'_> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(match self.next(usize::MAX) {
            Ok([]) => None,
            piece => Some(piece.map(Bytes::copy_from_slice)),
        })
    }
}

fn reader(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let mut reader = MaskReader::new(Chunks::new(expected), set);
    let mut out = Vec::new();
    let mut buffer = vec![0; case.room];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => out.extend_from_slice(&buffer[..count]),
            Err(_) => same(
                ("MaskReader", case),
                &out,
                &expected.so_far[reader.get_ref().given],
            ),
        }
    }
    same(("MaskReader", case), &out, &expected.output);
}

fn async_reader(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let mut reader = AsyncMaskReader::new(Chunks::new(expected), set);
    let mut out = Vec::new();
    let mut memory = vec![0; case.room];
    loop {
        let mut buffer = ReadBuf::new(&mut memory);
        let done = polled::ready(|context| Pin::new(&mut reader).poll_read(context, &mut buffer));
        match done {
            Ok(()) if buffer.filled().is_empty() => break,
            Ok(()) => out.extend_from_slice(buffer.filled()),
            Err(_) => same(
                ("AsyncMaskReader", case),
                &out,
                &expected.so_far[reader.get_ref().given],
            ),
        }
    }
    same(("AsyncMaskReader", case), &out, &expected.output);
}

fn stream(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let mut stream = MaskStream::new(Chunks::new(expected), set);
    let mut out = Vec::new();
    while let Some(piece) = polled::ready(|context| Pin::new(&mut stream).poll_next(context)) {
        match piece {
            Ok(piece) => {
                assert!(!piece.is_empty(), "an empty piece of {case:?}");
                out.extend_from_slice(&piece);
            }
            Err(_) => same(
                ("MaskStream", case),
                &out,
                &expected.so_far[stream.get_ref().given],
            ),
        }
    }
    same(("MaskStream", case), &out, &expected.output);
}

fn writer(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let mut writer = MaskWriter::new(Target::new(case.room, Plan::Never), set);
    for (chunk, so_far) in expected.chunks.iter().zip(&expected.so_far[1..]) {
        writer.write_all(chunk).expect("no fault");
        same(("MaskWriter", case), &writer.get_ref().out, so_far);
    }
    let target = writer.finish().expect("no fault");
    same(("MaskWriter", case), &target.out, &expected.output);
}

fn async_writer(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let mut writer = AsyncMaskWriter::new(Target::new(case.room, Plan::Never), set);
    for (chunk, so_far) in expected.chunks.iter().zip(&expected.so_far[1..]) {
        let done = polled::ready(|context| Pin::new(&mut writer).poll_write(context, chunk));
        assert_eq!(done.expect("no fault"), chunk.len());
        same(("AsyncMaskWriter", case), &writer.get_ref().out, so_far);
    }
    let done = polled::ready(|context| Pin::new(&mut writer).poll_shutdown(context));
    done.expect("no fault");
    same(
        ("AsyncMaskWriter", case),
        &writer.get_ref().out,
        &expected.output,
    );
}

fn decoder(case: &Case, set: &MaskSet, expected: &Expected<'_>) {
    let mut decoder = MaskDecoder::new(set);
    let mut buffer = BytesMut::new();
    let mut out = Vec::new();
    for (chunk, so_far) in expected.chunks.iter().zip(&expected.so_far[1..]) {
        buffer.extend_from_slice(chunk);
        while let Some(frame) = decoder.decode(&mut buffer).expect("no end yet") {
            out.extend_from_slice(&frame);
        }
        same(("MaskDecoder", case), &out, so_far);
    }
    while let Some(frame) = decoder.decode_eof(&mut buffer).expect("the end") {
        out.extend_from_slice(&frame);
    }
    same(("MaskDecoder", case), &out, &expected.output);
}
