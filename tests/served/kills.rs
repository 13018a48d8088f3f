//! Statement 102: `masker serve` is killed while it hands out and ends jobs. What it has answered holds.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::site::DIRECTORY;
use crate::support::command::masker;
use crate::support::postgres::Server;
use crate::support::random::{self, Dice};
use crate::support::service::Service;

/// How often it is killed, unless `MASKER_TEST_KILLS` says it: `.ci/run` has the 500 of the statement.
const KILLS: usize = 60;
/// Clients that work at once.
const CLIENTS: usize = 4;
/// The latest moment after the first answer, in microseconds.
const LATEST: usize = 30_000;

#[test]
fn s102_sqlite_keeps_what_was_answered() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let store = format!("sqlite:{}", folder.path().join("store.db").display());
    kill_again_and_again(Killed::new(folder, store), kills());
}

#[test]
fn s102_postgresql_keeps_what_was_answered() {
    let Some(server) = Server::shared() else {
        return;
    };
    server.run("CREATE SCHEMA served_killed");
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let store = server.url("served_killed");
    kill_again_and_again(Killed::new(folder, store), kills() / 5);
}

fn kills() -> usize {
    let given = std::env::var("MASKER_TEST_KILLS").ok();
    given.map_or(KILLS, |given| given.parse().expect("it is a number"))
}

/// A claim that was answered with 201.
struct Fact {
    job: u64,
    token: String,
    end: End,
}

/// What was answered to its end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    NotAsked,
    Unanswered,
    Answered,
}

fn kill_again_and_again(killed: Killed, times: usize) {
    let mut dice = Dice::new(random::seed());
    println!(
        "to kill at the same times again: MASKER_TEST_SEED={}",
        random::seed()
    );
    let (mut revoked, mut alive) = (Vec::new(), 0);
    let mut service = killed.serve();
    for _ in 0..times {
        let after = Duration::from_micros(dice.below(LATEST) as u64);
        let facts = killed.work_and_kill(service, after);
        service = killed.serve();
        for fact in facts {
            killed.holds(&fact);
            match fact.end {
                End::Answered => revoked.push(fact),
                End::NotAsked => alive += 1,
                End::Unanswered => {}
            }
        }
    }
    let (revoked_enough, alive_enough) = (revoked.len() > times / 4, alive > times / 4);
    assert!(revoked_enough && alive_enough, "too little was answered");
    for fact in &revoked {
        assert_eq!(
            killed.status(&fact.token),
            401,
            "it was told that it is dead"
        );
    }
    // Of the claims without an answer as well.
    let live = killed.admin("GET", "/admin/tokens?live=true", "").1;
    let live = live.as_array().expect("a list").iter();
    let mut jobs: Vec<_> = live.map(|token| token["job_id"].as_u64()).collect();
    jobs.sort_unstable();
    let all = jobs.len();
    jobs.dedup();
    assert_eq!(jobs.len(), all, "a job has two live tokens");
}

/// A store whose service is killed.
struct Killed {
    folder: TempDir,
    store: String,
}

