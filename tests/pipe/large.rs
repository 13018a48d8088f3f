//! A job that prints more than the memory holds.

use std::io::{Read, Write};
use std::process::ChildStdin;
use std::thread;

use crate::support::command::{Running, TOKEN, masker_of_token};

const MIB: usize = 1 << 20;

#[test]
fn a_gibibyte_of_zeros_passes_in_little_memory() {
    let zeros = vec![0; MIB];
    pass_through(&zeros, &zeros, 1024);
}

#[test]
fn megabytes_of_masks_pass_in_little_memory() {
    let (secret, mask) = (TOKEN.as_bytes(), b"[MASKED]");
    pass_through(&secret.repeat(5000), &mask.repeat(5000), 100);
}

/// Writes the piece so many times and expects its masked form as often; then looks at the most
/// memory that the command ever had, while it still waits for more.
fn pass_through(piece: &[u8], masked: &[u8], times: usize) {
    let mut running = masker_of_token(&[]).start();
    let mut stdin = running.take_stdin();
    let mut stdout = running.take_stdout();
    let stdin: ChildStdin = thread::scope(|scope| {
        let writer = scope.spawn(move || {
            for _ in 0..times {
                stdin.write_all(piece).expect("masker reads");
            }
            stdin
        });
        let mut read = vec![0; masked.len()];
        for number in 0..times {
            stdout.read_exact(&mut read).expect("masker writes");
            assert!(read == masked, "piece {number} has changed");
        }
        writer.join().expect("the writer does not panic")
    });
    check_memory(&running);
    drop(stdin);
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).expect("masker writes");
    assert!(rest.is_empty(), "{} bytes too many", rest.len());
    running.wait().has_status(0).says_nothing();
}

#[cfg(target_os = "linux")]
fn check_memory(running: &Running) {
    let path = format!("/proc/{}/status", running.pid().as_raw_nonzero());
    let status = std::fs::read_to_string(path).expect("masker is still there");
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.and_then(|rest| rest.trim().strip_suffix(" kB"));
    let kib: usize = most
        .and_then(|kib| kib.parse().ok())
        .expect("Linux tells VmHWM in kB");
    println!("the most memory it had: {kib} KiB");
    assert!(kib * 1024 < 16 * MIB, "it took {kib} KiB");
}

#[cfg(not(target_os = "linux"))]
fn check_memory(_: &Running) {
    println!("skipped: this system does not tell the most memory that a process had");
}
