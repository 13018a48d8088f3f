//! What the command says to people, on standard error. Never a value of a secret.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::builder::styling::{AnsiColor, Style};
use serde_json::json;

/// Whether a terminal takes the ends of lines as they are: then they need a carriage return.
pub static IS_RAW: AtomicBool = AtomicBool::new(false);

/// Whether errors are told to a program, in JSON.
pub static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Says something the user may want to know.
pub fn note(text: impl Display) {
    say(Style::new(), "", text);
}

/// Says that something may not be as the user thinks.
pub fn warning(text: impl Display) {
    say(AnsiColor::Yellow.on_default().bold(), "warning: ", text);
}

/// Says that there was nothing to do.
pub fn all_is_well(text: impl Display) {
    say(AnsiColor::Green.on_default(), "", text);
}

/// Says that secrets leaked, and which.
pub fn leaked(verdict: &str, which: impl Display) {
    say(AnsiColor::Yellow.on_default().bold(), verdict, which);
}

/// Says why the command does not go on.
pub fn error(text: impl Display) {
    error_of("failed", text);
}

/// The same, with a word of its own for programs, where they are told in JSON: a line by itself.
pub fn error_of(kind: &str, text: impl Display) {
    if IS_JSON.load(Ordering::SeqCst) {
        let told = json!({ "error": { "kind": kind, "message": text.to_string() } });
        io::stderr().write_all(format!("{told}\n").as_bytes()).ok();
        return;
    }
    say(AnsiColor::Red.on_default().bold(), "error: ", text);
}

fn say(style: Style, label: &str, text: impl Display) {
    let text = on_one_line(&text.to_string());
    let is_plain = anstream::AutoStream::choice(&io::stderr()) == anstream::ColorChoice::Never;
    let end = match IS_RAW.load(Ordering::SeqCst) && io::stderr().is_terminal() {
        true => "\r\n",
        false => "\n",
    };
    let line = if is_plain {
        format!("masker: {label}{text}{end}")
    } else {
        format!("masker: {style}{label}{style:#}{text}{end}")
    };
    // In one write, so that no other program's line comes between. Where nobody can be told, there
    // is nobody to tell that.
    io::stderr().write_all(line.as_bytes()).ok();
}

/// A name from a file must not forge a line of ours, nor colour the terminal.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}
