//! `--env-file NAME=PATH`: a variable for the job whose value no command line shows.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use anyhow::{Context as _, Result, bail};
use masker::{Secret, source};

/// The variables for the job, as secrets of their names.
pub fn read(flags: &[OsString]) -> Result<Vec<Secret>> {
    flags.iter().map(|flag| read_one(flag)).collect()
}

fn read_one(flag: &OsStr) -> Result<Secret> {
    // What is no name is not shown: it may be the secret, by a slip.
    let Some((name, path)) = split(flag.as_bytes()) else {
        bail!("--env-file takes NAME=PATH: the name of a variable and a file with its value");
    };
    let file = source::from_file(OsStr::from_bytes(path));
    let file = file.with_context(|| format!("--env-file {name}"))?;
    if file.expose().contains(&0) {
        bail!("--env-file {name}: there is a NUL byte in the file, which no variable can hold");
    }
    Ok(Secret::new(name, file.expose()))
}

fn split(flag: &[u8]) -> Option<(&str, &[u8])> {
    let equals = flag.iter().position(|&byte| byte == b'=')?;
    let (name, path) = (&flag[..equals], &flag[equals + 1..]);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let begins_well = name.first().is_some_and(|byte| !byte.is_ascii_digit());
    // Padding of base64 is no path.
    let is_path = path.iter().any(|&byte| byte != b'=');
    if !(begins_well && name.iter().all(is_name) && is_path) {
        return None;
    }
    Some((str::from_utf8(name).ok()?, path))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn only_a_name_and_a_path_are_told_apart() {
        assert_eq!(split(b"A_1=/x=y"), Some(("A_1", &b"/x=y"[..])));
        for wrong in ["", "A", "=x", "A=", "A==", "1A=x", "A-B=x", "A B=x"] {
            assert_eq!(split(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
