//! `masker token`: what is known of tokens, and their end.

use masker::token::clock::Time;
use masker::token::id::Accessor;
use masker::token::issuer::{Issuer, IssuerErrorKind};
use masker::token::lifecycle::{Class, JobId, Why};
use masker::token::store::{Audited, Selection, Snapshot};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::args::{OutputArgs, TokenArgs, TokenCommand, UsedFor, WhichArgs};
use super::audit::operator;
use super::authority::Kept;
use super::{Answer, Failure, named, shown};
use crate::message;
use crate::pipe::Input;

/// More than any token has, so that a longer text is told from one.
const MAX_READ: usize = 256;

pub fn run(args: &TokenArgs) -> Result<Answer, Failure> {
    match &args.command {
        TokenCommand::Inspect {
            class,
            store,
            keys,
            output,
        } => {
            let kept = Kept::open(store)?;
            let issuer = kept.issuer(keys, store)?;
            inspect(&issuer, *class, kept.now(), output)
        }
        TokenCommand::List {
            which,
            live,
            store,
            output,
        } => {
            let kept = Kept::open(store)?;
            let which = selection(&kept, which)?.unwrap_or(Selection::All);
            let mut tokens = kept.store.tokens(&which)?;
            tokens.retain(|entry| !live || entry.token.is_live());
            let json: Vec<_> = tokens.iter().map(shown::token_json).collect();
            let lines: Vec<_> = tokens.iter().map(shown::token_text).collect();
            Ok(Answer::new(output, lines.join("\n"), &Value::Array(json)))
        }
        TokenCommand::Revoke {
            accessor,
            which,
            all,
            store,
            output,
        } => {
            let accessor = accessor.as_deref().map(self::accessor).transpose()?;
            let kept = Kept::open(store)?;
            let which = to_revoke(&kept, accessor, which, *all)?;
            let why = Why::Admin;
            let change = Audited::Revoke { which, why };
            let revoked = kept.store.change(&change, &operator(), kept.now())?;
            let json = json!({ "revoked": revoked });
            Ok(Answer::new(
                output,
                format_args!("tokens revoked: {revoked}"),
                &json,
            ))
        }
    }
}

/// Reads an accessor. The token itself may have been typed by a slip, so it is not shown.
pub fn accessor(text: &str) -> Result<Accessor, Failure> {
    Accessor::parse(text).map_err(|error| {
        Failure::usage(format_args!(
            "{error} (not shown); if it was the token itself, every user of the machine could read \
             it: revoke it by its accessor, from `masker token list`"
        ))
    })
}

/// Reads a token from standard input, but for one newline at its end. No more of it than can tell that
/// it is none; the buffer never moves.
pub fn from_standard_input() -> Result<Zeroizing<Vec<u8>>, Failure> {
    use std::io::IsTerminal as _;
    if std::io::stdin().is_terminal() {
        message::note("reading the token from the terminal, which shows it; end with Ctrl-D");
    }
    let failed = |error| Failure::usage(format_args!("reading standard input: {error}"));
    let mut input = Input::open().map_err(failed)?;
    let mut text = Zeroizing::new(vec![0; MAX_READ]);
    let mut length = 0;
    while length < text.len() {
        match input.read(&mut text[length..]).map_err(failed)? {
            0 => break,
            count => length += count,
        }
    }
    for end in [b'\n', b'\r'] {
        length -= usize::from(text[..length].ends_with(&[end]));
    }
    text.truncate(length);
    Ok(text)
}

fn inspect(
    issuer: &Issuer,
    class: UsedFor,
    now: Time,
    output: &OutputArgs,
) -> Result<Answer, Failure> {
    let class = match class {
        UsedFor::Resource => Class::Resource,
        UsedFor::Runner => Class::Runner,
    };
    match issuer.authenticate(&from_standard_input()?, class, None, now) {
        Ok(found) => Ok(inspected(output, &found)),
        Err(error) => match (error.snapshot(), error.kind()) {
            (Some(found), _) => Ok(inspected(output, found)),
            (None, IssuerErrorKind::Unavailable) => Err(error.into()),
            (None, _) => Ok(unknown(output, &error)),
        },
    }
}

/// What exactly one of the flags and the accessor chooses.
fn to_revoke(
    kept: &Kept,
    accessor: Option<Accessor>,
    which: &WhichArgs,
    all: bool,
) -> Result<Selection, Failure> {
    match (accessor, selection(kept, which)?, all) {
        (Some(accessor), None, false) => known(kept, accessor),
        (None, Some(which), false) => Ok(which),
        (None, None, true) => Ok(Selection::All),
        _ => Err(Failure::usage(
            "say which tokens, by one of an accessor, --job, --project, --user and --all",
        )),
    }
}

fn selection(kept: &Kept, which: &WhichArgs) -> Result<Option<Selection>, Failure> {
    Ok(if let Some(job) = which.job {
        Some(Selection::Job(JobId(job)))
    } else if let Some(project) = &which.project {
        Some(Selection::Project(
            named::project(&*kept.store, project)?.id,
        ))
    } else if let Some(user) = &which.user {
        Some(Selection::User(named::user(&*kept.store, user)?.id))
    } else {
        None
    })
}

fn known(kept: &Kept, accessor: Accessor) -> Result<Selection, Failure> {
    let which = Selection::Accessor(accessor);
    match kept.store.tokens(&which)?.is_empty() {
        true => Err(Failure::denied("no token has this accessor")),
        false => Ok(which),
    }
}

fn inspected(output: &OutputArgs, found: &Snapshot) -> Answer {
    let why = found.validity.err().map(|why| why.to_string());
    let json = json!({
        "valid": why.is_none(),
        "reason": why,
        "token": shown::token_json(&found.token),
        "job": shown::job_json(&found.job),
        "project": found.source.as_ref().map(|project| &project.path),
        "user": found.user.as_ref().map(|user| &user.name),
    });
    let text = format!(
        "{}\n{}\n{}",
        shown::validity(found.validity),
        shown::token_text(&found.token),
        shown::job_text(&found.job)
    );
    Answer::new(output, text, &json).or_denied(found.validity.is_ok())
}

fn unknown(output: &OutputArgs, why: &dyn std::fmt::Display) -> Answer {
    let json = json!({ "valid": false, "reason": why.to_string() });
    Answer::new(output, format_args!("not valid: {why}"), &json).or_denied(false)
}
