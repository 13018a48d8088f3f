//! No error, drop or panic emits bytes that were not searched, and nothing shows a value.

use std::panic::{AssertUnwindSafe, catch_unwind};

use masker::{Bytes, Forms, MaskSet, Masker, Secret, SetErrorKind, Sink, Truncated};

const VALUE: &str = "correct horse battery staple";

fn set() -> MaskSet {
    let secret = Secret::new("PASSPHRASE", VALUE);
    MaskSet::builder()
        .secret(secret)
        .build()
        .expect("one secret builds")
}

/// Takes everything, and panics at the piece of the given number.
struct PanicAt {
    piece: usize,
    out: Vec<u8>,
}

impl PanicAt {
    fn take(&mut self, bytes: &[u8]) {
        self.piece = self.piece.checked_sub(1).expect("the planted panic");
        self.out.extend_from_slice(bytes);
    }
}

impl<'chunk> Sink<'chunk> for PanicAt {
    fn text(&mut self, text: &'chunk [u8]) {
        self.take(text);
    }
    fn held(&mut self, held: &[u8]) {
        self.take(held);
    }
    fn mask(&mut self, mask: &Bytes) {
        self.take(mask);
    }
}

#[test]
fn dropping_a_masker_emits_nothing() {
    let mut out = Vec::new();
    let mut masker = Masker::new(&set());
    masker.push(b"it is correct horse", &mut out);
    drop(masker);
    assert_eq!(out, b"it is ");
}

#[test]
fn after_a_panic_of_the_sink_nothing_more_comes_out() {
    let text = format!("ect horse, a {VALUE} b {VALUE} c corr");
    // The first push leaves bytes held, so that the panic meets held bytes, text and masks.
    for piece in 1..7 {
        let mut masker = Masker::new(&set());
        let mut sink = PanicAt {
            piece,
            out: Vec::new(),
        };
        masker.push(b"so corr", &mut sink);
        let push = catch_unwind(AssertUnwindSafe(|| masker.push(text.as_bytes(), &mut sink)));
        assert!(push.is_err(), "piece {piece}");
        let before = sink.out.clone();
        sink.piece = usize::MAX;
        let again = catch_unwind(AssertUnwindSafe(|| masker.push(b"ect horse", &mut sink)));
        assert!(again.is_err(), "piece {piece}");
        let end = catch_unwind(AssertUnwindSafe(|| masker.finish(&mut sink)));
        assert!(end.is_err(), "piece {piece}");
        assert_eq!(sink.out, before, "piece {piece}");
    }
}

#[test]
fn after_a_panic_of_the_one_who_takes_bytes_nothing_more_comes_out() {
    let mut masker = Masker::new(&set());
    let chunk = Bytes::from("it is correct horse");
    let push = catch_unwind(AssertUnwindSafe(|| {
        masker.push_bytes(&chunk, |_| panic!("planted"))
    }));
    assert!(push.is_err());
    let mut out = Vec::new();
    let end = catch_unwind(AssertUnwindSafe(|| {
        masker.finish_bytes(|piece| out.push(piece))
    }));
    assert!(end.is_err());
    assert!(out.is_empty());
}

#[test]
fn what_was_found_stays_covered_by_a_set_that_lacks_it() {
    let secrets =
        ["password123", "my password123s-are-many"].map(|value| Secret::new("old", value));
    let set = MaskSet::builder()
        .secrets(secrets)
        .build()
        .expect("two secrets build");
    // The last is all but the end of what was found.
    for value in ["something else", "password"] {
        let mut masker = Masker::new(&set);
        let mut out = Vec::new();
        masker.push(b"my password123", &mut out);
        assert_eq!(out, b"");
        let other = MaskSet::builder().secret(Secret::new("new", value));
        masker.switch_to(&other.build().expect("one secret builds"));
        masker.push(b"!", &mut out);
        assert_eq!(out, b"my [MASKED]!");
    }
}

#[test]
fn what_a_rule_has_found_stays_covered_when_a_secret_comes_that_stands_in_it() {
    let long = Secret::new("LONG", "glpat-abcdefghijk and more");
    let set = MaskSet::builder().secret(long).forms(Forms::RAW).build();
    let set = set.expect("one secret builds");
    let mut masker = Masker::new(&set);
    let mut out = Vec::new();
    masker.push(b"glpat-abcdefghijk and", &mut out);
    assert_eq!(out, b"");
    let more = set.extend().secret(Secret::new("LATE", "abcdefgh"));
    masker.switch_to(&more.build().expect("two secrets build"));
    masker.push(b"!", &mut out);
    assert_eq!(out, b"glpat-[MASKED] and!");
}

#[test]
fn a_secret_that_the_end_cuts_short_is_masked_unless_told_otherwise() {
    let masked = |set: &MaskSet| {
        let mut out = Vec::new();
        let mut masker = Masker::new(set);
        masker.push(b"it is correct horse", &mut out);
        masker.finish(&mut out);
        String::from_utf8(out).expect("text")
    };
    assert_eq!(Truncated::default(), Truncated::Mask);
    assert_eq!(masked(&set()), "it is [MASKED]");
    let keep = set()
        .to_builder()
        .truncated(Truncated::Keep)
        .build()
        .expect("as before");
    assert_eq!(masked(&keep), "it is correct horse");
}

