//! No error, drop or panic emits bytes that were not searched, and nothing shows a value.

use std::panic::{AssertUnwindSafe, catch_unwind};

use masker::{Bytes, MaskSet, Masker, Secret, SetErrorKind, Sink};

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
    let text = format!("a {VALUE} b {VALUE} c corr");
    for piece in 0..5 {
        let mut masker = Masker::new(&set());
        let mut sink = PanicAt {
            piece,
            out: Vec::new(),
        };
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
fn blank_and_short_values_are_refused_by_name_and_the_rest_is_masked() {
    let secrets = [
        ("BLANK", " \t\r\n   \n   "),
        ("EMPTY", ""),
        ("SHORT", "1234567"),
        ("LONG", "12345678"),
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
            "EMPTY: empty or only white space",
            "SHORT: shorter than the minimum length",
        ]
    );
    let mut out = Vec::new();
    let mut masker = Masker::new(&set);
    masker.push(b"1234567 12345678", &mut out);
    masker.finish(&mut out);
    assert_eq!(out, b"1234567 [MASKED]");
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
