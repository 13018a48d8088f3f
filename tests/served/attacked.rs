//! Clients that want more than they may, or want others to get nothing.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::command::{Call, masker};
use crate::support::service::{Service, free_port, wait_for};

/// Alice maintains `a`, and somebody has a name that looks like her number.
const DIRECTORY: &str = r#"
user = [{ id = 7, name = "alice" }, { id = 8, name = "+7" }]

[[project]]
id = 1
path = "g/a"
members = { alice = "maintainer" }
refs = ["main"]
jobs = ["build"]
"#;

const ADMIN: &str = "Authorization: Bearer the token of operators";

/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// `masker serve` by itself, as a proxy or a job of this machine finds it.
pub(super) struct Attacked {
    pub(super) folder: TempDir,
    pub(super) port: u16,
    admin: u16,
    _service: Service,
}

impl Attacked {
    fn begin() -> Attacked {
        Attacked::begin_with(1024)
    }

    /// A service that may have so many files open.
    fn begin_with(files: u32) -> Attacked {
        Attacked::begin_as(files, "")
    }

    /// One whose operator has chosen something.
    pub(super) fn configured(configuration: &str) -> Attacked {
        Attacked::begin_as(1024, configuration)
    }

    fn begin_as(files: u32, configuration: &str) -> Attacked {
        let folder = tempfile::tempdir().expect("a folder of the service");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file can be written");
            path.display().to_string()
        };
        let directory = write("directory.toml", DIRECTORY);
        write("masker.toml", configuration);
        for args in [&["keys", "new"][..], &["directory", "load", &directory]] {
            knowing(&folder, masker(args)).run("").has_status(0);
        }
        let (port, admin) = (free_port(), free_port());
        let local = |port| format!("127.0.0.1:{port}");
        let registry = ["registry.key", "registry.crt"].map(|name| folder.path().join(name));
        let registry = registry.map(|path| path.display().to_string());
        let limited = format!("ulimit -n {files}; exec \"$@\"");
        let program = [
            "sh",
            "-c",
            &limited,
            "sh",
            env!("CARGO_BIN_EXE_masker"),
            "serve",
            "--listen",
            &local(port),
            "--admin-listen",
            &local(admin),
            "--registry-key",
            &registry[0],
            "--registry-certificate",
            &registry[1],
        ];
        let log = fs::File::create(folder.path().join("log")).expect("a file can be made");
        let service = Service::start(&program, |command| {
            command.env("MASKER_STORE", store(&folder)).stderr(log);
            command.env("MASKER_KEY_FILE", folder.path().join("keys"));
            command.env("MASKER_CONFIG", folder.path().join("masker.toml"));
            command.env("MASKER_ADMIN_TOKEN", "the token of operators");
        });
        wait_for(port);
        wait_for(admin);
        Attacked {
            folder,
            port,
            admin,
            _service: service,
        }
    }

    pub(super) fn ask(&self, args: &[&str]) -> String {
        let outcome = knowing(&self.folder, masker(args)).run("");
        outcome.has_status(0);
        let text = String::from_utf8(outcome.stdout).expect("it is text");
        text.trim_end().to_owned()
    }

    /// A job of Alice that runs, and its token.
    pub(super) fn job(&self) -> String {
        self.ask(&["job", "enqueue", "--project", "g/a", "--user", "alice"]);
        self.ask(&["job", "start", "--print-token"])
    }

    /// The status of `GET /api/v4/job`.
    pub(super) fn works(&self, token: &str) -> u16 {
        let header = format!("JOB-TOKEN: {token}");
        http(self.port, "GET /api/v4/job", &[&header], "").0
    }

    pub(super) fn operate(&self, line: &str, more: &[&str], body: &Value) -> (u16, Value) {
        let headers = [&[ADMIN], more].concat();
        let (status, body) = http(self.admin, line, &headers, &body.to_string());
        (status, serde_json::from_str(&body).unwrap_or_default())
    }
}

fn store(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("store.db").display())
}

fn knowing(folder: &TempDir, call: Call) -> Call {
    let call = call.env("MASKER_STORE", store(folder));
    let call = call.env("MASKER_KEY_FILE", folder.path().join("keys"));
    call.env("MASKER_CONFIG", folder.path().join("masker.toml"))
}

/// The status and the body of an answer.
pub(super) fn http(port: u16, line: &str, headers: &[&str], body: &str) -> (u16, String) {
    let mut request = format!("{line} HTTP/1.0\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        request.extend([header, "\r\n"]);
    }
    request.extend(["\r\n", body]);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("it is some");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    (status.expect("a status"), body.to_owned())
}

