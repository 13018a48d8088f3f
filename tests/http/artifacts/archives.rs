//! Files out of archives, of which some were made to do harm.

use masker::token::directory::Role;

use super::archive;
use crate::http::world::{ALICE, B, Job, Reply, World};
use crate::support::random::{self, Dice};

/// A world in which Alice reads B, her job, and a job that has left this behind.
fn world(bytes: &[u8]) -> (World, Job) {
    let world = World::with(|options| {
        let mut artifacts = options.artifacts.take().expect("a folder");
        artifacts.max_file = 16 << 20;
        options.artifacts = Some(artifacts);
    });
    world.role(ALICE, B, Role::Reporter);
    let done = world.run_b("test", "main");
    world.keep(&done, "", bytes);
    world.succeed(&done);
    let job = world.run();
    (world, job)
}

fn raw(world: &World, job: &Job, path: &str) -> Reply {
    let line = format!("GET /api/v4/projects/2/jobs/artifacts/main/raw/{path}?job=test");
    world.public(&line).job(job).send()
}

#[test]
fn a_file_comes_out_as_it_went_in() {
    println!("MASKER_TEST_SEED={}", random::seed());
    let mut dice = Dice::new(random::seed());
    let mut random = |length| -> Vec<u8> {
        let byte = |_| u8::try_from(dice.below(256)).expect("a byte");
        (0..length).map(byte).collect()
    };
    let files = [
        ("empty", Vec::new()),
        ("a/b c/ünïcode.txt", random(100)),
        ("exact", random(64 * 1024)),
        ("long", random(300_001)),
        ("plain", b"word ".repeat(200_000)),
        ("a/raw/b", random(10)),
        ("a/download", random(11)),
        ("page.html", b"<script>alert(1)</script>".to_vec()),
    ];
    let entries = files
        .each_ref()
        .map(|(name, bytes)| (*name, bytes.as_slice()));
    let (world, job) = world(&archive(&entries));
    for (name, bytes) in entries {
        let path = name
            .replace(' ', "%20")
            .replace('ü', "%C3%BC")
            .replace('ï', "%C3%AF");
        let got = raw(&world, &job, &path);
        assert_eq!(got.status, 200, "{name}");
        assert!(got.bytes() == bytes, "{name} differs");
        assert_eq!(got.header("content-length"), bytes.len().to_string());
        assert_eq!(got.header("content-type"), "application/octet-stream");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert!(
            got.header("content-disposition")
                .starts_with("attachment; "),
            "{name}"
        );
        let by_job = format!("GET /api/v4/projects/2/jobs/1/artifacts/{path}");
        assert!(
            world.public(&by_job).job(&job).send().bytes() == bytes,
            "{name}"
        );
        let head = by_job.replace("GET", "HEAD");
        let head = world.public(&head).job(&job).send();
        assert_eq!(head.header("content-length"), bytes.len().to_string());
        assert_eq!((head.status, head.bytes()), (200, &b""[..]));
    }
    for missing in ["none", "a", "a/b%20c", "EMPTY"] {
        assert_eq!(raw(&world, &job, missing).status, 404, "{missing}");
    }
}

#[test]
fn a_name_of_a_file_does_not_become_a_header() {
    let name = "a\"; filename=\"b.exe";
    let (world, job) = world(&archive(&[(name, b"bytes")]));
    let got = raw(&world, &job, "a%22;%20filename=%22b.exe");
    assert_eq!((got.status, got.bytes()), (200, &b"bytes"[..]));
    assert_eq!(
        got.header("content-disposition"),
        "attachment; filename=\"a_; filename=_b.exe\"; filename*=UTF-8''a%22%3B%20filename%3D%22b.exe"
    );
    assert_eq!(raw(&world, &job, "a%0D%0AX-Evil:%201").status, 400);
}

#[test]
fn a_bomb_does_not_go_off() {
    let zeros = vec![0; 17 << 20];
    let bytes = archive(&[("small", b"1"), ("bomb", &zeros)]);
    assert!(
        bytes.len() < 1 << 20,
        "it is small as long as nobody unpacks it"
    );
    let (world, job) = world(&bytes);
    assert_eq!(raw(&world, &job, "bomb").status, 422);
    assert_eq!(raw(&world, &job, "small").bytes(), b"1");
}

