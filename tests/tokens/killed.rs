//! A process that is killed while it claims and finishes jobs: what it was told holds.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use masker::token::clock::Clock as _;
use masker::token::id::KeyRing;
use masker::token::issuer::{Issuer, IssuerErrorKind};
use masker::token::lifecycle::{Class, Event, JobId, JobState, Outcome, RunnerId};
use masker::token::store::{Claimant, NewJob, Selection, Store};
use masker::token::system::{OsRandom, SystemClock};

#[cfg(feature = "postgres")]
use super::Factory;
use super::world::{A, ALICE, HOUR, World, copy, open};
use crate::support::random::{self, Dice};

/// How often a process is killed.
const TIMES: usize = 200;
/// Tells the process that is to be killed which store it has.
const STORE: &str = "MASKER_TEST_KILLED";
const KEYS: &str = "MASKER_TEST_KILLED_KEYS";

#[cfg(feature = "sqlite")]
#[test]
fn s102_sqlite_keeps_what_it_acknowledged() {
    let files = super::sqlite::Files::default();
    let world = World::new(&files);
    let file = files.last().join("tokens.db");
    kill_again_and_again(world, &format!("sqlite:{}", file.display()));
}

#[cfg(feature = "postgres")]
#[test]
fn s102_postgresql_keeps_what_it_acknowledged() {
    let schemas = super::postgres::Schemas::default();
    if schemas.is_there() {
        let world = World::new(&schemas);
        let server = crate::support::postgres::Server::shared().expect("it is there");
        let config = server.config(&schemas.last());
        kill_again_and_again(world, &format!("postgres:{config}"));
    }
}

/// What the process said it was told.
struct Fact {
    job: JobId,
    token: String,
    is_finished: bool,
}

fn kill_again_and_again(mut world: World, store: &str) {
    let keys = world.keys();
    world.issuer = open(&world.store, copy(&keys), world.now);
    let mut dice = Dice::new(random::seed());
    println!(
        "to kill at the same times again: MASKER_TEST_SEED={}",
        random::seed()
    );
    let (mut facts, mut unfinished) = (Vec::new(), 0);
    for _ in 0..TIMES {
        let written = keys.to_secret("KEYS");
        let written = str::from_utf8(written.expose()).expect("it is text");
        let child = spawn(store, written);
        let new = kill(child, Duration::from_micros(dice.below(30_000) as u64));
        hold(&world, store, &keys, &new);
        unfinished += new.iter().filter(|fact| !fact.is_finished).count();
        facts.extend(new);
    }
    assert!(facts.len() > TIMES, "{} claims were too few", facts.len());
    assert!(unfinished > 0, "no job was ever left running");
    hold(&world, store, &keys, &facts);
}

fn spawn(store: &str, keys: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command
        .args(["tokens::killed::to_be_killed", "--exact", "--nocapture"])
        .env(STORE, store)
        .env(KEYS, keys)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().expect("the tests can be run")
}

/// Kills it so long after its first word, and returns what it said.
fn kill(mut child: Child, after: Duration) -> Vec<Fact> {
    let mut said = BufReader::new(child.stdout.take().expect("it was asked to be piped"));
    let mut line = String::new();
    let mut facts: Vec<Fact> = Vec::new();
    let mut is_killed = false;
    // A line without an end was not said as a whole.
    while said.read_line(&mut line).expect("it is text") > 0 && line.ends_with('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["claimed", job, token] = words[..] {
            facts.push(Fact {
                job: JobId(job.parse().expect("it is a number")),
                token: token.to_owned(),
                is_finished: false,
            });
        } else if let ["finished", job] = words[..] {
            let job = JobId(job.parse().expect("it is a number"));
            let fact = facts.iter_mut().find(|fact| fact.job == job);
            fact.expect("it was claimed").is_finished = true;
        }
        if !is_killed && line.starts_with("claimed") {
            std::thread::sleep(after);
            child.kill().expect("it is ours");
            is_killed = true;
        }
        line.clear();
    }
    child.wait().expect("it is ours");
    assert!(is_killed, "it ended by itself");
    facts
}

/// In a store that was opened after the process ended.
fn hold(world: &World, store: &str, keys: &KeyRing, facts: &[Fact]) {
    let reopened = reopen(store);
    let now = SystemClock::starting_after(reopened.time().expect("it works")).now();
    let issuer = open(&reopened, copy(keys), now);
    for (at, fact) in facts.iter().enumerate() {
        let token = fact.token.as_bytes();
        let found = issuer.authenticate(token, Class::Resource, None, now);
        let found = found
            .map(|found| found.job.id)
            .map_err(|error| error.kind());
        let state = world.job(fact.job).state;
        match (&found, fact.is_finished) {
            (Ok(job), false) => assert_eq!((*job, state), (fact.job, JobState::Running)),
            (Err(IssuerErrorKind::Invalid(_)), true) => assert_eq!(state, JobState::Success),
            // It was finished, and the process was killed before it could say so.
            (Err(IssuerErrorKind::Invalid(_)), false) => assert_eq!(state, JobState::Success),
            _ => panic!(
                "fact {at} does not hold: {found:?}, finished: {}",
                fact.is_finished
            ),
        }
        let tokens = reopened.tokens(&Selection::Job(fact.job));
        let tokens = tokens.expect("the store works");
        let live = tokens.iter().filter(|entry| entry.token.is_live()).count();
        assert_eq!(live, usize::from(found.is_ok()));
    }
}

fn reopen(store: &str) -> Arc<dyn Store> {
    match store.split_once(':').expect("it has a kind") {
        #[cfg(feature = "sqlite")]
        ("sqlite", file) => Arc::new(
            masker::token::store::SqliteStore::open(file, Default::default())
                .expect("the file is whole"),
        ),
        #[cfg(feature = "postgres")]
        ("postgres", config) => Arc::new(
            masker::token::store::PostgresStore::connect(config, Default::default())
                .expect("the server works"),
        ),
        _ => panic!("there is no such store"),
    }
}

/// No test of its own: what the others run and kill.
#[test]
fn to_be_killed() {
    let (Ok(store), Ok(keys)) = (std::env::var(STORE), std::env::var(KEYS)) else {
        return;
    };
    let store = reopen(&store);
    let clock = SystemClock::starting_after(store.time().expect("it works"));
    let keys = KeyRing::parse(keys.as_bytes()).expect("they were written");
    let issuer: Issuer = open(&store, keys, clock.now());
    let mut said = std::io::stdout();
    for turn in 0.. {
        let job = NewJob::pending(A, ALICE, HOUR);
        store.enqueue(&job, clock.now()).expect("the store works");
        let claimant = Claimant {
            runner: RunnerId(1),
            cancels_gracefully: true,
        };
        let claimed = issuer.claim(claimant, &mut OsRandom, clock.now());
        let issued = claimed.expect("the store works").expect("a job waits");
        let (job, token) = (issued.job.id, issued.token.expose());
        let text = str::from_utf8(token).expect("it is ASCII");
        writeln!(said, "\nclaimed {} {text}", job.0).expect("somebody reads");
        if turn % 5 != 0 {
            let success = Event::Report(Outcome::Success);
            let done = issuer.apply(token, job, &success, clock.now());
            done.expect("the job runs");
            writeln!(said, "finished {}", job.0).expect("somebody reads");
        }
    }
}
