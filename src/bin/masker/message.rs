//! What the command says to people, on standard error. Never a value of a secret.

use std::fmt::Display;
use std::io::Write as _;

use clap::builder::styling::{AnsiColor, Style};

/// Says something the user may want to know.
pub fn note(text: impl Display) {
    say(Style::new(), "", text);
}

/// Says that something may not be as the user thinks.
pub fn warning(text: impl Display) {
    say(AnsiColor::Yellow.on_default().bold(), "warning: ", text);
}

/// Says why the command does not go on.
pub fn error(text: impl Display) {
    say(AnsiColor::Red.on_default().bold(), "error: ", text);
}

fn say(style: Style, label: &str, text: impl Display) {
    let text = on_one_line(&text.to_string());
    // Where nobody can be told, there is nobody to tell that.
    writeln!(anstream::stderr(), "masker: {style}{label}{style:#}{text}").ok();
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
