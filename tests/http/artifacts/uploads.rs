//! Uploads that are too large, cut off, or say something odd: statement 96, and what leaves nothing.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use masker::token::directory::Role;
use serde_json::json;

use super::archive;
use crate::http::world::{A, ALICE, Job, Part, Reply, World, multipart};

const FORM: &str = "multipart/form-data; boundary=parted-here";

fn line(job: &Job) -> String {
    format!("POST /api/v4/jobs/{}/artifacts", job.id.0)
}

fn whole(world: &World, job: &Job) -> Reply {
    let reader = world.run();
    let line = format!("GET /api/v4/projects/1/jobs/{}/artifacts", job.id.0);
    world.public(&line).job(&reader).send()
}

#[test]
fn s96_parameters_are_parts_or_in_the_query() {
    let world = World::new();
    let bytes = archive(&[("a", b"1")]);
    let file: Part<'_> = ("file", Some("default.zip"), &bytes);
    let crate_form: [Part<'_>; 5] = [
        file,
        ("artifact_format", None, b"zip"),
        ("artifact_type", None, b"archive"),
        ("expire_in", None, b"1 day"),
        ("accessibility", None, b"public"),
    ];
    let by_parts = world.run();
    let sent = world
        .public(&line(&by_parts))
        .job(&by_parts)
        .parts(&crate_form)
        .send();
    assert_eq!((sent.status, sent.header("job-status")), (201, "running"));
    let by_query = world.run();
    let query = "?artifact_format=zip&artifact_type=archive&expire_in=1+day";
    let sent = world
        .public(&format!("{}{query}", line(&by_query)))
        .job(&by_query);
    assert_eq!(sent.parts(&[file]).status(), 201);
    for job in [&by_parts, &by_query] {
        let got = whole(&world, job);
        assert_eq!((got.status, got.bytes()), (200, &*bytes));
        assert!(got.header("content-disposition").contains("default.zip"));
    }
    world.pass(Duration::from_secs(24 * 3600));
    for job in [&by_parts, &by_query] {
        assert_eq!(whole(&world, job).status, 404, "it has expired");
    }
}

#[test]
fn an_upload_in_small_pieces_is_the_same() {
    let world = World::new();
    let contents: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let form = multipart(&[("file", Some("a.zip"), &contents)]);
    for size in [1021, 8192, 1 << 20] {
        let job = world.run();
        let pieces: Vec<_> = form.chunks(size).map(Bytes::copy_from_slice).collect();
        let pieces = pieces.into_iter().map(Ok::<_, Infallible>);
        let body = Body::from_stream(tokio_stream::iter(pieces));
        let sent = world.public(&line(&job)).job(&job).body(FORM, body);
        assert_eq!(sent.status(), 201, "{size}");
        assert!(whole(&world, &job).bytes() == contents, "{size}");
    }
}

fn small() -> World {
    World::with(|options| {
        let mut artifacts = options.artifacts.take().expect("a folder");
        artifacts.max_size = 100_000;
        options.artifacts = Some(artifacts);
    })
}

#[test]
fn what_is_too_large_is_413_and_leaves_nothing() {
    let world = small();
    let job = world.run();
    let (most, more) = (vec![7; 100_000], vec![7; 100_001]);
    let put = || world.admin(&format!("PUT /admin/jobs/{}/artifacts", job.id.0));
    assert_eq!(put().bytes("application/zip", &more).status(), 413);
    let announced = put().bytes("application/zip", &more);
    assert_eq!(announced.header("content-length", "100001").status(), 413);
    let post = || world.public(&line(&job)).job(&job);
    assert_eq!(post().parts(&[("file", Some("a"), &more)]).status(), 413);
    let unseen = vec![b'x'; 10 << 20];
    let reply = post().bytes(FORM, &unseen).send();
    assert!(
        [400, 413].contains(&reply.status),
        "no parts at all: {}",
        reply.status
    );
    assert_eq!(world.files(), []);
    assert_eq!(whole(&world, &job).status, 404);
    assert_eq!(put().bytes("application/zip", &most).status(), 201);
    assert_eq!(world.files().len(), 1);
    // What is there stays there when what should take its place is refused.
    assert_eq!(post().parts(&[("file", Some("a"), &more)]).status(), 413);
    assert_eq!(whole(&world, &job).bytes(), most);
    assert_eq!(world.files(), [(job.id.0.to_string(), 100_000)]);
}

#[test]
fn an_upload_that_is_cut_off_leaves_nothing() {
    let world = World::new();
    let job = world.run();
    let form = multipart(&[
        ("file", Some("a.zip"), &vec![1; 7 << 20]),
        ("expire_in", None, b"1 day"),
    ]);
    let cuts = [
        0,
        1,
        60,
        200,
        1 << 20,
        6 << 20,
        form.len() - 100,
        form.len() - 10,
    ];
    for cut in cuts {
        let sent = world
            .public(&line(&job))
            .job(&job)
            .bytes(FORM, &form[..cut]);
        assert_eq!(sent.status(), 400, "the form ends at {cut}");
        assert_eq!(world.files(), [], "{cut}");
        // A connection that breaks.
        let piece = Ok(Bytes::copy_from_slice(&form[..cut]));
        let broken = [piece, Err(std::io::Error::other("it is gone"))];
        let body = Body::from_stream(tokio_stream::iter(broken));
        let sent = world.public(&line(&job)).job(&job).body(FORM, body);
        assert_eq!(sent.status(), 400, "the connection breaks at {cut}");
        assert_eq!(world.files(), [], "{cut}");
    }
    let broken = [
        Ok(Bytes::from(vec![1; 6 << 20])),
        Err(std::io::Error::other("it is gone")),
    ];
    let put = world.admin(&format!("PUT /admin/jobs/{}/artifacts", job.id.0));
    let body = Body::from_stream(tokio_stream::iter(broken));
    assert_eq!(put.body("application/zip", body).status(), 400);
    assert_eq!((world.files(), whole(&world, &job).status), (vec![], 404));
}

