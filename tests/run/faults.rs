//! A fault at every call: whatever fails, nothing of a secret comes out, masker ends, and its status
//! is one that the documentation tells.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::Folder;
use crate::support::command::{Call, Outcome, TOKEN, shell};
use crate::support::programs;

/// It prints on both outputs, also a token in two halves, and cannot be killed by who reads it not.
const JOB: &str = r#"
    trap '' PIPE
    echo "out $TOKEN"; echo "err $TOKEN" >&2
    printf %s "${TOKEN:0:10}"; sleep 0.01; printf '%s\n' "${TOKEN:10}"
    exit 5
"#;

const STDOUT: &str = "out [MASKED]\n[MASKED]\n";
const STDERR: &str = "err [MASKED]\n";

/// The calls of masker's thread that masks, and errors that make a difference in them. Not `close`:
/// one that fails closes all the same, which strace does not.
const CALLS: &[(&str, &[&str])] = &[
    ("read", &["EIO", "EINTR", "EAGAIN"]),
    ("write", &["EIO", "EINTR", "ENOSPC"]),
    ("writev", &["EIO", "EINTR", "ENOSPC"]),
    ("poll,ppoll", &["EINTR", "ENOMEM"]),
    ("fcntl", &["EINVAL"]),
    ("openat", &["EMFILE"]),
    ("recvfrom,sendto", &["EIO", "EINTR"]),
    ("socketpair,pipe2", &["EMFILE"]),
    ("clone3", &["EAGAIN"]),
    ("wait4,waitid", &["EINTR", "ECHILD"]),
    ("statx,fstat,newfstatat", &["EIO"]),
    ("rename,renameat,renameat2", &["EIO"]),
    ("unlink,unlinkat", &["EIO"]),
    ("fsync,fdatasync", &["EIO"]),
    ("ftruncate,fchmod", &["EIO"]),
    ("rt_sigaction", &["EINVAL"]),
    ("prlimit64", &["EPERM"]),
    ("execve", &["EACCES"]),
];

/// A run with a log and a report, and what it left there.
struct Run {
    folder: Folder,
    flags: &'static str,
}

impl Run {
    fn new(flags: &'static str) -> Run {
        let folder = Folder::new();
        Run { folder, flags }
    }

    /// Behind these words of a shell.
    fn call(&self, before: &str) -> Call {
        let script = format!(
            r#"exec {before} "$masker" run --secret-env TOKEN --log "$log" --report "$report" \
            {} -- bash -c "$job""#,
            self.flags
        );
        shell(&script)
            .env("job", JOB)
            .env("log", self.log())
            .env("report", self.report())
    }

    fn log(&self) -> PathBuf {
        self.folder.path("log")
    }

    fn report(&self) -> PathBuf {
        self.folder.path("report")
    }

    /// What holds whatever has failed.
    #[track_caller]
    fn check(&self, outcome: &Outcome, fault: &str) {
        println!("{fault}: {outcome:?}");
        let log = std::fs::read(self.log()).unwrap_or_default();
        let report = std::fs::read(self.report()).unwrap_or_default();
        for out in [&outcome.stdout, outcome.stderr.as_bytes(), &log, &report] {
            let shown = TOKEN
                .as_bytes()
                .windows(6)
                .find(|piece| out.windows(piece.len()).any(|window| window == *piece));
            assert_eq!(shown, None, "{fault}: {outcome:?}");
        }
        if !report.is_empty() {
            let report: Result<serde_json::Value, _> = serde_json::from_slice(&report);
            report.expect("a report is whole or not there");
        }
        match outcome.status.code() {
            // That all went well must be true.
            Some(5) => {
                let stdout = String::from_utf8_lossy(&outcome.stdout).replace("\r\n", "\n");
                let is_pty = self.flags.contains("--pty");
                let is_whole = if is_pty {
                    stdout.matches("[MASKED]").count() == 3
                } else {
                    stdout == STDOUT && outcome.stderr.contains(STDERR)
                };
                assert!(is_whole, "{fault}: {outcome:?}");
            }
            Some(1 | 2 | 126 | 127) => {}
            // A runtime that cannot even begin.
            None if outcome.stdout.is_empty() => {}
            _ => panic!("{fault}: a status that nobody documents: {outcome:?}"),
        }
    }
}

fn may_trace() -> bool {
    let may =
        programs::is_there("strace") && shell("strace -o /dev/null true").run("").status.success();
    if !may {
        println!("skipped: there is no strace here, or it may not trace");
    }
    may
}

/// Lets the calls fail one after the other, each in a run of its own.
fn inject(flags: &'static str, call: &str, error: &str) -> usize {
    for when in 1..1_000 {
        let run = Run::new(flags);
        let trace = run.folder.path("trace");
        let fault = format!("{call}:error={error}:when={when}");
        // Those that this system has not are left out, and those of the job are not traced.
        let calls = call.split(',').map(|it| format!("?{it}"));
        let calls = calls.collect::<Vec<_>>().join(",");
        let strace = format!(
            "strace -qq -o \"$trace\" -e trace={calls} -e inject={calls}:error={error}:when={when}"
        );
        let outcome = run.call(&strace).env("trace", &trace).run("");
        let trace = std::fs::read(&trace).expect("strace has written it");
        if !String::from_utf8_lossy(&trace).contains("(INJECTED)") {
            return when - 1;
        }
        run.check(&outcome, &fault);
    }
    panic!("there is no end of {call}");
}

