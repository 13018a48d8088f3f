//! Base64 in lines, as `base64` and `openssl base64` fold it.

use masker::{Form, Forms};

use super::{TELLING, mask, secrets, set};
use crate::support::programs::{command, is_there, output};

#[test]
fn base64_in_lines_tells_nothing_where_that_was_asked_for() {
    for (program, args) in [("base64", &[][..]), ("openssl", &["base64"])] {
        if !is_there(program) {
            println!("skipped: {program} is not on this machine");
            continue;
        }
        for (number, secret) in secrets().iter().enumerate().step_by(10) {
            // A long secret too, of several lines of base64.
            let secret = secret.repeat(1 + 5 * (number % 2));
            for before in (0..60).step_by(7) {
                check(program, args, &secret, before);
            }
        }
    }
}

fn check(program: &str, args: &[&str], secret: &[u8], before: usize) {
    let text =
        |neighbour: &[u8]| [&neighbour.repeat(before)[..], secret, &neighbour.repeat(20)].concat();
    let [first, second] = [b"x", b"\xc3"].map(|it| output(&mut command(program, args), &text(it)));
    let set = set(secret, Forms::ALL.with(Form::Folded));
    for newline in ["\n", "\r\n"] {
        let with_newline = |text: &[u8]| {
            String::from_utf8_lossy(text)
                .replace('\n', newline)
                .into_bytes()
        };
        let (first, second) = (with_newline(&first), with_newline(&second));
        let masked = mask(&set, &first);
        // Where both agree the secret stands, but for the newlines.
        let agree: Vec<u8> = first
            .iter()
            .zip(&second)
            .map(|(a, b)| if a == b { *a } else { 0 })
            .collect();
        for line in agree.split(|byte| b"\0\r\n".contains(byte)) {
            for telling in line.windows(TELLING) {
                let survives = masked.windows(TELLING).any(|survivor| survivor == telling);
                assert!(
                    !survives,
                    "{program}, {before} before: {} in {}",
                    telling.escape_ascii(),
                    masked.escape_ascii()
                );
            }
        }
    }
}
