//! `MaskWriter`.

use std::io::{self, Write};

use masker::io::MaskWriter;
use masker::{Forms, MaskSet, Rules, Secret};

use super::{SIZES, STUCK, cases, check_prefix, one_secret};
use crate::cases::Case;
use crate::support::faults::{Fault, Plan, Target};
use crate::support::{logs, oracle};

#[test]
fn every_chunking_gives_the_same_at_once() {
    for (case, set) in cases() {
        let secrets: Vec<_> = case.secrets.iter().map(|secret| secret.to_vec()).collect();
        for size in 1..=17 {
            for take in [1, 5, 1_000] {
                let mut writer = MaskWriter::new(Target::new(take, Plan::Never), &set);
                let mut written = 0;
                for chunk in case.input.chunks(size) {
                    writer.write_all(chunk).expect("no fault");
                    written += chunk.len();
                    let expected = oracle::so_far(&secrets, &case.input[..written]);
                    let out = &writer.get_ref().out;
                    assert_eq!(out, &expected, "{}", case.name);
                }
                let target = writer.finish().expect("no fault");
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
    let mut writer = MaskWriter::new(Target::new(take, plan), set);
    let mut rest = case.input;
    while !rest.is_empty() {
        let chunk = &rest[..size.min(rest.len())];
        let count = insist(&mut writer, |writer| writer.write(chunk));
        check_prefix(case, &way, &writer.get_ref().out);
        rest = &rest[count..];
        if flushes {
            insist(&mut writer, Write::flush);
            check_prefix(case, &way, &writer.get_ref().out);
        }
    }
    insist(&mut writer, MaskWriter::try_finish);
    case.check(&format!("written by {way:?}"), &writer.get_ref().out);
    let calls = writer.get_ref().calls.made;
    insist(&mut writer, MaskWriter::try_finish);
    case.check(&format!("ended twice, by {way:?}"), &writer.get_ref().out);
    let behind = writer.write(b"more").expect_err("it has ended");
    assert_eq!(behind.kind(), io::ErrorKind::Other);
    case.check(
        &format!("and behind the end, {way:?}"),
        &writer.get_ref().out,
    );
    calls
}

/// Makes a call until it goes well.
fn insist<T>(
    writer: &mut MaskWriter<Target>,
    mut call: impl FnMut(&mut MaskWriter<Target>) -> io::Result<T>,
) -> T {
    (0..STUCK)
        .find_map(|_| call(writer).ok())
        .expect("a call goes well in the end")
}

#[test]
fn what_goes_wrong_is_told_once() {
    for fault in [Fault::Failure, Fault::Zero] {
        let mut writer = MaskWriter::new(Target::new(100, Plan::Once(0, fault)), &one_secret());
        assert_eq!(writer.write(b"a text").expect("it was taken"), 6);
        let error = writer.write(b", and more").expect_err("the first failed");
        let kind = match fault {
            Fault::Zero => io::ErrorKind::WriteZero,
            _ => io::ErrorKind::Other,
        };
        assert_eq!(error.kind(), kind);
        assert_eq!(writer.get_ref().out, b"");
        assert_eq!(writer.write(b", and more").expect("it was told"), 10);
        assert_eq!(writer.get_ref().out, b"a text, and more");
    }
}

#[test]
fn a_writer_that_stands_still_is_given_no_more() {
    let set = one_secret();
    let mut writer = MaskWriter::new(Target::new(0, Plan::Never), &set);
    let chunk = vec![b'.'; 1 << 20];
    assert_eq!(writer.write(&chunk).expect("it was taken"), 64 * 1024);
    for _ in 0..10 {
        let error = writer.write(&chunk).expect_err("no byte has gone");
        assert_eq!(error.kind(), io::ErrorKind::WriteZero);
    }
}

#[test]
fn large_texts_come_whole() {
    let text = logs::text(1 << 20);
    let secrets = logs::secrets(3, 20..=40);
    let planted = logs::with_planted(&text, &secrets, 70);
    let expected = logs::with_planted(&text, &["[MASKED]".to_owned()], 70);
    let set = MaskSet::builder()
        .secrets(secrets.iter().map(|value| Secret::new("S", value.as_str())))
        .forms(Forms::RAW)
        .rules(Rules::NONE);
    let set = set.build().expect("three secrets build");
    for (size, take) in [
        (1_000, 10_000),
        (1 << 20, 100),
        (1 << 20, 5_000),
        (1 << 20, 1 << 20),
    ] {
        for fault in [Fault::WouldBlock, Fault::Failure] {
            for plan in [Plan::Never, Plan::Always(fault)] {
                let mut writer = MaskWriter::new(Target::new(take, plan), &set);
                let mut rest = &planted[..];
                while !rest.is_empty() {
                    let chunk = &rest[..size.min(rest.len())];
                    rest = &rest[insist(&mut writer, |writer| writer.write(chunk))..];
                }
                insist(&mut writer, MaskWriter::try_finish);
                let out = &writer.get_ref().out;
                assert!(*out == expected, "by {size}, {take}, {plan:?}");
            }
        }
    }
}
