//! The same through the real command, in random chunks.

use super::{samples, secrets, seed};
use crate::support::chunkers;
use crate::support::command::masker;
use crate::support::random::Dice;

/// What stands behind the encodings of a program.
const MARK: &[u8] = b"\n-- mark --\n";

#[test]
fn nothing_telling_survives_the_command() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("secret");
    let mut dice = Dice::new(seed());
    for (number, secret) in secrets().iter().enumerate() {
        let of_secret = || samples().iter().filter(|sample| sample.secret == number);
        // The newline that a file ends with is not part of the secret.
        std::fs::write(&path, [secret, &b"\n"[..]].concat()).expect("a file of a secret");
        let log: Vec<u8> = of_secret()
            .flat_map(|sample| [&sample.encoded.join(&b'\n')[..], MARK].concat())
            .collect();
        let cuts: Vec<usize> = (0..500).map(|_| 1 + dice.below(200)).collect();
        let call = masker(&["--secret-file"]).arg(&path);
        let outcome = call.run_on(&chunkers::by_cuts(&cuts, &log));
        outcome.has_status(0);
        let mut rest = &outcome.stdout[..];
        for sample in of_secret() {
            let end = rest.windows(MARK.len()).position(|it| it == MARK);
            let (output, behind) = rest.split_at(end.expect("marks are no secrets"));
            sample.check(output);
            rest = &behind[MARK.len()..];
        }
    }
}
