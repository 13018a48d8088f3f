//! From the command line to a set of secrets, with a word to the user about what is not masked.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use masker::source::{self, Format};
use masker::{Forms, MaskSet, RefusedSecret, Rules, Secret, SetError, SetErrorKind};

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
    load_with(args, Vec::new(), None)
}

/// Loads these secrets too, and masks what follows this prefix. They are no reason to leave out the variables that commonly hold some.
pub fn load_with(args: &FilterArgs, more: Vec<Secret>, prefix: Option<&str>) -> Result<MaskSet> {
    let names_a_source = args.sources.name_a_source();
    let mut secrets = if names_a_source {
        named(&args.sources)?
    } else {
        common()?
    };
    secrets.extend(more);
    let forms: Forms = args.forms.join(",").parse().context("--forms")?;
    let rules: Rules = args.rules.join(",").parse().context("--rules")?;
    let prefixes = args.token_prefix.iter().map(String::as_str).chain(prefix);
    let builder = MaskSet::builder()
        .secrets(secrets)
        .forms(forms)
        .rules(rules);
    let set = prefixes
        .fold(builder, |builder, prefix| builder.token_prefix(prefix))
        .min_length(args.min_length.get())
        .mask(args.mask.as_encoded_bytes().to_vec())
        .truncated(match args.truncated {
            Truncated::Mask => masker::Truncated::Mask,
            Truncated::Keep => masker::Truncated::Keep,
        })
        .allow_empty(args.allow_empty || args.may_get_secrets())
        .add_mask(args.add_mask)
        .build();
    report_refused(
        set.as_ref()
            .map_or_else(SetError::refused, MaskSet::refused),
        args,
    )?;
    let set = set.map_err(advise)?;
    if !names_a_source {
        report_common(&set);
    }
    Ok(set)
}

impl FilterArgs {
    /// Whether there is something to mask though no secret is named yet.
    fn may_get_secrets(&self) -> bool {
        self.control.is_some() || self.add_mask || !self.token_prefix.is_empty()
    }
}

impl SourceArgs {
    fn name_a_source(&self) -> bool {
        !(self.secret_env.is_empty()
            && self.secret_file.is_empty()
            && self.secrets.is_empty()
            && self.secrets_fd.is_empty())
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
        refuse_own_pipe(path).context("--secret-file")?;
        secrets.push(source::from_file(path).context("--secret-file")?);
    }
    for path in &args.secrets {
        refuse_own_pipe(path).context("--secrets")?;
        secrets.extend(source::from_secrets_file(path, format).context("--secrets")?);
    }
    for &descriptor in &args.secrets_fd {
        // The first three are refused by their numbers.
        if descriptor > 2 {
            let path = Path::new("/dev/fd").join(descriptor.to_string());
            refuse_own_pipe(&path).context("--secrets-fd")?;
        }
        secrets.extend(source::from_descriptor(descriptor, format).context("--secrets-fd")?);
    }
    Ok(secrets)
}

/// Refuses a source that is the pipe of our own input or output, by whatever name: reading it would
/// swallow the job's output, or wait for ever.
#[cfg(unix)]
fn refuse_own_pipe(path: &Path) -> Result<()> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let pipe = |path: &str| {
        let metadata = std::fs::metadata(path)
            .ok()
            .filter(|it| it.file_type().is_fifo())?;
        Some((metadata.dev(), metadata.ino()))
    };
    let source = path.to_str().and_then(pipe);
    if source.is_some()
        && ["/dev/fd/0", "/dev/fd/1"]
            .into_iter()
            .any(|own| pipe(own) == source)
    {
        bail!("this is the job's output itself, or ours; use another file or descriptor");
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_own_pipe(_: &Path) -> Result<()> {
    Ok(())
}

/// The secrets in the variables that commonly hold some. One that has two of these endings comes
/// twice, which changes nothing.
fn common() -> Result<Vec<Secret>> {
    let mut secrets = Vec::new();
    for name in COMMON_NAMES {
        secrets.extend(source::from_process_env(name)?);
    }
    Ok(secrets)
}

/// Whether a variable of this name is taken to hold a secret, though nobody said so.
#[cfg(all(unix, feature = "token"))]
pub fn is_commonly_secret(name: &str) -> bool {
    let ends = COMMON_NAMES.iter().filter_map(|it| it.strip_prefix('*'));
    ends.into_iter().any(|end| name.ends_with(end))
}

/// Says which variables are masked, where no flag said which should be.
fn report_common(set: &MaskSet) {
    let names: BTreeSet<_> = set.names().collect();
    if !names.is_empty() {
        let names: Vec<_> = names.into_iter().collect();
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
    let mut said = BTreeSet::new();
    for secret in refused {
        let sentence = format!(
            "the value of {} is not masked: it is {}",
            secret.name(),
            secret.reason()
        );
        if said.insert(sentence.clone()) {
            message::warning(sentence);
        }
    }
    if args.on_short == OnShort::Fail && !refused.is_empty() {
        bail!(
            "--on-short fail: some values cannot be masked; mend them, lower --min-length, or \
             leave them out"
        );
    }
    Ok(())
}

/// Says which values were refused that lines of the job's output have named.
/// By then it is too late to end with status 2, so that too is a warning.
pub fn report_newly_refused(before: &MaskSet, after: &MaskSet, on_short: OnShort) {
    if after.refused().len() == before.refused().len() || on_short == OnShort::Ignore {
        return;
    }
    let known: BTreeSet<_> = before.refused().iter().map(RefusedSecret::name).collect();
    let is_new = |secret: &&RefusedSecret| !known.contains(secret.name());
    for secret in after.refused().iter().filter(is_new) {
        message::warning(format_args!(
            "the value of {} is not masked from here on: it is {}",
            secret.name(),
            secret.reason()
        ));
    }
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
        _ => "leave large ones out, or name fewer forms with --forms",
    };
    anyhow::anyhow!("{error}; {advice}")
}
