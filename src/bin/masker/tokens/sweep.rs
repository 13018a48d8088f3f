//! `masker job sweep`: looks at the deadlines of jobs, for cron and its like.

use serde_json::json;

use super::args::{OutputArgs, StoreArgs};
use super::authority::Kept;
use super::{Answer, Failure};

/// For people, nothing is printed where nothing was done: cron sends what is printed by mail.
pub fn run(store: &StoreArgs, output: &OutputArgs) -> Result<Answer, Failure> {
    let kept = Kept::open(store)?;
    let swept = kept.store.sweep(kept.now())?;
    let jobs = swept.jobs.iter();
    let lines = jobs.map(|(job, state)| format!("job {} missed a deadline: {state}", job.0));
    let deleted = (swept.deleted > 0).then(|| format!("records deleted: {}", swept.deleted));
    let lines: Vec<_> = lines.chain(deleted).collect();
    let jobs = swept.jobs.iter();
    let jobs = jobs.map(|(job, state)| json!({ "job": job.0, "state": state.as_str() }));
    let json = json!({ "jobs": jobs.collect::<Vec<_>>(), "deleted": swept.deleted });
    Ok(Answer::new(output, lines.join("\n"), &json))
}
