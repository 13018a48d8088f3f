//! A service with artifacts in a folder, a clock that is set by hand, and requests to it.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request};
use masker::http::{Artifacts, Options, Service};
use masker::token::clock::Time;
use masker::token::directory::{Plan, Project, ProjectId, RefName, Role, User, UserId, Visibility};
use masker::token::id::{KeyRing, Prefixes};
use masker::token::issuer::Issuer;
use masker::token::lifecycle::{Event, JobId, Lifecycle, Outcome};
use masker::token::store::{MemoryStore, Store};
use masker::token::system::OsRandom;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};
use tower_service::Service as _;

pub const A: ProjectId = ProjectId(1);
pub const B: ProjectId = ProjectId(2);
pub const ALICE: UserId = UserId(7);
pub const BOB: UserId = UserId(8);

pub struct World {
    pub store: Arc<MemoryStore>,
    pub service: Service,
    pub folder: TempDir,
    pub runtime: Runtime,
    now: Arc<AtomicU64>,
}

impl World {
    pub fn new() -> World {
        World::with(|_| {})
    }

    /// Alice is Developer of A, and nothing in B; both are private. B has the branches main and
    /// release/1, which is protected.
    pub fn with(choose: impl FnOnce(&mut Options)) -> World {
        let now = Arc::new(AtomicU64::new(1_700_000_000_000_000));
        let start = Time::from_micros(now.load(Ordering::SeqCst));
        let store = Arc::new(MemoryStore::new(Lifecycle::default()));
        for (id, path) in [(A, "g/a"), (B, "g/sub/b")] {
            let project = Project::new(id, path);
            store.put_project(&project, start).expect("it is new");
        }
        for (id, name) in [(ALICE, "alice"), (BOB, "bob")] {
            let user = User::new(id, name);
            store.put_user(&user, start).expect("it is new");
        }
        let [main, release] = ["main", "release/1"].map(|name| RefName::new(name).expect("a ref"));
        let plan = Plan {
            refs: [main, release.clone()].into(),
            protected_refs: [release].into(),
            job_names: Vec::new(),
        };
        store.put_plan(B, &plan).expect("it is there");
        let keys = KeyRing::generate(&mut OsRandom).expect("random numbers");
        let issuer = Issuer::open(Prefixes::default(), keys, store.clone(), start);
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = Options::default();
        // Machines with much else to do must not fail a test that is not about time.
        options.decision_timeout = Duration::from_secs(20);
        options.artifacts = Some(Artifacts::in_folder(folder.path()).expect("a folder"));
        choose(&mut options);
        let told = Arc::clone(&now);
        let clock = Arc::new(move || Time::from_micros(told.load(Ordering::SeqCst)));
        let issuer = Arc::new(issuer.expect("a new epoch"));
        let service = Service::new(issuer, store.clone(), clock, options);
        let mut runtime = runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build();
        let world = World {
            store,
            service,
            folder,
            runtime: runtime.expect("a runtime"),
            now,
        };
        world.role(ALICE, A, Role::Developer);
        world
    }

    pub fn now(&self) -> Time {
        Time::from_micros(self.now.load(Ordering::SeqCst))
    }

