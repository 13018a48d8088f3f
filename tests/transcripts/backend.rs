//! Git's own server, `git http-backend`, behind the one of this process.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::support::programs::{command, output};
use crate::support::server::{Answer, Request};

/// Serves `private/test2.git`, with one commit on `main`, to whoever gives a password.
pub fn of_new_repository(folder: &TempDir) -> impl Fn(&Request) -> Answer + use<> {
    let root = folder.path().join("repositories");
    let made =
        "git init -q --bare -b main \"$1/private/test2.git\" && cd \"$1/private/test2.git\" &&
        tree=$(git mktree </dev/null) && commit=$(git commit-tree -m one $tree) &&
        git update-ref refs/heads/main $commit";
    let mut make = command("bash", &["-c", made, "bash"]);
    for role in ["AUTHOR", "COMMITTER"] {
        make.env(format!("GIT_{role}_NAME"), "a");
        make.env(format!("GIT_{role}_EMAIL"), "a@example.org");
    }
    output(make.arg(&root).env("HOME", folder.path()), b"");
    let home = folder.path().to_owned();
    move |request| {
        let is_asked = request.header("Authorization").is_none();
        if is_asked {
            return super::reflect(request);
        }
        answer(output(&mut backend(&root, &home, request), &request.body))
    }
}

/// The variables of the Common Gateway Interface (RFC 3875, section 4.1) that it reads.
fn backend(root: &PathBuf, home: &PathBuf, request: &Request) -> Command {
    let (method, target) = request.target();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut command = command("git", &["http-backend"]);
    command
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("HOME", home)
        // Whoever is known may push.
        .env("REMOTE_USER", "gitlab-ci-token")
        .env("REMOTE_ADDR", "127.0.0.1")
        .env("REQUEST_METHOD", method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_LENGTH", request.body.len().to_string());
    for (variable, header) in [
        ("CONTENT_TYPE", "Content-Type"),
        ("HTTP_CONTENT_ENCODING", "Content-Encoding"),
        ("HTTP_GIT_PROTOCOL", "Git-Protocol"),
    ] {
        if let Some(value) = request.header(header) {
            command.env(variable, value);
        }
    }
    command
}

/// Its headers and its body, as an answer of HTTP (RFC 3875, section 6).
fn answer(printed: Vec<u8>) -> Answer {
    let end = printed.windows(4).position(|it| it == b"\r\n\r\n");
    let (head, body) = printed.split_at(4 + end.expect("an answer has headers"));
    let head = String::from_utf8_lossy(head);
    let (statuses, headers): (Vec<&str>, Vec<&str>) = head
        .lines()
        .filter(|line| !line.is_empty())
        .partition(|line| line.starts_with("Status: "));
    let status = statuses.first().map_or("200 OK", |line| &line[8..]);
    Answer {
        status: status.to_owned(),
        headers: headers.into_iter().map(str::to_owned).collect(),
        body: body.to_vec(),
    }
}
