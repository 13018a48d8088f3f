//! `masker serve --dev`, and curl.

use std::io::{BufRead as _, BufReader};
use std::process::Command;

use crate::support::command::{Call, Running, masker};

/// A service that is being tried, and what it printed.
pub struct Trial {
    pub running: Running,
    printed: String,
}

impl Trial {
    pub fn start(args: &[&str]) -> Trial {
        Trial::of(masker(&["serve", "--dev", "--listen", "127.0.0.1:0"]).args(args))
    }

    /// The same, of a command that knows more.
    pub fn of(call: Call) -> Trial {
        let mut running = call.start();
        let mut stdout = BufReader::new(running.take_stdout());
        let mut printed = String::new();
        // The last line to paste ends a job; an empty one follows.
        while !printed.ends_with("/finish\n") {
            let read = stdout.read_line(&mut printed).expect("it prints");
            assert!(read > 0, "it has ended: {:?}", running.wait());
        }
        Trial { running, printed }
    }

    /// The lines to paste.
    pub fn lines(&self) -> Vec<&str> {
        let lines = self.printed.lines().map(str::trim);
        lines.filter(|line| line.starts_with("curl ")).collect()
    }

    pub fn base(&self) -> &str {
        let line = self.lines()[0];
        let start = line.find("http://").expect("a URL");
        line[start..]
            .strip_suffix("/api/v4/job")
            .expect("the job's path")
    }

    pub fn token(&self) -> &str {
        let start = self.printed.find("mjt_").expect("a token");
        &self.printed[start..start + 53]
    }

    /// Where operators ask about the job.
    pub fn admin_of_job(&self) -> &str {
        let line = self.finish();
        let start = line.find("http://").expect("a URL");
        line[start..].strip_suffix("/finish").expect("its end")
    }

    pub fn admin_token(&self) -> &str {
        let (_, rest) = self.finish().split_once("Bearer ").expect("a token");
        rest.split(['\'', ' ']).next().expect("its end")
    }

    fn finish(&self) -> &str {
        self.lines().last().expect("lines to paste")
    }
}

/// What a line prints in a shell.
pub fn paste(line: &str) -> String {
    let line = line.replacen("curl ", "curl -sS ", 1);
    let output = Command::new("sh").args(["-c", &line]).output();
    String::from_utf8(output.expect("a shell").stdout).expect("UTF-8")
}

pub fn curl(args: &[&str]) -> String {
    let output = Command::new("curl").arg("-sS").args(args).output();
    String::from_utf8(output.expect("curl").stdout).expect("UTF-8")
}

pub fn status(args: &[&str]) -> String {
    let format = ["-o", "/dev/null", "-w", "%{http_code}"];
    curl(&[&format, args].concat())
}
