//! Key rings.

use masker::token::id::{IdErrorKind, KeyId, KeyRing, MAX_KEYS, Prefixes, Token};

use super::world::{Seeded, generate};

#[test]
fn s108_without_a_key_there_is_no_ring() {
    for nothing in [
        "",
        "\n",
        "masker-keys 1\nname 0123456789abcDEF\nepoch 1\nnext 1\n",
    ] {
        let refused = KeyRing::parse(nothing.as_bytes()).expect_err("there is no key");
        assert_eq!(refused.kind(), IdErrorKind::NoKey);
        assert!(refused.to_string().contains("no key"));
    }
}

#[test]
fn a_ring_has_three_keys_at_most() {
    let mut random = Seeded(1);
    let mut keys = generate(&mut random);
    for _ in 1..MAX_KEYS {
        keys.rotate(&mut random).expect("there is room");
    }
    let refused = keys.rotate(&mut random).expect_err("there is no room");
    assert_eq!(refused.kind(), IdErrorKind::TooManyKeys);
    let newest = keys.retire(keys.newest()).expect_err("it is in use");
    assert_eq!(newest.kind(), IdErrorKind::KeyInUse);
    keys.retire(KeyId(1)).expect("it is there");
    let gone = keys.retire(KeyId(1)).expect_err("it is gone");
    assert_eq!(gone.kind(), IdErrorKind::UnknownKey);
    // Numbers are not used again.
    assert_eq!(keys.rotate(&mut random).ok(), Some(KeyId(4)));
}

#[test]
fn a_ring_is_read_as_it_was_written() {
    let mut random = Seeded(2);
    let mut keys = generate(&mut random);
    keys.rotate(&mut random).expect("there is room");
    keys.advance_epoch();
    let read = KeyRing::parse(keys.to_secret("KEYS").expose()).expect("it was written");
    assert_eq!(read.name(), keys.name());
    assert_eq!(read.epoch(), 2);
    assert!(read.ids().eq(keys.ids()));
    let token = Token::generate(Prefixes::default().job(), &mut random).expect("it is random");
    let (ours, theirs) = (keys.digests(&token), read.digests(&token));
    assert!(ours.as_slice() == theirs.as_slice());
    assert_eq!(ours.as_slice()[0], keys.digest(&token));
    assert!(ours.as_slice()[0].digest != ours.as_slice()[1].digest);
}

#[test]
fn what_is_no_ring_is_refused() {
    let key = "0".repeat(64);
    let name = "0123456789abcDEF";
    let lines = |epoch: &str, next: &str, keys: &str| {
        format!("masker-keys 1\nname {name}\nepoch {epoch}\nnext {next}\n{keys}")
    };
    let one = format!("key 1 {key}\n");
    assert!(KeyRing::parse(lines("1", "2", &one).as_bytes()).is_ok());
    for text in [
        lines("1", "1", &one),
        lines("x", "2", &one),
        lines("18446744073709551615", "2", &one),
        lines("1", "2", &format!("{one}{one}")),
        lines("1", "2", &format!("key 1 {}\n", &key[1..])),
        lines("1", "2", &format!("key 1 g{}\n", &key[1..])),
        lines("1", "2", &format!("{one}\n")),
        lines("1", "2", &one).replace("keys 1", "keys 2"),
        lines("1", "2", &one).replace(&format!("name {name}\n"), ""),
        lines("1", "2", &one).replace(name, &name[1..]),
        lines("1", "2", &one).replace(name, "0123456789abcDE-"),
    ] {
        let refused = KeyRing::parse(text.as_bytes()).expect_err(&text);
        assert_eq!(refused.kind(), IdErrorKind::KeyRing, "{text}");
    }
    let four: String = (1..=4).map(|id| format!("key {id} {key}\n")).collect();
    let refused = KeyRing::parse(lines("1", "9", &four).as_bytes());
    let kind = refused.expect_err("there are four").kind();
    assert_eq!(kind, IdErrorKind::TooManyKeys);
}

/// As Python's `hmac` and `zlib` have it.
#[test]
fn a_digest_is_hmac_sha_256_of_the_text() {
    let ring = format!(
        "masker-keys 1\nname 0123456789abcDEF\nepoch 1\nnext 2\nkey 1 {}\n",
        "0b".repeat(32)
    );
    let keys = KeyRing::parse(ring.as_bytes()).expect("it is a ring");
    let mut zeros = |bytes: &mut [u8]| {
        bytes.fill(0);
        Ok(())
    };
    let token = Token::generate(Prefixes::default().job(), &mut zeros).expect("it is random");
    let digest = keys.digest(&token).digest;
    let shown: String = digest
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        shown,
        "4b79fb53f209792facff702cb7d409cb0a72f7961de0ad501c0308f5070def31"
    );
}
