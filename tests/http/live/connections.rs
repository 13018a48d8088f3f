//! Connections and files that break.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::{serve, wait_until};
use crate::http::world::{ADMIN, World, multipart};

/// Writes the beginning of a request, goes away, and waits until nothing is left of it.
#[test]
fn a_connection_that_breaks_in_an_upload_leaves_nothing() {
    let world = World::new();
    let job = world.run();
    let (public, admin) = (
        serve(&world, world.service.public()),
        serve(&world, world.service.admin()),
    );
    let form = multipart(&[("file", Some("a.zip"), &vec![1; 7 << 20])]);
    let post = format!(
        "POST /api/v4/jobs/{}/artifacts HTTP/1.1\r\nHost: x\r\nJOB-TOKEN: {}\r\n\
         Content-Type: multipart/form-data; boundary=parted-here\r\nContent-Length: {}\r\n\r\n",
        job.id.0,
        job.token(),
        form.len()
    );
    let put = format!(
        "PUT /admin/jobs/{}/artifacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n\
         Content-Length: {}\r\n\r\n",
        job.id.0,
        form.len()
    );
    for (address, head) in [(public, post), (admin, put)] {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.write_all(head.as_bytes()).expect("it reads");
        stream.write_all(&form[..6 << 20]).expect("it reads");
        wait_until(|| !world.files().is_empty());
        drop(stream);
        wait_until(|| world.files().is_empty());
    }
    let reader = world.run();
    let line = format!("GET /api/v4/projects/1/jobs/{}/artifacts", job.id.0);
    assert_eq!(world.public(&line).job(&reader).status(), 404);
}

/// What is cut off in the middle does not look whole to a client.
#[test]
fn a_file_that_is_broken_ends_before_its_length() {
    let world = World::new();
    let done = world.run();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default();
    let stored = stored.compression_method(zip::CompressionMethod::Stored);
    writer.start_file("file", stored).expect("memory");
    writer.write_all(&[7; 500_000]).expect("memory");
    let mut bytes = writer.finish().expect("memory").into_inner();
    bytes[250_000] ^= 1;
    world.keep(&done, "", &bytes);
    let address = serve(&world, world.service.public());
    let reader = world.run();
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head = format!(
        "GET /api/v4/projects/1/jobs/{}/artifacts/file HTTP/1.1\r\nHost: x\r\nJOB-TOKEN: {}\r\n\r\n",
        done.id.0,
        reader.token()
    );
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    // The connection ends by itself, as its body is not whole; a reset is such an end.
    stream.read_to_end(&mut answer).ok();
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains("content-length: 500000"), "{head}");
    assert!(body.len() < 500_000, "{} bytes", body.len());
}
