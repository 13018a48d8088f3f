//! The socket as a file: made for its owner alone, put in the place of a stale one, removed at the
//! end, and found by clients.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect as connect_to, socket};
use rustix::process::umask;

/// Where the socket is, for whoever ends the process to remove it. Empty before there is one.
#[derive(Clone, Default)]
pub struct Place(Arc<OnceLock<Bound>>);

struct Bound {
    path: PathBuf,
    identity: (u64, u64),
}

impl Place {
    /// Removes the socket, if there is one and nobody has put another in its place.
    pub fn remove(&self) {
        if let Some(Bound { path, identity }) = self.0.get()
            && identity_of(path).is_ok_and(|found| found == *identity)
        {
            // Where it cannot be removed, it is a stale socket, and the next masker replaces it.
            fs::remove_file(path).ok();
        }
    }
}

/// Makes the socket and listens. The errors do not show the path: it may be a secret by mistake.
pub fn bind(path: &Path, place: &Place) -> Result<UnixListener> {
    if path.as_os_str().is_empty() {
        // Linux would make one without a path, which every user may connect to.
        bail!("the path is empty; give one at which to make a socket");
    }
    // Two that find the same stale socket must not each remove what the other has made.
    let _lock = lock_folder_of(path);
    let listener = match bind_for_owner(path) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            refuse_what_is_in_use(path)?;
            fs::remove_file(path).context("removing a socket that nobody listens on")?;
            bind_for_owner(path)
        }
        done => done,
    };
    let listener = listener.map_err(advise)?;
    let identity = identity_of(path).context("looking at the new socket")?;
    let path = path.to_owned();
    place.0.get_or_init(|| Bound { path, identity });
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The mode is that of its creation, so there is no moment in which another user could connect.
/// No other thread makes files meanwhile.
fn bind_for_owner(path: &Path) -> io::Result<UnixListener> {
    let before = umask(Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(path);
    umask(before);
    listener
}

/// Keeps other maskers from replacing a socket in this folder while we do. Where that cannot be
/// had, or not soon, it goes on without: another user may hold such a lock for ever.
fn lock_folder_of(path: &Path) -> Option<OwnedFd> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = open(folder.unwrap_or(Path::new(".")), flags, Mode::empty()).ok()?;
    for _ in 0..100 {
        match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Some(folder),
            Err(rustix::io::Errno::WOULDBLOCK) => thread::sleep(Duration::from_millis(10)),
            Err(_) => break,
        }
    }
    None
}

/// Refuses all but a socket that nobody listens on.
fn refuse_what_is_in_use(path: &Path) -> Result<()> {
    if !fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket()) {
        bail!("there is a file already, and it is no socket; give a path at which there is none");
    }
    match connect(path, Duration::from_millis(100)) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            bail!("there is a socket of another user already; give a path of your own")
        }
        _ => bail!("somebody listens there already; give each masker a path of its own"),
    }
}

fn advise(error: io::Error) -> anyhow::Error {
    let advice = match error.kind() {
        ErrorKind::NotFound => "the folder of the socket does not exist; make it first",
        ErrorKind::PermissionDenied => "no file may be made in the folder of the socket",
        ErrorKind::InvalidInput => "the path is too long for a socket; give a shorter one",
        _ => return anyhow::Error::new(error).context("making the socket"),
    };
    anyhow::anyhow!(advice)
}

fn identity_of(path: &Path) -> io::Result<(u64, u64)> {
    let file = fs::symlink_metadata(path)?;
    Ok((file.dev(), file.ino()))
}

/// Connects, and waits no longer than that for a listener who takes nobody in; what is read and
/// written waits without end.
pub fn connect(path: &Path, time: Duration) -> io::Result<UnixStream> {
    let address = SocketAddrUnix::new(path)?;
    let stream = socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    fcntl_setfd(&stream, FdFlags::CLOEXEC)?;
    let stream = UnixStream::from(stream);
    // On Linux this is the time for connecting too; elsewhere it does not wait.
    stream.set_write_timeout(Some(time))?;
    connect_to(&stream, &address)?;
    stream.set_write_timeout(None)?;
    Ok(stream)
}
