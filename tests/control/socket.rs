//! The socket as a file: whose it is, what may stand in its place, and that nothing is left of it.

use std::collections::BTreeSet;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::os::unix::process::ExitStatusExt;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{Mode, OFlags, open};
use rustix::process::Signal;

use super::*;
use crate::support::command::shell;

#[test]
fn the_socket_is_for_its_owner_alone_from_its_first_moment_on() {
    let (masker_ended, modes) = (AtomicBool::new(false), BTreeSet::new());
    let place = Place::new();
    let modes = thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut modes = modes;
            while !masker_ended.load(Ordering::Relaxed) {
                let file = place.path().symlink_metadata();
                modes.extend(file.map(|file| file.permissions().mode()));
            }
            modes
        });
        for _ in 0..30 {
            // Of whoever lets everybody do everything.
            let script =
                r#"umask 0; exec "$masker" --secret-env TOKEN --control "$path" </dev/null"#;
            shell(script)
                .env("path", place.path())
                .run("")
                .has_status(0);
        }
        masker_ended.store(true, Ordering::Relaxed);
        watcher.join().expect("no panic")
    });
    let seen: Vec<_> = modes.iter().map(|mode| format!("{mode:o}")).collect();
    assert_eq!(seen, ["140600"], "no socket was seen, or another");
}

#[test]
fn it_is_a_socket_of_ours() {
    let place = Place::new();
    let running = place.listening(&[]);
    let file = place.path().symlink_metadata().expect("it is there");
    assert!(file.file_type().is_socket());
    assert_eq!(file.permissions().mode() & 0o7777, 0o600);
    assert_eq!(file.uid(), rustix::process::geteuid().as_raw());
    works_to_the_end(running, &place);
}

#[test]
fn a_second_masker_is_refused_and_the_first_goes_on() {
    let place = Place::new();
    let running = place.listening(&[]);
    let outcome = place.masker(&[]).run_unread();
    outcome
        .is_refused()
        .says("--control")
        .says("somebody listens there");
    assert!(place.is_there(), "it removed the socket of the first");
    works_to_the_end(running, &place);
}

#[test]
fn a_stale_socket_is_replaced() {
    let place = Place::new();
    drop(UnixListener::bind(place.path()).expect("a socket can be made"));
    works_to_the_end(place.listening(&[]), &place);

    let running = place.listening(&[]);
    running.signal(Signal::KILL);
    assert_eq!(running.wait().status.signal(), Some(Signal::KILL.as_raw()));
    assert!(place.is_there());
    works_to_the_end(place.listening(&[]), &place);
}

/// They load their secrets from a named pipe, and so get to the socket at the same moment.
#[test]
fn of_many_maskers_that_find_a_stale_socket_one_gets_its_place() {
    for _ in 0..20 {
        let place = Place::new();
        drop(UnixListener::bind(place.path()).expect("a socket can be made"));
        let pipe = place.0.path().join("secrets");
        let call = shell(r#"mkfifo "$pipe""#).env("pipe", &pipe);
        call.run("").has_status(0);
        let started = (0..8).map(|_| {
            let call = place.masker(RAW).args(&["--on-short", "ignore"]);
            let mut running = call.arg("--secret-file").arg(&pipe).start();
            running.write("x");
            running
        });
        let started: Vec<_> = started.collect();
        let is_over = AtomicBool::new(false);
        let listening = thread::scope(|scope| {
            scope.spawn(|| release(&pipe, &is_over));
            let first_bytes = started
                .into_iter()
                .map(|mut running| scope.spawn(move || (running.next_byte(), running)));
            let first_bytes: Vec<_> = first_bytes.collect();
            let ended = first_bytes
                .into_iter()
                .map(|it| it.join().expect("no panic"));
            let (listening, refused): (Vec<_>, Vec<_>) =
                ended.partition(|(first_byte, _)| first_byte.is_some());
            is_over.store(true, Ordering::Relaxed);
            for (_, running) in refused {
                running.wait().is_refused().says("somebody listens");
            }
            listening
        });
        let [(_, listening)] = <[_; 1]>::try_from(listening)
            .unwrap_or_else(|many| panic!("{} listen at the same place", many.len()));
        works_to_the_end(listening, &place);
    }
}

/// Ends a named pipe for all who have opened it by then at once, and for the late ones later.
fn release(pipe: &Path, is_over: &AtomicBool) {
    let held = std::fs::File::options().write(true).open(pipe);
    thread::sleep(Duration::from_millis(100));
    drop(held);
    while !is_over.load(Ordering::Relaxed) {
        let late = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        drop(open(pipe, late, Mode::empty()));
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_is_no_stale_socket_is_left_alone() {
    let place = Place::new();
    let check = |reason: &str| {
        let outcome = place.masker(&[]).run_unread();
        outcome.is_refused().says("--control").says(reason);
        assert!(place.is_there(), "it was removed");
    };
    std::fs::write(place.path(), "content").expect("a file can be written");
    check("no socket");
    let content = std::fs::read(place.path()).expect("a file can be read");
    assert_eq!(content, b"content");

    std::fs::remove_file(place.path()).expect("it is there");
    std::fs::create_dir(place.path()).expect("a folder can be made");
    check("no socket");

    // Through a link it would replace what stands elsewhere.
    std::fs::remove_dir(place.path()).expect("it is there");
    let elsewhere = place.0.path().join("elsewhere");
    drop(UnixListener::bind(&elsewhere).expect("a socket can be made"));
    for target in [elsewhere.as_path(), Path::new("nowhere")] {
        symlink(target, place.path()).expect("a link can be made");
        check("no socket");
        std::fs::remove_file(place.path()).expect("it is there");
    }

    let _of_others = UnixDatagram::bind(place.path()).expect("a socket can be made");
    check("somebody listens there");
}

#[test]
fn a_socket_that_cannot_be_made_is_refused_with_the_reason() {
    let place = Place::new();
    let folder = place.0.path();
    for (path, reason) in [
        (folder.join("x".repeat(120)), "too long"),
        (folder.join("no such folder/x"), "does not exist"),
        (PathBuf::new(), "--control"),
    ] {
        let outcome = masker_of_token(&["--control"]).arg(&path).run_unread();
        outcome.is_refused().says("--control").says(reason);
    }
    if rustix::process::geteuid().is_root() {
        println!("skipped: this user may write everywhere");
        return;
    }
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o500)).expect("it is ours");
    let outcome = place.masker(&[]).run_unread();
    outcome.is_refused().says("no file may be made");
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o700)).expect("it is ours");
}

