//! The examples of GitLab's page on job tokens, with curl, and connections that break.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use masker::token::directory::Role;
use tokio::net::TcpListener;
use tower_service::Service as _;

use super::world::{ALICE, B, World, archive, multipart};
use crate::support::command::{Running, masker, shell};
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

/// Statement 77, the seed's example as it stands there but for the host and the project's number.
#[test]
fn s77_the_example_of_a_trigger() {
    if !has_curl() {
        return;
    }
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run_a();
    let address = serve(&world, world.service.public());
    let script = "curl -sS --request POST --form \"token=$CI_JOB_TOKEN\" --form ref=main \
                  \"http://$HOST/api/v4/projects/2/trigger/pipeline\"";
    let outcome = shell(script)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CI_JOB_TOKEN", job.token())
        .env("HOST", address.to_string())
        .run("");
    let answer: serde_json::Value = serde_json::from_slice(&outcome.stdout).expect("JSON");
    assert_eq!(answer["source"], "pipeline");
    assert_eq!(world.claim().variables["CI_PIPELINE_SOURCE"], "pipeline");
    world.role(ALICE, B, Role::None);
    let outcome = shell(script)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CI_JOB_TOKEN", job.token())
        .env("HOST", address.to_string())
        .run("");
    assert_eq!(outcome.stdout, b"{\"message\":\"404 Not Found\"}");
}

/// Statement 81, the seed's example of artifacts, likewise.
#[test]
fn s81_the_example_of_artifacts() {
    if !has_curl() {
        return;
    }
    let world = World::new();
    world.role(ALICE, B, Role::Reporter);
    let done = world.run_b("test", "main");
    let bytes = archive(&[("a/b.txt", &b"text ".repeat(100_000)), ("c", b"2")]);
    let (public, admin) = (
        serve(&world, world.service.public()),
        serve(&world, world.service.admin()),
    );
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("in.zip"), &bytes).expect("a file");
    let job = world.run_a();
    let run = |script: &str| {
        let call = shell(&format!("cd \"$HOME\" && {script}"));
        let outcome = call
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env("CI_JOB_TOKEN", job.token())
            .env("OWN_TOKEN", done.token())
            .env("ID", done.id.to_string())
            .env("HOST", public.to_string())
            .env("ADMIN", admin.to_string())
            .run("");
        outcome.has_status(0);
        String::from_utf8(outcome.stdout).expect("UTF-8")
    };
    // Twice: by the operator, who sends the file, and by the runner, who sends a form.
    let put = "curl -sS -o /dev/null -w '%{http_code}' -T in.zip \"http://$ADMIN/admin/jobs/$ID/artifacts\"";
    assert_eq!(run(put), "201");
    let post = "curl -sS -o /dev/null -w '%{http_code}' -H \"JOB-TOKEN: $OWN_TOKEN\" -F file=@in.zip \
                -F expire_in='1 day' \"http://$HOST/api/v4/jobs/$ID/artifacts\"";
    assert_eq!(run(post), "201");
    world.succeed(&done);
    run("curl -sS --location --output artifacts.zip \
         \"http://$HOST/api/v4/projects/2/jobs/artifacts/main/download?job=test&job_token=$CI_JOB_TOKEN\"");
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("a file");
    assert!(read("artifacts.zip") == bytes, "the bytes differ");
    let raw = "curl -sS -OJ -H \"JOB-TOKEN: $CI_JOB_TOKEN\" \
               \"http://$HOST/api/v4/projects/g%2Fsub%2Fb/jobs/artifacts/main/raw/a/b.txt?job=test\"";
    run(raw);
    assert_eq!(read("b.txt"), b"text ".repeat(100_000));
    // In two halves, as after a connection that broke.
    std::fs::write(folder.path().join("half.zip"), &bytes[..100]).expect("a file");
    run("curl -sS -C - -o half.zip -H \"JOB-TOKEN: $CI_JOB_TOKEN\" \
         \"http://$HOST/api/v4/projects/2/jobs/$ID/artifacts\"");
    assert!(read("half.zip") == bytes, "the halves do not fit");
    // Statement 83, with a client that leaves the path as it is.
    let slip = "curl -sS --path-as-is -o /dev/null -w '%{http_code}' -H \"JOB-TOKEN: $CI_JOB_TOKEN\" \
                \"http://$HOST/api/v4/projects/2/jobs/$ID/artifacts/raw/../../etc/passwd\"";
    assert_eq!(run(slip), "400");
    if is_there("unzip") {
        assert_eq!(run("unzip -p artifacts.zip c"), "2");
    } else {
        eprintln!("not tried: there is no unzip here");
    }
}

