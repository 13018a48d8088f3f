//! Connections: accepted up to a number, read within a time, and ended in order.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};
use tower_service::Service as _;

#[cfg(unix)]
use super::listen::SocketFile;
use super::patient::Patient;
use crate::limits;

/// The most connections of a listener. More wait until one of them ends.
const CONNECTIONS: usize = 4096;

/// How many files there may be for each connection of a listener: three listeners, and the store. A
/// listener that took them all would keep out the operator, who ends tokens.
const FILES: u64 = 4;

/// How long a client may take for the head of a request.
const HEAD: Duration = Duration::from_secs(30);

/// What is read ahead of a connection: no head of a request is longer.
const BUFFER: usize = 64 * 1024;

/// A listener of the runtime.
pub enum Listener {
    Tcp(tokio::net::TcpListener),
    #[cfg(unix)]
    Unix {
        /// Removed before the listener closes.
        _file: SocketFile,
        listener: tokio::net::UnixListener,
    },
}

/// A connection, and where it comes from.
enum Accepted {
    Tcp(tokio::net::TcpStream, SocketAddr),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

/// Answers connections until it is told to stop, and then those that are under way.
pub async fn accept(listener: Listener, router: Router, mut stopped: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(room()));
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await;
            (place, listener.next().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        match accepted {
            Ok(Accepted::Tcp(stream, peer)) => {
                stream.set_nodelay(true).ok();
                serve(stream, Some(peer), &router, &graceful, place.ok());
            }
            #[cfg(unix)]
            Ok(Accepted::Unix(stream)) => serve(stream, None, &router, &graceful, place.ok()),
            Err(error) => {
                // Mostly too many open files: some of them are closed soon.
                tracing::warn!(target: "masker", %error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
}

/// How many connections a listener may have.
fn room() -> usize {
    let files = limits::raise_files().map(|files| files / FILES);
    let files = files.and_then(|files| usize::try_from(files).ok());
    files.map_or(CONNECTIONS, |files| files.clamp(1, CONNECTIONS))
}

fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Option<SocketAddr>,
    router: &Router,
    graceful: &GracefulShutdown,
    place: impl Send + 'static,
) {
    let router = router.clone();
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let mut router = router.clone();
        async move {
            let answered: Result<Response, Infallible> = router.call(request).await;
            answered
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Patient::new(stream)), answer);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        // That a client went away or never spoke HTTP is its own affair.
        watched.await.ok();
        drop(place);
    });
}

impl Listener {
    async fn next(&self) -> io::Result<Accepted> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok(Accepted::Tcp(stream, peer))
            }
            #[cfg(unix)]
            Listener::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                Ok(Accepted::Unix(stream))
            }
        }
    }
}