#[test]
fn a_refused_secret_is_not_forgotten_by_the_sets_that_follow() {
    let short = Secret::new("PIN", "4711");
    let set = MaskSet::builder()
        .secret(short)
        .allow_empty(true)
        .build()
        .expect("it was allowed");
    assert!(set.is_empty());
    assert_eq!(
        set.to_builder().build().expect("as before").refused(),
        set.refused()
    );
    let lower = set
        .to_builder()
        .min_length(4)
        .build()
        .expect("one secret builds");
    assert_eq!(lower.names().collect::<Vec<_>>(), ["PIN"]);
    assert!(lower.refused().is_empty());
}

#[test]
fn a_sink_may_be_one_of_several_kinds() {
    let mut out = Vec::new();
    let sink: &mut dyn Sink<'_> = &mut out;
    let mut masker = Masker::new(&set());
    masker.push(b"a correct", sink);
    masker.finish(sink);
    assert_eq!(out, b"a correct");
}

#[test]
fn nothing_shows_a_value_or_what_is_held() {
    let mut masker = Masker::new(&set());
    masker.push(b"it is correct horse", &mut Vec::new());
    let secret = Secret::new("PASSPHRASE", VALUE);
    let builder = MaskSet::builder().secret(Secret::new("PASSPHRASE", VALUE));
    let unsafe_mask = builder.clone().mask(format!("<{VALUE}>")).build();
    let error = unsafe_mask.expect_err("the mask contains the secret");
    assert_eq!(error.kind(), SetErrorKind::UnsafeMask);
    for shown in [
        format!("{:?} {:#?}", set(), set()),
        format!("{masker:?} {masker:#?}"),
        format!("{secret:?} {secret:#?}"),
        format!("{builder:?}"),
        format!("{error} {error:?}"),
    ] {
        for part in ["correct", "horse", "staple", "28", "19", "63, 6f"] {
            assert!(!shown.contains(part), "{part} in {shown}");
        }
    }
}

#[test]
fn a_set_without_secrets_must_be_asked_for() {
    let error = MaskSet::builder().build().expect_err("nothing to mask");
    assert_eq!(error.kind(), SetErrorKind::NoSecret);
    let short = MaskSet::builder()
        .secret(Secret::new("DEBUG", "true"))
        .build();
    let error = short.expect_err("nothing is left to mask");
    assert_eq!(error.kind(), SetErrorKind::NoSecret);
    assert_eq!(error.refused()[0].name(), "DEBUG");
    assert_eq!(error.to_string(), "there is no secret to mask");

    let set = MaskSet::builder()
        .allow_empty(true)
        .build()
        .expect("it was asked for");
    let mut out = Vec::new();
    let mut masker = Masker::new(&set);
    masker.push(b"all of it", &mut out);
    assert_eq!(out, b"all of it");
}

#[test]
fn blank_short_and_repeated_values_are_refused_by_name_and_the_rest_is_masked() {
    let secrets = [
        ("BLANK", " \t\r\n   \n   "),
        ("NO-BREAK", "\u{a0}\u{a0}\u{a0}\u{a0}"),
        ("EMPTY", ""),
        ("SHORT", "1234567"),
        ("LONG", "12345678"),
        ("REPEATED", "--------"),
    ];
    let secrets = secrets.map(|(name, value)| Secret::new(name, value));
    let set = MaskSet::builder()
        .secrets(secrets)
        .build()
        .expect("one is long enough");
    let refused: Vec<_> = set
        .refused()
        .iter()
        .map(|it| format!("{}: {}", it.name(), it.reason()))
        .collect();
    assert_eq!(
        refused,
        [
            "BLANK: empty or only white space",
            "NO-BREAK: empty or only white space",
            "EMPTY: empty or only white space",
            "SHORT: shorter than the minimum length",
            "REPEATED: one character again and again",
        ]
    );
    let mut out = Vec::new();
    let mut masker = Masker::new(&set);
    masker.push(b"1234567 12345678", &mut out);
    masker.finish(&mut out);
    assert_eq!(out, b"1234567 [MASKED]");
}

/// A rule of dashes in a secret of several lines is none of its secrets either.
#[test]
fn one_character_again_and_again_is_masked_where_it_was_allowed() {
    let secrets = [
        ("RULE", "--------"),
        ("TITLE", "a title\n────────\nof a box"),
    ];
    let secrets = secrets.map(|(name, value)| Secret::new(name, value));
    let builder = MaskSet::builder().secrets(secrets);
    let masked = |builder: masker::MaskSetBuilder| {
        let mut out = Vec::new();
        let mut masker = Masker::new(&builder.build().expect("one is left"));
        masker.push("-------- ──────── of a box".as_bytes(), &mut out);
        masker.finish(&mut out);
        String::from_utf8(out).expect("text")
    };
    assert_eq!(masked(builder.clone()), "-------- ──────── [MASKED]");
    let allowed = masked(builder.allow_repeated(true));
    assert_eq!(allowed, "[MASKED] ──────── [MASKED]");
}

#[test]
fn only_the_default_mask_may_contain_a_secret() {
    let builder = MaskSet::builder()
        .secret(Secret::new("ODD", "MASKED"))
        .min_length(1);
    assert!(builder.clone().build().is_ok());
    let build = |mask: &'static str| builder.clone().mask(mask).build().map(|_| ());
    assert_eq!(build("***").map_err(|error| error.kind()), Ok(()));
    assert_eq!(build("[MASKED]").map_err(|error| error.kind()), Ok(()));
    for mask in ["<MASKED>", ""] {
        assert_eq!(
            build(mask).map_err(|error| error.kind()),
            Err(SetErrorKind::UnsafeMask)
        );
    }
}
