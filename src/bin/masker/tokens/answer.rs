//! What a command prints on standard output: a line or some for people, or JSON.

use std::fmt::Display;
use std::io::{self, Write as _};

use serde_json::Value;
use zeroize::Zeroizing;

use super::args::OutputArgs;
use crate::exit::{self, Exit};

/// What was found or done.
pub struct Answer {
    /// Wiped, since one answer may hold a token.
    text: Zeroizing<String>,
    exit: Exit,
}

/// A name must not colour the terminal. Lines are ours.
fn in_lines(text: String) -> String {
    let is_safe = |character: char| character == '\n' || !character.is_control();
    match text.chars().all(is_safe) {
        true => text,
        false => text
            .chars()
            .map(|character| match is_safe(character) {
                true => character.to_string(),
                false => character.escape_default().to_string(),
            })
            .collect(),
    }
}

impl Answer {
    /// The same for people and for programs.
    pub fn new(output: &OutputArgs, text: impl Display, json: &Value) -> Answer {
        let text = match output.json {
            true => json.to_string(),
            false => in_lines(text.to_string()),
        };
        Answer {
            text: Zeroizing::new(text),
            exit: Exit::Done,
        }
    }

    /// All was said.
    #[cfg(unix)]
    pub fn nothing() -> Answer {
        Answer {
            text: Zeroizing::default(),
            exit: Exit::Done,
        }
    }

    /// An answer that is a no.
    pub fn or_denied(self, is_allowed: bool) -> Answer {
        let exit = match is_allowed {
            true => Exit::Done,
            false => Exit::Failed,
        };
        Answer { exit, ..self }
    }

    /// Prints it. One that is not read to its end has been given all the same.
    pub fn print(&self) -> Exit {
        match exit::of_output(self.write()) {
            Exit::Done => self.exit,
            failed => failed,
        }
    }

    /// Prints it to whoever must get it.
    pub fn write(&self) -> io::Result<()> {
        let mut line = Zeroizing::new(Vec::with_capacity(self.text.len() + 1));
        line.extend_from_slice(self.text.as_bytes());
        if !line.is_empty() {
            line.push(b'\n');
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&line).and_then(|()| stdout.flush())
    }
}
