//! The real command, driven from outside as a shell and a job drive it.
//!
//! Its environment is empty: a variable of this machine that ends in `_TOKEN` would be a secret
//! too. A watchdog kills what does not end in time and fails the test, so nothing waits for ever.

mod outcome;
#[cfg(unix)]
mod signals;
mod watchdog;

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use outcome::Outcome;
use watchdog::Watched;

/// The value that the tests mask, of the variable `TOKEN`.
pub const TOKEN: &str = "dep_0123456789abcdef";

/// How long a command may live. Far more than it needs, for machines with much else to do.
const DEADLINE: Duration = Duration::from_secs(30);

/// The `masker` command with these arguments.
pub fn masker(args: &[&str]) -> Call {
    let mut call = Call::of(env!("CARGO_BIN_EXE_masker"));
    call.command.args(args);
    call
}

/// The `masker` command that masks [`TOKEN`], with more arguments.
pub fn masker_of_token(args: &[&str]) -> Call {
    masker(&["--secret-env", "TOKEN"])
        .args(args)
        .env("TOKEN", TOKEN)
}

/// A script for bash, in which `"$masker"` is the command and `$TOKEN` holds [`TOKEN`].
#[cfg(unix)]
pub fn shell(script: &str) -> Call {
    let path = std::env::var_os("PATH").unwrap_or_default();
    Call::of("bash")
        .args(&["-c", script])
        .env("PATH", path)
        .env("masker", env!("CARGO_BIN_EXE_masker"))
        .env("TOKEN", TOKEN)
}

/// A command that has not been started.
pub struct Call {
    command: Command,
    stdin: Stdio,
    stdout: Stdio,
    stderr: Stdio,
    deadline: Duration,
}

impl Call {
    fn of(program: &str) -> Call {
        #[cfg(unix)]
        signals::heed();
        let mut command = Command::new(program);
        command.env_clear();
        // A group of its own, so that the watchdog gets the children of a shell too.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Call {
            command,
            stdin: Stdio::piped(),
            stdout: Stdio::piped(),
            stderr: Stdio::piped(),
            deadline: DEADLINE,
        }
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Call {
        self.command.arg(arg);
        self
    }

    pub fn args(mut self, args: &[&str]) -> Call {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Call {
        self.command.env(name, value);
        self
    }

    /// Lets it live longer than most commands may: for a service that is asked a lot.
    #[cfg(feature = "serve")]
    pub fn deadline(mut self, time: Duration) -> Call {
        self.deadline = time;
        self
    }

    pub fn stdin(mut self, stdin: impl Into<Stdio>) -> Call {
        self.stdin = stdin.into();
        self
    }

    #[cfg(unix)]
    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Call {
        self.stdout = stdout.into();
        self
    }

    #[cfg(target_os = "linux")]
    pub fn stderr(mut self, stderr: impl Into<Stdio>) -> Call {
        self.stderr = stderr.into();
        self
    }

    /// Runs the command on this input to its end.
    #[track_caller]
    pub fn run(self, input: impl AsRef<[u8]>) -> Outcome {
        self.run_on(&[input.as_ref()])
    }

    /// Runs the command on the pieces of its input to its end.
    #[track_caller]
    pub fn run_on(self, pieces: &[&[u8]]) -> Outcome {
        let mut running = self.start();
        let stdin = running.stdin.take();
        thread::scope(|scope| {
            // That a command ends before it has read everything is for the test to judge.
            scope.spawn(move || {
                stdin.map(|mut pipe| pieces.iter().try_for_each(|it| pipe.write_all(it)).ok())
            });
            running.wait()
        })
    }

    /// Runs the command on a pipe with something in it, and checks that it is still there at the
    /// end: the command has read nothing.
    #[track_caller]
    pub fn run_unread(self) -> Outcome {
        let (mut reader, mut writer) = io::pipe().expect("a pipe");
        let job = b"what the job prints\n";
        writer.write_all(job).expect("a pipe has room for a line");
        drop(writer);
        let outcome = self
            .stdin(reader.try_clone().expect("a descriptor"))
            .run("");
        let mut left = Vec::new();
        reader.read_to_end(&mut left).expect("a pipe can be read");
        assert_eq!(left, job, "input was read. {outcome:?}");
        outcome
    }

    /// Starts the command.
    pub fn start(mut self) -> Running {
        self.command
            .stdin(self.stdin)
            .stdout(self.stdout)
            .stderr(self.stderr);
        let mut child = self.command.spawn().expect("the command starts");
        let stderr = child.stderr.take();
        Running {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: thread::spawn(|| read_rest(stderr)),
            watched: Watched::new(child, self.deadline),
        }
    }
}

/// A command that is running.
pub struct Running {
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: JoinHandle<Vec<u8>>,
    watched: Watched,
}

impl Running {
    /// Writes to the input of the command.
    #[track_caller]
    pub fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let stdin = self.stdin.as_mut().expect("the input has not been closed");
        stdin.write_all(bytes.as_ref()).expect("the command reads");
    }

