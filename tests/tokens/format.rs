//! The text of tokens.

use std::collections::HashSet;

use masker::Secret;
use masker::token::id::{
    Accessor, IdErrorKind, KeyRing, MAX_PRESENTED, Malformed, Prefix, Prefixes, Random,
    RandomFailed, Token,
};
use masker::token::issuer::IssuerErrorKind;
use masker::token::lifecycle::Class;

use super::InMemory;
use super::watched::Watched;
use super::world::{Seeded, World, generate, open};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[test]
fn s01_a_claims_token_has_the_format() {
    let issued = World::new(&InMemory).run();
    let text = issued.token.expose();
    let rest = text.strip_prefix(b"mjt_").expect("it begins so");
    assert_eq!(rest.len(), 49);
    assert!(rest.iter().all(u8::is_ascii_alphanumeric));
}

#[test]
fn s02_the_check_is_the_crc_of_the_rest() {
    let mut random = Seeded(2);
    for _ in 0..1_000 {
        let token = job_token(&mut random);
        let (checked, check) = token.expose().split_at(47);
        assert_eq!(check, base62(u128::from(crc32(checked)), 6));
    }
    // A check value that everybody publishes, for the oracle.
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn s03_tokens_are_distinct_and_their_digits_uniform() {
    const TOKENS: usize = 100_000;
    let mut random = Seeded(3);
    let mut seen = HashSet::new();
    let mut counts = vec![[0u32; 62]; 43];
    for _ in 0..TOKENS {
        let token = job_token(&mut random);
        let body = &token.expose()[4..47];
        for (count, byte) in counts.iter_mut().zip(body) {
            let digit = DIGITS.iter().position(|digit| digit == byte);
            count[digit.expect("it is a digit")] += 1;
        }
        assert!(seen.insert(body.to_vec()), "a token came twice");
    }
    let expected = TOKENS as f64 / 62.0;
    for (place, counts) in counts.iter().enumerate().skip(1) {
        let squares = counts.iter().map(|it| (f64::from(*it) - expected).powi(2));
        let chi_square = squares.sum::<f64>() / expected;
        // For 61 degrees of freedom, p = 1e-6.
        assert!(chi_square < 128.0, "place {place}: {chi_square}");
    }
}

#[test]
fn the_body_is_the_number_in_base_62() {
    for (bytes, body) in [
        ([0; 32], "0".repeat(43)),
        // The most there is: 2^256 - 1.
        ([255; 32], largest()),
    ] {
        let mut fixed = move |out: &mut [u8]| {
            out.copy_from_slice(&bytes);
            Ok(())
        };
        let token = Token::generate(Prefixes::default().job(), &mut fixed).expect("it is random");
        assert!(token.expose()[4..47] == *body.as_bytes());
    }
}

#[test]
fn s07_nothing_shows_a_token() {
    let issued = World::new(&InMemory).run();
    let text = String::from_utf8(issued.token.expose().to_vec()).expect("it is ASCII");
    let digests = KeyRing::generate(&mut Seeded(7)).map(|keys| keys.digests(&issued.token));
    let shown = format!("{issued:?} {:?} {digests:?}", issued.token);
    let secret: Secret = issued.token.into_secret();
    let shown = format!("{shown} {secret:?}");
    for piece in text.as_bytes()["mjt_".len()..].windows(6) {
        let piece = str::from_utf8(piece).expect("it is ASCII");
        assert!(!shown.contains(piece));
    }
    assert!(shown.contains("Token([REDACTED])"));
}

#[test]
fn s07_nothing_shows_a_key() {
    let keys = generate(&mut Seeded(8));
    let written = keys.to_secret("KEYS");
    let text = str::from_utf8(written.expose()).expect("it is text");
    let digits = text.rsplit(' ').next().expect("a key is last").trim();
    assert_eq!(digits.len(), 64);
    assert!(!format!("{keys:?} {written:?}").contains(&digits[..6]));
}

#[test]
fn s10_a_long_token_is_refused_without_the_store() {
    let store = Watched::over(&InMemory);
    let world = World::new(&InMemory);
    let shared: std::sync::Arc<dyn masker::token::store::Store> = store.clone();
    let issuer = open(&shared, generate(&mut Seeded(9)), world.now);
    let calls = store.calls();
    for length in [MAX_PRESENTED + 1, 10 << 20] {
        let long = [b"mjt_".to_vec(), vec![b'A'; length - 4]].concat();
        let refused = issuer.authenticate(&long, Class::Resource, None, world.now);
        let kind = refused.expect_err("it is too long").kind();
        assert_eq!(kind, IssuerErrorKind::Malformed(Malformed::TooLong));
    }
    assert_eq!(store.calls(), calls, "the store was asked");
}

#[test]
fn a_store_that_fails_allows_nothing() {
    let store = Watched::over(&InMemory);
    let world = World::new(&InMemory);
    let shared: std::sync::Arc<dyn masker::token::store::Store> = store.clone();
    let issuer = open(&shared, generate(&mut Seeded(9)), world.now);
    let token = job_token(&mut Seeded(10));
    let ask = || {
        let refused = issuer.authenticate(token.expose(), Class::Resource, None, world.now);
        refused.expect_err("nobody issued it").kind()
    };
    assert_eq!(ask(), IssuerErrorKind::Unknown);
    store.fail(true);
    assert_eq!(ask(), IssuerErrorKind::Unavailable);
    store.fail(false);
    assert_eq!(ask(), IssuerErrorKind::Unknown);
}

#[test]
fn s11_a_prefix_of_ones_own() {
    let prefix = Prefix::new("acme_").expect("it has the shape");
    let token = Token::generate(&prefix, &mut Seeded(11)).expect("it is random");
    assert!(token.expose().starts_with(b"acme_"));
    assert!(Token::parse(&prefix, token.expose()).is_ok());
    let other = Token::parse(Prefixes::default().job(), token.expose());
    assert_eq!(other.expect_err("it is another kind"), Malformed::Prefix);
}

#[test]
fn prefixes_have_a_shape() {
    for good in ["ab_", "a1-", "abcdefghij_", "mjt_"] {
        assert!(Prefix::new(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "_",
        "a_",
        "Ab_",
        "1b_",
        "ab",
        "a_b_",
        "abcdefghijk_",
        "ab_ ",
        "äb_",
        "mja_",
    ] {
        let refused = Prefix::new(bad).map_err(|error| error.kind());
        assert_eq!(refused.err(), Some(IdErrorKind::Prefix), "{bad}");
    }
}

#[test]
fn what_is_no_token_is_refused_in_this_order() {
    let token = job_token(&mut Seeded(12));
    let good = token.expose();
    let with = |place: usize, byte: u8| {
        let mut text = good.to_vec();
        text[place] = byte;
        text
    };
    let check = if good[52] == b'0' { b'1' } else { b'0' };
    for (text, expected) in [
        (vec![b'?'; 129], Malformed::TooLong),
        (vec![b'?'; 128], Malformed::Prefix),
        (b"".to_vec(), Malformed::Prefix),
        (b"mjt".to_vec(), Malformed::Prefix),
        (with(2, b'a'), Malformed::Prefix),
        (b"mjt_".to_vec(), Malformed::Length),
        (good[..52].to_vec(), Malformed::Length),
        ([good, b"?"].concat(), Malformed::Length),
        (with(20, b'-'), Malformed::Character),
        (with(52, 0xff), Malformed::Character),
        (with(52, check), Malformed::Check),
    ] {
        let refused = Token::parse(Prefixes::default().job(), &text);
        assert_eq!(refused.expect_err("it is no token"), expected);
        // Whatever the cause is, its sentence is the same.
        assert_eq!(expected.to_string(), Malformed::Prefix.to_string());
    }
}

#[test]
fn without_random_numbers_nothing_is_made() {
    let none = &mut |_: &mut [u8]| Err(RandomFailed);
    let kinds = [
        Token::generate(Prefixes::default().job(), none).err(),
        Accessor::generate(none).err(),
        KeyRing::generate(none).err(),
    ];
    for error in kinds {
        assert_eq!(error.expect("there are none").kind(), IdErrorKind::Random);
    }
}

fn job_token(random: &mut dyn Random) -> Token {
    Token::generate(Prefixes::default().job(), random).expect("there are random numbers")
}

/// CRC-32 of IEEE 802.3, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
    let add = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc));
    !bytes.iter().fold(!0, add)
}

fn base62(mut number: u128, width: usize) -> Vec<u8> {
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// 2^256 - 1, doubled digit by digit.
fn largest() -> String {
    let mut digits = [0usize; 43];
    for _ in 0..256 {
        let mut carry = 1;
        for digit in digits.iter_mut().rev() {
            let doubled = *digit * 2 + carry;
            (*digit, carry) = (doubled % 62, doubled / 62);
        }
    }
    digits
        .iter()
        .map(|digit| char::from(DIGITS[*digit]))
        .collect()
}