#[test]
fn a_name_with_a_sign_is_not_the_user_of_the_number() {
    let attacked = Attacked::begin();
    let line = "PATCH /api/v4/projects/1/job_token_scope";
    let change = json!({ "outbound_enabled": true });
    for (name, status) in [("+7", 404), ("7", 204), ("alice", 204)] {
        let answer = attacked.operate(line, &[&format!("Sudo: {name}")], &change);
        assert_eq!(answer.0, status, "as {name}");
    }
    let named = ["scope", "limit", "g/a", "off", "--as"];
    let outcome = knowing(&attacked.folder, masker(&named).arg("+7")).run("");
    outcome.has_status(1);
    attacked.ask(&[&named[..], &["7"]].concat());
}

#[test]
fn one_request_for_a_bearer_token_makes_few_decisions() {
    let attacked = Attacked::begin();
    let token = attacked.job();
    let basic = {
        use base64::Engine as _;
        let text = format!("gitlab-ci-token:{token}");
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let actions = vec!["pull"; 2000].join(",");
    let line = format!("GET /jwt/auth?service=r&scope=repository:g/a:{actions},push");
    let headers = [
        &format!("Authorization: Basic {basic}"),
        "X-Request-Id: greedy",
    ];
    let (status, _) = http(attacked.port, &line, &headers, "");
    assert_eq!(status, 200);
    let (_, decisions) = attacked.operate("GET /admin/decisions/greedy", &[], &Value::Null);
    let decisions = decisions.as_array().expect("a list");
    // Whose token it is, and each action once.
    assert_eq!(decisions.len(), 3);
}

#[test]
fn a_token_as_the_name_of_a_client_is_not_logged() {
    let attacked = Attacked::begin();
    let token = attacked.job();
    let headers = [
        &format!("JOB-TOKEN: {token}"),
        &format!("User-Agent: job \u{85}{token}"),
    ];
    let headers = headers.map(String::as_str);
    assert_eq!(http(attacked.port, "GET /api/v4/job", &headers, "").0, 200);
    let log = fs::read_to_string(attacked.folder.path().join("log")).expect("it is text");
    assert!(log.contains("allowed"));
    assert!(!log.contains(&token));
    assert!(!log.contains('\u{85}'));
    let (_, shown) = attacked.operate("GET /admin/decisions", &[], &Value::Null);
    assert!(!shown.to_string().contains(&token));
}

/// Changes wait for a lock that another process has. Decisions need no such lock.
#[test]
fn decisions_go_on_while_changes_wait() {
    let attacked = Attacked::begin();
    let token = attacked.job();
    let other = Connection::open(attacked.folder.path().join("store.db")).expect("it is there");
    other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    let job = json!({ "project": 1, "user": "alice" });
    thread::scope(|scope| {
        // More than there are places.
        for _ in 0..100 {
            scope.spawn(|| attacked.operate("POST /admin/jobs", &[], &job));
        }
        thread::sleep(Duration::from_secs(1));
        let answers: Vec<u16> = (0..5).map(|_| attacked.works(&token)).collect();
        other.execute_batch("ROLLBACK").expect("it is ours");
        assert_eq!(answers, [200; 5]);
    });
}

/// Whoever may start a pipeline must not have its jobs send their tokens elsewhere.
#[test]
fn a_pipeline_cannot_say_where_tokens_go() {
    let attacked = Attacked::begin();
    let token = attacked.job();
    let names = [
        "CI_API_V4_URL",
        "CI_JOB_TOKEN",
        "CI_REGISTRY_PASSWORD",
        "CI_REGISTRY_USER",
        "CI_REPOSITORY_URL",
        "CI_SERVER_URL",
        "CI_PIPELINE_SOURCE",
        "OTHER",
    ];
    let variables = names.map(|it| (it.to_owned(), json!("evil")));
    let variables = Value::from_iter(variables);
    let body = json!({ "token": token, "ref": "main", "variables": variables }).to_string();
    let line = "POST /api/v4/projects/1/trigger/pipeline";
    let started = http(
        attacked.port,
        line,
        &["Content-Type: application/json"],
        &body,
    );
    assert_eq!(started.0, 201);
    let (_, job) = attacked.operate("POST /admin/jobs/claim", &[], &json!({}));
    let told = job["variables"].as_object().expect("they are told");
    let evil: Vec<_> = told.iter().filter(|it| it.1 == "evil").collect();
    assert_eq!(evil.len(), 1);
    assert_eq!(told["OTHER"], "evil");
    assert_eq!(told["CI_PIPELINE_SOURCE"], "pipeline");
}

/// Servers of Java take `..;x` for `..`.
#[test]
fn dots_before_a_semicolon_are_not_canonical() {
    let attacked = Attacked::begin();
    let header = format!("JOB-TOKEN: {}", attacked.job());
    let at = |path: &str| {
        let line = format!("GET /auth/forward/api/v4/projects/1/packages/generic/{path}");
        http(attacked.port, &line, &[&header], "").0
    };
    for path in ["..;/x", "..;a=b/x", ".;/x", "x/..;", "..%3b/x", "..%3Ba/x"] {
        assert_eq!(at(path), 400, "{path}");
    }
    for path in ["...;/x", "a;b/x", "..a;/x", ";/x"] {
        assert_eq!(at(path), 200, "{path}");
    }
}

/// Rotated and retired by another process, while this one serves.
#[test]
fn s109_keys_that_change_are_taken_up() {
    let attacked = Attacked::begin();
    let before = attacked.job();
    attacked.ask(&["keys", "rotate"]);
    let after = attacked.job();
    let patience = Instant::now() + PATIENCE;
    while attacked.works(&after) != 200 {
        assert!(Instant::now() < patience, "the new key is not known");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(attacked.works(&before), 200);
    attacked.ask(&["keys", "retire", "1"]);
    assert_eq!(attacked.works(&before), 401);
    // Made here, and under a key that others know as well: they do not end it.
    let job = json!({ "project": 1, "user": "alice" });
    attacked.operate("POST /admin/jobs", &[], &job);
    let (_, job) = attacked.operate("POST /admin/jobs/claim", &[], &json!({}));
    let made = job["token"].as_str().expect("it has one");
    attacked.job();
    assert_eq!(attacked.works(made), 200);
}

/// Whoever ends tokens gets in, however many clients keep their connections to the other door.
#[test]
fn clients_do_not_take_all_files() {
    let attacked = Attacked::begin_with(128);
    let clients: Vec<_> = (0..200)
        .map_while(|_| TcpStream::connect(("127.0.0.1", attacked.port)).ok())
        .collect();
    thread::sleep(Duration::from_secs(1));
    let before = Instant::now();
    let (status, _) = attacked.operate("GET /admin/tokens", &[], &Value::Null);
    assert_eq!(status, 200);
    // Connections that say nothing are dropped after half a minute: not by that.
    assert!(before.elapsed() < Duration::from_secs(15));
    drop(clients);
}

/// A client that asks and never reads would keep its place for ever. It takes half a minute to see.
#[test]
fn whoever_reads_no_answer_loses_the_connection() {
    let attacked = Attacked::begin();
    let mut stream = TcpStream::connect(("127.0.0.1", attacked.port)).expect("it listens");
    stream.set_nonblocking(true).expect("it is a socket");
    let requests = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000);
    let patience = Instant::now() + 2 * PATIENCE;
    loop {
        match stream.write(requests.as_bytes()) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(50));
            }
            Err(_) => break,
        }
        assert!(Instant::now() < patience, "it is still connected");
    }
    assert_eq!(attacked.works("none"), 401);
}

