//! What an operator chooses: what `--config` and its variable name.

use std::env;
use std::fmt::Display;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use masker::token::configuration::Configuration;

use super::Failure;
use super::args::StoreArgs;

/// The variable that stands for `--config`.
pub const CONFIG: &str = "MASKER_CONFIG";

/// More is no such file.
const MAX_LENGTH: u64 = 1 << 20;

/// What the file says that was named, or the defaults if none was.
pub fn of(args: &StoreArgs) -> Result<Configuration, Failure> {
    match named(args) {
        Some(path) => read(&path),
        None => Ok(Configuration::default()),
    }
}

/// The file that was named, on the command line or in the environment.
pub fn named(args: &StoreArgs) -> Option<PathBuf> {
    let variable = || env::var_os(CONFIG).filter(|it| !it.is_empty());
    args.config
        .clone()
        .or_else(|| variable().map(PathBuf::from))
}

fn read(path: &Path) -> Result<Configuration, Failure> {
    let wrong = |cause: &dyn Display| {
        Failure::config(format_args!(
            "the configuration {}: {cause}",
            path.display()
        ))
    };
    let mut text = String::new();
    let read =
        File::open(path).and_then(|file| file.take(MAX_LENGTH + 1).read_to_string(&mut text));
    match read {
        Ok(length) if length as u64 > MAX_LENGTH => Err(wrong(&"it has more than 1 MiB")),
        Ok(_) => Configuration::parse(&text).map_err(|error| wrong(&error)),
        Err(error) => Err(wrong(&error)),
    }
}
