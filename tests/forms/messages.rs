//! Programs that take many texts as arguments and tell of each in a line of their messages: run once,
//! since a process for each text would take too long.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use crate::support::programs::{command, output};

/// `tar` of a file with each text for its name, which is not there.
pub fn tar(texts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    // A slash at the end of a name is not shown, and no other end changes.
    let name = |text: &Vec<u8>| [&text[..], b"-"].concat();
    let names: Vec<Vec<u8>> = texts.iter().map(name).collect();
    let script = "exec tar --no-unquote -cf /dev/null -- \"$@\" 2>&1";
    lines(script, &names, b"tar: ")
}

/// What stands behind a mark in the lines that have it.
fn lines(script: &str, args: &[Vec<u8>], mark: &[u8]) -> Vec<Vec<u8>> {
    // That they fail is what they tell of.
    let script = format!("({script}) || :");
    let mut command = command("bash", &["-c", &script, "bash"]);
    command.env("LC_ALL", "C.UTF-8");
    command.args(args.iter().map(|arg| OsStr::from_bytes(arg)));
    let shown = output(&mut command, b"");
    let behind_mark = |line: &[u8]| {
        let at = line.windows(mark.len()).position(|it| it == mark)?;
        Some(line[at + mark.len()..].to_vec())
    };
    let lines = shown.split(|&byte| byte == b'\n');
    lines.filter_map(behind_mark).take(args.len()).collect()
}
