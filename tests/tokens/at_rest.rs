//! What lies on the disk: no token, in no form.

use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use masker::token::issuer::{Issued, OnLeak};
use masker::token::journal::{AuditFilter, Decision, DecisionFilter, RequestId, UserAgent};
use masker::token::lifecycle::{JobId, Outcome};
use masker::token::store::Selection;

use super::Factory;
use super::world::{A, ALICE, World};

const JOBS: usize = 1_000;

#[cfg(feature = "sqlite")]
#[test]
fn s06_no_file_of_sqlite_has_a_token() {
    let files = super::sqlite::Files::default();
    let (tokens, world) = run(&files);
    let folder = files.last();
    nothing_of(&tokens, &folder, &told(&world));
    #[cfg(feature = "cli")]
    nothing_of(&tokens, &folder, &printed(&folder));
    // Nor when SQLite has brought everything into the one file.
    drop(world);
    nothing_of(&tokens, &folder, b"");
}

#[cfg(feature = "postgres")]
#[test]
fn s06_no_file_of_postgresql_has_a_token() {
    let schemas = super::postgres::Schemas::default();
    if !schemas.is_there() {
        return;
    }
    let (tokens, world) = run(&schemas);
    let server = crate::support::postgres::Server::shared().expect("it is there");
    server.run("CHECKPOINT");
    nothing_of(&tokens, server.folder(), &told(&world));
}

fn run(factory: &dyn Factory) -> (Vec<Vec<u8>>, World) {
    let mut world = World::new(factory);
    let mut tokens = Vec::new();
    for at in 0..JOBS {
        let issued = world.run();
        write_down(&world, &issued);
        if at % 2 == 0 {
            world.report(&issued, Outcome::Success).expect("it runs");
        }
        if at % 50 == 0 {
            let (text, job) = (issued.token.expose(), JobId(1));
            let leak = world.issuer.leaked(text, job, OnLeak::Revoke, world.now);
            leak.expect("it is a token");
        }
        tokens.push(issued.token.expose().to_vec());
    }
    let (issuer, random) = (&world.issuer, &mut world.random);
    let trigger = issuer.make_trigger(A, ALICE, random, world.now);
    let (trigger, _) = trigger.expect("both are there");
    tokens.push(trigger.expose().to_vec());
    world.issuer.sweep(world.now).expect("the store works");
    (tokens, world)
}

/// A decision about a token, of which the client boasts in its own name, as it is and in base64.
fn write_down(world: &World, issued: &Issued) {
    assert!(world.works(issued).is_ok());
    let text = str::from_utf8(issued.token.expose()).expect("it is ASCII");
    let coded = base64(issued.token.expose(), 0);
    let coded = str::from_utf8(&coded).expect("it is ASCII");
    let id = RequestId::new(&issued.job.id.0.to_string());
    let decision = Decision {
        job: Some(issued.job.id),
        accessor: Some(issued.accessor.clone()),
        user_agent: Some(UserAgent::new(&format!("curl {text} Basic {coded}"))),
        ..Decision::new(world.now, id, "D18", "allowed")
    };
    world.store.record(&[decision]).expect("the store works");
}

/// All that the store answers, and the lines of the log.
fn told(world: &World) -> Vec<u8> {
    let store = &world.store;
    let decisions = store.decisions(&DecisionFilter::default(), 2 * JOBS);
    let decisions = decisions.expect("the store works");
    assert_eq!(decisions.len(), JOBS);
    let mut told = String::new();
    for decision in &decisions {
        told += &serde_json::to_string(decision).expect("it can be written");
    }
    let tokens = store.tokens(&Selection::All);
    let events = store.audit_events(&AuditFilter::default(), 2 * JOBS);
    told += &format!("{decisions:?} {tokens:?} {events:?}");
    for job in 1..=JOBS as u64 {
        told += &format!("{:?}", world.job(JobId(job)));
    }
    told.into_bytes()
}

/// All that the commands print.
#[cfg(feature = "cli")]
fn printed(folder: &Path) -> Vec<u8> {
    let store = format!("sqlite:{}", folder.join("tokens.db").display());
    let mut printed = Vec::new();
    for args in [
        &["token", "list"][..],
        &["audit", "list"],
        &["audit", "decisions", "--limit", "5000"],
        &["job", "show", "1"],
        &["scope", "show", "group/a"],
    ] {
        for json in [&[][..], &["--json"]] {
            let call = crate::support::command::masker(args).args(json);
            let outcome = call.env("MASKER_STORE", &store).run("");
            outcome.has_status(0);
            printed.extend(outcome.stdout);
            printed.extend(outcome.stderr.into_bytes());
        }
    }
    printed
}

fn nothing_of(tokens: &[Vec<u8>], folder: &Path, told: &[u8]) {
    let mut needles: Vec<Vec<u8>> = tokens.iter().map(|token| token[4..].to_vec()).collect();
    for token in tokens {
        needles.extend((0..3).map(|alignment| base64(token, alignment)));
    }
    let search = AhoCorasick::new(&needles).expect("they are few");
    let files = files(folder);
    let bytes: Vec<_> = files
        .iter()
        .map(|file| (file, std::fs::read(file).unwrap_or_default()))
        .collect();
    // The search would find them: what may be there is.
    let all: usize = bytes.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(
        all > JOBS * 32,
        "there is less than the digests in {all} bytes"
    );
    for (file, bytes) in &bytes {
        assert!(!search.is_match(bytes), "{} has a token", file.display());
    }
    assert!(!search.is_match(told), "an answer has a token");
    assert!(search.is_match(&base64(&tokens[0], 1)) && search.is_match(&tokens[1]));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)
        .expect("it can be listed")
        .flatten()
    {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// The base64 of bytes that stand so far behind a multiple of three, without what its neighbours
/// would change.
fn base64(bytes: &[u8], alignment: usize) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let own = &bytes[(3 - alignment) % 3..];
    let (groups, _) = own.as_chunks::<3>();
    let digits = groups.iter().flat_map(|[a, b, c]| {
        let word = u32::from_be_bytes([0, *a, *b, *c]);
        [18, 12, 6, 0].map(|shift| DIGITS[(word >> shift & 63) as usize])
    });
    digits.collect()
}
