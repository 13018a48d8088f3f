//! Two servers on one PostgreSQL.

use std::fs;

use tempfile::TempDir;

use super::site::DIRECTORY;
use crate::support::command::{Call, masker, shell};
use crate::support::postgres::Server;
use crate::support::programs::is_there;
use crate::support::service::{Service, free_port, wait_for};

/// A server on the database that all share.
struct Node {
    port: u16,
    _service: Service,
}

struct Nodes {
    folder: TempDir,
    store: String,
}

/// Statement 106: what ends on one ends on the other, for the next request.
#[test]
fn a_finish_on_one_is_effective_on_the_other() {
    let Some(nodes) = Nodes::new("finished") else {
        return;
    };
    let both = [nodes.serve("one"), nodes.serve("two")];
    for turn in 0..20 {
        let (here, there) = (turn % 2, (turn + 1) % 2);
        let enqueue = ["job", "enqueue", "--project", "g/a", "--user", "alice"];
        nodes.ask(&enqueue);
        let token = nodes.ask(&["job", "start", "--print-token"]);
        let job = nodes.job(&both[there], &token);
        assert_eq!(nodes.job(&both[here], &token), job);
        let name = ["one", "two"][here];
        let finish = format!(
            "curl -s -o /dev/null -w '%{{http_code}}' --unix-socket {name}.socket -X POST \
             -H 'Content-Type: application/json' -d '{{\"state\":\"success\"}}' \
             http://admin/admin/jobs/{job}/finish"
        );
        nodes.script(&finish, "").has_printed("200");
        // Both: the one that was not told comes first.
        for node in [&both[there], &both[here]] {
            assert_eq!(nodes.job(node, &token), r#"{"message":"401 Unauthorized"}"#);
        }
    }
}

impl Nodes {
    fn new(schema: &str) -> Option<Nodes> {
        if !is_there("curl") {
            println!("skipped: curl is not on this machine");
            return None;
        }
        let server = Server::shared()?;
        let schema = format!("served_{schema}");
        server.run(&format!("CREATE SCHEMA {schema}"));
        let nodes = Nodes {
            folder: tempfile::tempdir().expect("a folder of the nodes"),
            store: server.url(&schema),
        };
        let file = nodes.folder.path().join("directory.toml");
        fs::write(&file, DIRECTORY).expect("a file can be written");
        nodes.ask(&["keys", "new"]);
        nodes.ask(&["directory", "load", &file.display().to_string()]);
        Some(nodes)
    }

    fn serve(&self, name: &str) -> Node {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let admin = format!("unix:{name}.socket");
        let masker = env!("CARGO_BIN_EXE_masker");
        let program = [
            masker,
            "serve",
            "--listen",
            &listen,
            "--admin-listen",
            &admin,
        ];
        let service = Service::start(&program, |command| {
            command.current_dir(self.folder.path());
            command.env("MASKER_STORE", &self.store);
            command.env("MASKER_KEY_FILE", self.folder.path().join("keys"));
        });
        wait_for(port);
        Node {
            port,
            _service: service,
        }
    }

    fn call(&self, args: &[&str]) -> Call {
        masker(args)
            .env("MASKER_STORE", &self.store)
            .env("MASKER_KEY_FILE", self.folder.path().join("keys"))
    }

    /// What a command prints, but for the end of the line.
    #[track_caller]
    fn ask(&self, args: &[&str]) -> String {
        let outcome = self.call(args).run("");
        outcome.has_status(0);
        let text = String::from_utf8(outcome.stdout).expect("it is text");
        text.trim_end().to_owned()
    }

    fn script(&self, script: &str, token: &str) -> crate::support::command::Outcome {
        let folder = self.folder.path().display().to_string();
        let script = format!("cd \"$FOLDER\"; {script}");
        let call = shell(&script).env("FOLDER", folder);
        call.env("CI_JOB_TOKEN", token).run("")
    }

    /// The number of the job that a node finds, or what it says instead.
    fn job(&self, node: &Node, token: &str) -> String {
        let url = format!("http://127.0.0.1:{}/api/v4/job", node.port);
        let ask = format!("curl -s -H \"JOB-TOKEN: $CI_JOB_TOKEN\" {url}");
        let answer = self.script(&ask, token).stdout;
        let json: serde_json::Value = serde_json::from_slice(&answer).expect("it is JSON");
        match json.get("id") {
            Some(id) => id.to_string(),
            None => json.to_string(),
        }
    }
}
