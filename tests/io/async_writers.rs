//! `AsyncMaskWriter`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use masker::MaskSet;
use masker::io::AsyncMaskWriter;
use tokio::io::AsyncWrite;

use super::{SIZES, STUCK, cases, check_prefix, one_secret};
use crate::cases::Case;
use crate::support::faults::{Fault, Plan, Target};
use crate::support::{oracle, polled};

type Writer = AsyncMaskWriter<Target>;

#[test]
fn every_chunking_gives_the_same_at_once() {
    for (case, set) in cases() {
        let secrets: Vec<_> = case.secrets.iter().map(|secret| secret.to_vec()).collect();
        for size in 1..=17 {
            for take in [1, 5, 1_000] {
                let mut writer = AsyncMaskWriter::new(Target::new(take, Plan::Never), &set);
                let mut written = 0;
                for chunk in case.input.chunks(size) {
                    let count = insist(&mut writer, |it, context| it.poll_write(context, chunk));
                    assert_eq!(count, chunk.len());
                    written += chunk.len();
                    let expected = oracle::so_far(&secrets, &case.input[..written]);
                    assert_eq!(writer.get_ref().out, expected, "{}", case.name);
                }
                insist(&mut writer, AsyncWrite::poll_shutdown);
                let target = writer.into_inner();
                case.check(&format!("written by {size}, {take}"), &target.out);
            }
        }
    }
}

#[test]
fn a_fault_at_any_call_loses_nothing_and_shows_nothing() {
    for (case, set) in cases() {
        for (size, take) in SIZES.into_iter().zip([3, 1, 1_000, 2, 5, 7]) {
            for flushes in [false, true] {
                let calls = write(case, &set, (size, take, flushes, Plan::Never));
                for plan in Plan::all(calls) {
                    write(case, &set, (size, take, flushes, plan));
                }
            }
        }
    }
}

/// Writes all of a case, on behind every error. Returns how often the inner writer was called.
fn write(case: &Case, set: &MaskSet, way: (usize, usize, bool, Plan)) -> usize {
    let (size, take, flushes, plan) = way;
    let mut writer = AsyncMaskWriter::new(Target::new(take, plan), set);
    let mut rest = case.input;
    while !rest.is_empty() {
        let chunk = &rest[..size.min(rest.len())];
        let count = insist(&mut writer, |writer, context| {
            writer.poll_write(context, chunk)
        });
        check_prefix(case, &way, &writer.get_ref().out);
        rest = &rest[count..];
        if flushes {
            insist(&mut writer, AsyncWrite::poll_flush);
            check_prefix(case, &way, &writer.get_ref().out);
        }
    }
    insist(&mut writer, AsyncWrite::poll_shutdown);
    case.check(&format!("written by {way:?}"), &writer.get_ref().out);
    let calls = writer.get_ref().calls.made;
    let behind = polled::ready(|context| Pin::new(&mut writer).poll_write(context, b"more"));
    assert_eq!(
        behind.expect_err("it has ended").kind(),
        io::ErrorKind::Other
    );
    insist(&mut writer, AsyncWrite::poll_shutdown);
    case.check(
        &format!("and behind the end, {way:?}"),
        &writer.get_ref().out,
    );
    calls
}

/// Makes a call until it goes well.
fn insist<T>(
    writer: &mut Writer,
    mut call: impl FnMut(Pin<&mut Writer>, &mut Context<'_>) -> Poll<io::Result<T>>,
) -> T {
    (0..STUCK)
        .find_map(|_| polled::ready(|context| call(Pin::new(&mut *writer), context)).ok())
        .expect("a call goes well in the end")
}

#[test]
fn a_writer_that_is_not_ready_is_given_no_more() {
    let plan = Plan::Always(Fault::Pending);
    let mut writer = AsyncMaskWriter::new(Target::new(0, plan), &one_secret());
    let chunk = vec![b'.'; 1 << 20];
    let count = polled::ready(|context| Pin::new(&mut writer).poll_write(context, &chunk));
    assert_eq!(count.expect("it was taken"), 64 * 1024);
    for _ in 0..10 {
        let more = polled::ready(|context| Pin::new(&mut writer).poll_write(context, &chunk));
        more.expect_err("no byte has gone");
    }
    assert_eq!(writer.get_ref().out, b"");
}
