//! `masker serve` under load, while jobs start and finish: how many questions of a proxy it answers a
//! second, how long each takes, and whether each answer is right.
//!
//! `cargo bench --features serve --bench serve` (`-- --quick`: for two seconds). The service is the real
//! command on a file of SQLite, and the load comes over the loopback from this process, which has to
//! share the processors with it. A model knows which jobs run: a token whose job had ended before a
//! question was sent must be refused, and one whose job had not when the answer came must be allowed.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::{Duration, Instant};

const DIRECTORY: &str = r#"
user = [{ id = 7, name = "alice" }]
[[project]]
id = 1
path = "group/app"
members = { alice = "developer" }
[[project]]
id = 2
path = "group/other"
"#;

/// Of this service only, which ends with the benchmark.
const ADMIN_TOKEN: &str = "of-a-service-that-ends-with-the-benchmark";

/// Jobs that run at any time.
const RUNNING: usize = 200;
/// Connections of the proxy.
const CONNECTIONS: usize = 16;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let time = Duration::from_secs(if quick { 2 } else { 20 });
    let folder = tempfile::tempdir()?;
    let mut served = Served::start(folder.path())?;
    let load = Arc::new(Load::start(&served)?);
    println!("{CONNECTIONS} connections, {RUNNING} running jobs, SQLite; {time:?}");
    println!("target: 10,000 decisions a second, p99 under 5 ms, no wrong answer\n");

    let started = Instant::now();
    let turning = {
        let (load, admin) = (Arc::clone(&load), Client::to(served.admin)?);
        thread::spawn(move || load.turn_over(admin).map_err(|error| error.to_string()))
    };
    let mut asking = Vec::new();
    for number in 0..CONNECTIONS {
        let (load, client) = (Arc::clone(&load), Client::to(served.public)?);
        asking.push(thread::spawn(move || load.ask(client, number as u64)));
    }
    thread::sleep(time);
    load.is_over.store(true, Ordering::Relaxed);
    let mut latencies = Vec::new();
    for thread in asking {
        latencies.extend(thread.join().map_err(|_| "a thread has failed")??);
    }
    let turned = turning.join().map_err(|_| "a thread has failed")??;
    let made = latencies.len();
    report(latencies, started.elapsed(), turned);
    println!("{} of {made} decisions in the journal", served.journal()?);
    let wrong = load.wrong.load(Ordering::Relaxed);
    match wrong {
        0 => Ok(()),
        _ => Err(format!("{wrong} answers are wrong").into()),
    }
}

fn report(mut latencies: Vec<Duration>, time: Duration, turned: u64) {
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    let rate = latencies.len() as f64 / time.as_secs_f64();
    println!(
        "{rate:.0} decisions a second; p50 {:?}, p99 {:?}, max {:?}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    println!(
        "{:.0} jobs a second started and finished",
        turned as f64 / time.as_secs_f64()
    );
}

/// The real command.
struct Served {
    public: u16,
    admin: u16,
    store: PathBuf,
    command: Child,
}