#[test]
fn a_path_may_be_relative_to_the_folder_of_the_masker() {
    let place = Place::new();
    let script = r#"
        cd "$folder" && (printf %s "$LATE" | "$masker" add --control control.sock && echo "$LATE") |
        "$masker" --secret-env TOKEN --control control.sock"#;
    let call = shell(script).env("folder", place.0.path());
    let outcome = call.env("LATE", LATE).run("");
    outcome.has_printed("[MASKED]\n").says_nothing();
    assert!(!place.is_there());
}

#[test]
fn nothing_is_left_where_the_output_fails_or_its_reader_leaves() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    drop(running.take_stdout());
    let mut stdin = running.take_stdin();
    // Now and then: a process that is just being started may still have the other end of the pipe.
    while stdin.write_all(b"into the void\n").is_ok() {
        thread::sleep(Duration::from_millis(1));
    }
    running.wait().has_status(0).says_nothing();
    assert!(!place.is_there());

    #[cfg(target_os = "linux")]
    {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let call = place.masker(&[]).stdout(full.expect("there is one"));
        call.run("text\n").has_status(1).says("standard output");
        assert!(!place.is_there());
    }
}

#[test]
fn the_second_signal_removes_it_too() {
    let signals = [Signal::INT, Signal::TERM];
    for (first, second) in signals
        .map(|first| signals.map(|second| (first, second)))
        .concat()
    {
        let place = Place::new();
        let mut running = place.listening(&[]);
        running.signal(first);
        // The first is for the job: secrets are added as before.
        thread::sleep(Duration::from_millis(20));
        place.add_value(LATE);
        running.write(format!("last words {LATE} half {}", &TOKEN[..12]));
        running.expect("last words [MASKED] half ");
        running.signal(second);
        let outcome = running.wait();
        assert_eq!(outcome.status.signal(), Some(second.as_raw()));
        assert!(outcome.stdout.is_empty(), "{outcome:?}");
        outcome.says_nothing();
        assert!(!place.is_there(), "the socket is left");
    }
}

#[test]
fn the_second_signal_removes_it_while_nobody_reads_the_output() {
    let place = Place::new();
    let mut running = place.listening(&[]);
    let mut stdin = running.take_stdin();
    let stdout = running.take_stdout();
    thread::scope(|scope| {
        scope.spawn(|| {
            let text = "text\n".repeat(1_000_000);
            stdin.write_all(text.as_bytes()).expect_err("it ends");
        });
        thread::sleep(Duration::from_millis(300));
        running.signal(Signal::TERM);
        running.has_taken_signals();
        running.signal(Signal::TERM);
        let outcome = running.wait();
        assert_eq!(outcome.status.signal(), Some(Signal::TERM.as_raw()));
        assert!(!place.is_there(), "the socket is left");
        drop(stdout);
    });
}

#[test]
fn signals_that_were_ignored_stay_ignored() {
    let place = Place::new();
    let script = r#"trap '' INT TERM; exec "$masker" --secret-env TOKEN --control "$path""#;
    let mut running = shell(script).env("path", place.path()).start();
    running.write(".");
    running.expect(".");
    for signal in [Signal::INT, Signal::TERM, Signal::INT, Signal::TERM] {
        running.signal(signal);
    }
    works_to_the_end(running, &place);
}

/// Whoever cleans up the folder and starts another masker has another socket then.
#[test]
fn a_socket_of_another_in_the_same_place_is_left_alone() {
    let place = Place::new();
    let first = place.listening(&[]);
    std::fs::remove_file(place.path()).expect("it is there");
    let second = place.listening(&[]);
    first.end().has_printed("").says_nothing();
    assert!(place.is_there(), "it removed the socket of the second");
    works_to_the_end(second, &place);
}

#[cfg(target_os = "linux")]
#[test]
fn no_child_would_get_the_socket_or_a_client() {
    let place = Place::new();
    let running = place.listening(&[]);
    let _client = place.connect();
    let process = PathBuf::from(format!("/proc/{}", running.pid().as_raw_nonzero()));
    let is_socket = |number: &std::ffi::OsStr| {
        let target = std::fs::read_link(process.join("fd").join(number));
        target.is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
    };
    let sockets = || {
        let numbers = std::fs::read_dir(process.join("fd")).expect("they can be listed");
        let numbers = numbers.map(|entry| entry.expect("they can be listed").file_name());
        numbers
            .filter(|number| is_socket(number))
            .collect::<Vec<_>>()
    };
    // The listener, the client, and those by which signals are told.
    wait_until("the client is connected", || sockets().len() >= 3);
    for number in sockets() {
        let path = process.join("fdinfo").join(number);
        let info = std::fs::read_to_string(path).expect("it can be read");
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
        let cloexec = 0o2_000_000;
        assert_ne!(flags.expect("Linux tells them") & cloexec, 0, "{info}");
    }
    works_to_the_end(running, &place);
}
