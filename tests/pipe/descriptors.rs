//! Descriptors of every kind: larger pipes, and what is no pipe at all.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;

use super::{assert_whole, file_with, large_job};
use crate::support::command::masker_of_token;

#[test]
fn files_are_read_and_written_from_where_they_stand() {
    let (job, masked) = large_job();
    let mut input = file_with(&[b"before", &job[..]].concat());
    input
        .seek(SeekFrom::Start(6))
        .expect("a file can be sought");
    let mut output = file_with(b"");
    output.write_all(b"above\n").expect("a file takes all");
    let same = |file: &File| file.try_clone().expect("a descriptor");

    let outcome = masker_of_token(&[])
        .stdin(same(&input))
        .stdout(same(&output))
        .run("");
    outcome.has_status(0).says_nothing();
    let mut written = Vec::new();
    output.rewind().expect("a file can be sought");
    output
        .read_to_end(&mut written)
        .expect("a file can be read");
    assert!(
        written == [b"above\n", &masked[..]].concat(),
        "{} bytes written",
        written.len()
    );
}

#[test]
fn sockets_are_as_good_as_pipes() {
    let (job, masked) = large_job();
    for is_blocking in [true, false] {
        let (mut ours, theirs) = UnixStream::pair().expect("sockets");
        theirs
            .set_nonblocking(!is_blocking)
            .expect("flags can be set");
        let same = theirs.try_clone().expect("a descriptor");
        let call = masker_of_token(&[])
            .stdin(OwnedFd::from(theirs))
            .stdout(OwnedFd::from(same));
        let running = call.start();
        let mut writer = ours.try_clone().expect("a descriptor");
        thread::scope(|scope| {
            scope.spawn(|| {
                writer.write_all(&job).expect("masker reads");
                writer
                    .shutdown(std::net::Shutdown::Write)
                    .expect("a socket can be shut");
            });
            let mut printed = Vec::new();
            ours.read_to_end(&mut printed)
                .expect("a socket can be read");
            assert_whole(&printed, &masked);
        });
        running.wait().has_status(0).says_nothing();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_are_enlarged_where_the_system_allows() {
    use super::pipe;
    use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};

    let (reader, _writer) = pipe();
    if let Err(error) = fcntl_setpipe_size(&reader, 1 << 20) {
        println!("skipped: this user may not enlarge a pipe: {error}");
        return;
    }
    let mut running = masker_of_token(&[]).start();
    running.write(".");
    running.expect(".");
    let (stdin, stdout) = (running.take_stdin(), running.take_stdout());
    for size in [fcntl_getpipe_size(&stdin), fcntl_getpipe_size(&stdout)] {
        assert!(size.is_ok_and(|size| size >= 1 << 20), "{size:?}");
    }
    drop((stdin, stdout));
    running.wait().has_status(0).says_nothing();
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_is_larger_already_stays_so() {
    use super::pipe;
    use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};

    let (reader, writer) = pipe();
    let Ok(size) = fcntl_setpipe_size(&writer, 4 << 20) else {
        println!("skipped: this user may not enlarge a pipe so far");
        return;
    };
    masker_of_token(&[])
        .stdout(writer)
        .run("some text")
        .has_status(0);
    assert_eq!(fcntl_getpipe_size(&reader), Ok(size));
}
