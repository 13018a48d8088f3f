//! `masker check-config`: what `masker serve` would read and refuse, found without a change of anything.

use std::io::{self, Write as _};
use std::path::Path;

use masker::token::configuration::Configuration;
use masker::token::store::{Inspected, Schema, StoreError, StoreErrorKind};

#[cfg(unix)]
use super::args::Place;
use super::dev::Trial;
use super::listen::Places;
use super::{ServeArgs, artifacts, registry, secrets};
use crate::exit::{Exit, of_output};
use crate::limits;
use crate::tokens::{self, Failure, ring};

pub const AFTER_LONG_HELP: &str = "\
Takes the flags and variables of masker serve, and prints a line about each thing that it would read. \
Nothing is made, migrated or listened on, so it can be run beside a service.

Exit status:
  0  masker serve would start
  2  the command line is wrong
  3  the store cannot be read
  4  something else is wrong, as the configuration, the keys, a secret or an address";

/// What is said of one thing.
type Finding = (&'static str, Result<String, Failure>);

/// Prints what is right, and what is wrong.
pub fn run(args: &ServeArgs) -> Exit {
    limits::leave_no_core();
    let findings = findings(args);
    let mut text = String::new();
    for (what, found) in &findings {
        match found {
            Ok(found) => text.push_str(&format!("ok     {what}: {found}\n")),
            Err(failure) => text.push_str(&format!("wrong  {what}: {}\n", failure.text())),
        }
    }
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    match of_output(written.and_then(|()| stdout.flush())) {
        Exit::Done => exit(&findings),
        failed => failed,
    }
}

fn exit(findings: &[Finding]) -> Exit {
    let failures = || findings.iter().filter_map(|it| it.1.as_ref().err());
    match failures().next() {
        None => Exit::Done,
        Some(_) if failures().all(|it| it.exit() == Exit::Store) => Exit::Store,
        Some(_) => Exit::Config,
    }
}

fn findings(args: &ServeArgs) -> Vec<Finding> {
    let (configuration, chosen) = configuration(args);
    let mut findings = vec![("configuration", configuration)];
    match args.dev {
        true => findings.push((
            "trial",
            Trial::begin(args, &chosen).map(|_| "all in memory".to_owned()),
        )),
        false => findings.extend(keys_and_store(args)),
    }
    findings.extend([
        ("admin token", said(secrets::admin(args))),
        ("forward secret", said(secrets::forward(args))),
        (
            "clients",
            secrets::clients(args).map(|all| all.len().to_string()),
        ),
        ("registry key", registry_key(args, &chosen)),
        ("artifacts", artifacts(args)),
        ("addresses", addresses(args)),
    ]);
    findings
}

/// The file of what was chosen, and what it says. If it is wrong, the rest is looked at as if nothing
/// were chosen.
fn configuration(args: &ServeArgs) -> (Result<String, Failure>, Configuration) {
    let path = tokens::named_configuration(&args.store);
    let path = path.map_or("none".to_owned(), |path| path.display().to_string());
    match tokens::configuration(&args.store) {
        Ok(chosen) => (Ok(path), chosen),
        Err(failure) => (Err(failure), Configuration::default()),
    }
}

fn keys_and_store(args: &ServeArgs) -> [Finding; 2] {
    let keys = ring(&args.keys, &args.store);
    let known = keys.as_ref().ok();
    let known = known.map(|(ring, _)| (ring.name().to_owned(), ring.epoch()));
    let keys = keys.map(|(ring, _file)| {
        let ids: Vec<String> = ring.ids().map(|id| id.0.to_string()).collect();
        format!("live: {}", ids.join(", "))
    });
    let store = tokens::Place::of(&args.store).and_then(|place| place.inspect());
    let store = store.and_then(|found| store_found(found, known));
    [("keys", keys), ("store", store)]
}

fn store_found(found: Option<Inspected>, keys: Option<(String, u64)>) -> Result<String, Failure> {
    let Some(found) = found else {
        return Ok("in memory".to_owned());
    };
    let schema = match found.schema {
        Schema::Current => "its schema is this version's",
        Schema::Older => "its schema is an older one, which is brought up to date at the start",
        _ => "it is empty, and the tables are made at the start",
    };
    if let (Some(store), Some((keys, _))) = (&found.keys, &keys)
        && store != keys
    {
        return Err(StoreError::from(StoreErrorKind::OtherKeys).into());
    }
    match (found.epoch, keys.map(|(_, epoch)| epoch)) {
        (Some(store), Some(keys)) if store > keys => {
            Err(StoreError::from(StoreErrorKind::KeysBehind).into())
        }
        (Some(store), Some(keys)) if store < keys => Ok(format!(
            "{schema}; it is behind the keys, as a copy from before is, so all live tokens are revoked \
             at the start"
        )),
        _ => Ok(schema.to_owned()),
    }
}

fn said<T>(secret: Result<Option<T>, Failure>) -> Result<String, Failure> {
    secret.map(|secret| secret.map_or("none", |_| "given").to_owned())
}

fn registry_key(args: &ServeArgs, chosen: &Configuration) -> Result<String, Failure> {
    match &args.registry_key {
        None => Ok("none".to_owned()),
        Some(path) if registry::is_missing(args) => {
            has_folder("--registry-key", path).map(|()| "made at the start".to_owned())
        }
        Some(_) => said(registry::read(args, chosen.registry_ttl)),
    }
}

fn artifacts(args: &ServeArgs) -> Result<String, Failure> {
    let bucket = args.artifacts.as_deref().map(artifacts::bucket);
    let bucket = bucket.transpose()?.flatten();
    match &args.artifacts {
        None => Ok("none".to_owned()),
        Some(_) if bucket.is_some() => Ok("a bucket, which is tried at the start".to_owned()),
        Some(folder) if folder.is_dir() => may_write("--artifacts", folder),
        Some(path) if path.exists() => Err(Failure::config("--artifacts: this is no folder")),
        Some(folder) => {
            let parents = folder.ancestors().skip(1);
            let found = parents.into_iter().find(|it| it.is_dir());
            let above = found.unwrap_or(Path::new("."));
            may_write("--artifacts", above).map(|_| "made at the start".to_owned())
        }
    }
}

fn addresses(args: &ServeArgs) -> Result<String, Failure> {
    let has_token = args.dev || !matches!(secrets::admin(args), Ok(None));
    let places = Places::of(args, args.forward_secret_file.is_some(), has_token)?;
    let mut shown = Vec::new();
    for (flag, place) in places.all() {
        #[cfg(unix)]
        if let Place::Unix(path) = place {
            has_folder(flag, path)?;
        }
        shown.push(format!("{flag} {place}"));
    }
    Ok(shown.join(", "))
}

fn has_folder(flag: &str, path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    match folder.is_none_or(Path::is_dir) {
        true => Ok(()),
        false => Err(Failure::config(format_args!(
            "{flag}: there is no such folder"
        ))),
    }
}

/// Whether we may write into a folder.
fn may_write(flag: &str, folder: &Path) -> Result<String, Failure> {
    #[cfg(unix)]
    let allowed = rustix::fs::access(
        folder,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    )
    .map_err(std::io::Error::from);
    #[cfg(not(unix))]
    let allowed = folder.metadata().map(drop);
    let allowed = allowed.map_err(|error| Failure::config(format_args!("{flag}: {error}")));
    allowed.map(|()| "a folder".to_owned())
}
