//! Jobs: added, claimed, ended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Done, Problem, perform, word};
use crate::http::named::Named;
use crate::http::request::Json;
use crate::http::shown;
use crate::http::state::State;
use crate::token::directory::{JobName, RefName};
use crate::token::id::Token;
use crate::token::lifecycle::{Effect, Event, Failure, JobId, JobState, Outcome, Record, RunnerId};
use crate::token::permission::{Permissions, UnknownPermission};
use crate::token::pipelines::PipelineId;
use crate::token::store::{About, Claimant, NewJob, variables};
use crate::token::system::OsRandom;

/// The longest that a job may run: a year.
const LONGEST: u64 = 31_536_000;

/// A job to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewJob")]
pub(in crate::http) struct Enqueued {
    project: Named,
    /// As whom it acts. Without one, its token opens nothing of any project.
    user: Option<Named>,
    /// How long it may run, in seconds.
    #[serde(default = "hour")]
    #[schemars(range(min = 1, max = LONGEST))]
    timeout: u64,
    /// Where it is in its life: pending, or what it waits for before.
    state: Option<String>,
    #[serde(flatten)]
    about: Described,
}

/// What a job is about, as the coordinator of jobs says it.
#[derive(Deserialize, JsonSchema)]
struct Described {
    name: Option<String>,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    #[serde(default)]
    ref_protected: bool,
    pipeline: Option<u64>,
    token_permissions: Option<Declared>,
}

/// Names of permissions, or `none`.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Permissions")]
enum Declared {
    Names(Vec<String>),
    Word(String),
}

impl Described {
    fn read(self) -> Result<About, Problem> {
        let wrong =
            |error: &dyn std::fmt::Display| Problem::bad_request(format!("Bad Request: {error}"));
        let name = self.name.as_deref().map(JobName::new).transpose();
        let git_ref = self.git_ref.as_deref().map(RefName::new).transpose();
        let permissions = match self.token_permissions {
            None => None,
            Some(Declared::Word(word)) if word == "none" => Some(Permissions::default()),
            Some(Declared::Word(_)) => {
                return Err(wrong(&"token_permissions is none, or a list of names"));
            }
            Some(Declared::Names(names)) => {
                let read = names.iter().map(|name| name.parse()).collect();
                let read: Result<Permissions, UnknownPermission> = read;
                Some(read.map_err(|error| wrong(&error))?)
            }
        };
        Ok(About {
            name: name.map_err(|error| wrong(&error))?.unwrap_or_default(),
            git_ref: git_ref.map_err(|error| wrong(&error))?,
            ref_protected: self.ref_protected,
            pipeline: self.pipeline.map(PipelineId),
            permissions,
        })
    }
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
        let first = job
            .state
            .as_deref()
            .map_or(Ok(JobState::Pending), str::parse);
        let first = first.map_err(|_| Problem::bad_request("Bad Request: state is not known"))?;
        let project = job.project.project(&*state.store)?;
        let user = job.user.map(|user| user.user(&*state.store)).transpose()?;
        let new = NewJob {
            project: project.id,
            user: user.map(|user| user.id),
            timeout: Duration::from_secs(job.timeout),
            lease: None,
            state: first,
            about: job.about.read()?,
        };
        let id = state.store.enqueue(&new, state.now())?;
        created(state, id)
    })
    .await
}

fn created(state: &State, id: JobId) -> Result<Done, Problem> {
    let record = state.store.job(id)?;
    let whole = whole(state, &record)?;
    Ok(Done::Json(StatusCode::CREATED, json!(whole)))
}

/// A job with all that is known of it but its token.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholeJob")]
pub(in crate::http) struct Whole {
    #[serde(flatten)]
    job: shown::Job,
    name: String,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    ref_protected: bool,
    pipeline: Option<u64>,
    /// What its token is limited to, if it is.
    token_permissions: Option<Vec<String>>,
    variables: BTreeMap<String, String>,
}