/// An index that says less than is there: what comes is cut off, and does not look whole.
#[test]
fn a_file_that_is_longer_than_its_index_says_is_cut_off() {
    let zeros = vec![0; 12 << 20];
    let whole = archive(&[("liar", &zeros)]);
    let length = u32::try_from(zeros.len()).expect("it fits").to_le_bytes();
    for claimed in [1_u32, 1 << 20, 13 << 20] {
        let mut bytes = whole.clone();
        let mut found = 0;
        for at in 0..bytes.len() - 4 {
            if bytes[at..at + 4] == length {
                bytes[at..at + 4].copy_from_slice(&claimed.to_le_bytes());
                found += 1;
            }
        }
        assert!(found > 0, "the index has the length");
        let (world, job) = world(&bytes);
        let got = raw(&world, &job, "liar");
        assert!(
            got.status == 422 || !got.is_whole,
            "{claimed}: {}",
            got.status
        );
    }
}

#[test]
fn a_file_with_another_sum_is_cut_off() {
    let contents = b"0123456789".repeat(50_000);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default();
    let stored = stored.compression_method(zip::CompressionMethod::Stored);
    writer.start_file("file", stored).expect("memory");
    std::io::Write::write_all(&mut writer, &contents).expect("memory");
    let mut bytes = writer.finish().expect("memory").into_inner();
    bytes[250_000] ^= 1;
    let (world, job) = world(&bytes);
    assert!(!raw(&world, &job, "file").is_whole);
}

#[test]
fn what_is_no_whole_archive_is_told_as_such() {
    let whole = archive(&[("a", &b"text ".repeat(1000)), ("b", b"2")]);
    println!("MASKER_TEST_SEED={}", random::seed());
    let mut dice = Dice::new(random::seed());
    let cuts = (0..20).map(|_| dice.below(whole.len() - 1));
    let cut = cuts.map(|at| whole[..at].to_vec());
    let others = [
        Vec::new(),
        b"PK".to_vec(),
        vec![0; 1000],
        b"PK\x05\x06".repeat(500),
    ];
    for bytes in cut.chain(others) {
        let (world, job) = world(&bytes);
        let got = raw(&world, &job, "a");
        assert_eq!(got.status, 422, "{} bytes", bytes.len());
        // As a whole it is still what was uploaded.
        let line = "GET /api/v4/projects/2/jobs/artifacts/main/download?job=test";
        assert!(world.public(line).job(&job).send().bytes() == bytes);
    }
}

/// Bytes changed anywhere: an answer comes, and what is wrong does not look whole.
#[test]
fn no_archive_breaks_the_service() {
    let contents = b"some text, again and again ".repeat(100);
    let whole = archive(&[("a", &contents)]);
    println!("MASKER_TEST_SEED={}", random::seed());
    let mut dice = Dice::new(random::seed());
    for _ in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..=dice.below(3) {
            let at = dice.below(bytes.len());
            bytes[at] = u8::try_from(dice.below(256)).expect("a byte");
        }
        let (world, job) = world(&bytes);
        let got = raw(&world, &job, "a");
        let is_told = [404, 422].contains(&got.status);
        let is_right = got.body == contents;
        assert!(is_told || !got.is_whole || is_right, "{}", got.status);
    }
}

/// Names that would fill the memory are refused before they do.
#[test]
fn an_index_that_is_too_long_is_not_read() {
    let names: Vec<String> = (0..3000).map(|n| format!("{n:0>60000}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b""[..])).collect();
    let bytes = archive(&files[..500]);
    assert!(bytes.len() > 32 << 20);
    let (world, job) = world(&bytes);
    assert_eq!(raw(&world, &job, "a").status, 422);
}

#[test]
fn a_folder_and_a_link_are_no_files() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer.add_directory("folder", options).expect("memory");
    writer
        .add_symlink("link", "/etc/passwd", options)
        .expect("memory");
    let bytes = writer.finish().expect("memory").into_inner();
    let (world, job) = world(&bytes);
    for path in ["folder", "link"] {
        assert_eq!(raw(&world, &job, path).status, 404, "{path}");
    }
    assert_eq!(
        raw(&world, &job, "folder/").status,
        401,
        "no route ends with a slash"
    );
}
