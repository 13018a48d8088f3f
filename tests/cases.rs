//! One table of named cases. Each row runs through the oracle, through every chunking, through
//! the `Bytes` way in, and through the real binary; and in `io` through every adapter.

use masker::{Bytes, Forms, MaskSet, Masker, Rules, Secret, Truncated};

use crate::support::{chunkers, oracle};

/// What is secret, what goes in, and what must come out.
pub struct Case {
    pub name: &'static str,
    pub secrets: &'static [&'static [u8]],
    pub input: &'static [u8],
    pub output: &'static [u8],
}

/// One row of the table.
macro_rules! case {
    ($name:literal, [$($secret:expr),*], $input:expr => $output:expr) => {
        Case { name: $name, secrets: &[$($secret),*], input: $input, output: $output }
    };
}

/// The table. The lengths 1 to 7 take the ways of the search for short patterns, 8 and more the
/// sampled one, a single secret that for one pattern.
pub const CASES: &[Case] = &[
    // The contract's own examples.
    case!("overlap", [b"abcdef", b"defghi"], b"abcdefghi" => b"[MASKED]"),
    case!("prefix of another", [b"pass", b"password123"], b"password123" => b"[MASKED]"),
    case!("overlap with itself", [b"aa"], b"aaaa" => b"[MASKED]"),
    case!("touching", [b"secrets"], b"secretssecrets" => b"[MASKED][MASKED]"),
    case!("late start", [b"aab"], b"aaab" => b"a[MASKED]"),
    case!("late start, longer", [b"abcabd"], b"abcabcabd" => b"abc[MASKED]"),
    // Nothing to do.
    case!("no input", [b"password"], b"" => b""),
    case!("no secret in it", [b"password"], b"all is well\n" => b"all is well\n"),
    case!("nearly, again and again", [b"password"], b"passpasswpasswor passwor" => b"passpasswpasswor passwor"),
    // Where it stands.
    case!("all of it", [b"password"], b"password" => b"[MASKED]"),
    case!("at the start", [b"password"], b"password: no" => b"[MASKED]: no"),
    case!("at the end", [b"password"], b"my password" => b"my [MASKED]"),
    case!("twice, a byte between", [b"password"], b"password password" => b"[MASKED] [MASKED]"),
    case!("inside a word", [b"password"], b"xpasswordx" => b"x[MASKED]x"),
    // Several secrets.
    case!("shorter first", [b"abc", b"abcdef"], b"xabcdefx" => b"x[MASKED]x"),
    case!("inside another", [b"cde", b"abcdefgh"], b"xabcdefghx" => b"x[MASKED]x"),
    case!("inside one that is cut short", [b"cde", b"abcdefgh"], b"xabcdefgx" => b"xab[MASKED]fgx"),
    case!("two inside one", [b"bc", b"ef", b"abcdefgh"], b"abcdefgh" => b"[MASKED]"),
    case!("two inside one cut short", [b"bc", b"ef", b"abcdefgh"], b"abcdefgX" => b"a[MASKED]d[MASKED]gX"),
    case!("a chain", [b"abc", b"cde", b"efg", b"ghi"], b"-abcdefghi-" => b"-[MASKED]-"),
    case!("a chain with a gap", [b"abc", b"cde", b"fgh"], b"-abcdefgh-" => b"-[MASKED][MASKED]-"),
    case!("a suffix of another", [b"password", b"word"], b"a password, a word" => b"a [MASKED], a [MASKED]"),
    case!("long after short", [b"hunter22", b"hunter22hunter23"], b"hunter22hunter22hunter23" => b"[MASKED][MASKED]"),
    case!("same value twice", [b"password", b"password"], b"password" => b"[MASKED]"),
    // How others fail, each seen by running them.
    case!("fallback by one byte", [b"aabaabaac", b"baabaab"], b"aabaabaabaac" => b"aa[MASKED]"),
    case!("armour behind more dashes", [b"-----BEGIN KEY-----"], b"--------BEGIN KEY-----" => b"---[MASKED]"),
    case!("a mask must not overtake", [b"hunter2", b"-phunted"], b"mysql -phunter2.. " => b"mysql -p[MASKED].. "),
    case!("fragments must not join", [b"abcd", b"xy"], b"xabcdy" => b"x[MASKED]y"),
    case!("the mask is not searched", [b"abcdefgh", b"MASKED", b"ED]"], b"abcdefgh" => b"[MASKED]"),
    case!("a token's beginning twice", [b"glpat-0123456789"], b"glpat-glpat-0123456789" => b"glpat-[MASKED]"),
    case!("no newline at the end", [b"password"], b"last words" => b"last words"),
    case!("a beginning at the end", [b"password"], b"last passw" => b"last passw"),
    // Bytes are bytes.
    case!("invalid UTF-8 around it", [b"password"], b"\xff\xfepassword\x80" => b"\xff\xfe[MASKED]\x80"),
    case!("invalid UTF-8 in it", [b"\xff\xfe\x00\x80pass"], b"a\xff\xfe\x00\x80passb" => b"a[MASKED]b"),
    case!("inside a character", [b"\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3"], "ääääää".as_bytes() => b"\xc3[MASKED]\xa4"),
    case!("emoji", ["pässwörd😀".as_bytes()], "😀pässwörd😀".as_bytes() => "😀[MASKED]".as_bytes()),
    case!("NUL", [b"a\0b\0c\0d\0"], b"\0a\0b\0c\0d\0\0" => b"\0[MASKED]\0"),
    case!("all bytes 0xff", [&[0xff; 9]], &[0xff; 30] => b"[MASKED]"),
    case!("colours and carriage returns", [b"password"], b"\x1b[31mpassword\x1b[0m\r50%\rpassword\r\n" => b"\x1b[31m[MASKED]\x1b[0m\r50%\r[MASKED]\r\n"),
    case!("over lines", [b"line one\nline two\n"], b"> line one\nline two\n\n" => b"> [MASKED]\n"),
    // Lengths around the steps of the filter.
    case!("one byte", [b"x"], b"axxbx" => b"a[MASKED][MASKED]b[MASKED]"),
    case!("one and two bytes", [b"x", b"xy"], b"xyx" => b"[MASKED][MASKED]"),
    case!("four and five", [b"abcd", b"bcdef"], b"aabcdefbcdf" => b"a[MASKED]bcdf"),
    case!("eight and nine", [b"abcdefgh", b"bcdefghij"], b"abcdefghijabcdefg" => b"[MASKED]abcdefg"),
    case!("twenty and more", [b"0123456789abcdefghij", b"9abcdefghijklmnopqrst"], b"-0123456789abcdefghijklmnopqrst-" => b"-[MASKED]-"),
    case!("a run of the same", [b"aaaaaaaaaaaaaaaaaaaaaaaab", b"cccccccc"], b"aaaaaaaaaaaaaaaaaaaaaaaaaaaabccccccc" => b"aaaa[MASKED]ccccccc"),
    case!("behind much text", [b"a-secret-value", b"another-secret-value"],
        b"................................................................................................................................................a-secret-value........................................................................................................................another-secret-value."
        => b"................................................................................................................................................[MASKED]........................................................................................................................[MASKED]."),
];

