//! Clients that read slowly, over real connections: they hold up nobody else.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::serve;
use crate::http::artifacts::archive;
use crate::http::world::{Job, World};

/// More than there may be archives that are read at once.
const SLOW: usize = 24;

/// More than the system keeps of a connection for a client that does not read.
const LARGE: usize = 16 << 20;

/// A job that has left a large and a small file, and where it is served.
fn served(patience: Duration) -> (World, Job, SocketAddr) {
    let world = World::with(|options| options.read_timeout = patience);
    let job = world.run();
    let bytes = archive(&[("large", &vec![7; LARGE]), ("small", b"small")]);
    world.keep(&job, "", &bytes);
    let address = serve(&world, world.service.public());
    (world, job, address)
}

/// Asks for a file of the archive, and reads the beginning of the answer.
fn ask(address: SocketAddr, job: &Job, file: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a time");
    let request = format!(
        "GET /api/v4/projects/1/jobs/{}/artifacts/{file} HTTP/1.1\r\nHost: x\r\n\
         Connection: close\r\nJOB-TOKEN: {}\r\n\r\n",
        job.id.0,
        job.token()
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut line = [0; 12];
    stream.read_exact(&mut line).expect("an answer");
    assert_eq!(&line, b"HTTP/1.1 200", "{:?}", line.escape_ascii());
    stream
}

fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    // A connection may end by a reset, too: what counts is how much came.
    stream.read_to_end(&mut rest).ok();
    let end = rest.windows(4).position(|it| it == b"\r\n\r\n");
    rest.split_off(end.expect("the end of the head") + 4)
}

/// Of many that read nothing for now, each gets its file in the end, and another its own at once.
#[test]
fn slow_readers_hold_up_nobody() {
    let (_world, job, address) = served(Duration::from_secs(60));
    let slow: Vec<_> = (0..SLOW).map(|_| ask(address, &job, "large")).collect();
    assert_eq!(rest(ask(address, &job, "small")), b"small");
    for stream in slow {
        let body = rest(stream);
        assert!(body.len() == LARGE && body.iter().all(|&byte| byte == 7));
    }
}

/// Who takes nothing for too long is dropped, and does not take what it has for the whole.
#[test]
fn a_reader_that_takes_nothing_is_dropped() {
    let (_world, job, address) = served(Duration::from_millis(200));
    let stream = ask(address, &job, "large");
    // Not the life of a token: the patience with a client, which a clock set by hand does not pass.
    std::thread::sleep(Duration::from_secs(2));
    let body = rest(stream);
    assert!(body.len() < LARGE, "it was not dropped");
    assert_eq!(rest(ask(address, &job, "small")), b"small");
}
