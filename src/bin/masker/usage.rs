//! Errors of the command line, told without what the user typed.
//!
//! `masker $TOKEN` or `masker --on-short $TOKEN` are slips that happen, and their message goes to
//! the log that a secret must not be in.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::exit::{self, Exit};
use crate::message;

/// Prints the help or version that was asked for, or says what is wrong.
pub fn report(error: clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return exit::of_output(error.print());
        }
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => unknown(&error),
        _ => invalid(&error),
    }
    message::note("see masker --help");
    Exit::Usage
}

fn unknown(error: &clap::Error) {
    let typed = text(error, ContextKind::InvalidArg).filter(|typed| is_plainly_a_flag(typed));
    let shown = typed.map_or("an argument (not shown, it may be a secret)", |flag| flag);
    match text(error, ContextKind::SuggestedArg) {
        Some(flag) => message::error(format_args!("unknown: {shown}; is {flag} meant?")),
        None => message::error(format_args!(
            "unknown: {shown}; secrets are named, with --secret-env, --secret-file or --secrets, \
             and the job's output comes from standard input"
        )),
    }
}

fn invalid(error: &clap::Error) {
    let flag = text(error, ContextKind::InvalidArg).unwrap_or("the command line");
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) if !valid.is_empty() => {
            message::error(format_args!("{flag} takes one of: {}", valid.join(", ")));
        }
        _ => message::error(format_args!("{flag}: {}", what_is_wrong(error.kind()))),
    }
}

fn what_is_wrong(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidValue => "a value is missing",
        ErrorKind::ValueValidation => "the value is not a number it takes",
        ErrorKind::ArgumentConflict => "cannot be given twice, or beside another",
        ErrorKind::MissingRequiredArgument => "is missing",
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => "takes no such value",
        ErrorKind::InvalidUtf8 => "is not valid UTF-8",
        _ => "cannot be understood",
    }
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

/// Whether what was typed is a flag mistyped, and no secret that happens to begin with a dash.
fn is_plainly_a_flag(typed: &str) -> bool {
    let name = typed.trim_start_matches('-');
    let dashes = typed.len() - name.len();
    (1..=2).contains(&dashes)
        && name.len() <= 20
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
