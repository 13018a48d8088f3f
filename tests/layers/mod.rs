//! Sets that extend another: just as one set of all, at the cost of what is new.

mod cost;
mod properties;

use masker::{
    Form, Forms, MaskSet, Masker, Origin, Refusal, Rules, Secret, SetErrorKind, Truncated,
};

use crate::support::events::Events;

fn secret(name: &str, value: &str) -> Secret {
    Secret::new(name, value)
}

fn base() -> MaskSet {
    let set = MaskSet::builder().secret(secret("BASE", "correct horse"));
    set.secret(secret("PIN", "4711"))
        .build()
        .expect("one is long enough")
}

fn masked(set: &MaskSet, text: &str) -> String {
    let output = Events::of(set, [text.as_bytes()]).output();
    String::from_utf8(output).expect("text in, text out")
}

#[test]
fn what_overlaps_is_one_run_whatever_was_compiled_together() {
    let set = base().extend().secret(secret("OWN", "horse battery"));
    let set = set.build().expect("it is long enough");
    assert_eq!(masked(&set, "a correct horse battery b"), "a [MASKED] b");
    assert_eq!(masked(&base(), "correct horse battery"), "[MASKED] battery");
}

#[test]
fn names_and_refused_are_those_of_both_in_order() {
    let set = base().extend().secret(secret("OWN", "abcd1234efgh"));
    let set = set.secret(secret("DEBUG", "true"));
    assert_eq!(format!("{set:?}"), r#"{"BASE", "PIN", "OWN", "DEBUG"}"#);
    let set = set.build().expect("one is long enough");
    assert!(set.names().eq(["BASE", "OWN"]));
    let refused: Vec<_> = set.refused().iter().map(|it| it.name()).collect();
    assert_eq!(refused, ["PIN", "DEBUG"]);
    // And so they are in a set that is compiled again.
    let again = set.to_builder().build().expect("as before");
    assert!(again.names().eq(set.names()));
    assert_eq!(again.refused(), set.refused());
}

#[test]
fn a_set_that_adds_nothing_is_the_same_set() {
    let set = base().extend().build().expect("the base has a secret");
    assert_eq!(masked(&set, "correct horse"), "[MASKED]");
    assert_eq!(set.memory(), base().memory());
    // What finds a pattern is more than the pattern.
    assert!(set.memory() > "correct horse".len());

    let none = MaskSet::builder().allow_empty(true).build();
    let none = none.expect("that is allowed");
    assert!(none.extend().build().expect("it is still").is_empty());
    let error = none.extend().allow_empty(false).build().expect_err("empty");
    assert_eq!(error.kind(), SetErrorKind::NoSecret);
    let one = none
        .extend()
        .allow_empty(false)
        .secret(secret("A", "abcd1234efgh"));
    let one = one.build().expect("it is long enough");
    assert_eq!(masked(&one, "abcd1234efgh"), "[MASKED]");
}

#[test]
fn settings_that_change_patterns_hold_for_the_secrets_of_the_base_too() {
    let builder = base().extend().secret(secret("OWN", "abcd1234efgh"));
    let built = |builder: masker::MaskSetBuilder| builder.build().expect("it builds");
    let text = "correct horse 4711 636f727265637420686f727365";
    let all = built(builder.clone());
    assert_eq!(masked(&all, text), "[MASKED] 4711 [MASKED]");
    let raw = built(builder.clone().forms(Forms::RAW));
    let of_raw = "[MASKED] 4711 636f727265637420686f727365";
    assert_eq!(masked(&raw, text), of_raw);
    let short = built(builder.min_length(4));
    assert_eq!(masked(&short, text), "[MASKED] [MASKED] [MASKED]");
    assert!(short.names().eq(["BASE", "PIN", "OWN"]));
    assert!(short.refused().is_empty());
}

#[test]
fn all_other_settings_are_those_of_the_base_until_they_are_changed() {
    let base = base().to_builder().mask("***").rules(Rules::NONE);
    let base = base.truncated(Truncated::Keep).token_prefix("acme-");
    let base = base.build().expect("the mask is safe");
    let builder = base.extend().secret(secret("OWN", "abcd1234efgh"));
    let output = |builder: masker::MaskSetBuilder| {
        let mut masker = Masker::new(&builder.build().expect("it builds"));
        let mut out = Vec::new();
        masker.push(b"abcd1234efgh acme-1 glpat-2 correct hor", &mut out);
        masker.finish(&mut out);
        String::from_utf8(out).expect("text")
    };
    assert_eq!(output(builder.clone()), "*** acme-*** glpat-2 correct hor");
    let changed = builder.mask("<>").rules(Rules::ALL);
    let changed = changed.truncated(Truncated::Mask);
    assert_eq!(output(changed), "<> acme-<> glpat-<> <>");
}

#[test]
fn a_mask_must_be_safe_for_every_secret() {
    let kind = |builder: masker::MaskSetBuilder| builder.build().map_err(|error| error.kind());
    let with_mask = base().to_builder().mask("<abcd1234efgh>").build();
    let base = with_mask.expect("it is no secret yet");
    let own = base.extend().secret(secret("OWN", "abcd1234efgh"));
    assert!(matches!(kind(own.clone()), Err(SetErrorKind::UnsafeMask)));
    assert!(kind(own.clone().mask("***")).is_ok());
    // Nor may it have a secret that was compiled before.
    let other = own.mask("<correct horse>");
    assert!(matches!(kind(other), Err(SetErrorKind::UnsafeMask)));
    let none = base.extend().mask("<correct horse>");
    assert!(matches!(kind(none), Err(SetErrorKind::UnsafeMask)));
    let empty = base.extend().mask("");
    assert!(matches!(kind(empty), Err(SetErrorKind::UnsafeMask)));
}

#[test]
fn a_value_that_both_have_belongs_to_both_names() {
    let hex = "636f727265637420686f727365";
    let set = base().extend().secret(secret("OWN", hex));
    let set = set
        .secret(secret("BASE", hex))
        .secret(secret("PIN", "correct horse"));
    let set = set.build().expect("they are long enough");
    let events = Events::of(&set, [format!("{hex} correct horse").as_bytes()]);
    let found = |name, form| format!("{:?}", Origin::Secret { name, form });
    let expected = [
        // Under this name it is a value now, where it was the form of one.
        (found("BASE", Form::Raw), 0),
        (found("OWN", Form::Raw), 0),
        (found("PIN", Form::Hex), 0),
        (found("BASE", Form::Raw), 27),
        (found("PIN", Form::Raw), 27),
    ];
    let expected: Vec<_> = expected.iter().map(|it| (it.0.as_str(), it.1)).collect();
    assert_eq!(events.found(), expected);
}

#[test]
fn too_much_is_too_much_in_layers_too() {
    let large = |seed: u8| {
        let byte = |at: usize| (at.wrapping_mul(0x9e37_79b9) >> 13) as u8 ^ seed;
        Secret::new("large", (0..9 << 20).map(byte).collect::<Vec<u8>>())
    };
    let base = MaskSet::builder()
        .forms(Forms::RAW)
        .secret(large(0))
        .build();
    let base = base.expect("nine MiB are not too much");
    let error = base
        .extend()
        .secret(large(1))
        .build()
        .expect_err("18 MiB are");
    assert_eq!(error.kind(), SetErrorKind::TooLarge);
    let refused = base.extend().secret(secret("PIN", "1")).build();
    let refused = refused.expect("the base is not too much");
    assert_eq!(refused.refused()[0].reason(), Refusal::TooShort);
}
