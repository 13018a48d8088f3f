//! What lies on the disk: no token, in no form.

use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use masker::token::lifecycle::Outcome;

use super::Factory;
use super::world::{A, ALICE, World};

const JOBS: usize = 1_000;

#[cfg(feature = "sqlite")]
#[test]
fn s06_no_file_of_sqlite_has_a_token() {
    let files = super::sqlite::Files::default();
    let (tokens, world) = run(&files);
    let folder = files.last();
    nothing_of(&tokens, &folder);
    // Nor when SQLite has brought everything into the one file.
    drop(world);
    nothing_of(&tokens, &folder);
}

#[cfg(feature = "postgres")]
#[test]
fn s06_no_file_of_postgresql_has_a_token() {
    let schemas = super::postgres::Schemas::default();
    if !schemas.is_there() {
        return;
    }
    let (tokens, _world) = run(&schemas);
    let server = crate::support::postgres::Server::shared().expect("it is there");
    server.run("CHECKPOINT");
    nothing_of(&tokens, server.folder());
}

fn run(factory: &dyn Factory) -> (Vec<Vec<u8>>, World) {
    let mut world = World::new(factory);
    let mut tokens = Vec::new();
    for at in 0..JOBS {
        let issued = world.run();
        if at % 2 == 0 {
            world.report(&issued, Outcome::Success).expect("it runs");
        }
        tokens.push(issued.token.expose().to_vec());
    }
    let (issuer, random) = (&world.issuer, &mut world.random);
    let trigger = issuer.make_trigger(A, ALICE, random, world.now);
    let (trigger, _) = trigger.expect("both are there");
    tokens.push(trigger.expose().to_vec());
    (tokens, world)
}

fn nothing_of(tokens: &[Vec<u8>], folder: &Path) {
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
