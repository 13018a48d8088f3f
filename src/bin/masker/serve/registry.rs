//! The key by which a container registry knows our bearer tokens.

use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use masker::http::RegistryKey;
use rcgen::{CertificateParams, DnType, KeyPair};
use zeroize::Zeroizing;

use super::ServeArgs;
use crate::tokens::Failure;

/// Reads the key and its certificate, or makes them.
pub fn key(
    args: &ServeArgs,
    configured_ttl: Option<Duration>,
) -> Result<Option<RegistryKey>, Failure> {
    if let (Some(key), Some(certificate)) = (&args.registry_key, &args.registry_certificate)
        && is_missing(args)
    {
        make(key, certificate)?;
    }
    read(args, configured_ttl)
}

/// Whether neither is there, though they are named.
pub fn is_missing(args: &ServeArgs) -> bool {
    let named = [&args.registry_key, &args.registry_certificate];
    named
        .into_iter()
        .all(|it| it.as_ref().is_some_and(|path| !path.exists()))
}

/// Reads the key and its certificate.
pub fn read(
    args: &ServeArgs,
    configured_ttl: Option<Duration>,
) -> Result<Option<RegistryKey>, Failure> {
    let (Some(key), Some(certificate)) = (&args.registry_key, &args.registry_certificate) else {
        return Ok(None);
    };
    let read = |flag: &'static str, path: &Path| {
        let read = fs::read(path).map(Zeroizing::new);
        read.map_err(|error| unusable(flag, path, error))
    };
    match (key.exists(), certificate.exists()) {
        (true, false) => {
            let why = "the key is there and its certificate is not: bring it, or remove the key and both \
                       are made";
            return Err(unusable("--registry-certificate", certificate, why));
        }
        (false, true) => {
            let why = "the certificate is there and its key is not: bring it, or remove the certificate \
                       and both are made";
            return Err(unusable("--registry-key", key, why));
        }
        _ => {}
    }
    let key_path = key;
    let key = read("--registry-key", key)?;
    let certificate = read("--registry-certificate", certificate)?;
    let ttl = args.registry_ttl.map(Duration::from_secs);
    let made = RegistryKey::from_pem(&key, &certificate, args.issuer());
    let made = made.and_then(|key| match ttl.or(configured_ttl) {
        Some(ttl) => key.ttl(ttl),
        None => Ok(key),
    });
    let made = made.map_err(|error| unusable("--registry-key", key_path, error))?;
    Ok(Some(made.services(args.registry_service.iter().cloned())))
}

fn unusable(flag: &str, path: &Path, why: impl Display) -> Failure {
    Failure::config(format_args!("{flag} {}: {why}", path.display()))
}

fn make(key_path: &Path, certificate_path: &Path) -> Result<(), Failure> {
    let made = || -> Result<(Zeroizing<String>, String), rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut parameters = CertificateParams::default();
        let name = &mut parameters.distinguished_name;
        name.push(DnType::CommonName, "masker: bearer tokens of the registry");
        let certificate = parameters.self_signed(&key)?;
        Ok((Zeroizing::new(key.serialize_pem()), certificate.pem()))
    };
    let (key, certificate) = made().map_err(|error| unusable("--registry-key", key_path, error))?;
    write(key_path, &key, 0o600).map_err(|error| unusable("--registry-key", key_path, error))?;
    write(certificate_path, &certificate, 0o644)
        .map_err(|error| unusable("--registry-certificate", certificate_path, error))
}

#[cfg_attr(not(unix), allow(unused_variables))]
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
