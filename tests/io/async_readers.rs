//! `AsyncMaskReader`.

use std::pin::Pin;

use masker::MaskSet;
use masker::io::AsyncMaskReader;
use tokio::io::{AsyncRead, ReadBuf};

use super::{SIZES, STUCK, cases, check_prefix, one_secret};
use crate::cases::Case;
use crate::support::faults::{Fault, Plan, Source};
use crate::support::{oracle, polled};

#[test]
fn every_chunking_gives_the_same() {
    for (case, set) in cases() {
        for size in 1..=17 {
            for room in [1, 2, 5, 64] {
                read(case, &set, (size, room, Plan::Never));
            }
        }
    }
}

#[test]
fn a_fault_at_any_call_loses_nothing_and_shows_nothing() {
    for (case, set) in cases() {
        for (size, room) in SIZES.into_iter().zip([3, 1, 64, 2, 5, 7]) {
            let calls = read(case, &set, (size, room, Plan::Never));
            for plan in Plan::all(calls) {
                read(case, &set, (size, room, plan));
            }
        }
    }
}

/// Reads all of a case, on behind every error. Returns how often the inner reader was called.
fn read(case: &Case, set: &MaskSet, way: (usize, usize, Plan)) -> usize {
    let (size, room, plan) = way;
    let mut reader = AsyncMaskReader::new(Source::new(case.input, size, plan), set);
    let mut out = Vec::new();
    for _ in 0..STUCK {
        match read_some(&mut reader, room) {
            Ok(bytes) if bytes.is_empty() => {
                case.check(&format!("read by {way:?}"), &out);
                let more = read_some(&mut reader, room).expect("it has ended");
                assert!(more.is_empty());
                return reader.get_ref().calls.made;
            }
            Ok(bytes) => out.extend(bytes),
            Err(error) => {
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

fn read_some(reader: &mut AsyncMaskReader<Source<'_>>, room: usize) -> std::io::Result<Vec<u8>> {
    let mut memory = vec![b'#'; room + 1];
    // Something is in the buffer already, as a caller may have it.
    let mut buffer = ReadBuf::new(&mut memory);
    buffer.put_slice(b"!");
    let done = polled::ready(|context| {
        let polled = Pin::new(&mut *reader).poll_read(context, &mut buffer);
        assert!(polled.is_ready() || buffer.filled() == b"!");
        polled
    });
    assert!(done.is_ok() || buffer.filled() == b"!");
    assert_eq!(buffer.filled()[0], b'!');
    let bytes = buffer.filled()[1..].to_vec();
    assert!(memory[1 + bytes.len()..].iter().all(|&byte| byte == b'#'));
    done.map(|()| bytes)
}

/// What a chunk lets go is there before the next is asked for.
#[test]
fn the_least_is_held_back_between_reads() {
    for (case, set) in cases() {
        let secrets: Vec<_> = case.secrets.iter().map(|secret| secret.to_vec()).collect();
        for size in SIZES {
            let plan = Plan::Always(Fault::Failure);
            let mut reader = AsyncMaskReader::new(Source::new(case.input, size, plan), &set);
            let mut out = Vec::new();
            loop {
                match read_some(&mut reader, 9) {
                    Ok(bytes) if bytes.is_empty() => break,
                    Ok(bytes) => out.extend(bytes),
                    Err(_) => {
                        let read = case.input.len() - reader.get_ref().rest.len();
                        let expected = oracle::so_far(&secrets, &case.input[..read]);
                        assert_eq!(out, expected, "{}", case.name);
                    }
                }
            }
        }
    }
}

#[test]
fn a_read_into_no_room_asks_for_nothing() {
    let mut reader = AsyncMaskReader::new(Source::new(b"text", 4, Plan::Never), &one_secret());
    assert!(
        read_some(&mut reader, 0)
            .expect("nothing is asked for")
            .is_empty()
    );
    assert_eq!(reader.get_ref().calls.made, 0);
    assert_eq!(read_some(&mut reader, 9).expect("no fault"), b"text");
}
