//! Programs of this machine that write secrets in their own ways.

use std::io::Write as _;
use std::path::{Path, PathBuf};
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

/// A program of the Python that .ci/run sets up. `None`, with a message, where it is missing.
pub fn of_python(program: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin");
    let path = folder.join(program);
    if !path.exists() {
        println!("skipped: there is no {program} in target/python, which .ci/run makes");
        return None;
    }
    Some(path.display().to_string())
}

/// Whether a program is on this machine.
pub fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A program that the CI installs into a folder below `target`, or that is in the `PATH`.
pub fn of_ci(folder: &str, program: &str) -> Option<PathBuf> {
    let of_ci = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target")
        .join(folder);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([of_ci]);
    let mut programs = folders.map(|folder| folder.join(program));
    programs.find(|program| program.is_file())
}
