//! `curl -v -u`: the header with the password that it shows, against a server that refuses it.

use std::process::Stdio;

use crate::support::programs::{command, run};
use crate::support::server::{Answer, Request, Server};

/// What curl shows for each text as a password. All in one call, with a file of options: a process
/// for each would take more time than all other programs together.
pub fn basic_headers(texts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let server = Server::start(refuse);
    let request = |text: &Vec<u8>| {
        [
            format!("url = http://{}/\nuser = \"ci:", server.host()).as_bytes(),
            &quoted(text),
            b"\"\noutput = /dev/null\n",
        ]
        .concat()
    };
    let requests: Vec<Vec<u8>> = texts.iter().map(request).collect();
    let mut curl = command("curl", &["--silent", "--verbose", "--config", "-"]);
    curl.stderr(Stdio::piped());
    let shown = run(&mut curl, &requests.join(&b"next\n"[..])).stderr;
    let lines = shown.split(|&byte| byte == b'\n');
    lines
        .filter(|line| line.starts_with(b"> Authorization: Basic "))
        .map(|line| line.trim_ascii_end().to_vec())
        .collect()
}

/// Between the quotes of a file of options (`man curl`, `--config`).
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::new();
    for &byte in text {
        match byte {
            b'"' | b'\\' => quoted.extend([b'\\', byte]),
            b'\n' => quoted.extend(b"\\n"),
            b'\t' => quoted.extend(b"\\t"),
            _ => quoted.push(byte),
        }
    }
    quoted
}

fn refuse(request: &Request) -> Answer {
    Answer {
        status: "401 Unauthorized".to_owned(),
        headers: vec!["WWW-Authenticate: Basic realm=\"GitLab\"".to_owned()],
        body: request.head.clone(),
    }
}
