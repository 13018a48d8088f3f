//! What the authority itself tells a job, as variables.

use std::collections::BTreeMap;

use crate::token::directory::RefName;
use crate::token::lifecycle::Record;
use crate::token::pipelines::Pipeline;

use super::{About, Store, StoreError};

/// What every job is told by whoever runs it: its token, and where that belongs. A pipeline that is
/// started with another place in one of them would have its jobs send their tokens there.
const OF_COORDINATOR: [&str; 6] = [
    "CI_API_V4_URL",
    "CI_JOB_TOKEN",
    "CI_REGISTRY_PASSWORD",
    "CI_REGISTRY_USER",
    "CI_REPOSITORY_URL",
    "CI_SERVER_URL",
];

/// What a job is about, and the variables that it is told beside its token. Allocates.
///
/// Of two with one name the authority's own counts: a job must be able to trust where its pipeline comes
/// from. What its pipeline was started with may hold secrets.
///
/// # Errors
///
/// If the store fails, or does not have the job.
pub fn variables(
    store: &dyn Store,
    job: &Record,
) -> Result<(About, BTreeMap<String, String>), StoreError> {
    let about = store.about(job.id)?;
    let pipeline = about.pipeline.map(|id| store.pipeline(id));
    let pipeline = pipeline.transpose()?;
    let given = pipeline.iter().flat_map(|it| it.variables.iter());
    let given = given.filter(|(name, _)| !OF_COORDINATOR.contains(name));
    let mut all: BTreeMap<String, String> = given
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    all.extend(own(job, &about, pipeline.as_ref()));
    Ok((about, all))
}

fn own<'a>(
    job: &Record,
    about: &'a About,
    pipeline: Option<&Pipeline>,
) -> impl Iterator<Item = (String, String)> + use<'a> {
    let git_ref = about.git_ref.as_ref().map(RefName::as_str);
    let numbers = [
        ("CI_JOB_ID", Some(job.id.0.to_string())),
        ("CI_PROJECT_ID", Some(job.project.0.to_string())),
        ("CI_PIPELINE_ID", pipeline.map(|it| it.id.0.to_string())),
        (
            "CI_PIPELINE_SOURCE",
            pipeline.map(|it| it.source.to_string()),
        ),
    ];
    let texts = [
        ("CI_JOB_NAME", Some(about.name.as_str())),
        ("CI_COMMIT_REF_NAME", git_ref),
        (
            "CI_COMMIT_REF_PROTECTED",
            git_ref.map(|_| if about.ref_protected { "true" } else { "false" }),
        ),
    ];
    let texts = texts.map(|(name, value)| (name, value.map(str::to_owned)));
    let all = numbers.into_iter().chain(texts);
    all.filter_map(|(name, value)| Some((name.to_owned(), value?)))
}