    pub fn pass(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).expect("not so long");
        self.now.fetch_add(micros, Ordering::SeqCst);
    }

    pub fn role(&self, user: UserId, project: ProjectId, role: Role) {
        let put = self.store.put_member(user, project, role);
        put.expect("both are there");
    }

    pub fn visible(&self, id: ProjectId, path: &str, visibility: Visibility) {
        let mut project = Project::new(id, path);
        project.visibility = visibility;
        let put = self.store.put_project(&project, self.now());
        put.expect("it works");
    }

    pub fn apply(&self, job: &Job, event: Event) {
        let applied = self.store.apply(JobId(job.id), &event, self.now());
        applied.expect("it happens");
    }

    pub fn succeed(&self, job: &Job) {
        self.apply(job, Event::Report(Outcome::Success));
    }

    /// A job that was added with this, running.
    pub fn run(&self, about: Value) -> Job {
        let added = self.admin("POST /admin/jobs").json(&about).send();
        assert_eq!(added.status, 201, "{}", added.text());
        self.claim()
    }

    /// A running job of A, of Alice.
    pub fn run_a(&self) -> Job {
        self.run(json!({ "project": "g/a", "user": "alice" }))
    }

    /// A running job of B, of Bob, who may do everything there.
    pub fn run_b(&self, name: &str, git_ref: &str) -> Job {
        self.role(BOB, B, Role::Maintainer);
        self.run(json!({ "project": "g/sub/b", "user": "bob", "name": name, "ref": git_ref }))
    }

    pub fn claim(&self) -> Job {
        let claimed = self.admin("POST /admin/jobs/claim").send();
        assert_eq!(claimed.status, 201, "a job waits");
        let shown = claimed.json();
        Job {
            id: shown["id"].as_u64().expect("a number"),
            token: shown["token"].as_str().expect("a token").to_owned(),
            variables: shown["variables"].clone(),
        }
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        let mut jobs = 0;
        while self.admin("POST /admin/jobs/claim").send().status == 201 {
            jobs += 1;
        }
        jobs
    }

    /// Puts artifacts in place as the coordinator of jobs does.
    #[track_caller]
    pub fn keep(&self, job: &Job, query: &str, bytes: &[u8]) {
        let line = format!("PUT /admin/jobs/{}/artifacts{query}", job.id);
        let kept = self.admin(&line).bytes("application/zip", bytes).send();
        assert_eq!(kept.status, 201, "{}", kept.text());
    }

    pub fn public(&self, line: &str) -> Ask<'_> {
        Ask::new(self, self.service.public(), line)
    }

    pub fn admin(&self, line: &str) -> Ask<'_> {
        Ask::new(self, self.service.admin(), line)
    }

    /// What nginx asks about a request.
    pub fn forward(&self, line: &str) -> Ask<'_> {
        let (method, uri) = line.split_once(' ').expect("a method and an address");
        let ask = Ask::new(self, self.service.forward_auth(), "GET /auth/forward");
        ask.header("x-original-method", method)
            .header("x-original-uri", uri)
    }

    /// The files that are there, with their sizes.
    pub fn files(&self) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let entry = entry.expect("a file");
                let meta = entry.metadata().expect("a file");
                if meta.is_dir() {
                    folders.push(entry.path());
                } else {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    found.push((name, meta.len()));
                }
            }
        }
        found.sort();
        found
    }
}

/// A job with its token, which no failure of a test shows.
pub struct Job {
    pub id: u64,
    pub variables: Value,
    token: String,
}

impl Job {
    pub fn token(&self) -> &str {
        &self.token
    }
}

/// A request that has not been sent.
pub struct Ask<'w> {
    world: &'w World,
    router: Router,
    request: Request<Body>,
}

impl<'w> Ask<'w> {
    fn new(world: &'w World, router: Router, line: &str) -> Ask<'w> {
        let (method, uri) = line.split_once(' ').expect("a method and an address");
        let request = Request::builder().method(method).uri(uri);
        let request = request.body(Body::empty()).expect("a request");
        Ask {
            world,
            router,
            request,
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: axum::http::HeaderName = name.parse().expect("a name");
        let value = value.parse().expect("a value");
        self.request.headers_mut().append(name, value);
        self
    }

    pub fn job(self, job: &Job) -> Self {
        self.header("JOB-TOKEN", job.token())
    }

    pub fn body(mut self, kind: &str, body: Body) -> Self {
        *self.request.body_mut() = body;
        self.header("content-type", kind)
    }

    pub fn bytes(self, kind: &str, bytes: &[u8]) -> Self {
        self.body(kind, Body::from(bytes.to_vec()))
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string().into())
    }

    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(pairs).finish();
        self.body("application/x-www-form-urlencoded", form.into())
    }

    pub fn parts(self, parts: &[Part<'_>]) -> Self {
        self.bytes(
            "multipart/form-data; boundary=parted-here",
            &multipart(parts),
        )
    }

    pub fn send(mut self) -> Reply {
        self.world.runtime.block_on(async {
            let Ok(response) = self.router.call(self.request).await;
            let (parts, body) = response.into_parts();
            Reply {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: to_bytes(body, usize::MAX).await.map_err(drop),
            }
        })
    }

    pub fn status(self) -> u16 {
        self.send().status
    }
}

/// A part of a form: its name, the name of its file, and its contents.
pub type Part<'p> = (&'p str, Option<&'p str>, &'p [u8]);

/// A form, with the boundary `parted-here`.
pub fn multipart(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut write = |text: &[u8]| body.write_all(text).expect("memory");
    for (name, file, value) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\""));
        let head = format!(
            "--parted-here\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n",
            file.unwrap_or_default()
        );
        write(head.as_bytes());
        write(value);
        write(b"\r\n");
    }
    write(b"--parted-here--\r\n");
    body
}

/// An answer. What it shows in a failed test is what a client would see.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    /// An error where it was cut off.
    pub body: Result<Bytes, ()>,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.and_then(Result::ok).unwrap_or("")
    }

    #[track_caller]
    pub fn bytes(&self) -> &[u8] {
        self.body.as_ref().expect("it is whole")
    }

    #[track_caller]
    pub fn text(&self) -> &str {
        str::from_utf8(self.bytes()).expect("UTF-8")
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.bytes()).expect("JSON")
    }
}

/// An archive with files.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, contents) in files {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).expect("memory");
        writer.write_all(contents).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}