/// Writes the beginning of a request, goes away, and waits until nothing is left of it.
#[test]
fn a_connection_that_breaks_in_an_upload_leaves_nothing() {
    let world = World::new();
    let job = world.run_a();
    let (public, admin) = (
        serve(&world, world.service.public()),
        serve(&world, world.service.admin()),
    );
    let form = multipart(&[("file", Some("a.zip"), &vec![1; 7 << 20])]);
    let post = format!(
        "POST /api/v4/jobs/{}/artifacts HTTP/1.1\r\nHost: x\r\nJOB-TOKEN: {}\r\n\
         Content-Type: multipart/form-data; boundary=parted-here\r\nContent-Length: {}\r\n\r\n",
        job.id,
        job.token(),
        form.len()
    );
    let put = format!(
        "PUT /admin/jobs/{}/artifacts HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        job.id,
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
    let reader = world.run_a();
    let line = format!("GET /api/v4/projects/1/jobs/{}/artifacts", job.id);
    assert_eq!(world.public(&line).job(&reader).status(), 404);
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

/// What is cut off in the middle does not look whole to a client.
#[test]
fn a_file_that_is_broken_ends_before_its_length() {
    let world = World::new();
    let done = world.run_a();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default();
    let stored = stored.compression_method(zip::CompressionMethod::Stored);
    writer.start_file("file", stored).expect("memory");
    writer.write_all(&[7; 500_000]).expect("memory");
    let mut bytes = writer.finish().expect("memory").into_inner();
    bytes[250_000] ^= 1;
    world.keep(&done, "", &bytes);
    let address = serve(&world, world.service.public());
    let reader = world.run_a();
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head = format!(
        "GET /api/v4/projects/1/jobs/{}/artifacts/file HTTP/1.1\r\nHost: x\r\nJOB-TOKEN: {}\r\n\r\n",
        done.id,
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

/// `masker serve --dev`, until the lines to paste are there, and what it printed.
fn trial(args: &[&str]) -> (Running, String) {
    let mut running = masker(&["serve", "--dev", "--listen", "127.0.0.1:0"])
        .args(args)
        .start();
    let mut stdout = BufReader::new(running.take_stdout());
    let mut printed = String::new();
    while !printed.ends_with("/finish\n") {
        let read = stdout.read_line(&mut printed).expect("it prints");
        assert!(read > 0, "it has ended: {:?}", running.wait());
    }
    (running, printed)
}

/// The service itself, with artifacts in a folder: taken, given out, too large.
#[test]
fn the_service_keeps_artifacts_in_its_folder() {
    if !has_curl() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("new/artifacts");
    let place = kept.to_str().expect("a path").to_owned();
    let (running, printed) = trial(&["--artifacts", &place, "--artifacts-limit", "1"]);
    let word = |beginning: &str, line: &str| {
        let start = line.find(beginning).expect("it is printed") + beginning.len();
        let rest = &line[start..];
        rest[..rest.find(['\'', ' ', '\n']).unwrap_or(rest.len())].to_owned()
    };
    let whose = printed.lines().find(|line| line.ends_with("/api/v4/job"));
    let whose = whose.expect("a line to paste");
    let finish = printed.lines().find(|line| line.ends_with("/finish"));
    let finish = finish.expect("a line to paste");
    let public = word("http://", whose).replace("/api/v4/job", "");
    let admin = word("http://", finish);
    let (admin, path) = admin.split_once("/admin/jobs/").expect("the job's path");
    let id = path.replace("/finish", "");
    std::fs::write(folder.path().join("in.zip"), vec![7; 1 << 20]).expect("a file");
    std::fs::write(folder.path().join("more.zip"), vec![7; (1 << 20) + 1]).expect("a file");
    let run = |script: &str| {
        let outcome = shell(&format!(
            "cd \"$HOME\" && curl -sS -w '%{{http_code}}' {script}"
        ))
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.path())
        .env("CI_JOB_TOKEN", word("JOB-TOKEN: ", whose))
        .env("ADMIN_TOKEN", word("Bearer ", finish))
        .env("PUBLIC", &public)
        .env("ADMIN", admin)
        .env("ID", &id)
        .run("");
        String::from_utf8(outcome.stdout).expect("UTF-8")
    };
    let put = "-o answer -H \"Authorization: Bearer $ADMIN_TOKEN\" \"http://$ADMIN/admin/jobs/$ID/artifacts\" -T";
    assert_eq!(run(&format!("{put} more.zip")), "413");
    assert_eq!(run(&format!("{put} in.zip")), "201");
    let get =
        "-o out.zip -H \"JOB-TOKEN: $CI_JOB_TOKEN\" \"http://$PUBLIC/api/v4/jobs/$ID/artifacts\"";
    assert_eq!(run(get), "200");
    let out = std::fs::read(folder.path().join("out.zip")).expect("a file");
    assert!(out == vec![7; 1 << 20], "the bytes differ");
    let file = std::fs::metadata(kept.join("jobs").join(&id)).expect("a file");
    assert_eq!(file.len(), 1 << 20);
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(&kept)
        .expect("a folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700, "nobody else reads it");
    running.signal(rustix::process::Signal::TERM);
    running.wait();
}

#[test]
fn a_folder_that_cannot_be_had_is_told_by_name() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let place = file.path().join("artifacts");
    let outcome = masker(&["serve", "--dev", "--listen", "127.0.0.1:0", "--artifacts"])
        .arg(&place)
        .run("");
    outcome.has_status(4).says("--artifacts");
}
