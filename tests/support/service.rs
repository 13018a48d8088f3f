//! A program that serves while a test runs. It ends with the process that started it, however that ends.

use std::ffi::OsStr;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Reads from a pipe whose other end is in the process that started it, and so learns of its end.
const SCRIPT: &str = r#"
    "$@" </dev/null &
    read -r signal
    kill -"${signal:-TERM}" $! && wait $!
"#;

/// How long it may take to start, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs until this is dropped.
pub struct Service {
    shell: Child,
}

impl Service {
    /// Starts a program, with what a command says of its environment and its output.
    pub fn start<A: AsRef<OsStr>>(program: &[A], equip: impl FnOnce(&mut Command)) -> Service {
        let mut command = Command::new("sh");
        command.arg("-c").arg(SCRIPT).arg("sh").args(program);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        equip(&mut command);
        command.stdin(Stdio::piped());
        Service {
            shell: command.spawn().expect("there is a shell"),
        }
    }
}

impl Service {
    /// Ends it at once, wherever it is (`kill -9`).
    pub fn kill(mut self) {
        if let Some(input) = &mut self.shell.stdin {
            input.write_all(b"KILL\n").expect("the shell reads");
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        self.shell.wait().ok();
    }
}

/// A port that nothing listens on. Another may take it before the one who asked does, but the next free
/// one is far away.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// Waits until something listens on a port.
#[track_caller]
pub fn wait_for(port: u16) {
    let patience = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < patience, "nothing listens on port {port}");
        thread::sleep(Duration::from_millis(10));
    }
}
