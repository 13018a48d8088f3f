//! A small world to try tokens in: a project, its user, a clock that is set by hand.

use std::sync::Arc;
use std::time::Duration;

use masker::token::clock::Time;
use masker::token::directory::{Project, ProjectId, Role, User, UserId, UserState};
use masker::token::id::{KeyRing, Prefixes, Random, RandomFailed};
use masker::token::issuer::{Issued, Issuer, IssuerErrorKind};
use masker::token::lifecycle::{
    Class, Effect, Event, Invalid, JobId, JobState, Lifecycle, Options, Outcome, Record, RunnerId,
};
use masker::token::store::{Claimant, MemoryStore, NewJob, Store};

use super::Factory;

pub const SECOND: Duration = Duration::from_secs(1);
pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const A: ProjectId = ProjectId(1);
pub const B: ProjectId = ProjectId(2);
pub const ALICE: UserId = UserId(7);
pub const BOB: UserId = UserId(8);

/// The first of all random bytes are those of the keys.
const SEED: u64 = 1;

/// Bytes that look random and are the same in each run (Steele and others, "SplitMix", 2014).
pub struct Seeded(pub u64);

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        for chunk in bytes.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = self.0;
            word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

pub struct World {
    pub store: Arc<dyn Store>,
    pub issuer: Issuer,
    pub random: Seeded,
    pub now: Time,
}

impl World {
    pub fn new(factory: &dyn Factory) -> World {
        World::with(factory, Options::default())
    }

    pub fn with(factory: &dyn Factory, options: Options) -> World {
        let store = factory.open(Lifecycle::new(options));
        let now = World::start();
        let mut random = Seeded(SEED);
        furnish(&*store, now);
        let keys = generate(&mut random);
        World {
            issuer: open(&store, keys, now),
            store,
            random,
            now,
        }
    }

    /// Gives another store what is in the first.
    #[cfg(all(unix, any(feature = "sqlite", feature = "postgres")))]
    pub fn furnish(&self) {
        furnish(&*self.store, self.now);
    }

    /// When each world begins.
    pub fn start() -> Time {
        Time::from_micros(1_700_000_000_000_000)
    }

    /// The keys that the world begins with.
    pub fn keys(&self) -> KeyRing {
        generate(&mut Seeded(SEED))
    }

    pub fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    pub fn sweep(&self) -> Vec<(JobId, JobState)> {
        self.store.sweep(self.now).expect("the store works").jobs
    }

    pub fn enqueue(&self, timeout: Duration) -> JobId {
        let job = NewJob::pending(A, ALICE, timeout);
        self.store.enqueue(&job, self.now).expect("it is pending")
    }

    /// A running job with a token, whose runner cancels gracefully.
    pub fn run(&mut self) -> Issued {
        self.run_for(HOUR)
    }

    pub fn run_for(&mut self, timeout: Duration) -> Issued {
        self.enqueue(timeout);
        self.claim().expect("a job waits")
    }

    pub fn claim(&mut self) -> Option<Issued> {
        self.claim_by(true)
    }

    pub fn claim_by(&mut self, cancels_gracefully: bool) -> Option<Issued> {
        let runner = Claimant {
            runner: RunnerId(1),
            cancels_gracefully,
        };
        let claimed = self.issuer.claim(runner, &mut self.random, self.now);
        claimed.expect("the store works")
    }

    /// A call of the runner, such as a patch of the trace.
    pub fn call(&self, issued: &Issued) -> Result<JobState, IssuerErrorKind> {
        self.tell(issued, Event::RunnerCall)
            .map(|(job, _)| job.state)
    }

    pub fn report(&self, issued: &Issued, outcome: Outcome) -> Result<JobState, IssuerErrorKind> {
        let told = self.tell(issued, Event::Report(outcome));
        told.map(|(job, _)| job.state)
    }

    pub fn tell(&self, issued: &Issued, event: Event) -> Result<(Record, Effect), IssuerErrorKind> {
        let (token, job) = (issued.token.expose(), issued.job.id);
        let told = self.issuer.apply(token, job, &event, self.now);
        told.map_err(|error| error.kind())
    }

    pub fn apply(&self, job: JobId, event: Event) -> (Record, Effect) {
        let applied = self.store.apply(job, &event, self.now);
        applied.expect("the event happens to the job")
    }

    pub fn job(&self, job: JobId) -> Record {
        self.store.job(job).expect("the job is there")
    }

    /// What a resource answers.
    pub fn works(&self, issued: &Issued) -> Result<JobId, IssuerErrorKind> {
        self.ask(issued.token.expose(), Class::Resource)
    }

    pub fn ask(&self, text: &[u8], class: Class) -> Result<JobId, IssuerErrorKind> {
        let found = self.issuer.authenticate(text, class, None, self.now);
        found
            .map(|found| found.job.id)
            .map_err(|error| error.kind())
    }

    pub fn set_user(&self, state: UserState) {
        let user = User {
            state,
            ..User::new(ALICE, "alice")
        };
        self.store
            .put_user(&user, self.now)
            .expect("the store works");
    }

    pub fn set_pending_delete(&self, pending_delete: bool) {
        let project = Project {
            pending_delete,
            ..Project::new(A, "group/a")
        };
        self.store
            .put_project(&project, self.now)
            .expect("the store works");
    }

    pub fn restart(&mut self, factory: &dyn Factory, keys: KeyRing) {
        let store = std::mem::replace(&mut self.store, Arc::new(MemoryStore::default()));
        // Nothing else holds the store, as in a process that has ended.
        self.issuer = open(&self.store, generate(&mut self.random), self.now);
        self.store = factory.reopen(store);
        self.issuer = open(&self.store, keys, self.now);
    }
}

/// Two projects, and two users of which one may do something.
fn furnish(store: &dyn Store, now: Time) {
    for (id, path) in [(A, "group/a"), (B, "group/b")] {
        store
            .put_project(&Project::new(id, path), now)
            .expect("it is new");
    }
    for (id, name) in [(ALICE, "alice"), (BOB, "bob")] {
        store
            .put_user(&User::new(id, name), now)
            .expect("it is new");
    }
    store
        .put_member(ALICE, A, Role::Developer)
        .expect("both are there");
}

pub fn open(store: &Arc<dyn Store>, keys: KeyRing, now: Time) -> Issuer {
    let issuer = Issuer::open(Prefixes::default(), keys, store.clone(), now);
    issuer.expect("the epoch is that of the store")
}

pub fn generate(random: &mut Seeded) -> KeyRing {
    KeyRing::generate(random).expect("there are random numbers")
}

/// The same keys, as another process reads them.
pub fn copy(keys: &KeyRing) -> KeyRing {
    KeyRing::parse(keys.to_secret("KEYS").expose()).expect("it was written")
}

/// The refusal of a token that is known and not valid.
pub fn invalid(why: Invalid) -> IssuerErrorKind {
    IssuerErrorKind::Invalid(why)
}
