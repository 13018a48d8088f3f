//! From the command line to a set of secrets, with a word to the user about what is not masked.

use anyhow::{Context as _, Result, bail};
use masker::source::{self, Format};
use masker::{MaskSet, RefusedSecret, Secret, SetError, SetErrorKind};

use crate::args::{FilterArgs, OnShort, SecretsFormat, SourceArgs, Truncated};
use crate::message;

/// The names of variables that commonly hold secrets, for when no flag says where they are.
/// `CI_JOB_TOKEN` and `CI_REGISTRY_PASSWORD` are among them.
const COMMON_NAMES: [&str; 10] = [
    "*_TOKEN",
    "*_PASSWORD",
    "*_PASSWD",
    "*_SECRET",
    "*_SECRET_KEY",
    "*_PRIVATE_KEY",
    "*_ACCESS_KEY",
    "*_API_KEY",
    "*_CREDENTIALS",
    "*_CONNECTION_STRING",
];

/// Loads every secret that the command line names, and compiles the set.
pub fn load(args: &FilterArgs) -> Result<MaskSet> {
    let is_unsaid = args.sources.are_unsaid();
    let secrets = if is_unsaid {
        common()?
    } else {
        named(&args.sources)?
    };
    let names = secrets
        .iter()
        .map(|secret| secret.name().to_owned())
        .collect();
    let set = MaskSet::builder()
        .secrets(secrets)
        .min_length(args.min_length.get())
        .mask(args.mask.as_encoded_bytes().to_vec())
        .truncated(match args.truncated {
            Truncated::Mask => masker::Truncated::Mask,
            Truncated::Keep => masker::Truncated::Keep,
        })
        .allow_empty(args.allow_empty)
        .build();
    let refused = match &set {
        Ok(set) => set.refused(),
        Err(error) => error.refused(),
    };
    report_refused(refused, args)?;
    if is_unsaid {
        report_common(names, refused);
    }
    set.map_err(advise)
}

impl SourceArgs {
    fn are_unsaid(&self) -> bool {
        self.secret_env.is_empty()
            && self.secret_file.is_empty()
            && self.secrets.is_empty()
            && self.secrets_fd.is_empty()
    }
}

/// The secrets that the flags name.
fn named(args: &SourceArgs) -> Result<Vec<Secret>> {
    let format = args.secrets_format.map(|format| match format {
        SecretsFormat::Json => Format::Json,
        SecretsFormat::Env => Format::Env,
        SecretsFormat::Lines => Format::Lines,
    });
    let mut secrets = Vec::new();
    for name in &args.secret_env {
        secrets.extend(source::from_process_env(name).context("--secret-env")?);
    }
    for path in &args.secret_file {
        secrets.push(source::from_file(path).context("--secret-file")?);
    }
    for path in &args.secrets {
        secrets.extend(source::from_secrets_file(path, format).context("--secrets")?);
    }
    for &descriptor in &args.secrets_fd {
        secrets.extend(source::from_descriptor(descriptor, format).context("--secrets-fd")?);
    }
    Ok(secrets)
}

/// The secrets in the variables that commonly hold some, each variable once.
fn common() -> Result<Vec<Secret>> {
    let mut secrets = Vec::new();
    for name in COMMON_NAMES {
        secrets.extend(source::from_process_env(name)?);
    }
    secrets.sort_by(|a: &Secret, b| a.name().cmp(b.name()));
    secrets.dedup_by(|a, b| a.name() == b.name());
    Ok(secrets)
}

/// Says which variables are masked, where no flag said which should be.
fn report_common(mut names: Vec<String>, refused: &[RefusedSecret]) {
    names.retain(|name| refused.iter().all(|refused| refused.name() != name));
    if !names.is_empty() {
        message::note(format_args!(
            "masking the values of {} (name others with --secret-env, --secret-file or --secrets)",
            names.join(", ")
        ));
    }
}

/// Says which values are not masked, as `--on-short` wants it said.
fn report_refused(refused: &[RefusedSecret], args: &FilterArgs) -> Result<()> {
    if args.on_short == OnShort::Ignore {
        return Ok(());
    }
    for secret in refused {
        let (name, reason) = (secret.name(), secret.reason());
        message::warning(format_args!(
            "the value of {name} is not masked: it is {reason}"
        ));
    }
    if args.on_short == OnShort::Fail && !refused.is_empty() {
        bail!(
            "--on-short fail: some values cannot be masked; mend them, lower --min-length, or \
             leave them out"
        );
    }
    Ok(())
}

/// Adds which flag mends it.
fn advise(error: SetError) -> anyhow::Error {
    let advice = match error.kind() {
        SetErrorKind::NoSecret if error.refused().is_empty() => {
            "name some with --secret-env, --secret-file, --secrets or --secrets-fd, or pass \
             everything through with --allow-empty"
        }
        SetErrorKind::NoSecret => {
            "all values were refused; lower --min-length, name others, or pass everything \
             through with --allow-empty"
        }
        SetErrorKind::UnsafeMask => "give another text to --mask",
        _ => "leave some out",
    };
    anyhow::anyhow!("{error}; {advice}")
}
