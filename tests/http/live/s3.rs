//! `masker serve --artifacts s3://BUCKET/PREFIX`, at a server that checks signatures: moto, of Python.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::has_curl;
use super::trial::Trial;
use crate::http::artifacts::archive as archive_of;
use crate::support::command::{Call, Outcome, masker, shell};
use crate::support::programs::of_ci;
use crate::support::random::{self, Dice};
use crate::support::server::{Answer, Server};
use crate::support::service::{Service, free_port, wait_for};

/// Makes a bucket and a user with a key, which is printed. Nobody is asked who they are so far.
const SET_UP: &str = r#"
import boto3, json, sys
at = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="a")
iam = boto3.client("iam", **at)
iam.create_user(UserName="masker")
key = iam.create_access_key(UserName="masker")["AccessKey"]
may = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
iam.put_user_policy(UserName="masker", PolicyName="may", PolicyDocument=policy)
boto3.client("s3", **at).create_bucket(Bucket="bucket")
print(key["AccessKeyId"], key["SecretAccessKey"])
"#;

/// How many requests that takes.
const SET_UP_REQUESTS: &str = "4";

/// Prints the names of what is in the bucket.
const LIST: &str = r#"
import boto3, sys
s3 = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1")
for found in s3.list_objects_v2(Bucket="bucket").get("Contents", []): print(found["Key"])
"#;

/// A server of S3 with a bucket.
struct Store {
    server: Option<Service>,
    port: u16,
    key: String,
    secret: String,
}

impl Store {
    /// `None`, with a message, where there is none.
    fn start() -> Option<Store> {
        if !has_curl() {
            return None;
        }
        let server = of_ci("moto_server")?;
        let port = free_port();
        let program = [&*server, "-H", "127.0.0.1", "-p", &port.to_string()];
        let server = Service::start(&program, |command| {
            command.env("INITIAL_NO_AUTH_ACTION_COUNT", SET_UP_REQUESTS);
        });
        wait_for(port);
        let mut store = Store {
            server: Some(server),
            port,
            key: String::new(),
            secret: String::new(),
        };
        let printed = store.python(SET_UP);
        let (key, secret) = printed.trim().split_once(' ').expect("a key");
        (store.key, store.secret) = (key.to_owned(), secret.to_owned());
        Some(store)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn python(&self, script: &str) -> String {
        let python = of_ci("python").expect("it was there");
        let url = self.url();
        let call = shell("exec \"$PYTHON\" -c \"$SCRIPT\" \"$URL\"").env("PYTHON", python);
        let call = call.env("SCRIPT", script).env("URL", url);
        let call = call.env("AWS_ACCESS_KEY_ID", &self.key);
        let outcome = call.env("AWS_SECRET_ACCESS_KEY", &self.secret).run("");
        assert_eq!(outcome.status.code(), Some(0), "{}", outcome.stderr);
        String::from_utf8(outcome.stdout).expect("text")
    }

    fn names(&self) -> Vec<String> {
        self.python(LIST).lines().map(str::to_owned).collect()
    }

    /// `masker serve --dev` with its artifacts there, by way of a port.
    fn asked(&self, port: u16) -> Asked {
        let call = serve("s3://bucket/of masker/here", port);
        let call = call.env("AWS_ACCESS_KEY_ID", &self.key);
        Asked {
            trial: Trial::of(call.env("AWS_SECRET_ACCESS_KEY", &self.secret)),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }
}

fn serve(place: &str, port: u16) -> Call {
    masker(&["serve", "--dev", "--listen", "127.0.0.1:0"])
        .args(&["--artifacts", place])
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .deadline(Duration::from_secs(300))
}

/// A service with a running job, and a folder for curl.
struct Asked {
    trial: Trial,
    folder: TempDir,
}

impl Asked {
    /// Runs curl with these arguments.
    fn curl(&self, arguments: &str) -> Outcome {
        let script = format!("cd \"$HOME\" && curl -sS -w '%{{http_code}}' {arguments}");
        shell(&script)
            .env("HOME", self.folder.path())
            .env("TOKEN", self.trial.token())
            .env("API", format!("{}/api/v4", self.trial.base()))
            .env("ADMIN", self.trial.admin_of_job())
            .env("ADMIN_TOKEN", self.trial.admin_token())
            .run("")
    }

    #[track_caller]
    fn status(&self, arguments: &str) -> String {
        let outcome = self.curl(arguments);
        outcome.has_status(0);
        String::from_utf8(outcome.stdout).expect("a number")
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).expect("a file can be written");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).expect("a file")
    }

    /// Ends it, and tells what it has logged.
    fn end(self) -> String {
        let running = self.trial.running;
        running.signal(rustix::process::Signal::TERM);
        running.wait().stderr
    }
}

