//! The secrets by which operators and proxies are known.

use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use masker::Secret;
use zeroize::Zeroizing;

use super::ServeArgs;
use crate::tokens::{Failure, key_file};

/// The variable that holds the admin token.
pub const ADMIN_TOKEN: &str = "MASKER_ADMIN_TOKEN";

/// Fewer characters can be guessed.
const SHORTEST: usize = 16;
/// More are no secret that somebody put there.
const LONGEST: u64 = 64 * 1024;

/// The token of operators, if one was given.
pub fn admin(args: &ServeArgs) -> Result<Option<Secret>, Failure> {
    if let Some(path) = &args.admin_token_file {
        return of_file("--admin-token-file", path).map(Some);
    }
    match env::var(ADMIN_TOKEN) {
        Ok(token) if !token.is_empty() => long_enough(ADMIN_TOKEN, Zeroizing::new(token)).map(Some),
        _ => Ok(None),
    }
}

/// What a proxy must say, if anything.
pub fn forward(args: &ServeArgs) -> Result<Option<Secret>, Failure> {
    let path = args.forward_secret_file.as_deref();
    path.map(|path| of_file("--forward-secret-file", path))
        .transpose()
}

/// The services that may ask what a token stands for.
pub fn clients(args: &ServeArgs) -> Result<Vec<(String, Secret)>, Failure> {
    const FLAG: &str = "--clients-file";
    let Some(path) = &args.clients_file else {
        return Ok(Vec::new());
    };
    let text = read(FLAG, path)?;
    let is_entry = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines = text.lines().map(str::trim).filter(is_entry);
    lines
        .map(|line| match line.split_once(':') {
            Some((name, secret)) if !name.is_empty() => {
                let secret = Zeroizing::new(secret.to_owned());
                Ok((name.to_owned(), long_enough(FLAG, secret)?))
            }
            _ => Err(Failure::config(format_args!(
                "{FLAG}: a line is NAME:SECRET"
            ))),
        })
        .collect()
}

fn of_file(flag: &'static str, path: &Path) -> Result<Secret, Failure> {
    long_enough(flag, read(flag, path)?)
}

fn read(flag: &'static str, path: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(LONGEST as usize + 1));
    let unusable =
        |error: io::Error| Failure::config(format_args!("{flag} {}: {error}", path.display()));
    let file = File::open(path).map_err(unusable)?;
    key_file::refuse_others(flag, path, &file)?;
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(unusable)?;
    Ok(text)
}

fn long_enough(flag: &'static str, text: Zeroizing<String>) -> Result<Secret, Failure> {
    let secret = text.trim();
    match secret.len() >= SHORTEST {
        true => Ok(Secret::new(flag, secret)),
        false => Err(Failure::config(format_args!(
            "{flag}: a secret has {SHORTEST} characters or more"
        ))),
    }
}
