//! `masker job`: what an operator or a script does to jobs.

use std::time::Duration;

use masker::token::directory::{JobName, RefName};
use masker::token::lifecycle::{Event, Failure as Cause, JobId, JobState, Outcome, Record};
use masker::token::permission::{Permissions, UnknownPermission};
use masker::token::store::{About, NewJob, StoreError, StoreErrorKind};
use serde_json::{Value, json};

use super::args::{AboutArgs, FinishedAs, JobArgs, JobCommand, OutputArgs};
use super::authority::Kept;
#[cfg(unix)]
use super::start::start;
use super::{Answer, Failure, named, shown, sweep};

pub fn run(args: &JobArgs) -> Result<Answer, Failure> {
    match &args.command {
        JobCommand::Enqueue {
            project,
            user,
            timeout,
            about,
            manual,
            store,
            output,
        } => {
            let about = self::about(about)?;
            let kept = Kept::open(store)?;
            let project = named::project(&*kept.store, project)?.id;
            let user = named::user(&*kept.store, user)?.id;
            let mut job = NewJob::pending(project, user, Duration::from_secs(*timeout));
            job.about = about;
            if *manual {
                job.state = JobState::Manual;
            }
            let id = kept.store.enqueue(&job, kept.now())?;
            Ok(number(output, id))
        }
        JobCommand::Play {
            job,
            user,
            store,
            output,
        } => {
            let kept = Kept::open(store)?;
            let user = named::user(&*kept.store, user)?.id;
            apply(&kept, *job, &Event::Play(user), output)
        }
        claim @ JobCommand::Start { .. } => start(claim),
        JobCommand::Finish {
            job,
            outcome,
            store,
            output,
        } => {
            let outcome = match outcome {
                FinishedAs::Success => Outcome::Success,
                FinishedAs::Failed => Outcome::Failed(Cause::Script),
            };
            apply(&Kept::open(store)?, *job, &Event::Report(outcome), output)
        }
        JobCommand::Cancel {
            job,
            force,
            store,
            output,
        } => {
            let event = match force {
                true => Event::ForceCancel,
                false => Event::Cancel,
            };
            apply(&Kept::open(store)?, *job, &event, output)
        }
        JobCommand::Erase { job, store, output } => {
            apply(&Kept::open(store)?, *job, &Event::Erase, output)
        }
        JobCommand::Retry {
            job,
            user,
            store,
            output,
        } => retry(&Kept::open(store)?, *job, user.as_deref(), output),
        JobCommand::Sweep { store, output } => sweep::run(store, output),
        JobCommand::Show { job, store, output } => show(&Kept::open(store)?, *job, output),
    }
}

/// What the flags say that a job is about.
fn about(args: &AboutArgs) -> Result<About, Failure> {
    let name = JobName::new(&args.name).map_err(|error| Failure::usage(error.to_string()))?;
    let git_ref = args.git_ref.as_deref().map(RefName::new).transpose();
    let permissions = args.permissions.as_deref().map(permissions).transpose();
    Ok(About {
        name,
        git_ref: git_ref.map_err(|error| Failure::usage(error.to_string()))?,
        ref_protected: args.protected,
        pipeline: None,
        permissions: permissions.map_err(|error| Failure::usage(error.to_string()))?,
    })
}

fn permissions(names: &[String]) -> Result<Permissions, UnknownPermission> {
    match names {
        [none] if none == "none" => Ok(Permissions::default()),
        names => names.iter().map(|name| name.parse()).collect(),
    }
}

fn tell(about: &About, json: &mut Value) {
    let permissions = about.permissions.as_ref();
    let permissions: Option<Vec<_>> =
        permissions.map(|it| it.iter().map(|it| it.to_string()).collect());
    json["name"] = about.name.as_str().into();
    json["ref"] = about.git_ref.as_ref().map(RefName::as_str).into();
    json["ref_protected"] = about.ref_protected.into();
    json["pipeline"] = about.pipeline.map(|pipeline| pipeline.0).into();
    json["permissions"] = permissions.into();
}

fn read(kept: &Kept, job: JobId) -> Result<Record, Failure> {
    kept.store.job(job).map_err(of_job)
}

fn apply(kept: &Kept, job: u64, event: &Event, output: &OutputArgs) -> Result<Answer, Failure> {
    let applied = kept.store.apply(JobId(job), event, kept.now());
    let (record, _) = applied.map_err(of_job)?;
    Ok(answer(output, &record))
}

fn retry(
    kept: &Kept,
    job: u64,
    user: Option<&str>,
    output: &OutputArgs,
) -> Result<Answer, Failure> {
    let user = match user {
        Some(user) => Some(named::user(&*kept.store, user)?.id),
        None => read(kept, JobId(job))?.user,
    };
    let id = kept.store.retry(JobId(job), user, kept.now());
    Ok(number(output, id.map_err(of_job)?))
}

fn show(kept: &Kept, job: u64, output: &OutputArgs) -> Result<Answer, Failure> {
    let record = read(kept, JobId(job))?;
    let about = kept.store.about(record.id).map_err(of_job)?;
    let mut json = shown::job_json(&record);
    tell(&about, &mut json);
    Ok(Answer::new(output, shown::job_text(&record), &json))
}

fn of_job(error: StoreError) -> Failure {
    match error.kind() {
        StoreErrorKind::NotFound => Failure::denied("there is no such job in the store"),
        _ => error.into(),
    }
}

fn number(output: &OutputArgs, job: JobId) -> Answer {
    Answer::new(output, job.0, &json!({ "job": job.0 }))
}

fn answer(output: &OutputArgs, job: &Record) -> Answer {
    Answer::new(output, shown::job_text(job), &shown::job_json(job))
}

#[cfg(not(unix))]
fn start(_: &JobCommand) -> Result<Answer, Failure> {
    Err(Failure::usage("masker job start needs a Unix system"))
}
