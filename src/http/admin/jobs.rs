//! Jobs: added, claimed, ended.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{Done, Problem, perform};
use crate::http::named::Named;
use crate::http::request::Json;
use crate::http::shown;
use crate::http::state::State;
use crate::token::issuer::Issued;
use crate::token::lifecycle::{Effect, Event, Failure, JobId, Outcome, RunnerId};
use crate::token::store::{About, Claimant, NewJob};
use crate::token::system::OsRandom;

/// The longest that a job may run: a year.
const LONGEST: u64 = 31_536_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Enqueued {
    project: Named,
    user: Option<Named>,
    #[serde(default = "hour")]
    timeout: u64,
}

fn hour() -> u64 {
    3600
}

pub(in crate::http) async fn enqueue(
    Shared(state): Shared<Arc<State>>,
    Json(job): Json<Enqueued>,
) -> Response {
    perform(state, move |state| {
        if !(1..=LONGEST).contains(&job.timeout) {
            return Err(Problem::bad_request(
                "Bad Request: timeout is 1 to 31536000 seconds",
            ));
        }
        let project = job.project.project(&*state.store)?;
        let user = job.user.map(|user| user.user(&*state.store)).transpose()?;
        let new = NewJob {
            project: project.id,
            user: user.map(|user| user.id),
            timeout: Duration::from_secs(job.timeout),
            lease: None,
            state: crate::token::lifecycle::JobState::Pending,
            about: About::default(),
        };
        let id = state.store.enqueue(&new, state.now())?;
        created(state, id)
    })
    .await
}

fn created(state: &State, id: JobId) -> Result<Done, Problem> {
    let record = state.store.job(id)?;
    Ok(Done::Json(StatusCode::CREATED, shown::job(&record)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Claim {
    #[serde(default = "first")]
    runner: u64,
    #[serde(default)]
    cancels_gracefully: bool,
    /// Whether the claim is the runner's first sign. Otherwise the job waits again if none comes.
    #[serde(default = "yes")]
    acknowledge: bool,
}

fn first() -> u64 {
    1
}

fn yes() -> bool {
    true
}

/// Gives the next job to a runner. The one answer that has a token in it.
pub(in crate::http) async fn claim(
    Shared(state): Shared<Arc<State>>,
    Json(claim): Json<Claim>,
) -> Response {
    perform(state, move |state| {
        let claimant = Claimant {
            runner: RunnerId(claim.runner),
            cancels_gracefully: claim.cancels_gracefully,
        };
        let issued = state.issuer.claim(claimant, &mut OsRandom, state.now());
        state.metrics.claimed(match &issued {
            Ok(Some(_)) => "issued",
            Ok(None) => "none",
            Err(_) => "failed",
        });
        let Some(issued) = issued? else {
            return Ok(Done::Nothing);
        };
        state.metrics.issued.inc();
        if claim.acknowledge {
            let call = Event::RunnerCall;
            state.store.apply(issued.job.id, &call, state.now())?;
        }
        Ok(Done::Once(handed_over(&issued)))
    })
    .await
}

/// The job with its token, written in memory that is wiped and never moves.
fn handed_over(issued: &Issued) -> Zeroizing<String> {
    let mut job = shown::job(&issued.job);
    job["accessor"] = json!(issued.accessor.as_str());
    let job = job.to_string();
    let token = str::from_utf8(issued.token.expose()).unwrap_or_default();
    let mut body = Zeroizing::new(String::with_capacity(job.len() + token.len() + 16));
    body.push_str(job.strip_suffix('}').unwrap_or(&job));
    // A token has letters and digits only, so there is nothing to escape.
    for piece in [",\"token\":\"", token, "\"}"] {
        body.push_str(piece);
    }
    body
}

pub(in crate::http) async fn show(
    Shared(state): Shared<Arc<State>>,
    Path(job): Path<String>,
) -> Response {
    perform(state, move |state| {
        let record = state.store.job(number(&job)?)?;
        Ok(Done::Json(StatusCode::OK, shown::job(&record)))
    })
    .await
}

/// What a change may say beyond its name.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Change {
    /// Of `finish`: how the job ended.
    #[serde(alias = "status")]
    state: Option<String>,
    /// Of `finish`: why it failed.
    failure_reason: Option<String>,
    /// Of `retry`: who asks for it.
    user: Option<Named>,
}

pub(in crate::http) async fn change(
    Shared(state): Shared<Arc<State>>,
    Path((job, verb)): Path<(String, String)>,
    Json(change): Json<Change>,
) -> Response {
    perform(state, move |state| {
        let job = number(&job)?;
        let event = match verb.as_str() {
            "cancel" => Event::Cancel,
            "force-cancel" => Event::ForceCancel,
            "erase" => Event::Erase,
            "finish" => Event::Report(outcome(&change)?),
            "retry" => return retry(state, job, change.user),
            _ => return Err(Problem::NotFound("404 Not Found")),
        };
        let (record, effect) = state.store.apply(job, &event, state.now())?;
        if let Effect::Revoked(why) = effect {
            state.metrics.revoked(why.as_str(), 1);
        }
        Ok(Done::Json(StatusCode::OK, shown::job(&record)))
    })
    .await
}

fn retry(state: &State, job: JobId, user: Option<Named>) -> Result<Done, Problem> {
    let user = match user {
        Some(user) => Some(user.user(&*state.store)?.id),
        None => state.store.job(job)?.user,
    };
    let id = state.store.retry(job, user, state.now())?;
    created(state, id)
}

fn outcome(change: &Change) -> Result<Outcome, Problem> {
    let failure = change.failure_reason.as_deref();
    match (change.state.as_deref(), failure) {
        (Some("success"), None) => Ok(Outcome::Success),
        (Some("failed"), None) => Ok(Outcome::Failed(Failure::Script)),
        (Some("failed"), Some(reason)) => match reason.parse() {
            Ok(reason) => Ok(Outcome::Failed(reason)),
            Err(_) => Err(Problem::bad_request(
                "Bad Request: failure_reason is not known",
            )),
        },
        _ => Err(Problem::bad_request(
            "Bad Request: state is success or failed",
        )),
    }
}

pub(super) fn number(text: &str) -> Result<JobId, Problem> {
    let number = text.parse().map(JobId);
    number.map_err(|_| Problem::NotFound("404 Job Not Found"))
}
