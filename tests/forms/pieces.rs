//! Values that a program cuts, anywhere.

use masker::{Form, Forms};

use super::{mask, set};
use crate::support::programs::{command, is_there, output};
use crate::support::random::Dice;

/// The minimum length: of a shorter piece, at the edge of a line, no form can know.
const LEAST: usize = masker::DEFAULT_MIN_LENGTH;

const CUTTERS: [(&str, &[&str]); 7] = [
    ("fold", &["-w", "20"]),
    ("xxd", &["-p"]),
    ("xxd", &["-p", "-u"]),
    ("sed", &["-n", "l 30"]),
    ("base64", &["-w", "40"]),
    ("openssl", &["base64"]),
    ("basenc", &["--base64url", "-w", "30"]),
];

#[test]
fn no_piece_of_the_minimum_length_survives_where_that_was_asked_for() {
    let mut dice = Dice::new(super::seed());
    for (program, args) in CUTTERS {
        if !is_there(program) {
            println!("skipped: {program} is not on this machine");
            continue;
        }
        for before in 0..40 {
            let letters = (0..20 + before).map(|_| dice.letter());
            let token: String = "mjt_".chars().chain(letters).collect();
            check(program, args, &token, before);
        }
    }
}

fn check(program: &str, args: &[&str], token: &str, before: usize) {
    let text = |neighbour: &str| [&neighbour.repeat(before), token, &neighbour.repeat(9)].concat();
    let [first, second] =
        ["x", "'"].map(|it| output(&mut command(program, args), text(it).as_bytes()));
    let set = set(token.as_bytes(), Forms::ALL.with(Form::Pieces));
    let masked = mask(&set, &first);
    // Where both agree the token stands: the neighbours differ in every two bits.
    let agree = |(a, b): (&u8, &u8)| if a == b { *a } else { b'\n' };
    let agree: Vec<u8> = first.iter().zip(&second).map(agree).collect();
    let pieces = agree.split(|byte| b"\\\n".contains(byte));
    for piece in pieces.flat_map(|line| line.windows(LEAST)) {
        let survives = masked.windows(LEAST).any(|it| it == piece);
        assert!(
            !survives,
            "{program}: a piece is left, with {before} characters before the token"
        );
    }
}

/// A word of a passphrase is masked wherever it stands; nothing else is.
#[test]
fn pieces_are_of_the_minimum_length_and_of_one_line() {
    let secret = "correct horse battery staple\n-----BEGIN KEY-----\nabcdefgh12345678";
    let set = set(secret.as_bytes(), Forms::RAW.with(Form::Pieces));
    let text = "horses! a battery staple, -----BEGIN KEY-----, efgh123 or efgh1234 or stapleabc";
    assert_eq!(
        String::from_utf8_lossy(&mask(&set, text.as_bytes())),
        "horses! a[MASKED], -----BEGIN KEY-----, efgh123 or [MASKED] or stapleabc"
    );
}
