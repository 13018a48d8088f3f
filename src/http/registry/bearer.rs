//! The bearer token of a registry: a JWT, signed with ES256, that says what may be done until when.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::json;

use crate::token::clock::Time;
use crate::token::configuration::REGISTRY_TTL;
use crate::token::id::Random as _;
use crate::token::lifecycle::JobId;
use crate::token::system::OsRandom;

/// The key by which a registry knows our bearer tokens.
///
/// A registry lets in whoever has a bearer token, without asking again. So a job that has ended can
/// use one for as long as it lives, 5 minutes at most: set less with [`ttl`](RegistryKey::ttl).
pub struct RegistryKey {
    issuer: String,
    ttl: Duration,
    services: Vec<String>,
    key: EcdsaKeyPair,
    chain: Vec<String>,
}

impl RegistryKey {
    /// Takes a key of the curve P-256 in PKCS #8, and its certificate with those above it, both in
    /// PEM. `issuer` is the name that the registry is told to expect.
    ///
    /// # Errors
    ///
    /// One of them cannot be read, or the certificate is not that of the key.
    pub fn from_pem(key: &[u8], chain: &[u8], issuer: &str) -> Result<RegistryKey, RegistryError> {
        let key = PrivatePkcs8KeyDer::from_pem_slice(key).map_err(|_| RegistryError::Key)?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, key.secret_pkcs8_der(), &random);
        let key = key.map_err(|_| RegistryError::Key)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.map_err(|_| RegistryError::Certificate)?;
        let own = chain.first().ok_or(RegistryError::Certificate)?;
        let point = key.public_key().as_ref();
        // The point stands in the certificate as it is, and nothing else of 65 bytes is equal to it.
        if !own.windows(point.len()).any(|window| window == point) {
            return Err(RegistryError::Mismatch);
        }
        Ok(RegistryKey {
            issuer: issuer.to_owned(),
            ttl: *REGISTRY_TTL.end(),
            services: Vec::new(),
            chain: chain.iter().map(|it| STANDARD.encode(it)).collect(),
            key,
        })
    }

    /// The same with another life of bearer tokens, of 30 seconds to 5 minutes.
    ///
    /// # Errors
    ///
    /// It is shorter or longer.
    pub fn ttl(mut self, ttl: Duration) -> Result<RegistryKey, RegistryError> {
        if !REGISTRY_TTL.contains(&ttl) {
            return Err(RegistryError::Ttl);
        }
        self.ttl = ttl;
        Ok(self)
    }

    /// The same for these registries alone, by the names that they are told to expect (`service`).
    ///
    /// A token is for one registry. Without this it is for whichever its client names: registries that
    /// trust this key are then told apart by different names alone.
    #[must_use]
    pub fn services(mut self, names: impl IntoIterator<Item = String>) -> RegistryKey {
        self.services = names.into_iter().collect();
        self
    }

    /// Whether tokens may be for the registry of a name.
    pub(super) fn is_for(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|name| name == service)
    }

    /// The token, and how many seconds it lives.
    pub(super) fn bearer(&self, claims: &Claims<'_>) -> Result<(String, u64), RegistryError> {
        let mut id = [0; 16];
        OsRandom.fill(&mut id).map_err(|_| RegistryError::Random)?;
        let seconds = |time: Time| time.micros() / 1_000_000;
        let (now, until) = (
            seconds(claims.now),
            (claims.now + self.ttl).min(claims.until),
        );
        let until = seconds(until);
        let access = claims.access.iter().map(|access| {
            json!({ "type": "repository", "name": access.name, "actions": access.actions })
        });
        let access: Vec<_> = access.collect();
        let header = json!({ "typ": "JWT", "alg": "ES256", "x5c": self.chain });
        let claims = json!({
            "iss": self.issuer,
            "sub": format!("job:{}", claims.job.0),
            "aud": claims.service,
            "exp": until,
            "nbf": now,
            "iat": now,
            "jti": format!("{:032x}", u128::from_be_bytes(id)),
            "access": access,
        });
        let encode = |part: String| URL_SAFE_NO_PAD.encode(part);
        let mut token = format!(
            "{}.{}",
            encode(header.to_string()),
            encode(claims.to_string())
        );
        let signature = self.key.sign(&SystemRandom::new(), token.as_bytes());
        let signature = signature.map_err(|_| RegistryError::Random)?;
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok((token, until.saturating_sub(now)))
    }
}

/// What a bearer token says.
pub(super) struct Claims<'c> {
    pub(super) service: &'c str,
    pub(super) job: JobId,
    pub(super) now: Time,
    /// When the job's own token ends.
    pub(super) until: Time,
    pub(super) access: Vec<Access>,
}

/// What may be done to a repository of images.
pub(super) struct Access {
    pub(super) name: String,
    pub(super) actions: Vec<&'static str>,
}

/// Shows nothing of the key.
impl fmt::Debug for RegistryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryKey").finish_non_exhaustive()
    }
}

/// A key for a registry cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryError {
    /// The key is none of the curve P-256 in PKCS #8.
    Key,
    /// There is no certificate, or one that cannot be read.
    Certificate,
    /// The certificate is that of another key.
    Mismatch,
    /// The life is shorter than 30 seconds or longer than 5 minutes.
    Ttl,
    /// There are no random numbers.
    Random,
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RegistryError::Key => "the key is none of the curve P-256 in PEM, in PKCS #8",
            RegistryError::Certificate => "there is no certificate in PEM",
            RegistryError::Mismatch => "the certificate is that of another key",
            RegistryError::Ttl => "a bearer token lives for 30 seconds to 5 minutes",
            RegistryError::Random => "there are no random numbers",
        })
    }
}

impl std::error::Error for RegistryError {}
