//! `MaskReader`.

use std::io::Read;

use masker::io::MaskReader;
use masker::{Forms, MaskSet, Rules, Secret};

use super::{SIZES, STUCK, cases, check_prefix, one_secret};
use crate::cases::Case;
use crate::support::faults::{Fault, Plan, Source};
use crate::support::oracle;

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
    let mut reader = MaskReader::new(Source::new(case.input, size, plan), set);
    let mut out = Vec::new();
    for _ in 0..STUCK {
        let mut buffer = vec![b'#'; room];
        match reader.read(&mut buffer) {
            Ok(0) => {
                case.check(&format!("read by {way:?}"), &out);
                assert_eq!(reader.read(&mut buffer).expect("it has ended"), 0);
                return reader.get_ref().calls.made;
            }
            Ok(count) => {
                out.extend_from_slice(&buffer[..count]);
                assert!(buffer[count..].iter().all(|&byte| byte == b'#'), "{way:?}");
            }
            Err(error) => {
                let (Plan::Once(_, fault) | Plan::Always(fault)) = plan else {
                    panic!("{way:?}: no error was planted");
                };
                assert_eq!(error.kind(), fault.error().kind());
                assert!(buffer.iter().all(|&byte| byte == b'#'), "{way:?}");
            }
        }
        check_prefix(case, &way, &out);
    }
    panic!("{}, {way:?}: it does not end", case.name);
}

/// What a chunk lets go is there before the next is asked for.
#[test]
fn the_least_is_held_back_between_reads() {
    for (case, set) in cases() {
        let secrets: Vec<_> = case.secrets.iter().map(|secret| secret.to_vec()).collect();
        for size in SIZES {
            let plan = Plan::Always(Fault::WouldBlock);
            let mut reader = MaskReader::new(Source::new(case.input, size, plan), &set);
            let mut out = Vec::new();
            let mut buffer = [0; 9];
            loop {
                match reader.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => out.extend_from_slice(&buffer[..count]),
                    Err(_) => {
                        let read = case.input.len() - reader.get_ref().rest.len();
                        let expected = oracle::so_far(&secrets, &case.input[..read]);
                        assert_eq!(
                            out.escape_ascii().to_string(),
                            expected.escape_ascii().to_string(),
                            "{}",
                            case.name
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_read_into_no_room_asks_for_nothing() {
    let mut reader = MaskReader::new(Source::new(b"text", 4, Plan::Never), &one_secret());
    assert_eq!(reader.read(&mut []).expect("nothing is asked for"), 0);
    assert_eq!(reader.get_ref().calls.made, 0);
    let mut out = String::new();
    reader.read_to_string(&mut out).expect("no fault");
    assert_eq!(out, "text");
}

#[test]
fn large_texts_come_whole() {
    let text = crate::support::logs::text(3 << 20);
    let secrets = crate::support::logs::secrets(3, 20..=40);
    let planted = crate::support::logs::with_planted(&text, &secrets, 7);
    let set = MaskSet::builder()
        .secrets(secrets.iter().map(|value| Secret::new("S", value.as_str())))
        .forms(Forms::RAW)
        .rules(Rules::NONE);
    let set = set.build().expect("three secrets build");
    let expected = crate::support::logs::with_planted(&text, &["[MASKED]".to_owned()], 7);
    for size in [1_000, 16 * 1024, 1 << 20] {
        let mut out = Vec::new();
        let mut reader = MaskReader::new(Source::new(&planted, size, Plan::Never), &set);
        reader.read_to_end(&mut out).expect("no fault");
        assert!(out == expected, "in chunks of {size}");
    }
}

#[test]
fn a_late_secret_holds_for_what_is_held() {
    let source = Source::new(b"it is abcd1234ijkl.", 14, Plan::Never);
    let mut reader = MaskReader::new(source, &one_secret());
    let mut buffer = [0; 64];
    assert_eq!(reader.read(&mut buffer).expect("no fault"), 6);
    let late = one_secret()
        .to_builder()
        .secret(Secret::new("LATE", "cd1234ijkl"));
    reader.switch_to(&late.build().expect("two secrets build"));
    let mut rest = String::new();
    reader.read_to_string(&mut rest).expect("no fault");
    assert_eq!(rest, "ab[MASKED].");
}
