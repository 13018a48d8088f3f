//! How long a line is under way, and how long it takes until the first byte is masked.
//!
//! `cargo bench --bench latency`. Both are taken at the command, from outside, with `cat` taking
//! turns as the baseline: what a pipe and a second process cost by themselves. The way of a line is
//! from before it is written into the pipe until the whole of it has been read from the other. With
//! a pause between the lines the command has fallen asleep and must be woken, as behind a job that
//! computes; without one it may still be awake. 100 secrets, in all forms, with all rules; one line
//! in 20 has a secret. Every line that comes out is checked.

#[path = "support/logs.rs"]
mod logs;
#[path = "support/percentiles.rs"]
mod percentiles;

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use percentiles::Times;

const SECRETS: usize = 100;
/// Longer lines would not fit the pipe, and nobody reads while we write.
const LONGEST: usize = 4_096;

fn main() -> io::Result<()> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (lines, starts) = if quick { (1_000, 20) } else { (20_000, 300) };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("secrets");
    let secrets = logs::secrets(SECRETS, 20..=40);
    std::fs::write(&file, secrets.join("\n"))?;
    println!(
        "{SECRETS} secrets in all forms, all rules, {}\n",
        logs::origin()
    );
    println!(
        "{:<44} {:>7} {:>7} {:>9}  us",
        "line in to line out", "p50", "p99", "max"
    );
    let text = lines_of(lines, &secrets);
    ways("at once", &file, &text, Duration::ZERO)?;
    let some = &text[..lines / 10];
    ways(
        "after a pause of 1 ms",
        &file,
        some,
        Duration::from_millis(1),
    )?;
    println!("\nprocess start to first byte out");
    start_up(SECRETS, &file, &secrets[0], starts)?;
    std::fs::write(&file, &secrets[0])?;
    start_up(1, &file, &secrets[0], starts)
}

/// A line of a job, and what must come out.
struct Line {
    written: Vec<u8>,
    masked: Vec<u8>,
}

fn lines_of(count: usize, secrets: &[String]) -> Vec<Line> {
    let text = logs::text(8 << 20);
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    let whole = lines.filter(|line| line.len() <= LONGEST && line.ends_with(b"\n"));
    let with_secret = |(number, line): (usize, &[u8])| {
        if number % 20 != 0 {
            return Line {
                written: line.to_vec(),
                masked: line.to_vec(),
            };
        }
        let secret = &secrets[number / 20 % secrets.len()];
        Line {
            written: [b"secret ", secret.as_bytes(), b" ", line].concat(),
            masked: [b"secret [MASKED] ", line].concat(),
        }
    };
    whole
        .cycle()
        .take(count)
        .enumerate()
        .map(with_secret)
        .collect()
}

/// Sends each line through the one command and then through the other.
fn ways(what: &str, secrets: &Path, lines: &[Line], pause: Duration) -> io::Result<()> {
    let mut masker = Filter::start(masker(secrets))?;
    let mut cat = Filter::start(Command::new("cat"))?;
    let (mut of_masker, mut of_cat) = (Times::default(), Times::default());
    // What has to be loaded and mapped has been by then.
    let warm = lines.len() / 20;
    for (number, line) in lines.iter().enumerate() {
        thread::sleep(pause);
        let by_masker = masker.time(&line.written, &line.masked)?;
        thread::sleep(pause);
        let by_cat = cat.time(&line.written, &line.written)?;
        if number >= warm {
            of_masker.push(by_masker);
            of_cat.push(by_cat);
        }
    }
    masker.finish()?;
    cat.finish()?;
    tell(
        &format!("masker, {what}, {} lines", lines.len()),
        &of_masker,
    );
    tell(&format!("cat, {what}"), &of_cat);
    Ok(())
}

/// From before the process is started until it has written the first byte of a masked secret.
fn start_up(count: usize, file: &Path, secret: &str, starts: usize) -> io::Result<()> {
    let line = format!("{secret} is out\n");
    let (mut of_masker, mut of_cat) = (Times::default(), Times::default());
    for round in 0..=starts {
        let start = Instant::now();
        let mut filter = Filter::start(masker(file))?;
        filter.time(line.as_bytes(), b"[MASKED] is out\n")?;
        let by_masker = start.elapsed();
        filter.finish()?;

        let start = Instant::now();
        let mut filter = Filter::start(Command::new("cat"))?;
        filter.time(line.as_bytes(), line.as_bytes())?;
        let by_cat = start.elapsed();
        filter.finish()?;
        if round > 0 {
            of_masker.push(by_masker);
            of_cat.push(by_cat);
        }
    }
    let what = format!("masker, secrets: {count}, {starts} starts");
    tell(&what, &of_masker);
    tell("cat", &of_cat);
    Ok(())
}

fn masker(secrets: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masker"));
    command.arg("--secrets").arg(secrets);
    command
}

fn tell(what: &str, times: &Times) {
    let [half, most, all] = [50, 99, 100].map(|percent| times.percentile(percent));
    println!("{what:<44} {half:>7.0} {most:>7.0} {all:>9.0}");
}

/// A command between two pipes.
struct Filter {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    line: Vec<u8>,
}

impl Filter {
    fn start(mut command: Command) -> io::Result<Filter> {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let input = child.stdin.take().expect("it was asked to be piped");
        let output = child.stdout.take().expect("it was asked to be piped");
        Ok(Filter {
            child,
            input,
            output: BufReader::new(output),
            line: Vec::new(),
        })
    }

    /// How long the line is under way, which must come out as expected.
    fn time(&mut self, line: &[u8], expected: &[u8]) -> io::Result<Duration> {
        self.line.clear();
        let start = Instant::now();
        self.input.write_all(line)?;
        self.output.read_until(b'\n', &mut self.line)?;
        let time = start.elapsed();
        assert!(self.line == expected, "a line came out wrong");
        Ok(time)
    }

    fn finish(mut self) -> io::Result<()> {
        drop(self.input);
        assert!(self.child.wait()?.success());
        Ok(())
    }
}
