//! Errors of the command line, told without what the user typed.
//!
//! `masker $TOKEN` or `masker --on-short $TOKEN` are slips that happen, and their message goes to
//! the log that a secret must not be in.

use std::fmt::Display;
use std::sync::atomic::Ordering;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::args::Args;
use crate::exit::{self, Exit};
use crate::message;

/// Prints the help or version that was asked for, or says what is wrong.
pub fn report(error: clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return exit::of_output(error.print());
        }
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => unknown(&error),
        ErrorKind::ArgumentConflict if has_two_of_one_flag(&error) => {
            wrong(format_args!("{} can be given only once", flag(&error)));
        }
        ErrorKind::ArgumentConflict => {
            wrong(
                "a command, such as add or man, takes no flags of the filter; its own come behind it",
            );
        }
        ErrorKind::MissingRequiredArgument => {
            wrong(what_is_missing(&error));
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            wrong(format_args!(
                "say what to do: one of {}",
                parts().join(", ")
            ));
        }
        _ => invalid(&error),
    }
    if !message::IS_JSON.load(Ordering::SeqCst) {
        message::note(format_args!("see `{} --help`", meant()));
    }
    Exit::Usage
}

fn wrong(text: impl Display) {
    message::error_of("usage", text);
}

/// Whether a program is asking, which wants JSON: errors of the command line are told to it as all
/// others. `masker` and `masker serve` have no such flag.
pub fn asks_for_json() -> bool {
    let has_none = ["add", "run", "serve", "check-config"];
    let is_of_tokens = command().is_some_and(|it| !has_none.contains(&it));
    let flags = || std::env::args_os().skip(2).take_while(|it| it != "--");
    is_of_tokens && flags().any(|it| it == "--json")
}

fn unknown(error: &clap::Error) {
    let typed = text(error, ContextKind::InvalidArg).filter(|typed| is_plainly_a_flag(typed));
    match (typed, text(error, ContextKind::SuggestedArg)) {
        (Some(typed), Some(flag)) => {
            wrong(format_args!("unknown: {typed}; is {flag} meant?"));
        }
        _ if command() == Some("add") => wrong(
            "unknown here: an argument (not shown, it may be a secret); the secret comes from standard \
             input, or from where --secret-env or --secret-file says",
        ),
        _ if command() == Some("run") => wrong(
            "unknown here: an argument (not shown, it may be a secret); the job's command stands \
             behind --, as in masker run -- make test",
        ),
        _ if command().is_some_and(|it| matches!(it, "serve" | "check-config")) => wrong(
            "unknown here: an argument (not shown, it may be a secret); everything is said by flags, and \
             secrets are in files",
        ),
        _ if is_unknown_part() => wrong(format_args!(
            "unknown here: a command (not shown, it may be a secret); there are {}",
            parts().join(", ")
        )),
        _ if command().is_some() => wrong(
            "unknown here: an argument (not shown, it may be a secret); a token comes from standard \
             input, and everything else is named by a number, a path or an accessor",
        ),
        _ => wrong(format_args!(
            "unknown here: an argument (not shown, it may be a secret); secrets are named, with \
             --secret-env, --secret-file or --secrets, and the job's output comes from standard \
             input"
        )),
    }
}

fn invalid(error: &clap::Error) {
    let flag = flag(error);
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) if !valid.is_empty() => {
            wrong(format_args!("{flag} takes one of: {}", valid.join(", ")));
        }
        _ if error.kind() == ErrorKind::ValueValidation && is_size(flag) => {
            wrong(format_args!(
                "{flag}: the value is not a size in bytes, as 500K or 4M"
            ));
        }
        _ => match takes(error) {
            Some(takes) => wrong(format_args!("{} takes {takes}", name_of(flag))),
            None => wrong(format_args!("{flag}: {}", what_is_wrong(error.kind()))),
        },
    }
}

/// What the flag takes, if its parser is one of ours or has a range: others show what was typed.
fn takes(error: &clap::Error) -> Option<String> {
    let cause = std::error::Error::source(error)?;
    #[cfg(feature = "serve")]
    if let Some(takes) = cause.downcast_ref::<crate::takes::Takes>() {
        return Some(takes.to_string());
    }
    // The number stands before the range, and is left out.
    let cause = cause.to_string();
    let (_, range) = cause.rsplit_once(" is not in ")?;
    let (least, most) = range.split_once("..=")?;
    let (least, most): (u64, u64) = (least.parse().ok()?, most.parse().ok()?);
    Some(format!("a whole number from {least} to {most}"))
}

