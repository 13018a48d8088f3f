//! The command as a citizen of a pipe: at once, to the last byte, and until the job is done.

mod at_once;
mod bytes;
#[cfg(unix)]
mod descriptors;
mod ends;
mod large;
#[cfg(unix)]
mod signals;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(unix)]
mod traps;
#[cfg(unix)]
mod waiting;

#[cfg(unix)]
use std::fs::File;
#[cfg(unix)]
use std::io::{self, PipeReader, PipeWriter, Seek, Write};

#[cfg(unix)]
use crate::support::command::TOKEN;

/// Text that no secret stands in, so long and different from line to line.
fn text(length: usize) -> Vec<u8> {
    let lines = (0_u64..).flat_map(|number| {
        let digits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{number:08} compiled m_{digits:016x}\n").into_bytes()
    });
    lines.take(length).collect()
}

/// A job larger than the pipes on both sides, with secrets in it, and what is to come of it.
#[cfg(unix)]
fn large_job() -> (Vec<u8>, Vec<u8>) {
    let job = text(5 << 20);
    let (before, after) = job.split_at(job.len() / 2);
    let with = |word: &str| [before, word.as_bytes(), after, word.as_bytes()].concat();
    (with(TOKEN), with("[MASKED]"))
}

/// Checks an output that is too large to be shown.
#[cfg(unix)]
#[track_caller]
fn assert_whole(printed: &[u8], masked: &[u8]) {
    let (length, expected) = (printed.len(), masked.len());
    assert!(printed == masked, "{length} of {expected} bytes came");
}

#[cfg(unix)]
fn pipe() -> (PipeReader, PipeWriter) {
    io::pipe().expect("a pipe")
}

/// A file with this content, and the place in it at its beginning.
#[cfg(unix)]
fn file_with(content: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a file can be made");
    file.write_all(content).expect("a file takes all");
    file.rewind().expect("a file has a beginning");
    file
}
