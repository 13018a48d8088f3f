//! Where the service listens, and who may reach what there.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};

use axum::Router;
use masker::http::{Options, Service};

use super::ServeArgs;
use super::args::Place;
use super::connections::Listener;
use super::secrets::ADMIN_TOKEN;
use crate::tokens::Failure;

/// A listener as the system gives it, before there is a runtime.
pub enum Bound {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(SocketFile, std::os::unix::net::UnixListener),
}

/// The file of a socket, which is removed when nobody listens any more. It stands before the listener: as
/// long as that is open, no other file has the same number.
#[cfg(unix)]
pub struct SocketFile {
    path: std::path::PathBuf,
    number: Option<(u64, u64)>,
}

#[cfg(unix)]
impl SocketFile {
    fn at(path: &std::path::Path) -> SocketFile {
        SocketFile {
            path: path.to_owned(),
            number: SocketFile::number(path),
        }
    }

    fn number(path: &std::path::Path) -> Option<(u64, u64)> {
        use std::os::unix::fs::MetadataExt as _;
        let found = path.symlink_metadata().ok()?;
        Some((found.dev(), found.ino()))
    }
}

#[cfg(unix)]
impl Drop for SocketFile {
    fn drop(&mut self) {
        // Another service may listen at the path by now.
        if self.number.is_some() && SocketFile::number(&self.path) == self.number {
            std::fs::remove_file(&self.path).ok();
        }
    }
}

/// Where to listen.
pub struct Places {
    public: Place,
    forward: Option<Place>,
    admin: Option<Place>,
    /// Whether proxies ask where jobs do.
    shares_forward: bool,
}

impl Places {
    /// Finds them, or says why one of them must not be: given whether proxies say a secret, and operators
    /// a token.
    pub fn of(args: &ServeArgs, is_known: bool, has_token: bool) -> Result<Places, Failure> {
        for (flag, place) in [
            ("--listen", Some(&args.listen)),
            ("--forward-listen", args.forward_listen.as_ref()),
        ] {
            if place.is_some_and(|place| !place.is_local() && !args.insecure_http) {
                return Err(Failure::usage(format_args!(
                    "{flag}: tokens would pass the network in the clear; listen on this machine, \
                     behind a proxy with a certificate, or say --insecure-http"
                )));
            }
        }
        let admin = admin_place(args, has_token)?;
        if let Some(place) = &args.forward_listen
            && !place.is_local()
            && !is_known
        {
            return Err(Failure::usage(
                "--forward-listen: whoever reaches it is believed to be the proxy; name a secret \
                 with --forward-secret-file",
            ));
        }
        Ok(Places {
            public: args.listen.clone(),
            shares_forward: args.forward_listen.is_none() && (args.listen.is_local() || is_known),
            forward: args.forward_listen.clone(),
            admin,
        })
    }

    /// Each with its flag.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Place)> {
        let public = [("--listen", &self.public)].into_iter();
        let forward = self.forward.iter().map(|it| ("--forward-listen", it));
        let admin = self.admin.iter().map(|it| ("--admin-listen", it));
        public.chain(forward).chain(admin)
    }
}

/// All listeners, open.
pub struct Listening {
    public: Bound,
    forward: Option<Bound>,
    admin: Option<Bound>,
    shares_forward: bool,
}

impl Listening {
    /// Opens them, or says why one of them must not be.
    pub fn begin(args: &ServeArgs, options: &Options) -> Result<Listening, Failure> {
        let (secret, token) = (&options.forward_secret, &options.admin_token);
        let places = Places::of(args, secret.is_some(), token.is_some())?;
        let bind_one = |flag, place: Option<Place>| place.map(|it| bind(flag, &it)).transpose();
        Ok(Listening {
            public: bind("--listen", &places.public)?,
            forward: bind_one("--forward-listen", places.forward)?,
            admin: bind_one("--admin-listen", places.admin)?,
            shares_forward: places.shares_forward,
        })
    }

    /// What each listener answers.
    pub fn routers(self, service: &Service) -> io::Result<Vec<(Listener, Router)>> {
        let public = match self.shares_forward {
            true => service.public_with_forward_auth(),
            false => service.public(),
        };
        let mut routers = vec![(self.public.listen()?, public)];
        if let Some(bound) = self.forward {
            routers.push((bound.listen()?, service.forward_auth()));
        }
        if let Some(bound) = self.admin {
            routers.push((bound.listen()?, service.admin()));
        }
        Ok(routers)
    }

