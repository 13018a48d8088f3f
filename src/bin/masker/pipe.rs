//! Standard input and output as they are: unbuffered, perhaps non-blocking, and with room.

use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Read as _, Write as _};

/// How much a pipe is asked to hold, in bytes. With the 64 KiB that Linux gives, both sides wait
/// for each other most of the time.
#[cfg(any(target_os = "linux", target_os = "android"))]
const PIPE_SIZE: usize = 1 << 20;

/// Standard input.
pub struct Input {
    file: File,
}

/// Standard output.
pub struct Output {
    file: File,
}

impl Input {
    pub fn open() -> io::Result<Input> {
        let file = duplicate(io::stdin())?;
        enlarge(&file);
        Ok(Input { file })
    }

    /// Reads what is there, and waits only while nothing is. 0 means that the input has ended.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.file.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    wait(&self.file, Wait::UntilReadable)?;
                }
                done => return done,
            }
        }
    }
}

/// To wait for it together with something else.
#[cfg(unix)]
impl std::os::fd::AsFd for Input {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Output {
    pub fn open() -> io::Result<Output> {
        let file = duplicate(io::stdout())?;
        enlarge(&file);
        Ok(Output { file })
    }

    /// Standard error.
    #[cfg(unix)]
    pub fn open_error() -> io::Result<Output> {
        let file = duplicate(io::stderr())?;
        Ok(Output { file })
    }

    /// Writes all slices, in as few calls as the system takes them.
    pub fn write_all(&mut self, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
        // Empty slices at the front would make a write of nothing look like a full disk.
        IoSlice::advance_slices(&mut slices, 0);
        while !slices.is_empty() {
            match self.file.write_vectored(slices) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut slices, written),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    wait(&self.file, Wait::UntilWritable)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// What to wait for, where a descriptor does not block by itself.
#[derive(Clone, Copy)]
enum Wait {
    UntilReadable,
    UntilWritable,
}

#[cfg(unix)]
fn duplicate(stream: impl std::os::fd::AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn duplicate(stream: impl std::os::windows::io::AsHandle) -> io::Result<File> {
    Ok(File::from(stream.as_handle().try_clone_to_owned()?))
}

/// Gives a pipe more room. Whatever is no pipe, and a system that refuses, stays as it is.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn enlarge(file: &File) {
    use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};
    if fcntl_getpipe_size(file).is_ok_and(|size| size < PIPE_SIZE) {
        // An unprivileged user may be allowed less, or nothing more: then it is only slower.
        fcntl_setpipe_size(file, PIPE_SIZE).ok();
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn enlarge(_: &File) {}

#[cfg(unix)]
fn wait(file: &File, what: Wait) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let flags = match what {
        Wait::UntilReadable => PollFlags::IN,
        Wait::UntilWritable => PollFlags::OUT,
    };
    let mut descriptor = [PollFd::new(file, flags)];
    match poll(&mut descriptor, None) {
        // macOS cannot poll some devices, and says so at once.
        Ok(_) if descriptor[0].revents().contains(PollFlags::NVAL) => wait_a_little(),
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Without a way to wait for a descriptor, it is asked again a little later.
#[cfg(not(unix))]
fn wait(_: &File, _: Wait) -> io::Result<()> {
    wait_a_little();
    Ok(())
}

fn wait_a_little() {
    std::thread::sleep(std::time::Duration::from_millis(1));
}