fn inject_all(flags: &'static str, is_left_out: impl Fn(&str, &str) -> bool) {
    if !may_trace() {
        return;
    }
    let cases = CALLS
        .iter()
        .flat_map(|(call, errors)| errors.iter().map(move |error| (call, error)));
    let cases = cases.filter(|(call, error)| !is_left_out(call, error));
    let cases: Vec<_> = cases.collect();
    let next = AtomicUsize::new(0);
    let faults = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((call, error)) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    faults.fetch_add(inject(flags, call, error), Ordering::SeqCst);
                }
            });
        }
    });
    assert!(faults.into_inner() > 100, "hardly a fault was injected");
}

#[test]
fn at_every_call_of_the_system() {
    inject_all("", |_, _| false);
}

#[test]
fn at_every_call_of_the_system_with_a_terminal() {
    // With that error a terminal tells that its last program has left.
    inject_all("--pty", |call, error| call == "read" && error == "EIO");
}

#[test]
fn at_every_size_of_a_file() {
    if !programs::is_there("prlimit") {
        println!("skipped: there is no prlimit here");
        return;
    }
    for size in (0..40).chain([100, 300, 1_000]) {
        let run = Run::new("--timestamps");
        let outcome = run.call(&format!("prlimit --fsize={size} --")).run("");
        println!("{size}: {outcome:?}");
        let log = std::fs::read(run.log()).unwrap_or_default();
        assert!(log.len() as u64 <= size);
        let code = outcome.status.code();
        assert!(matches!(code, Some(1 | 5)), "{size}: {outcome:?}");
        let run = Run::new("");
        let outcome = run.call(&format!("prlimit --fsize={size} --")).run("");
        run.check(&outcome, &format!("--fsize={size}"));
    }
}

#[test]
fn at_a_full_file_system() {
    let script = r#"
        mount -t tmpfs -o size=8k none "$folder" 2>/dev/null || exit 99
        "$masker" run --secret-env TOKEN --log "$folder/log" --report "$folder/report" \
            -- bash -c 'while echo "$TOKEN"; do :; done'
        echo "status $?"; cat "$folder/log"
    "#;
    let folder = Folder::new();
    let outcome = shell(&format!(
        "unshare -rm bash -c '{}'",
        script.replace('\'', r"'\''")
    ))
    .env("folder", folder.path("."))
    .run("");
    if outcome.status.code() == Some(99) || outcome.stderr.contains("unshare") {
        println!("skipped: no file system can be mounted here: {outcome:?}");
        return;
    }
    outcome.says("--log").hides(TOKEN);
    let shown = String::from_utf8_lossy(&outcome.stdout);
    assert!(shown.contains("status 1\n"), "{outcome:?}");
    assert!(!shown.contains(&TOKEN[..6]), "{outcome:?}");
}

#[test]
fn at_what_is_full_or_closed() {
    let full = || {
        let full = OpenOptions::new().write(true).open("/dev/full");
        full.expect("Linux has it")
    };
    let closed = || {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        writer
    };
    let run = Run::new("");
    let calls: [(&str, Call, &[i32]); 8] = [
        ("stdout full", run.call("").stdout(full()), &[1]),
        ("stderr full", run.call("").stderr(full()), &[1]),
        ("stdout gone", run.call("").stdout(closed()), &[5]),
        ("stderr gone", run.call("").stderr(closed()), &[5]),
        ("log full", run.call("").env("log", "/dev/full"), &[1]),
        (
            "report full",
            run.call("").env("report", "/dev/full"),
            &[1, 2, 5],
        ),
        (
            "log in no folder",
            run.call("").env("log", "/no/such/log"),
            &[2],
        ),
        (
            "folder removed",
            run.call("").env(
                "job",
                format!(
                    "rm -r \"$(dirname \"$log\")\"; {}",
                    JOB.replace("exit 5", "exit 0")
                ),
            ),
            &[1],
        ),
    ];
    for (fault, call, statuses) in calls {
        let outcome = call.run("");
        println!("{fault}: {outcome:?}");
        let code = outcome.status.code().expect("no signal ends it");
        assert!(statuses.contains(&code), "{fault}: {outcome:?}");
        outcome.hides(TOKEN);
        let stdout = String::from_utf8_lossy(&outcome.stdout);
        assert!(!stdout.contains(&TOKEN[..6]), "{fault}: {outcome:?}");
    }
}

/// Each interrupts a call.
#[test]
fn at_storms_of_signals() {
    let script = r#"
        for ((i = 0; i < 300; i++)); do
            printf "%s" "${TOKEN:0:7}"; printf "%s\n" "${TOKEN:7}"; echo "$TOKEN" >&2
        done
        exit 5
    "#;
    let mut running = super::run(&["--forms", "raw"], script).start();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let stdout = running.take_stdout();
    let pid = running.pid();
    let outcome = thread::scope(|scope| {
        let reader = scope.spawn(move || std::io::read_to_string(stdout).expect("it is UTF-8"));
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                for signal in [Signal::WINCH, Signal::CONT, Signal::CHILD] {
                    // Waited for it may be already.
                    rustix::process::kill_process(pid, signal).ok();
                }
                thread::sleep(Duration::from_micros(50));
            }
        });
        let stdout = reader.join().expect("it is read");
        stop.store(true, Ordering::SeqCst);
        assert_eq!(stdout, "[MASKED]\n".repeat(300));
        running.wait()
    });
    outcome.has_status(5);
    assert_eq!(outcome.stderr, "[MASKED]\n".repeat(300));
}
