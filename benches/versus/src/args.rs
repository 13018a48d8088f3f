//! The command line.

use std::path::{Path, PathBuf};

use crate::Outcome;

pub struct Args {
    /// Less text and fewer rounds.
    pub quick: bool,
    /// The tables as Markdown.
    pub markdown: bool,
    /// Where the picture goes.
    pub svg: PathBuf,
    /// The command.
    pub masker: PathBuf,
}

impl Args {
    pub fn parse() -> Outcome<Args> {
        let mut args = Args {
            quick: false,
            markdown: false,
            svg: Path::new(env!("CARGO_MANIFEST_DIR")).join("versus.svg"),
            masker: PathBuf::from("masker"),
        };
        let mut given = std::env::args_os().skip(1);
        while let Some(flag) = given.next() {
            let mut path = || given.next().map(PathBuf::from).ok_or("a path is missing");
            match flag.to_str() {
                Some("--quick") => args.quick = true,
                Some("--markdown") => args.markdown = true,
                Some("--svg") => args.svg = path()?,
                Some("--masker") => args.masker = path()?,
                _ => return Err("flags: --quick, --markdown, --svg FILE".into()),
            }
        }
        Ok(args)
    }
}
