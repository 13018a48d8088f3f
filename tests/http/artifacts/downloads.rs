//! Artifacts are given out: statements 81 to 83.

use std::time::Duration;

use masker::token::directory::{Role, Visibility};
use masker::token::lifecycle::{Event, Failure, Outcome};
use serde_json::json;

use super::archive;
use crate::http::world::{ALICE, B, Job, Reply, World};
use crate::support::random::{self, Dice};

const BY_REF: &str = "GET /api/v4/projects/2/jobs/artifacts/main/download?job=test";

/// A world in which Alice reads B, and her job.
fn world() -> (World, Job) {
    let world = World::new();
    world.role(ALICE, B, Role::Reporter);
    let job = world.run();
    (world, job)
}

fn ask(world: &World, line: &str, job: &Job) -> Reply {
    world.public(line).job(job).send()
}

/// A job of B that has ended well and left this behind.
fn left(world: &World, bytes: &[u8], query: &str) -> Job {
    let job = world.run_b("test", "main");
    world.keep(&job, query, bytes);
    world.succeed(&job);
    job
}

#[test]
fn s81_the_latest_artifacts_of_a_job_that_ended_well() {
    let (world, job) = world();
    assert_eq!(ask(&world, BY_REF, &job).status, 404);
    let (first, second) = (archive(&[("a", b"1")]), archive(&[("a", b"2")]));
    left(&world, &first, "");
    left(&world, &second, "?file_name=out.zip");
    // Later, and none of them counts: failed, still running, another name, another ref, nothing left.
    let failed = world.run_b("test", "main");
    world.keep(&failed, "", b"failed");
    world.apply(failed.id, Event::Report(Outcome::Failed(Failure::Script)));
    for (name, git_ref) in [("other", "main"), ("test", "release/1")] {
        let other = world.run_b(name, git_ref);
        world.keep(&other, "", b"other");
        world.succeed(&other);
    }
    let bare = world.run_b("test", "main");
    world.succeed(&bare);
    let running = world.run_b("test", "main");
    world.keep(&running, "", b"running");

    let got = ask(&world, BY_REF, &job);
    assert_eq!((got.status, got.bytes()), (200, &*second));
    assert_eq!(got.header("content-type"), "application/zip");
    assert_eq!(got.header("content-length"), second.len().to_string());
    assert_eq!(
        got.header("content-disposition"),
        "attachment; filename=\"out.zip\"; filename*=UTF-8''out.zip"
    );
    assert_eq!(got.header("cache-control"), "no-store");
    let release = BY_REF.replace("main", "release/1");
    assert_eq!(ask(&world, &release, &job).bytes(), b"other");
}

/// Byte-identical, whatever the bytes are, also those that are in no archive.
#[test]
fn s81_what_comes_back_is_what_was_put_there() {
    let (world, job) = world();
    println!("MASKER_TEST_SEED={}", random::seed());
    let mut dice = Dice::new(random::seed());
    for size in [0, 1, 8191, 8192, 8193, 6 << 20] {
        let bytes: Vec<u8> = (0..size)
            .map(|_| u8::try_from(dice.below(256)).expect("a byte"))
            .collect();
        let uploaded = left(&world, &bytes, "");
        let by_job = format!("GET /api/v4/projects/2/jobs/{}/artifacts", uploaded.id.0);
        for line in [BY_REF, &by_job] {
            let got = ask(&world, line, &job);
            assert_eq!(got.status, 200);
            assert!(got.bytes() == bytes, "{size} bytes differ");
        }
    }
}

/// And a job of another project has none here.
#[test]
fn s82_what_is_over_is_not_found() {
    let (world, job) = world();
    let erased = left(&world, b"erased", "");
    let expired = left(&world, b"expired", "?expire_in=1+hour");
    let own = |job: &Job| format!("GET /api/v4/projects/2/jobs/{}/artifacts", job.id.0);
    assert_eq!(ask(&world, BY_REF, &job).bytes(), b"expired");
    world.pass(Duration::from_secs(3599));
    assert_eq!(ask(&world, &own(&expired), &job).status, 200);
    world.pass(Duration::from_secs(1));
    let other = world.run();
    assert_eq!(ask(&world, &own(&expired), &other).status, 404);
    assert_eq!(
        ask(&world, BY_REF, &other).bytes(),
        b"erased",
        "the one before"
    );
    world.apply(erased.id, Event::Erase);
    assert_eq!(ask(&world, &own(&erased), &other).status, 404);
    assert_eq!(ask(&world, BY_REF, &other).status, 404);

    let here = left(&world, b"here", "");
    let elsewhere = own(&here).replace("projects/2", "projects/1");
    assert_eq!(ask(&world, &elsewhere, &other).status, 404);
    assert_eq!(ask(&world, &own(&here), &other).status, 200);
}

#[test]
fn s83_no_path_leads_out_of_the_archive() {
    let (world, job) = world();
    let bytes = archive(&[
        ("../../etc/passwd", b"slipped"),
        ("/etc/passwd", b"slipped"),
    ]);
    let done = left(&world, &bytes, "");
    for path in [
        "../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2E./etc/passwd",
        "a/../../etc/passwd",
        "%252e%252e/etc/passwd",
        "..\\..\\etc\\passwd",
        "%5c..%5cetc",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "./a",
        "a//b",
        "a%00b",
    ] {
        let raw = format!("GET /api/v4/projects/2/jobs/artifacts/main/raw/{path}?job=test");
        let by_job = format!("GET /api/v4/projects/2/jobs/{}/artifacts/{path}", done.id.0);
        for line in [raw, by_job] {
            // No client sends one that is none: a raw backslash.
            let (_, uri) = line.split_once(' ').expect("a method and an address");
            if uri.parse::<axum::http::Uri>().is_err() {
                continue;
            }
            let reply = ask(&world, &line, &job);
            assert_eq!(reply.status, 400, "{line}");
            assert!(!reply.text().contains("slipped"));
        }
    }
}