const PUT: &str = "-H \"Authorization: Bearer $ADMIN_TOKEN\" \"$ADMIN/artifacts\" -o answer -T";
const POST: &str = "-H \"JOB-TOKEN: $TOKEN\" \"$API/jobs/1/artifacts\" -o answer";
const GET: &str = "-H \"JOB-TOKEN: $TOKEN\" \"$API/projects/1/jobs/1/artifacts\" -D headers -o out";

fn get_file(name: &str) -> String {
    let file = format!("/artifacts/{name}\"");
    GET.replace("/artifacts\"", &file)
}

/// An archive, with more bytes than the pieces of an upload have.
fn archive() -> (Vec<u8>, Vec<u8>) {
    println!("MASKER_TEST_SEED={}", random::seed());
    let mut dice = Dice::new(random::seed());
    let byte = |_| u8::try_from(dice.below(256)).expect("a byte");
    let large: Vec<u8> = (0..12 << 20).map(byte).collect();
    (
        archive_of(&[("a/large", &large), ("small", b"small")]),
        large,
    )
}

#[test]
fn artifacts_are_taken_and_given_out_and_end() {
    let Some(store) = Store::start() else { return };
    let asked = store.asked(store.port);
    assert_eq!(
        store.names(),
        [""; 0],
        "what was tried at the start is gone"
    );
    let (bytes, large) = archive();
    asked.write("in.zip", &bytes);
    asked.write("small.zip", b"small");
    asked.write("empty.zip", b"");

    assert_eq!(asked.status(&format!("{PUT} in.zip")), "201");
    let name = "of masker/here/jobs/1";
    assert_eq!(store.names(), [name]);
    assert_eq!(asked.status(GET), "200");
    assert!(asked.read("out") == bytes, "the bytes differ");
    let head = GET.replace("-o out", "-I -o out");
    assert_eq!(asked.status(&head), "200");
    let headers = String::from_utf8(asked.read("headers")).expect("text");
    let length = format!("content-length: {}", bytes.len());
    assert!(headers.to_lowercase().contains(&length), "{headers}");
    assert_eq!(asked.status(&format!("{GET} -r 6000000-6000009")), "206");
    assert_eq!(asked.read("out"), bytes[6_000_000..6_000_010]);
    assert_eq!(asked.status(&get_file("a/large")), "200");
    assert!(asked.read("out") == large, "the bytes of the file differ");
    assert_eq!(asked.status(&get_file("small")), "200");
    assert_eq!(asked.read("out"), b"small");
    assert_eq!(asked.status(&get_file("none")), "404");

    // By the form of runners; also one that has no bytes.
    for file in ["empty.zip", "small.zip"] {
        let post = format!("{POST} -F file=@{file}");
        assert_eq!(asked.status(&post), "201", "{file}");
        assert_eq!(asked.status(GET), "200");
        assert!(asked.read("out") == asked.read(file), "{file}");
    }
    let large = format!("{POST} -F file=@in.zip -F 'expire_in=2 seconds'");
    assert_eq!(asked.status(&large), "201");
    // It is over by the clock of the service, and the next sweep deletes it.
    let patience = Instant::now() + Duration::from_secs(60);
    while store.names() == [name] {
        assert!(Instant::now() < patience, "it is not deleted");
        thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(store.names(), [""; 0]);
    assert_eq!(asked.status(GET), "404");
    let log = asked.end();
    assert!(!log.contains(&store.secret), "the secret is in the log");
}

/// Gone before an answer has begun: 503. Gone in the middle of one: not the whole, and not for the whole.
#[test]
fn a_store_that_is_gone_is_told() {
    let Some(mut store) = Store::start() else {
        return;
    };
    let way = Way::to(store.port);
    let asked = store.asked(way.port);
    let (bytes, large) = archive();
    asked.write("in.zip", &bytes);
    assert_eq!(asked.status(&format!("{PUT} in.zip")), "201");
    for (get, whole) in [(GET.to_owned(), bytes), (get_file("a/large"), large)] {
        way.let_through(3 << 20);
        let cut = asked.curl(&get);
        let got = asked.read("out");
        assert_ne!(cut.status.code(), Some(0), "curl takes it for the whole");
        assert!(got.len() < whole.len() && whole.starts_with(&got));
        way.let_through(u64::MAX);
        assert_eq!(asked.status(&get), "200");
        assert!(asked.read("out") == whole, "the bytes differ");
    }
    store.server = None;
    for get in [GET.to_owned(), get_file("small"), format!("{GET} -r 1-2")] {
        assert_eq!(asked.status(&get), "503", "{get}");
    }
    assert_eq!(asked.status(&format!("{PUT} in.zip")), "503");
    let log = asked.end();
    assert!(log.contains("artifacts cannot be read"), "{log}");
    assert!(!log.contains(&store.secret), "the secret is in the log");
}

/// What cannot work is told at the start, and by whose flag.
#[test]
fn a_place_that_cannot_be_used_is_told_at_the_start() {
    let Some(store) = Store::start() else { return };
    let wrong = "wrong0123456789wrong0123456789wrong01234";
    let nobody = free_port();
    let right = (&*store.key, &*store.secret);
    for (place, (key, secret), port, says) in [
        (
            "s3://bucket",
            (right.0, wrong),
            store.port,
            "SignatureDoesNotMatch",
        ),
        (
            "s3://bucket",
            ("AKIANOBODY", wrong),
            store.port,
            "InvalidAccessKeyId",
        ),
        ("s3://other/a", right, store.port, "NoSuchBucket"),
        ("s3://bucket/a", right, nobody, "Connection refused"),
    ] {
        let call = serve(place, port).env("AWS_ACCESS_KEY_ID", key);
        let outcome = call.env("AWS_SECRET_ACCESS_KEY", secret).run("");
        outcome.has_status(4).says(format!("--artifacts {place}: "));
        outcome.says(says).hides(secret);
        assert!(outcome.stdout.is_empty(), "it shows no token");
        assert!(!outcome.stderr.contains('<'), "{}", outcome.stderr);
    }
    let call = serve("s3://bucket", store.port).env("AWS_ALLOW_HTTP", "false");
    let call = call.env("AWS_ACCESS_KEY_ID", right.0);
    let outcome = call.env("AWS_SECRET_ACCESS_KEY", right.1).run("");
    outcome.has_status(4).says("--artifacts s3://bucket: ");
}

/// A server that repeats all it was sent: none of it is shown.
#[test]
fn what_a_server_repeats_is_not_shown() {
    let server = Server::start(|request| {
        let head = String::from_utf8_lossy(&request.head);
        let said = format!("<Error><Code>AccessDenied</Code><Sent>{head}</Sent></Error>");
        Answer {
            status: "403 Forbidden".to_owned(),
            headers: Vec::new(),
            body: said.into_bytes(),
        }
    });
    let host = server.host();
    let (_, port) = host.rsplit_once(':').expect("a port");
    let call = serve("s3://bucket", port.parse().expect("a number"));
    let token = "a-token-of-a-session-that-nobody-may-see";
    let call = call.env("AWS_SESSION_TOKEN", token);
    let call = call.env("AWS_ACCESS_KEY_ID", "AKIAKEY");
    let outcome = call.env("AWS_SECRET_ACCESS_KEY", "secret-of-a-key").run("");
    outcome.has_status(4).says("AccessDenied");
    outcome
        .hides(token)
        .hides("secret-of-a-key")
        .hides("Signature=");
}

#[test]
fn what_is_no_place_is_refused() {
    for place in [
        "s3://",
        "s3:///prefix",
        "s3://key:very-secret@bucket",
        "s3://bucket?secret=very-secret",
        "gs://bucket",
        "https://very-secret@s3.example.com/bucket",
    ] {
        let outcome = serve(place, 9).run("");
        outcome.has_status(2).says("--artifacts: ");
        outcome.hides("very-secret");
    }
}

/// The way to a server, on which answers are cut off after so many bytes.
struct Way {
    port: u16,
    left: Arc<AtomicU64>,
}

impl Way {
    fn to(port: u16) -> Way {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let way = Way {
            port: listener.local_addr().expect("an address").port(),
            left: Arc::new(AtomicU64::new(u64::MAX)),
        };
        let left = Arc::clone(&way.left);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
                    continue;
                };
                if left.load(SeqCst) == 0 {
                    continue;
                }
                let all = Arc::new(AtomicU64::new(u64::MAX));
                let left = Arc::clone(&left);
                let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else {
                    continue;
                };
                thread::spawn(move || pass(from, to, &all));
                thread::spawn(move || pass(server, client, &left));
            }
        });
        way
    }

    fn let_through(&self, bytes: u64) {
        self.left.store(bytes, SeqCst);
    }
}

/// Passes bytes on until there are no more, or no more may be.
fn pass(mut from: TcpStream, mut to: TcpStream, left: &AtomicU64) {
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        let length = read as u64;
        let taken = left.fetch_update(SeqCst, SeqCst, |left| match left {
            u64::MAX => Some(left),
            _ => left.checked_sub(length),
        });
        if taken.is_err() {
            left.store(0, SeqCst);
            break;
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        stream.shutdown(Shutdown::Both).ok();
    }
}
