//! The authority on a port: asked with curl, and by clients that break.

mod artifacts;
mod connections;
mod examples;
mod s3;
mod serve;
mod slow_readers;
mod told;
mod trial;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower_service::Service as _;

use super::world::World;
use crate::support::programs::is_there;

/// Serves a router on a port that is free, as long as the world lives.
fn serve(world: &World, router: Router) -> SocketAddr {
    let listener = world.runtime.block_on(TcpListener::bind("127.0.0.1:0"));
    let listener = listener.expect("a port is free");
    let address = listener.local_addr().expect("an address");
    world.runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let router = router.clone();
            let answer = service_fn(move |request: hyper::Request<_>| {
                router.clone().call(request.map(Body::new))
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            // That a client goes away is its own affair.
            tokio::spawn(async move { connection.await.ok() });
        }
    });
    address
}

fn has_curl() -> bool {
    let is_there = is_there("curl");
    if !is_there {
        eprintln!("skipped: there is no curl here");
    }
    is_there
}

#[track_caller]
fn wait_until(is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "it does not come"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}
