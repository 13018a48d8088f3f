//! The report that a program collects: what it keeps, and what it never shows.

use masker::{Bytes, Form, Forms, MaskSet, Masker, Origin, Place, Report, Secret};

const VALUE: &str = "correct horse battery staple";

fn set() -> MaskSet {
    let secret = Secret::new("PASSPHRASE", VALUE);
    let set = MaskSet::builder().secret(secret).build();
    set.expect("one secret builds")
}

fn report(set: &MaskSet, chunks: &[&str]) -> Report {
    let mut masker = Masker::new(set);
    let mut report = Report::new();
    for chunk in chunks {
        report.push(&mut masker, chunk.as_bytes(), &mut Vec::new());
    }
    report.finish(masker, &mut Vec::new());
    report
}

#[test]
fn nothing_leaked_is_an_empty_report() {
    let report = report(&set(), &["all is\nwell", "", "\n"]);
    assert!(report.leaks().is_empty());
    assert_eq!((report.masks(), report.bytes()), (0, 12));
    assert_eq!(report.truncated(), None);
}

/// What the sink is given is not less by that.
#[test]
fn masks_count_as_leaks_where_something_is_found_of_them() {
    let secret = Secret::new("PASSPHRASE", VALUE);
    let set = MaskSet::builder().secret(secret).add_mask(true).build();
    let set = set.expect("one secret builds");
    let text = format!("{VALUE}, {VALUE}\n::add-mask::{VALUE}\nhttps://u:{VALUE}@h correct hor\n");
    for size in 1..=text.len() {
        let mut masker = Masker::new(&set);
        let (mut report, mut out) = (Report::new(), Vec::new());
        for chunk in text.as_bytes().chunks(size) {
            report.push(&mut masker, chunk, &mut out);
        }
        report.finish(masker, &mut out);
        let expected =
            "[MASKED], [MASKED]\n::add-mask::[MASKED]\nhttps://u:[MASKED]@h correct hor\n";
        assert_eq!(
            out.escape_ascii().to_string(),
            expected.escape_default().to_string()
        );
        assert_eq!((report.masks(), report.masks_of_leaks()), (4, 3));
        assert_eq!(report.bytes(), text.len() as u64);
    }
}

#[test]
fn ten_places_are_kept_and_all_are_counted() {
    let line = format!("a {VALUE}\n");
    let report = report(&set(), &[&line[..]; 12]);
    let leaks = report.leaks();
    let [leak] = &leaks[..] else {
        panic!("one secret in one form: {leaks:?}")
    };
    assert_eq!((leak.count(), report.masks()), (12, 12));
    let place = |number| Place {
        offset: 2 + number * line.len() as u64,
        line: 1 + number,
    };
    assert_eq!(leak.first(), (0..10).map(place).collect::<Vec<_>>());
}

#[test]
fn the_line_is_that_of_the_first_byte_and_counts_what_is_masked() {
    let key = "first line\nsecond line\nthird line";
    let secrets = [("KEY", key), ("TOKEN", "abcd1234efgh")];
    let secrets = secrets.map(|(name, value)| Secret::new(name, value));
    let set = MaskSet::builder()
        .secrets(secrets)
        .forms(Forms::RAW)
        .build();
    let set = set.expect("two secrets build");
    let text = format!("\n\n{key}\n\nabcd1234efgh\nabcd1234efgh");
    for size in 1..=text.len() {
        let mut masker = Masker::new(&set);
        let mut report = Report::new();
        for chunk in text.as_bytes().chunks(size) {
            report.push(&mut masker, chunk, &mut Vec::new());
        }
        report.finish(masker, &mut Vec::new());
        let leaks = report.leaks();
        let lines = leaks.iter().flat_map(|leak| leak.first());
        let lines: Vec<_> = lines.map(|place| place.line).collect();
        assert_eq!(lines, [3, 7, 8], "in chunks of {size}");
    }
}

#[test]
fn bytes_are_reported_alike() {
    let mut masker = Masker::new(&set());
    let mut report = Report::new();
    let mut pieces = Vec::new();
    for chunk in ["a correct horse", " battery staple, correct ", "horse"] {
        report.push_bytes(&mut masker, &Bytes::from(chunk), |piece| pieces.push(piece));
    }
    report.finish_bytes(masker, |piece| pieces.push(piece));
    assert_eq!(pieces.concat(), b"a [MASKED], [MASKED]");
    let origin = Origin::Secret {
        name: "PASSPHRASE",
        form: Form::Raw,
    };
    assert_eq!(report.leaks()[0].origin(), origin);
    let truncated = Place {
        offset: 32,
        line: 1,
    };
    assert_eq!(report.truncated(), Some(truncated));
    assert_eq!(report.masks(), 2);
}

#[test]
fn a_secret_that_comes_late_is_reported_on_its_line() {
    let set = set();
    let mut masker = Masker::new(&set);
    let mut report = Report::new();
    report.push(&mut masker, b"\n1\ncorrect horse", &mut Vec::new());
    let late = set.to_builder().secret(Secret::new("LATE", "horse!!!\n"));
    masker.switch_to(&late.build().expect("two secrets build"));
    report.push(&mut masker, b"!!!\n", &mut Vec::new());
    report.finish(masker, &mut Vec::new());
    let leaks = report.leaks();
    let first = Place {
        offset: 11,
        line: 3,
    };
    assert_eq!(leaks[0].first(), [first]);
}

#[test]
fn a_report_shows_names_and_places_only() {
    let report = report(&set(), &["x", VALUE, ". correct horse"]);
    let shown = format!("{report:?} {:?} {report:#?}", report.leaks());
    assert!(
        shown.contains("PASSPHRASE") && shown.contains("Raw"),
        "{shown}"
    );
    for part in ["correct", "horse", "28", "29", "63, 6f"] {
        assert!(!shown.contains(part), "{part} in {shown}");
    }
}
