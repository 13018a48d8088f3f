//! A service over a store, in memory as a rule, with a clock that is set by hand, and requests to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use masker::Secret;
#[cfg(feature = "artifacts")]
use masker::http::Artifacts;
use masker::http::{Options, Service};
use masker::token::clock::Time;
use masker::token::directory::{Plan, Project, ProjectId, RefName, Role, User, UserId, Visibility};
use masker::token::id::{KeyRing, Prefixes};
use masker::token::issuer::{Issued, Issuer};
use masker::token::lifecycle::{Event, JobId, Outcome, RunnerId};
use masker::token::store::{Claimant, NewJob, Store};
use masker::token::system::OsRandom;
use serde_json::{Value, json};
#[cfg(feature = "artifacts")]
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};

use crate::tokens::watched::Watched;
use crate::tokens::{Factory, InMemory};

pub use super::asking::{Ask, FORM, PARTS, Part, Reply, basic, multipart};

pub const A: ProjectId = ProjectId(1);
pub const B: ProjectId = ProjectId(2);
pub const ALICE: UserId = UserId(7);
pub const BOB: UserId = UserId(8);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const ADMIN: &str = "the-admin-token-of-tests";

/// Whose job a token is of.
pub const JOB: &str = "GET /api/v4/job";

/// A package of project B, to read or to write.
pub const PACKAGE: &str = "/api/v4/projects/2/packages/generic/tool/1.0/tool.tar.gz";

/// What a stranger is told of a project, and of none.
pub const NO_PROJECT: &str = r#"{"message":"404 Project Not Found"}"#;

pub struct World {
    pub store: Arc<Watched>,
    pub issuer: Arc<Issuer>,
    pub service: Service,
    /// Where artifacts are.
    #[cfg(feature = "artifacts")]
    pub folder: TempDir,
    /// It goes on by itself, for what is served while a test does something else.
    pub runtime: Runtime,
    now: Arc<AtomicU64>,
}

impl World {
    pub fn new() -> World {
        World::with(|_| {})
    }

    pub fn with(choose: impl FnOnce(&mut Options)) -> World {
        World::over(&InMemory, choose)
    }

    /// Alice is Developer of A, and nothing in B; both are private, with the branches main and
    /// release/1, which is protected.
    pub fn over(factory: &dyn Factory, choose: impl FnOnce(&mut Options)) -> World {
        let now = Arc::new(AtomicU64::new(1_700_000_000_000_000));
        let store = Watched::over(factory);
        let start = Time::from_micros(now.load(Ordering::SeqCst));
        populate(&*store, start);
        let keys = KeyRing::generate(&mut OsRandom).expect("random numbers");
        let issuer = Issuer::open(Prefixes::default(), keys, store.clone(), start);
        let issuer = Arc::new(issuer.expect("a new epoch"));
        #[cfg(feature = "artifacts")]
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = Options::default();
        // Machines with much else to do must not fail a test that is not about time.
        options.decision_timeout = Duration::from_secs(20);
        options.admin_token = Some(Secret::new("admin", ADMIN));
        #[cfg(feature = "artifacts")]
        {
            options.artifacts = Some(Artifacts::in_folder(folder.path()).expect("a folder"));
        }
        choose(&mut options);
        let told = Arc::clone(&now);
        let clock = Arc::new(move || Time::from_micros(told.load(Ordering::SeqCst)));
        let service = Service::new(issuer.clone(), store.clone(), clock, options);
        let mut runtime = runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build();
        World {
            store,
            issuer,
            service,
            #[cfg(feature = "artifacts")]
            folder,
            runtime: runtime.expect("a runtime"),
            now,
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

    pub fn succeed(&self, job: &Job) {
        self.apply(job.id, Event::Report(Outcome::Success));
    }

    /// A job that was added with this, running.
    pub fn run_about(&self, about: &Value) -> Job {
        let added = self.admin("POST /admin/jobs").json(about).send();
        assert_eq!(added.status, 201, "{}", added.text());
        self.claim()
    }

    /// A running job of B, of Bob, who may do everything there.
    pub fn run_b(&self, name: &str, git_ref: &str) -> Job {
        self.role(BOB, B, Role::Maintainer);
        self.run_about(&json!({ "project": 2, "user": "bob", "name": name, "ref": git_ref }))
    }

    /// The job that waits longest, claimed as operators do.
    #[track_caller]
    pub fn claim(&self) -> Job {
        let claimed = self.admin("POST /admin/jobs/claim").send();
        assert_eq!(claimed.status, 201, "a job waits");
        Job::shown(&claimed.json())
    }

    /// How many jobs wait. They are claimed.
    pub fn waiting(&self) -> usize {
        let claim = || self.admin("POST /admin/jobs/claim").status();
        std::iter::repeat_with(claim)
            .take_while(|status| *status == 201)
            .count()
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

/// The projects and users that all tests begin with.
fn populate(store: &dyn Store, start: Time) {
    let [main, release] = ["main", "release/1"].map(|name| RefName::new(name).expect("a ref"));
    let plan = Plan {
        refs: [main, release.clone()].into(),
        protected_refs: [release].into(),
        job_names: Vec::new(),
    };
    for (id, path) in [(A, "g/a"), (B, "g/sub/b")] {
        let project = Project::new(id, path);
        store.put_project(&project, start).expect("it is new");
        store.put_plan(id, &plan).expect("it is there");
    }
    for (id, name) in [(ALICE, "alice"), (BOB, "bob")] {
        let user = User::new(id, name);
        store.put_user(&user, start).expect("it is new");
    }
    let put = store.put_member(ALICE, A, Role::Developer);
    put.expect("both are there");
}

/// A job with its token, which no failure of a test shows.
pub struct Job {
    pub id: JobId,
    pub accessor: String,
    /// What its scripts see, where it was claimed over HTTP.
    pub variables: Value,
    token: Secret,
}

impl Job {
    fn of(issued: Issued) -> Job {
        Job {
            id: issued.job.id,
            accessor: issued.accessor.to_string(),
            variables: Value::Null,
            token: issued.token.into_secret(),
        }
    }

    fn shown(claimed: &Value) -> Job {
        let text = |field: &str| claimed[field].as_str().expect("a text");
        Job {
            id: JobId(claimed["id"].as_u64().expect("a number")),
            accessor: text("accessor").to_owned(),
            variables: claimed["variables"].clone(),
            token: Secret::new("token", text("token")),
        }
    }

    pub fn token(&self) -> &str {
        str::from_utf8(self.token.expose()).expect("ASCII")
    }

    pub fn basic(&self) -> String {
        basic("gitlab-ci-token", self.token())
    }
}