fn whole(state: &State, record: &Record) -> Result<Whole, Problem> {
    let (about, variables) = variables(&*state.store, record)?;
    let permissions = about.permissions.as_ref().map(shown::permission_names);
    Ok(Whole {
        job: shown::job(record),
        name: about.name.as_str().to_owned(),
        git_ref: about.git_ref.map(|it| it.as_str().to_owned()),
        ref_protected: about.ref_protected,
        pipeline: about.pipeline.map(|pipeline| pipeline.0),
        token_permissions: permissions,
        variables,
    })
}

/// Who claims a job.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Claim {
    #[serde(default = "first")]
    runner: u64,
    #[serde(default)]
    cancels_gracefully: bool,
    /// Whether the claim is the runner's first sign. Otherwise the job waits again if none comes: this
    /// answer may be lost on its way.
    #[serde(default)]
    acknowledge: bool,
}

fn first() -> u64 {
    1
}

/// A job that a runner has claimed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ClaimedJob")]
pub(in crate::http) struct Claimed {
    #[serde(flatten)]
    whole: Whole,
    accessor: String,
    features: Features,
}

/// What a runner is told of its server.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "JobFeatures")]
struct Features {
    /// What tokens begin with, so that whoever masks the log knows all of ours, and not this one alone.
    token_mask_prefixes: [String; 1],
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
        let prefix = state.issuer.prefixes().job().as_str().to_owned();
        let claimed = Claimed {
            whole: whole(state, &issued.job)?,
            accessor: issued.accessor.to_string(),
            features: Features {
                token_mask_prefixes: [prefix],
            },
        };
        if claim.acknowledge {
            let call = Event::RunnerCall;
            state.store.apply(issued.job.id, &call, state.now())?;
        }
        Ok(Done::Once(with_token(&json!(claimed), &issued.token)))
    })
    .await
}

/// What is shown, and a token, written in memory that is wiped and never moves.
pub(super) fn with_token(shown: &Value, token: &Token) -> Zeroizing<String> {
    let shown = shown.to_string();
    let token = str::from_utf8(token.expose()).unwrap_or_default();
    let mut body = Zeroizing::new(String::with_capacity(shown.len() + token.len() + 16));
    body.push_str(shown.strip_suffix('}').unwrap_or(&shown));
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
        let whole = whole(state, &record)?;
        Ok(Done::Json(StatusCode::OK, json!(whole)))
    })
    .await
}

/// What a change may say beyond its name.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "JobChange")]
pub(in crate::http) struct Change {
    /// Of `finish`: how the job ended.
    #[serde(alias = "status")]
    state: Option<String>,
    /// Of `finish`: why it failed.
    failure_reason: Option<String>,
    /// Of `retry` and `play`: who asks for it.
    user: Option<Named>,
}

/// What is done to a job.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "JobVerb")]
pub(in crate::http) enum Verb {
    Cancel,
    ForceCancel,
    Erase,
    Finish,
    Acknowledge,
    Ready,
    Play,
    Retry,
}

pub(in crate::http) async fn change(
    Shared(state): Shared<Arc<State>>,
    Path((job, verb)): Path<(String, String)>,
    Json(change): Json<Change>,
) -> Response {
    perform(state, move |state| {
        let job = number(&job)?;
        let event = match word(&verb)? {
            Verb::Cancel => Event::Cancel,
            Verb::ForceCancel => Event::ForceCancel,
            Verb::Erase => Event::Erase,
            Verb::Finish => Event::Report(outcome(&change)?),
            Verb::Acknowledge => Event::RunnerCall,
            Verb::Ready => Event::Enqueue,
            Verb::Play => match change.user {
                Some(user) => Event::Play(user.user(&*state.store)?.id),
                None => return Err(Problem::bad_request("Bad Request: user is missing")),
            },
            Verb::Retry => return retry(state, job, change.user),
        };
        let (record, effect) = state.store.apply(job, &event, state.now())?;
        if let Effect::Revoked(why) = effect {
            state.metrics.revoked(why.as_str(), 1);
        }
        Ok(Done::Json(StatusCode::OK, json!(shown::job(&record))))
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
