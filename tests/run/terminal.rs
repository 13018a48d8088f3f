//! `--pty`: the job has a terminal, and ours is as it was afterwards.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;
use rustix::termios::{LocalModes, Termios, Winsize, tcgetattr, tcsetwinsize};

use super::{command, run};
use crate::support::command::{Call, Running, TOKEN};
use crate::support::terminal::terminal;

/// Somebody at a terminal.
struct Person {
    terminal: File,
    /// Kept, to see in which modes the terminal is, and so that it does not hang up.
    program: OwnedFd,
    /// What has been shown and not yet been expected.
    shown: Vec<u8>,
}

impl Person {
    fn new() -> Person {
        let (terminal, program) = terminal();
        let person = Person {
            terminal,
            program,
            shown: Vec::new(),
        };
        person.resize(33, 101);
        person
    }

    fn resize(&self, ws_row: u16, ws_col: u16) {
        let size = Winsize {
            ws_row,
            ws_col,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&self.terminal, size).expect("a terminal has a size");
    }

    fn start(&self, call: Call) -> Running {
        let program = || self.program.try_clone().expect("a descriptor");
        call.stdin(program()).stdout(program()).start()
    }

    fn press(&mut self, keys: impl AsRef<[u8]>) {
        let written = self.terminal.write_all(keys.as_ref());
        written.expect("a terminal takes it");
    }

    /// Waits until this is shown, and gives what was shown up to there.
    #[track_caller]
    fn sees(&mut self, text: &str) -> String {
        loop {
            let mut windows = self.shown.windows(text.len());
            if let Some(place) = windows.position(|window| window == text.as_bytes()) {
                let seen: Vec<_> = self.shown.drain(..place + text.len()).collect();
                return String::from_utf8(seen).expect("it is UTF-8");
            }
            let shown = self.shown.escape_ascii().to_string();
            assert!(self.looks(), "no {text:?}, but \"{shown}\"");
        }
    }

    fn looks(&mut self) -> bool {
        let patience = Timespec {
            tv_sec: 10,
            tv_nsec: 0,
        };
        let mut descriptor = [PollFd::new(&self.terminal, PollFlags::IN)];
        if poll(&mut descriptor, Some(&patience)) != Ok(1) {
            return false;
        }
        let mut bytes = [0; 1024];
        let length = self.terminal.read(&mut bytes).expect("it can be read");
        self.shown.extend_from_slice(&bytes[..length]);
        true
    }

    fn modes(&self) -> Termios {
        tcgetattr(&self.program).expect("it is a terminal")
    }
}

/// All flags that somebody may have changed.
fn flags(modes: &Termios) -> String {
    format!(
        "{:?} {:?} {:?}",
        modes.input_modes, modes.output_modes, modes.local_modes
    )
}

fn on_terminal(script: &str) -> Call {
    run(&["--pty", "--forms", "raw"], script)
}