    /// Waits until the command has printed these bytes, and just these.
    #[track_caller]
    pub fn expect(&mut self, expected: impl AsRef<[u8]>) {
        let expected = expected.as_ref();
        let mut printed = vec![0; expected.len()];
        let stdout = self
            .stdout
            .as_mut()
            .expect("the output has not been closed");
        let result = stdout.read_exact(&mut printed);
        let (printed, expected) = (printed.escape_ascii(), expected.escape_ascii());
        let shown = format!("expected \"{expected}\", printed \"{printed}\"");
        assert!(result.is_ok(), "too little was printed in time: {shown}");
        assert!(expected.eq(printed), "{shown}");
    }

    /// Waits for the next byte that the command prints, or for its end.
    #[cfg(unix)]
    pub fn next_byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        let stdout = self.stdout.as_mut()?;
        stdout.read_exact(&mut byte).ok().map(|()| byte[0])
    }

    /// Takes the end of the pipe that the command reads, to write to or close it elsewhere.
    pub fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().expect("the input is taken once")
    }

    /// Gives it back.
    #[cfg(unix)]
    pub fn give_stdin(&mut self, stdin: ChildStdin) {
        self.stdin = Some(stdin);
    }

    /// Takes the end of the pipe that the command writes to.
    pub fn take_stdout(&mut self) -> ChildStdout {
        self.stdout.take().expect("the output is taken once")
    }

    #[cfg(unix)]
    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.watched.child())
    }

    /// Sends a signal to the command alone.
    #[cfg(unix)]
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(self.pid(), signal).expect("the command is there");
    }

    /// Waits until no signal is on its way to the command: one that is would take in the next.
    #[cfg(target_os = "linux")]
    pub fn has_taken_signals(&self) {
        let path = format!("/proc/{}/status", self.pid().as_raw_nonzero());
        let is_pending = || {
            let status = std::fs::read_to_string(&path).unwrap_or_default();
            let mut pending = status.lines().filter_map(|line| {
                let set = line.strip_prefix("SigPnd:");
                set.or_else(|| line.strip_prefix("ShdPnd:"))
            });
            pending.any(|set| u64::from_str_radix(set.trim(), 16) != Ok(0))
        };
        while is_pending() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Elsewhere this is hoped for.
    #[cfg(all(unix, not(target_os = "linux")))]
    pub fn has_taken_signals(&self) {
        thread::sleep(Duration::from_millis(500));
    }

    /// Closes the input, and waits for the command to end.
    #[track_caller]
    pub fn end(mut self) -> Outcome {
        drop(self.stdin.take());
        self.wait()
    }

    /// Waits for the command to end, with its input still open.
    #[track_caller]
    pub fn wait(mut self) -> Outcome {
        let stdout = read_rest(self.stdout);
        let stderr = self.stderr.join().expect("standard error is read");
        let (status, was_killed) = self.watched.wait();
        let outcome = Outcome {
            status,
            stdout,
            stderr: String::from_utf8(stderr).expect("messages are UTF-8"),
        };
        assert!(
            !was_killed,
            "not done after {DEADLINE:?}, though it printed {outcome:?}"
        );
        outcome
    }
}

fn read_rest(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes).expect("a pipe can be read");
    }
    bytes
}
