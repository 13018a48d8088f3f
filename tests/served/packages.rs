//! A service that knows nothing of job tokens: it keeps what it is sent, and locks what it is told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::support::server::{Answer, Request, Server};

/// What it says of a file that it does not have.
const NONE: &[u8] = b"there is no such file\n";

/// Where a package of a project is.
pub fn package(project: &str) -> String {
    format!("/api/v4/projects/{project}/packages/generic/tool/1.0/tool.tar.gz")
}

/// The service, and all that it was sent.
pub struct Packages {
    server: Server,
    heads: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Packages {
    pub fn start() -> Packages {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = Mutex::new(HashMap::new());
        let seen = Arc::clone(&heads);
        let server = Server::start(move |request| {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(request.head.clone());
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            answer(&mut kept, request)
        });
        Packages { server, heads }
    }

    pub fn host(&self) -> String {
        self.server.host()
    }

    /// The heads of the requests that came through, since this was last asked.
    pub fn take_heads(&self) -> Vec<String> {
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        let heads = std::mem::take(&mut *heads);
        heads
            .into_iter()
            .map(|head| String::from_utf8_lossy(&head).into_owned())
            .collect()
    }
}

fn answer(kept: &mut HashMap<String, Vec<u8>>, request: &Request) -> Answer {
    let (method, target) = request.target();
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let (status, body) = match method {
        // Terraform's protocol of locks (its documentation, "Backend Type: http").
        "POST" if path.ends_with("/lock") && kept.contains_key(&path) => ("423 Locked", Vec::new()),
        "PUT" | "POST" => {
            let is_new = kept.insert(path.clone(), request.body.clone()).is_none();
            // A state and its lock are put in place, not added.
            match is_new && !path.contains("/terraform/") {
                true => ("201 Created", Vec::new()),
                false => ("200 OK", Vec::new()),
            }
        }
        "DELETE" => match kept.remove(&path) {
            Some(_) => ("200 OK", Vec::new()),
            None => ("404 Not Found", NONE.to_vec()),
        },
        _ => match kept.get(&path) {
            Some(body) => ("200 OK", body.clone()),
            None => ("404 Not Found", NONE.to_vec()),
        },
    };
    Answer {
        status: status.to_owned(),
        headers: Vec::new(),
        body,
    }
}
