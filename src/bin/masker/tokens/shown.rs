//! Records of jobs and tokens as they are printed: never a token, never a digest.

use jiff::Timestamp;
use masker::token::clock::Time;
use masker::token::directory::RefName;
use masker::token::lifecycle::{Invalid, Record};
use masker::token::store::{About, TokenEntry};
use serde_json::{Value, json};

/// A time as RFC 3339 has it, in UTC.
pub fn time(time: Time) -> String {
    let micros = i64::try_from(time.micros()).unwrap_or(i64::MAX);
    match Timestamp::from_microsecond(micros) {
        Ok(time) => format!("{time:.0}"),
        Err(_) => "never".to_owned(),
    }
}

pub fn job_json(job: &Record) -> Value {
    json!({
        "job": job.id.0,
        "project": job.project.0,
        "user": job.user.map(|user| user.0),
        "state": job.state.as_str(),
        "failure": job.failure.map(|failure| failure.as_str()),
        "erased": job.erased,
        "attempt": job.attempt,
        "runner": job.runner.map(|runner| runner.0),
        "timeout": job.timeout.as_secs(),
        "lease": job.lease.map(|lease| lease.as_secs()),
        "last_call_at": job.last_call_at.map(time),
    })
}

/// The same, with what the job is about.
pub fn whole_job_json(job: &Record, about: &About) -> Value {
    let permissions = about.permissions.as_ref();
    let permissions: Option<Vec<_>> =
        permissions.map(|it| it.iter().map(|it| it.to_string()).collect());
    let mut json = job_json(job);
    json["name"] = about.name.as_str().into();
    json["ref"] = about.git_ref.as_ref().map(RefName::as_str).into();
    json["ref_protected"] = about.ref_protected.into();
    json["pipeline"] = about.pipeline.map(|pipeline| pipeline.0).into();
    json["permissions"] = permissions.into();
    json
}

/// What a job is about: its name, for which branch or tag, in which pipeline.
pub fn about_text(about: &About) -> String {
    let mut text = about.name.as_str().to_owned();
    if let Some(git_ref) = &about.git_ref {
        let protected = if about.ref_protected {
            "protected "
        } else {
            ""
        };
        text.push_str(&format!(" for {protected}{}", git_ref.as_str()));
    }
    if let Some(pipeline) = about.pipeline {
        text.push_str(&format!(", pipeline {}", pipeline.0));
    }
    text
}

pub fn job_text(job: &Record) -> String {
    let mut text = format!("job {} of project {}", job.id.0, job.project.0);
    if let Some(user) = job.user {
        text.push_str(&format!(" and user {}", user.0));
    }
    text.push_str(&format!(" is {}", job.state));
    if let Some(failure) = job.failure {
        text.push_str(&format!(" ({failure})"));
    }
    if job.erased {
        text.push_str(", erased");
    }
    text
}

pub fn token_json(entry: &TokenEntry) -> Value {
    let revoked = entry.token.revoked.as_ref();
    json!({
        "accessor": entry.accessor.as_str(),
        "job": entry.job.0,
        "attempt": entry.attempt,
        "key": entry.key.0,
        "issued_at": time(entry.token.issued_at),
        "resource_until": time(entry.token.resource_until),
        "runner_until": time(entry.token.runner_until),
        "last_used_at": entry.last_used_at.map(time),
        "revoked_at": revoked.map(|revoked| time(revoked.at)),
        "revoked": revoked.map(|revoked| revoked.why.as_str()),
    })
}

pub fn token_text(entry: &TokenEntry) -> String {
    let state = match &entry.token.revoked {
        Some(revoked) => format!("revoked {} ({})", time(revoked.at), revoked.why),
        None => format!("until {}", time(entry.token.resource_until)),
    };
    let (accessor, job, attempt) = (&entry.accessor, entry.job.0, entry.attempt);
    let used = match entry.last_used_at {
        Some(last) => format!(", last used {}", time(last)),
        None => String::new(),
    };
    format!("{accessor}  job {job}, attempt {attempt}, {state}{used}")
}

/// Whether a token is valid, in a word, and why not.
pub fn validity(validity: Result<(), Invalid>) -> String {
    match validity {
        Ok(()) => "valid".to_owned(),
        Err(why) => format!("not valid: {why}"),
    }
}
