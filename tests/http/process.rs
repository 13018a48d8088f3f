//! `masker serve` as a process, with a store, keys and a directory in files, asked over sockets.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::world::ADMIN;
use crate::support::command::{Call, masker};
use crate::support::service::{Service, free_port, wait_for};

const DIRECTORY: &str = r#"
user = [{ id = 7, name = "alice" }]
project = [{ id = 1, path = "group/app", members = { alice = "developer" } }]
"#;

pub struct Served {
    folder: TempDir,
    pub public: u16,
    pub admin: u16,
    _service: Service,
}

impl Served {
    pub fn start() -> Served {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("directory.toml"), DIRECTORY).expect("a file");
        let call = |args: &[&str]| on(masker(args), &folder);
        call(&["keys", "new"]).run("").has_status(0);
        let load = call(&["directory", "load"]).arg(path("directory.toml"));
        load.run("").has_status(0);
        let (public, admin) = (free_port(), free_port());
        let program = [
            env!("CARGO_BIN_EXE_masker").to_owned(),
            "serve".to_owned(),
            format!("--listen=127.0.0.1:{public}"),
            format!("--admin-listen=127.0.0.1:{admin}"),
        ];
        let service = Service::start(&program, |command| {
            command.env("MASKER_STORE", store(&folder));
            command.env("MASKER_KEY_FILE", path("keys"));
            command.env("MASKER_ADMIN_TOKEN", ADMIN);
        });
        wait_for(admin);
        Served {
            folder,
            public,
            admin,
            _service: service,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command on the same store and keys.
    pub fn masker(&self, args: &[&str]) -> Call {
        on(masker(args), &self.folder)
    }

    /// What the admin door answers.
    pub fn admin(&self, line: &str, body: &Value) -> (u16, Value) {
        let head = format!("Authorization: Bearer {ADMIN}\r\n");
        let (status, body) = ask(self.admin, line, &head, &body.to_string());
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    /// A job that runs: its number and its token.
    pub fn run(&self) -> (u64, String) {
        let job = serde_json::json!({ "project": "group/app", "user": "alice" });
        assert_eq!(self.admin("POST /admin/jobs", &job).0, 201);
        let (status, claimed) = self.admin("POST /admin/jobs/claim", &serde_json::json!({}));
        assert_eq!(status, 201);
        let token = claimed["token"].as_str().expect("a token");
        (claimed["id"].as_u64().expect("a number"), token.to_owned())
    }

    /// Whether a token opens anything.
    pub fn whose(&self, token: &str) -> u16 {
        let head = format!("JOB-TOKEN: {token}\r\n");
        ask(self.public, "GET /api/v4/job", &head, "").0
    }
}

fn store(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("store.db").display())
}

fn on(call: Call, folder: &TempDir) -> Call {
    call.env("MASKER_STORE", store(folder))
        .env("MASKER_KEY_FILE", folder.path().join("keys"))
}

/// A connection to a port, which gives up in the end.
pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let patience = Some(Duration::from_secs(25));
    stream.set_read_timeout(patience).expect("a timeout");
    stream
}

/// The status and the body of the answer to a request.
pub fn ask(port: u16, line: &str, head: &str, body: &str) -> (u16, String) {
    let mut stream = connect(port);
    let request = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    read(&mut stream)
}

/// Reads an answer to its end.
pub fn read(stream: &mut TcpStream) -> (u16, String) {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let status = answer.get(9..12).and_then(|it| it.parse().ok());
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    (status.expect("a status"), body.to_owned())
}
