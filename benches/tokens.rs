//! What job tokens cost in memory, in SQLite and in PostgreSQL: decisions about requests, claims,
//! revocations, and the end of a project with 10,000 live tokens.
//!
//! `cargo bench --features sqlite,postgres --bench tokens` (`-- --quick`: a tenth of all). PostgreSQL
//! is started on a unix socket in a temporary folder, where it is installed. Both databases wait
//! for the disk of that folder. Every answer is checked.

#[cfg(unix)]
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/postgres.rs"]
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use masker::token::authorizer::{Policy, Request, Snapshot};
use masker::token::carriers::Presented;
use masker::token::clock::{Clock as _, Time};
use masker::token::directory::{Project, ProjectId, Role, User, UserId};
use masker::token::id::{KeyRing, Prefixes};
use masker::token::issuer::{Issued, Issuer};
use masker::token::lifecycle::{Class, Event, Lifecycle, Outcome, RunnerId, Why};
use masker::token::routes::{Asked, Method};
use masker::token::store::{Claimant, MemoryStore, NewJob, Selection, SqliteStore, Store};
use masker::token::system::{OsRandom, SystemClock};

const APP: ProjectId = ProjectId(1);
const LIBRARY: ProjectId = ProjectId(2);
const ALICE: UserId = UserId(7);
/// What a script asks for: a package of another project.
const PATH: &str = "/api/v4/projects/group%2Flibrary/packages/generic/tool/1.0/tool.tar.gz";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let tokens = if quick { 1_000 } else { 10_000 };
    let threads = available_parallelism().map_or(1, usize::from);
    println!("{tokens} live tokens of one project, {threads} threads\n");
    println!("targets: decisions in memory 1,000,000/s, in SQLite 10,000/s with a p99 of 2 ms;");
    println!("10,000 tokens of a project revoked in 1 s\n");

    let folder = tempfile::tempdir()?;
    let lifecycle = Lifecycle::default;
    Bench::new("memory", Arc::new(MemoryStore::new(lifecycle())), threads)?.run(tokens, 20)?;
    let sqlite = SqliteStore::open(folder.path().join("tokens.db"), lifecycle())?;
    Bench::new("SQLite", Arc::new(sqlite), threads)?.run(tokens, 10)?;
    #[cfg(unix)]
    if let Some(server) = server::Server::start("on") {
        let config = server.config("public");
        let postgres = masker::token::store::PostgresStore::connect(&config, lifecycle())?;
        Bench::new("PostgreSQL", Arc::new(postgres), threads)?.run(tokens, 3)?;
    }
    Ok(())
}

struct Bench {
    name: &'static str,
    threads: usize,
    store: Arc<dyn Store>,
    issuer: Issuer,
    clock: SystemClock,
}

type Done = Result<(), Box<dyn std::error::Error>>;

impl Bench {
    fn new(
        name: &'static str,
        store: Arc<dyn Store>,
        threads: usize,
    ) -> Result<Bench, Box<dyn std::error::Error>> {
        let clock = SystemClock::starting_after(None);
        let now = clock.now();
        store.put_user(&User::new(ALICE, "alice"), now)?;
        for (id, path) in [(APP, "group/app"), (LIBRARY, "group/library")] {
            store.put_project(&Project::new(id, path), now)?;
            store.put_member(ALICE, id, Role::Developer)?;
        }
        let keys = KeyRing::generate(&mut OsRandom)?;
        let issuer = Issuer::open(Prefixes::default(), keys, store.clone(), now)?;
        Ok(Bench {
            name,
            threads,
            store,
            issuer,
            clock,
        })
    }

