//! Descriptors that do not block, and readers that are slow: it waits, and loses nothing.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::Signal;

use super::{assert_whole, file_with, large_job, pipe};
use crate::support::command::{Running, TOKEN, masker_of_token};

fn set_nonblocking(descriptor: impl AsFd) {
    let flags = fcntl_getfl(&descriptor).expect("flags can be read");
    fcntl_setfl(descriptor, flags | OFlags::NONBLOCK).expect("flags can be set");
}

/// Waits until a pipe is full, and whoever writes to it waits or is told so.
fn wait_until_full(pipe: &PipeWriter) {
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let has_room = || {
        let mut pipes = [PollFd::new(pipe, PollFlags::OUT)];
        poll(&mut pipes, Some(&at_once)).expect("a pipe can be asked") > 0
    };
    for _ in 0..10_000 {
        if !has_room() {
            // Time for the next write to begin.
            return thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("nobody fills the pipe");
}

#[test]
fn an_input_that_does_not_block_is_waited_for() {
    let (reader, mut writer) = pipe();
    set_nonblocking(&reader);
    let mut running = masker_of_token(&[]).stdin(reader).start();
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(10));
        writer
            .write_all(&TOKEN.as_bytes()[..9])
            .expect("masker reads");
        thread::sleep(Duration::from_millis(10));
        writer
            .write_all(&TOKEN.as_bytes()[9..])
            .expect("masker reads");
        running.expect("[MASKED]");
    }
    drop(writer);
    running.wait().has_printed("").says_nothing();
}

#[test]
fn a_signal_while_it_waits_for_such_an_input_changes_nothing() {
    let (reader, mut writer) = pipe();
    set_nonblocking(&reader);
    let mut running = masker_of_token(&[]).stdin(reader).start();
    writer.write_all(b"started ").expect("masker reads");
    running.expect("started ");
    thread::sleep(Duration::from_millis(10));
    running.signal(Signal::INT);
    thread::sleep(Duration::from_millis(10));
    writer.write_all(TOKEN.as_bytes()).expect("masker reads");
    drop(writer);
    running.wait().has_printed("[MASKED]").says_nothing();
}

#[test]
fn a_large_job_passes_an_input_that_does_not_block() {
    let (job, masked) = large_job();
    let (reader, mut writer) = pipe();
    set_nonblocking(&reader);
    let running = masker_of_token(&[]).stdin(reader).start();
    thread::scope(|scope| {
        scope.spawn(move || {
            // Odd pieces with pauses, so that it finds the pipe empty now and then.
            for piece in job.chunks(333_333) {
                writer.write_all(piece).expect("masker reads");
                thread::sleep(Duration::from_millis(1));
            }
        });
        running.wait().has_printed(masked).says_nothing();
    });
}

#[test]
fn nothing_is_lost_to_a_slow_reader_where_the_output_does_not_block() {
    let (reader, writer) = pipe();
    set_nonblocking(&writer);
    to_a_slow_reader(reader, writer, |_| {});
}

#[test]
fn nothing_is_lost_to_a_slow_reader_where_the_output_blocks() {
    let (reader, writer) = pipe();
    to_a_slow_reader(reader, writer, |_| {});
}

/// The call that waits is told how much was written so far, and must go on from there.
#[test]
fn nothing_is_lost_to_a_signal_in_the_middle_of_a_write() {
    let (reader, writer) = pipe();
    to_a_slow_reader(reader, writer, |running| {
        running.signal(Signal::TERM);
        // Time for the write to be interrupted, before there is room to end it.
        thread::sleep(Duration::from_millis(50));
    });
}

/// Masks a large job into a pipe that is read only after it has been full, and slowly then.
fn to_a_slow_reader(mut reader: PipeReader, writer: PipeWriter, when_full: impl FnOnce(&Running)) {
    let (job, masked) = large_job();
    let same_pipe = writer.try_clone().expect("a descriptor");
    // Of a file, unlike of a pipe, there is always a buffer full to read, and so to write.
    let call = masker_of_token(&[]).stdin(file_with(&job));
    let running = call.stdout(writer).start();
    wait_until_full(&same_pipe);
    // Room for a piece of the write that waits, which is in its middle then.
    let mut printed = vec![0; 40_000];
    reader.read_exact(&mut printed).expect("a pipe can be read");
    wait_until_full(&same_pipe);
    drop(same_pipe);
    when_full(&running);
    let mut piece = [0; 4999];
    loop {
        match reader.read(&mut piece).expect("a pipe can be read") {
            0 => break,
            length => printed.extend_from_slice(&piece[..length]),
        }
    }
    assert_whole(&printed, &masked);
    running.wait().has_status(0).says_nothing();
}

#[test]
fn a_reader_who_leaves_while_it_waits_for_room_is_no_failure() {
    let (reader, writer) = pipe();
    set_nonblocking(&writer);
    let same_pipe = writer.try_clone().expect("a descriptor");
    let mut running = masker_of_token(&[]).stdout(writer).start();
    let mut stdin = running.take_stdin();
    thread::scope(|scope| {
        scope.spawn(move || {
            stdin
                .write_all(&large_job().0)
                .expect_err("nobody is there")
        });
        wait_until_full(&same_pipe);
        drop((same_pipe, reader));
        running.wait().has_status(0).says_nothing();
    });
}