#[test]
fn a_job_must_be_named_by_whoever_may_know_of_it() {
    let (world, job) = world();
    left(&world, b"bytes", "");
    let line = BY_REF.replace("?job=test", "");
    for query in ["", "?job=", "?job=test&job=other"] {
        assert_eq!(
            ask(&world, &format!("{line}{query}"), &job).status,
            400,
            "{query}"
        );
    }
    assert_eq!(ask(&world, &format!("{line}?job=other"), &job).status, 404);
    assert_eq!(ask(&world, &format!("{line}?job=a%0Ab"), &job).status, 404);
    world.role(ALICE, B, Role::None);
    let stranger = ask(&world, &line, &job);
    assert_eq!(
        (stranger.status, stranger.text()),
        (404, "{\"message\":\"404 Project Not Found\"}")
    );
}

#[test]
fn a_head_is_the_answer_without_its_body() {
    let (world, job) = world();
    left(&world, b"0123456789", "");
    let line = BY_REF.replace("GET", "HEAD");
    let head = ask(&world, &line, &job);
    assert_eq!((head.status, head.bytes()), (200, &b""[..]));
    assert_eq!(head.header("content-length"), "10");
    assert_eq!(head.header("accept-ranges"), "bytes");
}

#[test]
fn ranges_are_parts_of_the_same_bytes() {
    let (world, job) = world();
    left(&world, b"0123456789", "");
    let tag = ask(&world, BY_REF, &job).header("etag").to_owned();
    let with = |range: &str, tag: Option<&str>| {
        let ask = world.public(BY_REF).job(&job).header("range", range);
        match tag {
            Some(tag) => ask.header("if-range", tag).send(),
            None => ask.send(),
        }
    };
    for (range, part, says) in [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
        ("bytes=-99", "0123456789", "bytes 0-9/10"),
    ] {
        let got = with(range, None);
        assert_eq!(
            (got.status, got.text(), got.header("content-range")),
            (206, part, says)
        );
        assert_eq!(got.header("content-length"), part.len().to_string());
    }
    for range in ["bytes=10-", "bytes=99-100", "bytes=-0"] {
        let got = with(range, None);
        assert_eq!(
            (got.status, got.header("content-range")),
            (416, "bytes */10"),
            "{range}"
        );
    }
    // What is no single range of bytes is let be.
    for range in [
        "bytes=0-1,4-5",
        "bytes=4-2",
        "bytes=a-b",
        "bytes=+1-2",
        "lines=1-2",
        "bytes=-",
    ] {
        let got = with(range, None);
        assert_eq!((got.status, got.text()), (200, "0123456789"), "{range}");
    }
    assert_eq!(with("bytes=2-4", Some(&tag)).status, 206);
    assert_eq!(with("bytes=2-4", Some("\"another\"")).status, 200);
    let last = with("bytes=18446744073709551615-18446744073709551615", None);
    assert_eq!(last.status, 416);
}

/// A private artifact takes a Developer, whoever sees the rest.
#[test]
fn a_private_artifact_is_for_developers() {
    let (world, job) = world();
    let done = left(&world, b"private", "?private=true");
    let lines = [
        BY_REF.to_owned(),
        format!("GET /api/v4/projects/2/jobs/{}/artifacts", done.id.0),
        format!("GET /api/v4/jobs/{}/artifacts", done.id.0),
    ];
    let statuses = |job: &Job| lines.clone().map(|line| ask(&world, &line, job).status);
    assert_eq!(statuses(&job), [403, 403, 403], "a Reporter");
    world.role(ALICE, B, Role::Developer);
    assert_eq!(statuses(&job), [200, 200, 200], "a Developer");
    world.role(ALICE, B, Role::None);
    assert_eq!(statuses(&job), [404, 404, 403], "nobody");
    world.visible(B, Visibility::Public);
    assert_eq!(statuses(&job), [403, 403, 403], "anybody");
    left(&world, b"public", "?private=false");
    assert_eq!(ask(&world, BY_REF, &job).status, 200);
}

/// The token in the query works, and is not sent on.
#[test]
fn s35_the_token_in_the_query_counts_and_is_kept_from_referrers() {
    let (world, job) = world();
    left(&world, b"bytes", "");
    let line = format!("{BY_REF}&job_token={}", job.token());
    let got = world.public(&line).send();
    assert_eq!((got.status, got.bytes()), (200, &b"bytes"[..]));
    assert_eq!(got.header("referrer-policy"), "no-referrer");
}

#[test]
fn without_a_place_for_artifacts_they_are_decided_about_only() {
    let world = World::with(|options| options.artifacts = None);
    world.role(ALICE, B, Role::Reporter);
    let job = world.run();
    assert_eq!(ask(&world, BY_REF, &job).status, 501);
    assert_eq!(world.forward(BY_REF).job(&job).status(), 200);
    let put = world.admin(&format!("PUT /admin/jobs/{}/artifacts", job.id.0));
    assert_eq!(put.status(), 501);
    assert_eq!(
        world
            .admin("POST /admin/jobs")
            .json(&json!({ "project": 1, "word": 1 }))
            .status(),
        400,
        "a word that is not known"
    );
}