#[test]
fn the_job_sees_a_terminal_like_ours() {
    let mut person = Person::new();
    let script = r#"
        [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && [ "$(cut -d' ' -f6 /proc/$$/stat)" = $$ ] && echo "all $TOKEN"
        stty size < /dev/tty; echo "error $TOKEN" >&2
    "#;
    let running = person.start(on_terminal(script));
    let seen = person.sees("error [MASKED]\r\n");
    assert_eq!(seen, "all [MASKED]\r\n33 101\r\nerror [MASKED]\r\n");
    running.wait().has_status(0).says_nothing();
}

#[test]
fn a_new_size_is_passed_on() {
    let mut person = Person::new();
    let script = "trap 'stty size; exit 5' WINCH; echo ready; while :; do sleep 0.02; done";
    let running = person.start(on_terminal(script));
    person.sees("ready\r\n");
    person.resize(44, 55);
    // It is nobody's controlling terminal here, so the kernel tells nobody.
    running.signal(Signal::WINCH);
    person.sees("44 55\r\n");
    running.wait().has_status(5).says_nothing();
}

#[test]
fn keys_are_those_of_the_jobs_terminal() {
    let mut person = Person::new();
    let script = "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.02; done";
    let running = person.start(on_terminal(script));
    person.sees("ready\r\n");
    person.press("\x03");
    assert_eq!(person.sees("caught\r\n"), "^Ccaught\r\n");
    running.wait().has_status(9).says_nothing();

    let running = person.start(on_terminal("echo ready; cat; echo end"));
    person.sees("ready\r\n");
    person.press(format!("my {TOKEN}\n\x04"));
    let seen = person.sees("end\r\n");
    assert_eq!(seen, "my [MASKED]\r\nmy [MASKED]\r\nend\r\n");
    running.wait().has_status(0).says_nothing();
}

#[test]
fn our_terminal_is_as_it_was_whatever_the_end() {
    let mut person = Person::new();
    let before = flags(&person.modes());
    for (end, signal, status) in [
        ("exit 3", None, 3),
        ("kill -9 $$", None, 128 + 9),
        ("exec sleep 60", Some(Signal::TERM), 128 + 15),
        ("exec sleep 60", Some(Signal::HUP), 128 + 1),
        ("exec sleep 60", Some(Signal::INT), 128 + 2),
    ] {
        let running = person.start(on_terminal(&format!("echo ready; read -r x; {end}")));
        person.sees("ready\r\n");
        assert!(!person.modes().local_modes.contains(LocalModes::ICANON));
        person.press("x\n");
        person.sees("x\r\n");
        if let Some(signal) = signal {
            std::thread::sleep(std::time::Duration::from_millis(50));
            running.signal(signal);
        }
        running.wait().has_status(status).says_nothing();
        assert_eq!(flags(&person.modes()), before, "{end}");
    }
    let running = person.start(command(&["--pty"], &["no-such-command"]));
    running.wait().has_status(127).says("not found");
    assert_eq!(flags(&person.modes()), before);
}

#[test]
fn without_a_terminal_of_ours_bytes_come_out_as_they_are() {
    let script = r#"[ -t 1 ] && stty size && cat && printf 'end\r\n'"#;
    for (input, printed) in [
        ("", "24 80\nend\r\n"),
        ("a\nb", "24 80\na\nbend\r\n"),
        ("a\nb\n", "24 80\na\nb\nend\r\n"),
    ] {
        let outcome = on_terminal(script).run(input);
        outcome.has_printed(printed).says_nothing();
    }
}

#[test]
fn more_than_a_terminal_holds_is_passed_on() {
    let line = format!("{}\n", "x".repeat(99));
    let input = line.repeat(5000);
    let call = on_terminal("sleep 0.2; cat");
    call.run(&input).has_printed(&input).says_nothing();
}

#[test]
fn a_job_whose_reader_has_gone_sees_its_terminal_hang_up() {
    let mut running = on_terminal("echo ready; while :; do echo; sleep 0.01; done").start();
    running.expect("ready\n");
    drop(running.take_stdout());
    // Its input stays open all the while.
    running.wait().has_status(128 + 1).says_nothing();
}

/// One that has closed its terminal still ends as it likes.
#[test]
fn a_job_that_closes_its_terminal_is_waited_for() {
    let script = "echo bye; exec 0<&- >&- 2>&-; sleep 0.3; exit 5";
    let outcome = on_terminal(script).run("");
    assert_eq!(outcome.stdout, b"bye\n", "{outcome:?}");
    outcome.has_status(5).says_nothing();
}

#[test]
fn the_report_is_of_one_stream() {
    let folder = super::Folder::new();
    let path = folder.path("report.json");
    let path_name = path.to_str().expect("it is UTF-8");
    let flags = ["--pty", "--timestamps", "--report", path_name];
    let outcome = run(&flags, "echo $TOKEN; echo $TOKEN >&2").run("");
    outcome.has_status(0).says_nothing();
    let printed = String::from_utf8(outcome.stdout).expect("it is UTF-8");
    assert_eq!(printed.matches("Z [MASKED]\n").count(), 2, "{printed:?}");
    let report = std::fs::read_to_string(path).expect("there is a report");
    assert!(report.contains(r#""count": 2"#) && !report.contains("stream"));
    assert!(report.contains(r#""complete": true"#), "{report}");
}

/// The terminal sends it to masker and to the job; masker must not send it again. The outer one is
/// here for its terminal.
#[test]
fn a_key_that_the_terminal_has_sent_to_the_job_comes_once() {
    for (key, signal) in [("\x03", "INT"), ("\x1c", "QUIT")] {
        let script = r#"exec "$masker" run --secret-env TOKEN --forms raw -- bash -c '
            trap "echo caught" "$signal"
            echo ready
            until [ -n "$done" ]; do read -t 0.05 -r done || [ $? -gt 128 ] || exit 5; done
            exit 4
        '"#;
        let call = on_terminal(script).env("signal", signal);
        let mut running = call.env("masker", env!("CARGO_BIN_EXE_masker")).start();
        running.expect("ready\n");
        std::thread::sleep(std::time::Duration::from_millis(50));
        running.write(key);
        running.expect("caught\n");
        std::thread::sleep(std::time::Duration::from_millis(150));
        running.write("done\n");
        let outcome = running.end();
        assert_eq!(outcome.stdout, b"", "{signal} came twice: {outcome:?}");
        outcome.has_status(4);
    }
}
