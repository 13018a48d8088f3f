//! `masker keys`: makes, adds and retires keys. No key is ever printed, only its number.

use std::path::{Path, PathBuf};

use masker::token::clock::Time;
use masker::token::id::{KeyId, KeyRing};
use masker::token::journal::{AuditEvent, Deed};
use masker::token::lifecycle::Why;
use masker::token::store::{Audited, Selection, Store};
use masker::token::system::OsRandom;
use serde_json::json;

use super::args::{KeyArgs, KeysArgs, KeysCommand, OutputArgs, StoreArgs};
use super::audit::operator;
use super::authority::{Kept, key_path, no_key_file};
use super::key_file::{self, Change};
use super::place::Place;
use super::{Answer, Failure};
use crate::message;

pub fn run(args: &KeysArgs) -> Result<Answer, Failure> {
    match &args.command {
        KeysCommand::New { keys, output } => {
            let ring = KeyRing::generate(&mut OsRandom)?;
            key_file::create(&path(keys)?, &ring)?;
            Ok(answer(output, &ring, "made", ring.newest(), 0))
        }
        KeysCommand::Rotate {
            store,
            keys,
            output,
        } => change(store, keys, output, None),
        KeysCommand::Adopt {
            store,
            keys,
            output,
        } => adopt(store, keys, output),
        KeysCommand::Retire {
            key,
            store,
            keys,
            output,
        } => change(store, keys, output, Some(KeyId(*key))),
    }
}

/// Lets a store take a file that it does not know.
fn adopt(store: &StoreArgs, keys: &KeyArgs, output: &OutputArgs) -> Result<Answer, Failure> {
    // Held until the store knows it.
    let (ring, _file) = key_file::read(&path(keys)?)?;
    let kept = Kept::open_unguarded(store)?;
    let change = Audited::Keys {
        name: ring.name().to_owned(),
        epoch: ring.epoch(),
    };
    let revoked = kept.store.change(&change, &operator(), kept.now())?;
    Ok(answer(output, &ring, "adopted", ring.newest(), revoked))
}

/// Adds a key, or retires one.
fn change(
    store: &StoreArgs,
    keys: &KeyArgs,
    output: &OutputArgs,
    retired: Option<KeyId>,
) -> Result<Answer, Failure> {
    let path = path(keys)?;
    let kept = match Place::is_named(store) {
        true => Some(Kept::open(store)?),
        false => None,
    };
    let known = kept.as_ref().map(|kept| (&*kept.store, kept.now()));
    let changed = Changed::write(&path, known, retired)?;
    let (ring, key) = (changed.ring, changed.key);
    let mut revoked = 0;
    if let Some(kept) = kept {
        let event = AuditEvent {
            before: Some(format!("live={}", changed.before)),
            after: Some(format!("live={}", numbers(&ring))),
            ..AuditEvent::new(kept.now(), operator(), Deed::Keys)
        };
        kept.store.audit(&event)?;
        let change = Audited::Revoke {
            which: Selection::OtherKeys(ring.ids().collect()),
            why: Why::KeyRetired,
        };
        revoked = kept.store.change(&change, &operator(), kept.now())?;
    } else if retired.is_some() {
        message::note(
            "tokens under the key end when the store is next opened; --store ends them now",
        );
    }
    // Until here nobody else saw the keys without what they end.
    drop(changed.file);
    let what = if retired.is_some() {
        "retired"
    } else {
        "added"
    };
    Ok(answer(output, &ring, what, key, revoked))
}

/// A change of the keys that is written.
pub struct Changed {
    pub ring: KeyRing,
    /// The one that was added or retired.
    key: KeyId,
    before: String,
    /// Nobody else reads or changes the file until this is dropped.
    pub file: Change,
}

impl Changed {
    /// Adds a key, or retires one.
    ///
    /// The file first and the store then: a store that is behind ends tokens that should live, one that
    /// is ahead would let live what should end. Nobody sees the one without the other.
    pub fn write(
        path: &Path,
        store: Option<(&dyn Store, Time)>,
        retired: Option<KeyId>,
    ) -> Result<Changed, Failure> {
        let mut file = Change::begin(path)?;
        let mut ring = file.ring()?;
        if let Some((store, _)) = store {
            store.know_keys(ring.name())?;
        }
        let before = numbers(&ring);
        let key = match retired {
            None => ring.rotate(&mut OsRandom)?,
            Some(key) => {
                let retired = ring.retire(key);
                retired.map_err(|error| {
                    Failure::denied(format_args!("{error}; the live keys are {before}"))
                })?;
                key
            }
        };
        match store {
            Some((store, now)) => {
                // Before it changes: a store that was restored is to be told from one that is up to date.
                store.enter_epoch(file.ring()?.epoch(), now)?;
                // Whoever is killed between the two has the next one find what was announced.
                let announced = store.announce_epoch()?;
                let epoch = loop {
                    let epoch = ring.advance_epoch();
                    if epoch >= announced {
                        break epoch;
                    }
                };
                file.finish(&ring)?;
                store.advance_epoch(epoch)?;
            }
            None => file.finish(&ring)?,
        }
        Ok(Changed {
            ring,
            key,
            before,
            file,
        })
    }
}

fn answer(output: &OutputArgs, ring: &KeyRing, what: &str, key: KeyId, revoked: u64) -> Answer {
    let ids: Vec<_> = ring.ids().map(|id| id.0).collect();
    let live = numbers(ring);
    let json = json!({ what: key.0, "live": ids, "newest": ring.newest().0, "revoked": revoked });
    let text = format!(
        "key {} {what}; live: {live}; tokens revoked: {revoked}",
        key.0
    );
    Answer::new(output, text, &json)
}

fn numbers(ring: &KeyRing) -> String {
    let ids: Vec<_> = ring.ids().map(|id| id.0.to_string()).collect();
    ids.join(", ")
}

fn path(keys: &KeyArgs) -> Result<PathBuf, Failure> {
    key_path(keys).ok_or_else(no_key_file)
}
