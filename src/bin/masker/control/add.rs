//! `masker add`: brings one secret to a masker that runs, and ends when it is in force.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use masker::{Secret, source};
use zeroize::Zeroizing;

use super::socket;
use super::timed::{Timed, left_until};
use super::wire::{Answer, Head, MAX_VALUE, Status};
use crate::args::AddArgs;
use crate::exit::Exit;
use crate::pipe::Input;
use crate::{limits, message};

/// Adds the secret that the arguments name.
pub fn run(args: &AddArgs) -> Exit {
    limits::leave_no_core();
    let secret = match load(args) {
        Ok(secret) => secret,
        Err(error) => {
            message::error(format_args!("{error:#}"));
            return Exit::Usage;
        }
    };
    let subject = subject(args, &secret);
    match send(args, &secret) {
        Ok(answer) => match answer.status {
            Status::InForce => Exit::Done,
            Status::Refused => {
                message::error(format_args!("{subject} is not masked: {}", answer.message));
                Exit::Usage
            }
            Status::Failed => {
                message::error(format_args!("{subject} is not masked: {}", answer.message));
                Exit::Failed
            }
        },
        Err(error) => {
            message::error(format_args!("{subject} may not be masked: {error:#}"));
            Exit::Failed
        }
    }
}

/// Reads the secret. Its name is empty where the masker is to give one.
fn load(args: &AddArgs) -> Result<Secret> {
    let secret = match (&args.secret_env, &args.secret_file) {
        (Some(_), Some(_)) => bail!("--secret-env and --secret-file: name one of them"),
        (Some(name), None) => only(source::from_process_env(name).context("--secret-env")?)?,
        (None, Some(path)) => source::from_file(path).context("--secret-file")?,
        (None, None) => from_standard_input()?,
    };
    let value = secret.expose();
    let name = args.name.as_deref().unwrap_or(secret.name());
    if Head::of(name, value).encode().is_none() {
        bail!(
            "a secret that comes during the job may have {} KiB, and its name 4 KiB; name larger \
             ones before the job starts",
            MAX_VALUE / 1024
        );
    }
    let is_value = !value.is_empty() && name.as_bytes() == value;
    if is_value && args.name.is_some() {
        bail!("--name was given the secret itself; give the name by which people know it");
    }
    Ok(match &args.name {
        Some(name) => Secret::new(name, value),
        None => secret,
    })
}

fn only(secrets: Vec<Secret>) -> Result<Secret> {
    match <[Secret; 1]>::try_from(secrets) {
        Ok([secret]) => Ok(secret),
        Err(_) => bail!("--secret-env: name one variable, without `*`"),
    }
}

/// Reads standard input to its end, but for one newline there, as files are read. The buffer never
/// moves, so that no piece of the secret stays behind in memory.
fn from_standard_input() -> Result<Secret> {
    if io::stdin().is_terminal() {
        message::note("reading the secret from the terminal, which shows it; end with Ctrl-D");
    }
    let mut input = Input::open().context("opening standard input")?;
    let mut buffer = Zeroizing::new(vec![0; MAX_VALUE + "\r\n".len() + 1]);
    let mut length = 0;
    while length < buffer.len() {
        match input.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) => return Err(error).context("reading the secret from standard input"),
        }
    }
    let text = &buffer[..length];
    let value = match text.strip_suffix(b"\n") {
        Some(text) => text.strip_suffix(b"\r").unwrap_or(text),
        None => text,
    };
    Ok(Secret::new("", value))
}

/// What the messages call the secret. A name that was typed may be a secret by mistake.
fn subject(args: &AddArgs, secret: &Secret) -> String {
    match secret.name() {
        "" => String::from("the value from standard input"),
        name if args.name.is_none() || is_plainly_a_name(name) => format!("the value of {name}"),
        _ => String::from("the value (its name is not shown, it may be a secret)"),
    }
}

/// Tokens mix upper and lower case, are full of digits, or have other marks than names have.
fn is_plainly_a_name(text: &str) -> bool {
    let count = |test: fn(&u8) -> bool| text.bytes().filter(test).count();
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    text.len() <= 64
        && text.bytes().all(is_known)
        && (upper == 0 || lower == 0)
        && count(u8::is_ascii_digit) <= 4
}

/// Sends the secret, and waits for the answer, but not beyond the time that was given.
fn send(args: &AddArgs, secret: &Secret) -> Result<Answer> {
    let head = Head::of(secret.name(), secret.expose());
    let head = head.encode().context("it is too large")?;
    let deadline = Instant::now() + Duration::from_secs(args.timeout);
    let stream = connect(&args.control, deadline)?;
    refuse_other_users(&stream, &args.control)?;
    let mut stream = Timed { stream, deadline };
    let written = [&head[..], secret.name().as_bytes(), secret.expose()]
        .into_iter()
        .try_for_each(|piece| stream.write_all(piece));
    // Who hangs up in the middle may have said why before.
    let answer = Answer::read(&mut stream);
    answer.map_err(|error| explain(&written.err().unwrap_or(error), args.timeout))
}

/// Connects. A job begins together with its masker and may be the faster, so a socket that is not
/// yet there is waited for.
fn connect(path: &Path, deadline: Instant) -> Result<UnixStream> {
    loop {
        let left = left_until(deadline);
        let patience = left.as_ref().copied().unwrap_or(Duration::from_millis(1));
        let error = match socket::connect(path, patience) {
            Ok(stream) => return Ok(stream),
            Err(error) => error,
        };
        let may_come = match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => true,
            // Its queue is full.
            ErrorKind::WouldBlock => true,
            _ => false,
        };
        if !may_come || left.is_err() {
            return Err(unreachable(error));
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn unreachable(error: io::Error) -> anyhow::Error {
    let advice = match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
            "no masker listens there; start one with the same --control, and add before it ends"
        }
        ErrorKind::WouldBlock => "masker does not answer; too many wait for it",
        ErrorKind::PermissionDenied => "the socket is another user's; run both as the same user",
        _ => return anyhow::Error::new(error).context("--control: connecting"),
    };
    anyhow::anyhow!("--control: {advice}")
}

/// Where others may make files, somebody else may listen in masker's place.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn refuse_other_users(stream: &UnixStream, _: &Path) -> Result<()> {
    let owner = rustix::net::sockopt::socket_peercred(stream)?.uid.as_raw();
    refuse_other(owner)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn refuse_other_users(_: &UnixStream, path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    refuse_other(std::fs::metadata(path)?.uid())
}

fn refuse_other(owner: u32) -> Result<()> {
    if owner != rustix::process::geteuid().as_raw() && owner != 0 {
        bail!("--control: another user listens there; run masker and masker add as the same user");
    }
    Ok(())
}

fn explain(error: &io::Error, timeout: u64) -> anyhow::Error {
    match error.kind() {
        ErrorKind::TimedOut => anyhow::anyhow!(
            "masker did not answer within {timeout} s; see whether anybody reads its output, or \
             wait longer with --timeout"
        ),
        ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
            anyhow::anyhow!("masker ended before it answered")
        }
        ErrorKind::InvalidData => {
            anyhow::anyhow!("who listens there is no masker of this version")
        }
        _ => anyhow::anyhow!("talking to masker: {error}"),
    }
}
