//! Where artifacts of jobs are kept: in a folder, or in a bucket of S3.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fmt};

use masker::http::Artifacts;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::prefix::PrefixStore;
use object_store::{ClientConfigKey, ObjectStore, RetryConfig};

use super::ServeArgs;
use crate::tokens::Failure;

/// The beginning of the name of a bucket.
const S3: &str = "s3://";

/// How long the store may say nothing, and a whole transfer take: it lasts as long as the slowest
/// client. The variables of the environment may say otherwise.
const TIMES: [(&str, ClientConfigKey, &str); 2] = [
    ("AWS_READ_TIMEOUT", ClientConfigKey::ReadTimeout, "30s"),
    ("AWS_TIMEOUT", ClientConfigKey::Timeout, "1day"),
];

/// The place that the flag names; in memory, if it is a trial that names none.
pub fn place(args: &ServeArgs) -> Result<Option<Artifacts>, Failure> {
    let mut artifacts = match &args.artifacts {
        Some(place) => named(place)?,
        None if args.dev => Artifacts::in_memory(),
        None => return Ok(None),
    };
    artifacts.max_size = args.artifacts_limit << 20;
    Ok(Some(artifacts))
}

/// Whether it can be used.
pub async fn check(args: &ServeArgs, artifacts: &Artifacts) -> Result<(), Failure> {
    let checked = artifacts.check().await;
    checked.map_err(|error| match &args.artifacts {
        Some(place) => unusable(place, error),
        None => Failure::config(error),
    })
}

fn named(place: &Path) -> Result<Artifacts, Failure> {
    match bucket(place)? {
        Some(artifacts) => Ok(artifacts),
        None => Artifacts::in_folder(place).map_err(|error| unusable(place, error)),
    }
}

/// The bucket that is named, if it is none but a folder. Nothing is asked of it yet.
pub fn bucket(place: &Path) -> Result<Option<Artifacts>, Failure> {
    let text = place.to_str().unwrap_or_default();
    let Some(named) = text.strip_prefix(S3) else {
        return match text.contains("://") {
            true => Err(Failure::usage(
                "--artifacts: a folder, or s3://BUCKET/PREFIX",
            )),
            false => Ok(None),
        };
    };
    let (bucket, prefix) = named.split_once('/').unwrap_or((named, ""));
    // Who writes more may have written a secret, so it is not shown.
    if bucket.is_empty() || text.contains(['@', '?', '#']) {
        return Err(Failure::usage(
            "--artifacts: s3://BUCKET/PREFIX, and nothing else; credentials and the endpoint are taken \
             from the variables AWS_*",
        ));
    }
    let store = bucket_of_s3(bucket, prefix).map_err(|error| unusable(place, error))?;
    Ok(Some(Artifacts::new(store)))
}

fn bucket_of_s3(bucket: &str, prefix: &str) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    let prefix = object_store::path::Path::parse(prefix)?;
    // Only the first one counts, and there is no other.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_retry(RetryConfig {
            // Clients wait meanwhile, and come again.
            max_retries: 3,
            retry_timeout: Duration::from_secs(10),
            ..RetryConfig::default()
        });
    for (variable, key, value) in TIMES {
        if env::var_os(variable).is_none() {
            builder = builder.with_config(AmazonS3ConfigKey::Client(key), value);
        }
    }
    Ok(Arc::new(PrefixStore::new(builder.build()?, prefix)))
}

fn unusable(place: &Path, error: impl fmt::Display) -> Failure {
    Failure::config(format_args!("--artifacts {}: {error}", place.display()))
}
