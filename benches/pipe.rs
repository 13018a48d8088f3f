//! `cat log | masker >/dev/null` against `cat log | cat >/dev/null`, in wall time.
//!
//! `cargo bench --bench pipe` writes a log of 1 GiB (`-- --quick`: 128 MiB) to the temporary
//! folder, takes turns between the two, and prints medians and their ratio. That the output is
//! right is checked first: with no secret in the log it must equal the log.

#[path = "support/logs.rs"]
mod logs;
#[path = "support/measure.rs"]
mod measure;

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use measure::Contender;

const SECRETS: usize = 100;

fn main() -> io::Result<()> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (size, rounds) = if quick { (128 << 20, 3) } else { (1 << 30, 7) };
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("job.log");
    let part = logs::text(size.min(64 << 20));
    let mut file = File::create(&log)?;
    for _ in 0..size / part.len() {
        file.write_all(&part)?;
    }
    drop(file);
    let secrets = folder.path().join("secrets");
    std::fs::write(&secrets, logs::secrets(SECRETS, 20..=40).join("\n"))?;

    check(&log, &secrets)?;
    let [masker, cat] = measure::medians(
        rounds,
        [
            Contender::new(|| run(&log, masker(&secrets))),
            Contender::new(|| run(&log, Command::new("cat"))),
        ],
    );
    println!(
        "{} MiB of {}, {SECRETS} secrets, medians of {rounds}",
        size >> 20,
        logs::origin()
    );
    println!("cat log | masker >/dev/null  {masker:.3} s");
    println!("cat log | cat >/dev/null     {cat:.3} s");
    println!(
        "ratio                        {:.2} (target: at most 0.50)",
        masker / cat
    );
    Ok(())
}

fn masker(secrets: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masker"));
    command.arg("--secrets").arg(secrets);
    command
}

/// `cat log | command`, with the output of the command where the caller wants it.
fn pipeline(log: &Path, mut command: Command, stdout: Stdio) -> io::Result<(Child, Child)> {
    let mut cat = Command::new("cat")
        .arg(log)
        .stdout(Stdio::piped())
        .spawn()?;
    let input = cat.stdout.take().expect("it was asked to be piped");
    let child = command.stdin(input).stdout(stdout).spawn()?;
    Ok((cat, child))
}

fn run(log: &Path, command: Command) -> usize {
    let (mut cat, mut child) = pipeline(log, command, Stdio::null()).expect("both start");
    assert!(child.wait().expect("it ends").success());
    assert!(cat.wait().expect("it ends").success());
    0
}

/// What comes out must be what went in, to the last byte.
fn check(log: &Path, secrets: &Path) -> io::Result<()> {
    let (mut cat, mut child) = pipeline(log, masker(secrets), Stdio::piped())?;
    let mut output = child.stdout.take().expect("it was asked to be piped");
    let mut expected = File::open(log)?;
    let (mut ours, mut theirs) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = output.read(&mut ours)?;
        expected.read_exact(&mut theirs[..read])?;
        assert!(
            ours[..read] == theirs[..read],
            "the output differs from the log"
        );
        if read == 0 {
            break;
        }
    }
    assert_eq!(
        expected.read(&mut theirs)?,
        0,
        "the output lacks the end of the log"
    );
    assert!(child.wait()?.success() && cat.wait()?.success());
    Ok(())
}