impl Served {
    fn start(folder: &Path) -> Done<Served> {
        let (public, admin) = (free_port()?, free_port()?);
        let store = folder.join("store.db");
        let masker = |args: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_masker"));
            command.args(args);
            command.env("MASKER_STORE", format!("sqlite:{}", store.display()));
            command.env("MASKER_KEY_FILE", folder.join("keys"));
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        fs::write(folder.join("directory.toml"), DIRECTORY)?;
        let file = folder.join("directory.toml").display().to_string();
        for args in [&["keys", "new"][..], &["directory", "load", &file]] {
            if !masker(args).status()?.success() {
                return Err("the store cannot be made".into());
            }
        }
        let listen = [public, admin].map(|port| format!("127.0.0.1:{port}"));
        let serve = [
            "serve",
            "--listen",
            &listen[0],
            "--admin-listen",
            &listen[1],
        ];
        let mut command = masker(&serve);
        command.env("MASKER_ADMIN_TOKEN", ADMIN_TOKEN);
        let command = command.spawn()?;
        let served = Served {
            public,
            admin,
            store,
            command,
        };
        let patience = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", admin)).is_err() {
            if Instant::now() > patience {
                return Err("masker serve does not listen".into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(served)
    }

    /// How many decisions were written down, once it has ended as it was told to.
    fn journal(&mut self) -> Done<u64> {
        let id = i32::try_from(self.command.id())?;
        let id = rustix::process::Pid::from_raw(id).ok_or("a process has a number")?;
        rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        self.command.wait()?;
        let store = rusqlite::Connection::open(&self.store)?;
        let count = "SELECT count(*) FROM decisions";
        Ok(store
            .query_row(count, [], |row| row.get::<_, i64>(0))?
            .cast_unsigned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has nothing that is not on the disk.
        self.command.kill().and_then(|()| self.command.wait()).ok();
    }
}

fn free_port() -> Done<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A job, as the model knows it.
struct Job {
    id: u64,
    token: String,
    state: AtomicU8,
}

const RUNS: u8 = 0;
const ENDS: u8 = 1;
const HAS_ENDED: u8 = 2;

struct Load {
    jobs: RwLock<Vec<Arc<Job>>>,
    is_over: AtomicBool,
    wrong: AtomicU64,
}

impl Load {
    fn start(served: &Served) -> Done<Load> {
        let mut admin = Client::to(served.admin)?;
        let jobs: Done<Vec<_>> = (0..RUNNING).map(|_| start(&mut admin)).collect();
        Ok(Load {
            jobs: RwLock::new(jobs?),
            is_over: AtomicBool::new(false),
            wrong: AtomicU64::new(0),
        })
    }

    /// Ends one job after the other, and starts another in its place. The ended one is asked about for a
    /// while longer.
    fn turn_over(&self, mut admin: Client) -> Done<u64> {
        let mut turned = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            let place = turned as usize % RUNNING;
            let job = Arc::clone(&self.jobs.read().map_err(|_| "a thread has failed")?[place]);
            job.state.store(ENDS, Ordering::SeqCst);
            let path = format!("/admin/jobs/{}/finish", job.id);
            admin.post(&path, r#"{"state":"success"}"#)?;
            job.state.store(HAS_ENDED, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(2));
            let next = start(&mut admin)?;
            self.jobs.write().map_err(|_| "a thread has failed")?[place] = next;
            turned += 1;
        }
        Ok(turned)
    }

    /// Asks as nginx does, without a pause.
    fn ask(&self, mut client: Client, seed: u64) -> Result<Vec<Duration>, String> {
        let mut latencies = Vec::new();
        let mut dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        while !self.is_over.load(Ordering::Relaxed) {
            // Xorshift (Marsaglia, 2003).
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            let jobs = self.jobs.read().map_err(|_| "a thread has failed")?;
            let job = Arc::clone(&jobs[dice as usize % RUNNING]);
            drop(jobs);
            // One in eight asks for what the user cannot see.
            let is_visible = dice >> 61 != 0;
            let project = if is_visible { 1 } else { 2 };
            let before = job.state.load(Ordering::SeqCst);
            let asked = Instant::now();
            let status = client
                .ask(project, &job.token)
                .map_err(|error| error.to_string())?;
            latencies.push(asked.elapsed());
            let after = job.state.load(Ordering::SeqCst);
            let right = match (before, after, is_visible) {
                (HAS_ENDED, _, _) => status == 401,
                (_, RUNS, true) => status == 200,
                (_, RUNS, false) => status == 404,
                (_, _, true) => matches!(status, 200 | 401),
                (_, _, false) => matches!(status, 404 | 401),
            };
            self.wrong.fetch_add(u64::from(!right), Ordering::Relaxed);
        }
        Ok(latencies)
    }
}

fn start(admin: &mut Client) -> Done<Arc<Job>> {
    admin.post("/admin/jobs", r#"{"project":"group/app","user":"alice"}"#)?;
    let claimed: serde_json::Value =
        serde_json::from_slice(&admin.post("/admin/jobs/claim", "{}")?)?;
    Ok(Arc::new(Job {
        id: claimed["id"].as_u64().ok_or("a job has a number")?,
        token: claimed["token"]
            .as_str()
            .ok_or("a job has a token")?
            .to_owned(),
        state: AtomicU8::new(RUNS),
    }))
}

/// A connection that stays.
struct Client {
    input: BufReader<TcpStream>,
    output: TcpStream,
}

impl Client {
    fn to(port: u16) -> Done<Client> {
        let output = TcpStream::connect(("127.0.0.1", port))?;
        output.set_nodelay(true)?;
        output.set_read_timeout(Some(Duration::from_secs(30)))?;
        let input = BufReader::new(output.try_clone()?);
        Ok(Client { input, output })
    }

    fn ask(&mut self, project: u64, token: &str) -> Done<u16> {
        let request = format!(
            "GET /auth/forward HTTP/1.1\r\nHost: localhost\r\nX-Original-Method: GET\r\n\
             X-Original-URI: /api/v4/projects/{project}/packages/generic/tool/1.0/tool.tar.gz\r\n\
             JOB-TOKEN: {token}\r\n\r\n"
        );
        Ok(self.send(&request)?.0)
    }

    fn post(&mut self, path: &str, body: &str) -> Done<Vec<u8>> {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {ADMIN_TOKEN}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let (status, body) = self.send(&request)?;
        match status {
            200..300 => Ok(body),
            _ => Err(format!("{path} is answered {status}").into()),
        }
    }

    fn send(&mut self, request: &str) -> Done<(u16, Vec<u8>)> {
        self.output.write_all(request.as_bytes())?;
        let mut line = String::new();
        self.input.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .ok_or("an answer has a status")?
            .parse()?;
        let mut length = 0;
        loop {
            line.clear();
            if self.input.read_line(&mut line)? == 0 || line == "\r\n" {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.input.read_exact(&mut body)?;
        Ok((status, body))
    }
}
