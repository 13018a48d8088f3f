//! `masker job`: what an operator or a script does to jobs.

use std::time::Duration;

use masker::token::directory::{JobName, RefName};
use masker::token::lifecycle::{Event, Failure as Cause, JobId, JobState, Outcome, Record};
use masker::token::permission::{Permissions, UnknownPermission};
use masker::token::store::{About, NewJob, Store, StoreError, StoreErrorKind};
use serde_json::json;

use super::args::{AboutArgs, FinishedAs, JobArgs, JobCommand, OutputArgs};
use super::authority::Kept;
#[cfg(unix)]
use super::start::start;
use super::{Answer, Failure, jobs, named, shown, sweep};

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
            let timeout = Duration::from_secs(*timeout);
            let mut job = new(&*kept.store, project, user, timeout, about)?;
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
        JobCommand::List {
            state,
            project,
            listed,
        } => jobs::list(state.as_deref(), project.as_deref(), listed),
        JobCommand::Show { job, store, output } => show(&Kept::open(store)?, *job, output),
    }
}

/// What the flags say that a job is about.
pub fn about(args: &AboutArgs) -> Result<About, Failure> {
    let name = args.name.as_deref().map(JobName::new).transpose();
    let git_ref = args.git_ref.as_deref().map(RefName::new).transpose();
    let permissions = args.permissions.as_deref().map(permissions).transpose();
    Ok(About {
        name: name
            .map_err(|error| Failure::usage(error.to_string()))?
            .unwrap_or_default(),
        git_ref: git_ref.map_err(|error| Failure::usage(error.to_string()))?,
        ref_protected: args.protected,
        pipeline: None,
        permissions: permissions.map_err(|error| Failure::usage(error.to_string()))?,
    })
}

/// A job that waits for a runner. Its branch or tag is one that the project has.
pub fn new(
    store: &dyn Store,
    project: &str,
    user: &str,
    timeout: Duration,
    mut about: About,
) -> Result<NewJob, Failure> {
    let project = named::project(store, project)?.id;
    let user = named::user(store, user)?.id;
    if let Some(git_ref) = &about.git_ref {
        let plan = store.plan(project)?;
        if !plan.knows(git_ref) {
            return Err(Failure::denied(
                "--ref: the project has no such branch or tag; its `refs` and `protected_refs` in the \
                 file of `masker directory load` name those it has",
            ));
        }
        about.ref_protected |= plan.protects(git_ref);
    }
    Ok(NewJob {
        about,
        ..NewJob::pending(project, user, timeout)
    })
}

fn permissions(names: &[String]) -> Result<Permissions, UnknownPermission> {
    match names {
        [none] if none == "none" => Ok(Permissions::default()),
        names => names.iter().map(|name| name.parse()).collect(),
    }
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
    let (text, what) = (shown::job_text(&record), shown::about_text(&about));
    let json = shown::whole_job_json(&record, &about);
    Ok(Answer::new(output, format_args!("{text}: {what}"), &json))
}

pub fn of_job(error: StoreError) -> Failure {
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