impl Case {
    pub fn set(&self) -> MaskSet {
        MaskSet::builder()
            .secrets(
                self.secrets
                    .iter()
                    .map(|&value| Secret::new(self.name, value)),
            )
            .min_length(1)
            .allow_repeated(true)
            .forms(Forms::RAW)
            .rules(Rules::NONE)
            .truncated(Truncated::Keep)
            .build()
            .expect("the secrets of a case build")
    }

    fn masked<'t>(&self, chunks: impl IntoIterator<Item = &'t [u8]>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut masker = Masker::new(&self.set());
        for chunk in chunks {
            masker.push(chunk, &mut out);
        }
        masker.finish(&mut out);
        out
    }

    pub fn check(&self, way: &str, output: &[u8]) {
        let (output, expected) = (output.escape_ascii(), self.output.escape_ascii());
        assert_eq!(
            output.to_string(),
            expected.to_string(),
            "{}, {way}",
            self.name
        );
    }
}

#[test]
fn the_oracle_agrees_with_the_table() {
    for case in CASES {
        let secrets: Vec<_> = case.secrets.iter().map(|secret| secret.to_vec()).collect();
        case.check("by the oracle", &oracle::mask(&secrets, case.input));
    }
}

#[test]
fn every_chunking_gives_the_same() {
    for case in CASES {
        for size in 1..=17 {
            let out = case.masked(chunkers::every(size, case.input));
            case.check(&format!("in chunks of {size}"), &out);
        }
    }
}

