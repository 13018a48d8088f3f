//! Programs of this machine that write secrets in their own ways.

use std::io::Write as _;
#[cfg(feature = "artifacts")]
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

pub fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args);
    command
}

/// What a command prints on this input.
pub fn output(command: &mut Command, input: &[u8]) -> Vec<u8> {
    run(command, input).stdout
}

/// What a command leaves behind on this input. Its standard error goes where the caller has sent it.
pub fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a program that is there starts");
    let mut stdin = child.stdin.take().expect("it was asked to be piped");
    let output = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).expect("it reads everything"));
        child.wait_with_output().expect("it ends")
    });
    // Without its arguments, which may be secrets.
    let program = command.get_program();
    assert!(output.status.success(), "{program:?} has failed");
    output
}

/// Whether a program is on this machine.
pub fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A program of those that .ci/run sets up below `target`. `None`, with a message, where it is missing.
#[cfg(feature = "artifacts")]
pub fn of_ci(program: &str) -> Option<String> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let folders = ["python/bin", "npm/node_modules/.bin"];
    let mut paths = folders.map(|it| target.join(it).join(program)).into_iter();
    let found = paths.find(|path| path.exists());
    if found.is_none() {
        println!("skipped: there is no {program} in target, where .ci/run sets it up");
    }
    found.map(|path| path.display().to_string())
}