/// Whether a flag is that of `masker run` which takes a size; `masker job list` counts.
fn is_size(flag: &str) -> bool {
    flag.starts_with("--limit") && command() == Some("run")
}

/// A flag without the name of its value.
fn name_of(flag: &str) -> &str {
    flag.split_once(' ').map_or(flag, |(name, _)| name)
}

/// The command that was meant, with the command within it: as they are named, not as they were typed.
/// Flags of the filter do not go with one, so it stands first.
fn meant() -> String {
    let mut command = Args::command();
    let mut meant = command.get_name().to_owned();
    for typed in std::env::args_os().skip(1) {
        let Some(found) = command.find_subcommand(&typed) else {
            break;
        };
        meant = format!("{meant} {}", found.get_name());
        command = found.clone();
    }
    meant
}

/// The command that was meant, if it has flags of its own. It stands first: flags of the filter do not
/// go with it.
fn command() -> Option<&'static str> {
    let first = std::env::args_os().nth(1)?;
    COMMANDS.iter().copied().find(|&command| first == command)
}

/// The commands within the command that was meant.
fn parts() -> Vec<String> {
    let all = Args::command();
    let command = command().and_then(|command| all.find_subcommand(command));
    let parts = command.into_iter().flat_map(clap::Command::get_subcommands);
    parts.map(|part| part.get_name().to_owned()).collect()
}

/// Whether the command that was meant has commands within, and what was typed is none of them.
fn is_unknown_part() -> bool {
    let (parts, second) = (parts(), std::env::args_os().nth(2));
    !parts.is_empty() && second.is_none_or(|typed| parts.iter().all(|part| typed != **part))
}

const COMMANDS: &[&str] = &[
    "add",
    "run",
    #[cfg(feature = "token")]
    "directory",
    #[cfg(feature = "token")]
    "keys",
    #[cfg(feature = "token")]
    "job",
    #[cfg(feature = "token")]
    "token",
    #[cfg(feature = "token")]
    "scope",
    #[cfg(feature = "token")]
    "audit",
    #[cfg(feature = "token")]
    "explain",
    #[cfg(feature = "serve")]
    "serve",
    #[cfg(feature = "serve")]
    "check-config",
];

fn what_is_wrong(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidValue => "a value is missing",
        ErrorKind::ValueValidation => "the value is not a whole number that it takes",
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => "takes no such value",
        ErrorKind::InvalidUtf8 => "the value is not valid UTF-8",
        _ => "cannot be understood",
    }
}

fn what_is_missing(error: &clap::Error) -> String {
    // The names of arguments as they are defined: nothing of what was typed.
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(missing)) if !is_of_masker(missing) => {
            format!("missing: {}", missing.join(", "))
        }
        _ => what_masker_misses(error).to_owned(),
    }
}

/// Whether what is missing has a sentence of its own.
fn is_of_masker(missing: &[String]) -> bool {
    let known = ["--control", "COMMAND", "SHELL"];
    missing
        .iter()
        .any(|it| known.iter().any(|known| it.contains(known)))
}

fn what_masker_misses(error: &clap::Error) -> &'static str {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(missing))
            if missing.iter().any(|it| it.contains("--control")) =>
        {
            "add: say which masker is meant, with --control PATH as it was given to that masker"
        }
        Some(ContextValue::Strings(missing)) if missing.iter().any(|it| it.contains("COMMAND")) => {
            "run: say what to run, behind --, as in masker run -- make test"
        }
        _ => "completions: name a shell: bash, elvish, fish, powershell or zsh",
    }
}

/// The flag that the error is about, as it is defined, not as it was typed.
fn flag(error: &clap::Error) -> &str {
    text(error, ContextKind::InvalidArg).unwrap_or("the command line")
}

fn has_two_of_one_flag(error: &clap::Error) -> bool {
    match (
        error.get(ContextKind::InvalidArg),
        error.get(ContextKind::PriorArg),
    ) {
        (Some(ContextValue::String(this)), Some(ContextValue::String(prior))) => this == prior,
        _ => false,
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