impl Killed {
    fn new(folder: TempDir, store: String) -> Killed {
        let killed = Killed { folder, store };
        let file = killed.path("directory.toml");
        fs::write(&file, DIRECTORY).expect("a file can be written");
        for args in [
            &["keys", "new"][..],
            &["directory", "load", &file.display().to_string()],
        ] {
            let call = masker(args).env("MASKER_STORE", &killed.store);
            let call = call.env("MASKER_KEY_FILE", killed.path("keys"));
            call.run("").has_status(0);
        }
        killed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn serve(&self) -> Service {
        // No ports: another program may take one while nothing listens there.
        let (listen, admin) = ("unix:public.socket", "unix:admin.socket");
        let masker = env!("CARGO_BIN_EXE_masker");
        let program = [masker, "serve", "--listen", listen, "--admin-listen", admin];
        let service = Service::start(&program, |command| {
            command.current_dir(self.folder.path());
            command.env("MASKER_STORE", &self.store);
            command.env("MASKER_KEY_FILE", self.path("keys"));
        });
        let patience = Instant::now() + Duration::from_secs(60);
        while UnixStream::connect(self.path("public.socket")).is_err() {
            assert!(Instant::now() < patience, "nobody listens");
            thread::sleep(Duration::from_millis(2));
        }
        service
    }

    /// Kills it so long after the first claim was answered. Returns what was answered.
    fn work_and_kill(&self, service: Service, after: Duration) -> Vec<Fact> {
        let (told, first) = channel();
        thread::scope(|scope| {
            let client = |seed: u64| {
                let told = told.clone();
                move || self.work(seed, &told)
            };
            let clients = (0..CLIENTS as u64).map(|number| scope.spawn(client(number)));
            let clients: Vec<_> = clients.collect();
            first.recv().expect("a claim is answered");
            thread::sleep(after);
            service.kill();
            let facts = clients.into_iter().map(|client| client.join());
            facts
                .flat_map(|facts| facts.expect("it ends with the service"))
                .collect()
        })
    }

    /// Enqueues, claims and ends jobs until nobody answers.
    fn work(&self, seed: u64, told: &Sender<()>) -> Vec<Fact> {
        let mut facts: Vec<Fact> = Vec::new();
        let mut work = || -> io::Result<()> {
            let mut client = Client::new(UnixStream::connect(self.path("admin.socket"))?);
            for turn in seed.. {
                let job = r#"{"project":"g/a","user":"alice"}"#;
                assert_eq!(client.ask("POST", "/admin/jobs", job)?.0, 201);
                let (status, claimed) = client.ask("POST", "/admin/jobs/claim", "{}")?;
                assert_eq!(status, 201, "as many wait as are claimed");
                let (job, token) = (claimed["id"].as_u64(), claimed["token"].as_str());
                let job = job.expect("a number");
                facts.push(Fact {
                    job,
                    token: token.expect("a token").to_owned(),
                    end: End::NotAsked,
                });
                told.send(()).ok();
                // One in three runs on.
                if turn % 3 > 0 {
                    let fact = facts.last_mut().expect("it was added");
                    fact.end = End::Unanswered;
                    let path = format!("/admin/jobs/{job}/finish");
                    let finished = client.ask("POST", &path, r#"{"state":"success"}"#)?;
                    assert_eq!(finished.0, 200);
                    fact.end = End::Answered;
                }
            }
            Ok(())
        };
        work().expect_err("it is killed");
        facts
    }

    /// After a restart.
    fn holds(&self, fact: &Fact) {
        let status = self.status(&fact.token);
        let job = fact.job;
        match fact.end {
            End::NotAsked => assert_eq!(status, 200, "job {job} was given to a runner"),
            End::Answered => assert_eq!(status, 401, "job {job} was told to have ended"),
            End::Unanswered => assert!(matches!(status, 200 | 401), "job {job}: {status}"),
        }
        let live = self.admin("GET", &format!("/admin/tokens?job={job}&live=true"), "");
        let live = live.1.as_array().expect("a list").len();
        assert_eq!(live, usize::from(status == 200), "tokens of job {job}");
    }

    /// What `GET /api/v4/job` says of a token.
    fn status(&self, token: &str) -> u16 {
        let stream = UnixStream::connect(self.path("public.socket")).expect("it listens");
        let head = format!("GET /api/v4/job HTTP/1.1\r\nHost: ci\r\nJOB-TOKEN: {token}\r\n\r\n");
        Client::new(stream).send(&head).expect("it answers").0
    }

    fn admin(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let stream = UnixStream::connect(self.path("admin.socket")).expect("it listens");
        Client::new(stream)
            .ask(method, path, body)
            .expect("it answers")
    }
}

/// A connection that stays.
struct Client(BufReader<UnixStream>);

impl Client {
    fn new(stream: UnixStream) -> Client {
        Client(BufReader::new(stream))
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> io::Result<(u16, Value)> {
        let length = body.len();
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: admin\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// The status and the body of an answer that came as a whole.
    fn send(&mut self, request: &str) -> io::Result<(u16, Value)> {
        self.0.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|it| it.parse().ok());
        let mut length = 0;
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        let status = status.ok_or_else(|| io::Error::other("this is no answer"))?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}