#[test]
fn a_cut_anywhere_gives_the_same() {
    for case in CASES {
        for cut in 0..=case.input.len() {
            let (before, after) = case.input.split_at(cut);
            let out = case.masked([before, b"", after]);
            case.check(&format!("cut at {cut}"), &out);
        }
    }
}

#[test]
fn bytes_give_the_same() {
    for case in CASES {
        for size in 1..=17 {
            let mut out = Vec::new();
            let mut masker = Masker::new(&case.set());
            let whole = Bytes::from_static(case.input);
            for from in (0..whole.len()).step_by(size) {
                let chunk = whole.slice(from..whole.len().min(from + size));
                masker.push_bytes(&chunk, |piece| out.push(piece));
            }
            masker.finish_bytes(|piece| out.push(piece));
            assert!(out.iter().all(|piece| !piece.is_empty()), "{}", case.name);
            case.check(&format!("as Bytes of {size}"), &out.concat());
        }
    }
}

#[test]
fn slices_of_bytes_share_the_memory_of_their_chunk() {
    for case in CASES {
        let chunk = Bytes::from(case.input.to_vec());
        let memory = chunk.as_ptr_range();
        Masker::new(&case.set()).push_bytes(&chunk, |piece| {
            assert!(
                piece == "[MASKED]" || memory.contains(&piece.as_ptr()),
                "{}",
                case.name
            );
        });
    }
}

/// At each place of a long text, so that each sample of each block of the filter is the one that
/// must not be missed; at each length, so that each stride is.
#[test]
fn a_secret_is_found_wherever_the_filter_looks() {
    let value: Vec<u8> = (0..40u8)
        .map(|index| b'a' + (index % 26) * 7 % 26)
        .collect();
    for length in 4..=40 {
        let secrets = [
            &value[..length],
            b"another-secret-that-is-not-in-the-text-at-all",
        ];
        let secrets = secrets.map(|value| Secret::new("planted", value));
        let set = MaskSet::builder()
            .secrets(secrets)
            .min_length(1)
            .build()
            .expect("two build");
        for before in 0..300 {
            let text = [&vec![b'.'; before], &value[..length], b"......."].concat();
            let mut out = Vec::new();
            Masker::new(&set).push(&text, &mut out);
            assert_eq!(
                out.len(),
                before + "[MASKED].......".len(),
                "{length} at {before}"
            );
        }
    }
}

#[cfg(feature = "cli")]
#[test]
fn the_binary_gives_the_same() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().expect("a temporary folder");
    // The command does not mask one character again and again.
    let is_repeated = |secret: &[u8]| secret.len() >= 8 && secret.iter().all(|it| *it == secret[0]);
    let refused = |case: &&Case| case.secrets.iter().any(|secret| is_repeated(secret));
    for case in CASES.iter().filter(|case| !refused(case)) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masker"));
        command.args(["--min-length", "1", "--truncated", "keep"]);
        command.args(["--forms", "raw"]);
        for (number, secret) in case.secrets.iter().enumerate() {
            let path = folder.path().join(number.to_string());
            // The newline that a file ends with is not part of the secret.
            std::fs::write(&path, [secret, &b"\n"[..]].concat()).expect("a file of a secret");
            command.arg("--secret-file").arg(path);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("it has a standard input");
        stdin.write_all(case.input).expect("it reads all of a case");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        case.check("by the binary", &output.stdout);
        assert!(output.status.success(), "{}", case.name);
    }
}