#[test]
fn a_client_that_hangs_is_not_waited_for() {
    let world = World::with(|options| options.read_timeout = Duration::from_millis(200));
    let job = world.run();
    let form = multipart(&[("file", Some("a.zip"), &vec![1; 1 << 20])]);
    for cut in [10, 1 << 19] {
        let piece = Ok::<_, Infallible>(Bytes::copy_from_slice(&form[..cut]));
        let stream =
            tokio_stream::StreamExt::chain(tokio_stream::iter([piece]), tokio_stream::pending());
        let sent = world
            .public(&line(&job))
            .job(&job)
            .body(FORM, Body::from_stream(stream));
        assert_eq!(sent.status(), 408, "{cut}");
        assert_eq!(world.files(), [], "{cut}");
    }
}

#[test]
fn what_is_said_of_a_file_is_checked() {
    let world = World::new();
    let job = world.run();
    let file: Part<'_> = ("file", Some("a.zip"), b"bytes");
    let post = || world.public(&line(&job)).job(&job);
    let wrong: [&[Part<'_>]; 11] = [
        &[],
        &[("expire_in", None, b"1 day")],
        &[file, file],
        &[file, ("expire_in", None, b"soon")],
        &[file, ("expire_in", None, b"0")],
        &[file, ("expire_in", None, b"99999999999999999999 years")],
        &[file, ("artifact_type", None, b"junit")],
        &[file, ("artifact_format", None, b"gzip")],
        &[file, ("accessibility", None, b"secret")],
        &[("file", Some("../evil"), b"bytes")],
        &[file, ("other", None, &[b'x'; 5000])],
    ];
    for (number, parts) in wrong.into_iter().enumerate() {
        let reply = post().parts(parts).send();
        assert_eq!(reply.status, 400, "{number}: {}", reply.text());
        assert_eq!(world.files(), [], "{number}");
    }
    let put = |query: &str| {
        let line = format!("PUT /admin/jobs/{}/artifacts?{query}", job.id.0);
        world
            .admin(&line)
            .bytes("application/zip", b"bytes")
            .status()
    };
    for query in [
        "file_name=a%2Fb",
        "file_name=..",
        "file_name=a%0D%0AX-Evil:+1",
        "file_name=a%5Cb",
        "expire_in=soon",
        "private=maybe",
    ] {
        assert_eq!(put(query), 400, "{query}");
    }
    assert_eq!(world.files(), []);
    assert_eq!(put("file_name=%22%3B+evil%3D%22.zip&expire_in=never"), 201);
    let got = whole(&world, &job);
    assert_eq!(
        got.header("content-disposition"),
        "attachment; filename=\"_; evil=_.zip\"; filename*=UTF-8''%22%3B%20evil%3D%22.zip"
    );
}

#[test]
fn durations_are_read_in_words() {
    let world = World::new();
    for (text, seconds) in [
        ("90", 90),
        ("30 mins", 1800),
        ("1 week", 7 * 24 * 3600),
        ("2h20min", 8400),
        ("1 day, 2 hrs and 3 sec", 24 * 3600 + 7203),
        ("6 mos 4d", (180 + 4) * 24 * 3600),
    ] {
        let job = world.run();
        let text = text.replace(' ', "+");
        let line = format!("PUT /admin/jobs/{}/artifacts?expire_in={text}", job.id.0);
        let kept = world
            .admin(&line)
            .bytes("application/zip", b"1")
            .send()
            .json();
        let until = world.now() + Duration::from_secs(seconds);
        let expected =
            jiff::Timestamp::from_microsecond(until.micros().try_into().expect("a time"));
        let expected = format!("{:.3}", expected.expect("a time"));
        assert_eq!(kept["expire_at"], expected, "{text}");
    }
}

/// No artifacts of a job that nobody executes: not started, ended, erased, or there at all.
#[test]
fn only_a_job_that_runs_leaves_something_behind() {
    let world = World::new();
    let put = |job: u64| {
        let line = format!("PUT /admin/jobs/{job}/artifacts");
        world
            .admin(&line)
            .bytes("application/zip", b"bytes")
            .status()
    };
    let ended = world.run();
    world.succeed(&ended);
    assert_eq!((put(ended.id.0), put(99)), (409, 404));
    let sent = world.public(&line(&ended)).job(&ended);
    let sent = sent.parts(&[("file", Some("a"), b"bytes")]).send();
    assert_eq!((sent.status, sent.header("job-status")), (403, "success"));
    let waits = json!({ "project": A.0, "user": "alice" });
    let waits = world.admin("POST /admin/jobs").json(&waits).send().json();
    assert_eq!(put(waits["id"].as_u64().expect("a number")), 409);
    assert_eq!(world.files(), []);
    world.role(ALICE, A, Role::None);
    let blind = world.claim();
    let sent = world.public(&line(&blind)).job(&blind);
    assert_eq!(
        sent.parts(&[("file", Some("a"), b"bytes")]).status(),
        201,
        "it is the job's own"
    );
}
