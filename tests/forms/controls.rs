//! Control characters, which few secrets have and shells write each in its own way.

use masker::Forms;

use super::{TELLING, mask, set};
use crate::support::programs::{command, is_there, output};

/// Between each two of them stands what no program changes, and what tells.
const SECRET: &str =
    "qayxsw\x01edcvfr\x07tgbnhz\x08ujmkiO\x0blpQAYX\x0cSWEDCV\rFRTGBN\x1bHZUJMK\x7fIOLP12";

const SHOWN: [(&str, &str); 14] = [
    ("bash", "declare -p S"),
    ("bash", "printf %q \"$S\""),
    ("bash", "exec 2>&1; set -x; : \"$S\""),
    ("dash", "exec 2>&1; set -x; : \"$S\""),
    ("dash", "export -p | grep S="),
    ("ksh", "typeset -p S"),
    ("ksh", "exec 2>&1; set -x; : \"$S\""),
    ("zsh", "typeset -p S"),
    ("zsh", "printf %q \"$S\""),
    ("zsh", "exec 2>&1; set -x; : \"$S\""),
    ("zsh", "print -r -- ${(V)S}"),
    ("bash", "printf %s \"$S\" | cat -v"),
    ("bash", "printf %s \"$S\" | cat -A"),
    ("bash", "printf %s \"$S\" | sed -n 'l 0'"),
];

#[test]
fn controls_are_masked_as_shells_write_them() {
    let set = set(SECRET.as_bytes(), Forms::ALL);
    for (program, script) in SHOWN {
        if !is_there(program) {
            println!("skipped: {program} is not on this machine");
            continue;
        }
        for locale in ["C", "C.UTF-8"] {
            let mut shell = command(program, &["-c", script]);
            let shown = output(shell.env("S", SECRET).env("LC_ALL", locale), b"");
            let masked = mask(&set, &shown);
            let pieces = || SECRET.split(|char: char| char.is_ascii_control());
            let stands_in =
                |text: &[u8], piece: &str| text.windows(TELLING).any(|it| it == piece.as_bytes());
            let case = format!("{program}, {script}, in {locale}");
            assert!(
                pieces().all(|piece| stands_in(&shown, piece)),
                "{case} shows no secret"
            );
            assert!(!pieces().any(|piece| stands_in(&masked, piece)), "{case}");
        }
    }
}