/// Statement 110, of a server that goes on: a copy from before takes the place of its store.
#[test]
fn s110_a_store_that_is_copied_back_under_a_server_ends_all_tokens() {
    let attacked = Attacked::begin();
    let [ended, other] = [attacked.job(), attacked.job()];
    let copy = attacked.folder.path().join("copy.db");
    let path = attacked.folder.path().join("store.db");
    let open = || Connection::open(&path).expect("it is there");
    let copied = open().execute("VACUUM INTO ?1", [copy.to_str().expect("it is text")]);
    copied.expect("there is room");
    let line = "POST /admin/jobs/1/finish";
    let (finished, _) = attacked.operate(line, &[], &json!({ "state": "success" }));
    assert_eq!((finished, attacked.works(&ended)), (200, 401));
    put_back(&open(), copy.to_str().expect("it is text"));
    // Whatever changes the store next, and be it a sweep.
    let job = json!({ "project": 1, "user": "alice" });
    assert_eq!(attacked.operate("POST /admin/jobs", &[], &job).0, 201);
    assert_eq!([&ended, &other].map(|it| attacked.works(it)), [401, 401]);
    let (_, tokens) = attacked.operate("GET /admin/tokens", &[], &Value::Null);
    let tokens = tokens.as_array().expect("a list");
    let why = tokens.iter().map(|it| it["revoke_reason"].as_str());
    assert_eq!(why.collect::<Vec<_>>(), [Some("restored"); 2]);
    assert_eq!(attacked.works(&attacked.job()), 200);
}

/// Makes all tables say what those of a copy say, at one moment.
fn put_back(store: &Connection, copy: &str) {
    store
        .execute("ATTACH ?1 AS copy", [copy])
        .expect("it is there");
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut tables = store.prepare(tables).expect("every database has it");
    let names = tables.query_map([], |row| row.get::<_, String>(0));
    let names: Result<Vec<_>, _> = names.expect("they are listed").collect();
    let mut script = "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;".to_owned();
    for name in names.expect("they are texts") {
        script +=
            &format!("DELETE FROM main.{name}; INSERT INTO main.{name} SELECT * FROM copy.{name};");
    }
    drop(tables);
    store
        .execute_batch(&(script + "COMMIT"))
        .expect("nobody holds it");
}
