use std::collections::HashSet;

use super::*;

/// The windows of literals, those of small letters in any case, as they are written there.
fn windows(literals: &[&str]) -> Vec<String> {
    let literals = literals.iter().map(|text| Literal {
        bytes: text.to_lowercase().into(),
        any_case: text.bytes().any(|byte| byte.is_ascii_lowercase()),
    });
    let literals: Vec<_> = literals.collect();
    let (_, windows) = Windows::choose(&literals.iter().collect::<Vec<_>>());
    let written = windows.iter().map(|window| {
        let places = window.iter().map(|&place| match place {
            Place::Any => '?',
            Place::Byte {
                byte,
                any_case: true,
            } => byte.into(),
            Place::Byte {
                byte,
                any_case: false,
            } => byte.to_ascii_uppercase().into(),
        });
        places.collect()
    });
    written.collect()
}

#[test]
fn the_window_of_a_literal_is_what_logs_seldom_have() {
    // Upper case stands for itself here, and small letters for both cases.
    assert_eq!(windows(&["/0-8QZ#~9-0/"]), ["QZ#~"]);
    assert_eq!(windows(&["0000qzjx#~#~0000"]), ["#~#~"]);
    assert_eq!(windows(&["    0000////"]), ["0000"]);
    assert_eq!(
        windows(&["0000\x010000\x7f\x7f\x01\x7f0000"]),
        ["\x7f\x7f\x01\x7f"]
    );
}

#[test]
fn literals_share_a_window_where_they_can() {
    assert_eq!(windows(&["TT_KEY", "RR_KEY", "NN_KEY"]), ["_KEY"]);
    // But a window that logs are full of is worth it to many alone.
    assert_eq!(windows(&["    #~#~", "    ~!~!"]), ["#~#~", "~!~!"]);
}

#[test]
fn a_literal_shorter_than_a_window_has_any_bytes_in_front() {
    assert_eq!(windows(&["ab"]), ["??ab"]);
    assert_eq!(windows(&["ABC", "1ABC"]), ["?ABC", "1ABC"]);
}

/// How many of the places behind a window are asked for a text.
fn asked(windows: &Windows, text: &[u8]) -> usize {
    let mut asked = 0;
    windows.each_at(text, |_| asked += 1);
    asked
}

#[test]
fn what_is_no_window_is_told_by_its_bytes() {
    let literals: Vec<_> = (0..500)
        .map(|number| Literal {
            bytes: format!("{number:04}").into(),
            any_case: false,
        })
        .collect();
    let (windows, _) = Windows::choose(&literals.iter().collect::<Vec<_>>());
    for number in 0..10_000 {
        let text = format!("{number:04} and on");
        assert_eq!(
            asked(&windows, text.as_bytes()),
            usize::from(number < 500),
            "{text}"
        );
    }
    assert_eq!(asked(&windows, b"012"), 0);
    // A look-up takes few steps, since most slots are empty and few windows begin at the same one.
    assert!(windows.slots.len() >= 8 * 500);
    let taken = windows
        .slots
        .iter()
        .filter(|slot| slot.key != Slot::EMPTY.key);
    let begun: HashSet<_> = taken
        .map(|slot| hash(slot.key) & (windows.slots.len() - 1))
        .collect();
    assert!(begun.len() > 450, "{} of 500", begun.len());
}
