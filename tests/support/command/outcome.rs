//! What a command that has ended left behind, and what may be asked of it.

use std::fmt;
use std::process::ExitStatus;

/// What a command that has ended left behind.
pub struct Outcome {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Outcome {
    #[track_caller]
    pub fn has_status(&self, code: i32) -> &Outcome {
        assert_eq!(self.status.code(), Some(code), "{self:?}");
        self
    }

    /// Just these bytes, and status 0.
    #[track_caller]
    pub fn has_printed(&self, expected: impl AsRef<[u8]>) -> &Outcome {
        let expected = expected.as_ref();
        let differs = |(a, b): (&u8, &u8)| a != b;
        let same = || self.stdout.iter().zip(expected);
        assert!(
            self.stdout == expected,
            "from byte {} on, of {}, not \"{}\". {self:?}",
            same().position(differs).unwrap_or(same().len()),
            expected.len(),
            excerpt(expected),
        );
        self.has_status(0)
    }

    /// Status 2, and nothing on standard output.
    #[track_caller]
    pub fn is_refused(&self) -> &Outcome {
        assert!(self.stdout.is_empty(), "{self:?}");
        self.has_status(2)
    }

    #[track_caller]
    pub fn says(&self, text: impl AsRef<str>) -> &Outcome {
        let text = text.as_ref();
        assert!(self.stderr.contains(text), "no {text:?} in {self:?}");
        self
    }

    #[track_caller]
    pub fn says_nothing(&self) -> &Outcome {
        assert!(self.stderr.is_empty(), "{self:?}");
        self
    }

    /// Standard error shows neither the secret nor six bytes of it.
    #[track_caller]
    pub fn hides(&self, secret: impl AsRef<[u8]>) -> &Outcome {
        let secret = secret.as_ref();
        let shown = self.stderr.as_bytes();
        for piece in secret.windows(secret.len().clamp(1, 6)) {
            let found = shown.windows(piece.len()).any(|window| window == piece);
            assert!(!found, "\"{}\" shows in {self:?}", piece.escape_ascii());
        }
        self
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome {
            status,
            stdout,
            stderr,
        } = self;
        let stdout = excerpt(stdout);
        write!(f, "{status}, stdout \"{stdout}\", stderr {stderr:?}")
    }
}

fn excerpt(bytes: &[u8]) -> String {
    match bytes.get(..300) {
        Some(beginning) => format!("{}.. ({} bytes)", beginning.escape_ascii(), bytes.len()),
        None => bytes.escape_ascii().to_string(),
    }
}