    fn run(&self, tokens: usize, rounds: usize) -> Done {
        println!("{}", self.name);
        for _ in 0..tokens {
            self.store.enqueue(&job(), self.now())?;
        }
        let start = Instant::now();
        let issued = self.issue(tokens / self.threads);
        self.rate("issued", issued.len(), start.elapsed());
        let rest: Vec<Issued> = std::iter::from_fn(|| self.claim()).collect();
        assert_eq!(issued.len() + rest.len(), tokens);

        self.decide(&issued, rounds, "decisions, nothing else going on");
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let lives = scope.spawn(|| self.live(&stop));
            self.decide(&issued, rounds, "decisions, beside jobs that come and go");
            stop.store(true, Ordering::Relaxed);
            let (lives, elapsed) = lives.join().expect("jobs come and go");
            self.rate("jobs that came and went meanwhile", lives, elapsed);
        });
        self.revoke(&rest, &issued)
    }

    /// All threads claim jobs.
    fn issue(&self, each: usize) -> Vec<Issued> {
        thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads)
                .map(|_| scope.spawn(|| (0..each).filter_map(|_| self.claim()).collect::<Vec<_>>()))
                .collect();
            let issued = threads.into_iter().map(|it| it.join().expect("jobs wait"));
            issued.flatten().collect()
        })
    }

    /// All threads decide about all tokens, in another order each.
    fn decide(&self, issued: &[Issued], rounds: usize, what: &str) {
        let next = AtomicU64::new(0);
        let start = Instant::now();
        let mut times: Vec<Duration> = thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads)
                .map(|_| {
                    scope.spawn(|| {
                        let mut times = Vec::with_capacity(issued.len() * rounds);
                        for _ in 0..issued.len() * rounds / self.threads {
                            let at = next.fetch_add(7_919, Ordering::Relaxed) as usize;
                            let start = Instant::now();
                            let decision = self.decision(&issued[at % issued.len()]);
                            times.push(start.elapsed());
                            assert_eq!(decision, "D18 allowed 200");
                        }
                        times
                    })
                })
                .collect();
            let times = threads
                .into_iter()
                .map(|it| it.join().expect("all allowed"));
            times.flatten().collect()
        });
        let elapsed = start.elapsed();
        times.sort_unstable();
        self.rate(what, times.len(), elapsed);
        let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1e6;
        println!("    p50 {:.0} us, p99 {:.0} us", at(0.5), at(0.99));
    }

    /// As a service does it, from the request to the record of the decision.
    fn decision(&self, issued: &Issued) -> String {
        let token = str::from_utf8(issued.token.expose()).expect("it is ASCII");
        let method = Method::Get;
        let request = Request {
            asked: Asked::Http { method, path: PATH },
            presented: Presented {
                headers: &[("JOB-TOKEN", token)],
                ..Presented::default()
            },
            ..Request::default()
        };
        let admitted = Policy::default().admit(&request).expect("it is a route");
        let text = admitted.credential().expose().as_bytes();
        let class = admitted.route().class;
        let found = self
            .issuer
            .authenticate(text, class, admitted.project(), self.now());
        let facts = Snapshot::from(&found.expect("the token is valid"));
        admitted.decide(&facts).record().to_string()
    }

    /// Jobs that are added, claimed and finished, one after the other, until it is enough.
    fn live(&self, stop: &AtomicBool) -> (usize, Duration) {
        let (start, mut lives) = (Instant::now(), 0);
        while !stop.load(Ordering::Relaxed) {
            let enqueued = self.store.enqueue(&job(), self.now());
            let id = enqueued.expect("the store works");
            let issued = self.claim().expect("a job waits");
            assert_eq!(issued.job.id, id);
            let success = Event::Report(Outcome::Success);
            let done = self
                .issuer
                .apply(issued.token.expose(), id, &success, self.now());
            done.expect("the job runs");
            lives += 1;
        }
        (lives, start.elapsed())
    }

    /// Some one by one, and then all that are left at once.
    fn revoke(&self, rest: &[Issued], issued: &[Issued]) -> Done {
        let (some, others) = issued.split_at(issued.len() / 20);
        let start = Instant::now();
        for issued in some {
            let which = Selection::Accessor(issued.accessor.clone());
            assert_eq!(self.store.revoke(&which, Why::Admin, self.now())?, 1);
        }
        self.rate(
            "revoked one by one, by one thread",
            some.len(),
            start.elapsed(),
        );
        for _ in some {
            self.store.enqueue(&job(), self.now())?;
            let _issued = self.claim().expect("a job waits");
        }
        let all = issued.len() + rest.len();
        let start = Instant::now();
        let which = Selection::Project(APP);
        let revoked = self.store.revoke(&which, Why::ProjectDeleted, self.now())?;
        let seconds = start.elapsed().as_secs_f64();
        println!("  {all} tokens of one project revoked in {seconds:.3} s\n");
        assert_eq!(revoked, all as u64);
        for issued in others {
            let token = issued.token.expose();
            let found = self
                .issuer
                .authenticate(token, Class::Resource, None, self.now());
            assert!(found.is_err(), "a revoked token is accepted");
        }
        Ok(())
    }

    fn claim(&self) -> Option<Issued> {
        let claimant = Claimant {
            runner: RunnerId(1),
            cancels_gracefully: true,
        };
        let claimed = self.issuer.claim(claimant, &mut OsRandom, self.now());
        claimed.expect("the store works")
    }

    fn now(&self) -> Time {
        self.clock.now()
    }

    fn rate(&self, what: &str, count: usize, elapsed: Duration) {
        let rate = count as f64 / elapsed.as_secs_f64();
        println!("  {what}: {rate:.0} a second");
    }
}

fn job() -> NewJob {
    NewJob::pending(APP, ALICE, Duration::from_secs(3600))
}