    /// Where each of them is, for the log.
    pub fn doors(&self) -> String {
        let mut doors = vec![format!("jobs {}", self.public)];
        match (&self.forward, self.shares_forward) {
            (Some(bound), _) => doors.push(format!("proxies {bound}")),
            (None, true) => doors[0].insert_str(4, " and proxies"),
            (None, false) => {}
        }
        doors.extend(self.admin.iter().map(|bound| format!("operators {bound}")));
        doors.join(", ")
    }

    /// The address where jobs ask, as the system chose it.
    pub fn public_address(&self) -> Option<SocketAddr> {
        self.public.address()
    }

    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().and_then(Bound::address)
    }
}

/// Where operators ask. Of a trial, on a port beside that of jobs.
fn admin_place(args: &ServeArgs, has_token: bool) -> Result<Option<Place>, Failure> {
    let place = match (&args.admin_listen, &args.listen) {
        (Some(place), _) => place.clone(),
        (None, Place::Tcp(address)) if args.dev => {
            let mut address = *address;
            let port = address.port();
            address.set_port(if port == 0 { 0 } else { port.wrapping_add(1) });
            Place::Tcp(address)
        }
        (None, _) => return Ok(None),
    };
    if !place.is_local() {
        return Err(Failure::usage(
            "--admin-listen: only an address of this machine, or unix:PATH",
        ));
    }
    if matches!(place, Place::Tcp(_)) && !has_token {
        return Err(Failure::usage(format_args!(
            "--admin-listen: every user of this machine can reach an address; name an admin token with \
             --admin-token-file or {ADMIN_TOKEN}, or listen on unix:PATH"
        )));
    }
    Ok(Some(place))
}

fn bind(flag: &str, place: &Place) -> Result<Bound, Failure> {
    use io::ErrorKind;

    let bound = match place {
        Place::Tcp(address) => TcpListener::bind(address).map(Bound::Tcp),
        #[cfg(unix)]
        Place::Unix(path) => {
            bind_path(path).map(|listener| Bound::Unix(SocketFile::at(path), listener))
        }
    };
    bound.map_err(|error| {
        let (what, what_to_do) = match (error.kind(), place) {
            (ErrorKind::AddrInUse, _) => ("something listens there", "choose another"),
            (ErrorKind::PermissionDenied, Place::Tcp(_)) => {
                ("a port below 1024 is for root", "choose a higher one")
            }
            (ErrorKind::NotFound, _) => ("there is no such folder", "make it, or choose another"),
            _ => return Failure::denied(format_args!("{flag} {place}: {error}")),
        };
        Failure::denied(format_args!(
            "{flag} {place}: {what}; {what_to_do} with {flag}"
        ))
    })
}

/// Makes a socket that only our own user can connect to. One that a killed service left is replaced.
#[cfg(unix)]
fn bind_path(path: &std::path::Path) -> io::Result<std::os::unix::net::UnixListener> {
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::net::{UnixListener, UnixStream};

    use rustix::fs::Mode;

    let is_socket = path
        .symlink_metadata()
        .is_ok_and(|it| it.file_type().is_socket());
    if is_socket && UnixStream::connect(path).is_err() {
        std::fs::remove_file(path)?;
    }
    // There is one thread yet, so no other file is made with this mask.
    let before = rustix::process::umask(Mode::from_raw_mode(0o177));
    let bound = UnixListener::bind(path);
    rustix::process::umask(before);
    bound
}

/// Where it is, as the system chose it.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Tcp(listener) => match listener.local_addr() {
                Ok(address) => write!(f, "{address}"),
                Err(_) => f.write_str("unknown"),
            },
            #[cfg(unix)]
            Bound::Unix(file, _) => write!(f, "unix:{}", file.path.display()),
        }
    }
}

impl Bound {
    fn address(&self) -> Option<SocketAddr> {
        match self {
            Bound::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Bound::Unix(..) => None,
        }
    }

    /// Hands it over to the runtime.
    fn listen(self) -> io::Result<Listener> {
        match self {
            Bound::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                tokio::net::TcpListener::from_std(listener).map(Listener::Tcp)
            }
            #[cfg(unix)]
            Bound::Unix(file, listener) => {
                listener.set_nonblocking(true)?;
                let listener = tokio::net::UnixListener::from_std(listener)?;
                Ok(Listener::Unix {
                    _file: file,
                    listener,
                })
            }
        }
    }
}
