//! A service over a store in memory, with a clock that is set by hand, and requests to it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use masker::Secret;
use masker::http::{Options, Service};
use masker::token::clock::Time;
use masker::token::directory::{Project, ProjectId, Role, User, UserId, Visibility};
use masker::token::id::{KeyRing, Prefixes};
use masker::token::issuer::{Issued, Issuer};
use masker::token::lifecycle::{Event, JobId, RunnerId};
use masker::token::store::{Claimant, NewJob, Store};
use masker::token::system::OsRandom;
use serde_json::Value;
use tokio::runtime::{self, Runtime};
use tower_service::Service as _;

use crate::tokens::InMemory;
use crate::tokens::watched::Watched;

pub const A: ProjectId = ProjectId(1);
pub const B: ProjectId = ProjectId(2);
pub const ALICE: UserId = UserId(7);
pub const BOB: UserId = UserId(8);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const ADMIN: &str = "the-admin-token-of-tests";

/// A package of project B, to read or to write.
pub const PACKAGE: &str = "/api/v4/projects/2/packages/generic/tool/1.0/tool.tar.gz";

/// What a stranger is told of a project, and of none.
pub const NO_PROJECT: &str = r#"{"message":"404 Project Not Found"}"#;

pub struct World {
    pub store: Arc<Watched>,
    pub issuer: Arc<Issuer>,
    pub service: Service,
    now: Arc<AtomicU64>,
    runtime: Runtime,
}

impl World {
    pub fn new() -> World {
        World::with(|_| {})
    }

    /// Alice is Developer of A, and nothing in B; both are private.
    pub fn with(choose: impl FnOnce(&mut Options)) -> World {
        let now = Arc::new(AtomicU64::new(1_700_000_000_000_000));
        let store = Watched::over(&InMemory);
        let start = Time::from_micros(now.load(Ordering::SeqCst));
        for (id, path) in [(A, "g/a"), (B, "g/sub/b")] {
            let project = Project::new(id, path);
            store.put_project(&project, start).expect("it is new");
        }
        for (id, name) in [(ALICE, "alice"), (BOB, "bob")] {
            store
                .put_user(&User::new(id, name), start)
                .expect("it is new");
        }
        store
            .put_member(ALICE, A, Role::Developer)
            .expect("both are there");
        let keys = KeyRing::generate(&mut OsRandom).expect("random numbers");
        let issuer = Issuer::open(Prefixes::default(), keys, store.clone(), start);
        let issuer = Arc::new(issuer.expect("a new epoch"));
        let mut options = Options::default();
        // Machines with much else to do must not fail a test that is not about time.
        options.decision_timeout = Duration::from_secs(20);
        options.admin_token = Some(Secret::new("admin", ADMIN));
        choose(&mut options);
        let told = Arc::clone(&now);
        let clock = Arc::new(move || Time::from_micros(told.load(Ordering::SeqCst)));
        let service = Service::new(issuer.clone(), store.clone(), clock, options);
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        World {
            store,
            issuer,
            service,
            now,
            runtime: runtime.expect("a runtime"),
        }
    }

    pub fn now(&self) -> Time {
        Time::from_micros(self.now.load(Ordering::SeqCst))
    }

    pub fn pass(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).expect("not so long");
        self.now.fetch_add(micros, Ordering::SeqCst);
    }

    pub fn role(&self, user: UserId, project: ProjectId, role: Role) {
        self.store
            .put_member(user, project, role)
            .expect("both are there");
    }

    pub fn project(&self, id: ProjectId, change: impl FnOnce(&mut Project)) {
        use masker::token::directory::{Directory as _, ProjectReference};
        let found = self
            .store
            .project(&ProjectReference::Id(id))
            .expect("it works");
        let mut project = found.expect("a project");
        change(&mut project);
        self.store
            .put_project(&project, self.now())
            .expect("it works");
    }

    pub fn visible(&self, id: ProjectId, visibility: Visibility) {
        self.project(id, |project| project.visibility = visibility);
    }

    pub fn user(&self, change: impl FnOnce(&mut User)) {
        let mut user = User::new(ALICE, "alice");
        change(&mut user);
        self.store.put_user(&user, self.now()).expect("it works");
    }

    /// A running job of A, of Alice.
    pub fn run(&self) -> Job {
        self.run_for(A, ALICE, HOUR)
    }

    pub fn run_for(&self, project: ProjectId, user: UserId, timeout: Duration) -> Job {
        let job = NewJob::pending(project, user, timeout);
        self.store.enqueue(&job, self.now()).expect("it works");
        let claimant = Claimant {
            runner: RunnerId(1),
            cancels_gracefully: false,
        };
        let issued = self.issuer.claim(claimant, &mut OsRandom, self.now());
        Job::of(issued.expect("it works").expect("a job waits"))
    }

    pub fn apply(&self, job: JobId, event: Event) {
        self.store
            .apply(job, &event, self.now())
            .expect("it happens");
    }

    pub fn public(&self, line: &str) -> Ask<'_> {
        Ask::new(self, self.service.public(), line)
    }

    pub fn admin(&self, line: &str) -> Ask<'_> {
        let ask = Ask::new(self, self.service.admin(), line);
        ask.header("authorization", &format!("Bearer {ADMIN}"))
    }

    /// What nginx asks about a request: its method and address.
    pub fn forward(&self, line: &str) -> Ask<'_> {
        let (method, uri) = line.split_once(' ').expect("a method and an address");
        let ask = Ask::new(self, self.service.forward_auth(), "GET /auth/forward");
        ask.header("x-original-method", method)
            .header("x-original-uri", uri)
    }

    pub fn at(&self, router: Router, line: &str) -> Ask<'_> {
        Ask::new(self, router, line)
    }

    pub fn at_door(&self, line: &str) -> Ask<'_> {
        Ask::new(self, self.service.forward_auth(), line)
    }
}

/// A job with its token, which no failure of a test shows.
pub struct Job {
    pub id: JobId,
    pub accessor: String,
    token: Secret,
}

impl Job {
    fn of(issued: Issued) -> Job {
        Job {
            id: issued.job.id,
            accessor: issued.accessor.to_string(),
            token: issued.token.into_secret(),
        }
    }

    pub fn token(&self) -> &str {
        str::from_utf8(self.token.expose()).expect("ASCII")
    }

    pub fn basic(&self) -> String {
        basic("gitlab-ci-token", self.token())
    }
}

pub fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    let both = format!("{user}:{password}");
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(both)
    )
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
        let ask = Ask {
            world,
            router,
            request,
        };
        ask.from("192.0.2.1")
    }

    pub fn from(mut self, client: &str) -> Self {
        let client: IpAddr = client.parse().expect("an address");
        let info = ConnectInfo(SocketAddr::new(client, 4711));
        self.request.extensions_mut().insert(info);
        self
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

    pub fn body(mut self, kind: &str, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self.header("content-type", kind)
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn send(mut self) -> Reply {
        self.world.runtime.block_on(async {
            let Ok(response) = self.router.call(self.request).await;
            let (parts, body) = response.into_parts();
            Reply {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: to_bytes(body, usize::MAX).await.expect("a body"),
            }
        })
    }

    pub fn status(self) -> u16 {
        self.send().status
    }
}

/// An answer. What it shows in a failed test is what a client would see.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.and_then(Result::ok).unwrap_or("")
    }

    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// All that a client sees but what differs from request to request.
    pub fn seen(&self) -> (u16, Vec<(String, Vec<u8>)>, Bytes) {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id" && *name != "date")
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        headers.sort();
        (self.status, headers, self.body.clone())
    }
}
