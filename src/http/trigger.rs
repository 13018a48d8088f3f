//! A pipeline, started with a token: `POST ..projects/:id/trigger/pipeline`.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::carried::{Pair, pairs};
use super::decide::Ruling;
use super::facts::Known;
use super::shown::{Person, time};
use super::state::State;
use super::{answer, request};
use crate::token::directory::RefName;
use crate::token::pipelines::{
    Cause, NewPipeline, NotStarted, Pipeline, PipelineErrorKind, PipelineSink, Source, Variables,
};

/// What a request says of the pipeline, read.
#[derive(Debug)]
pub(super) struct Wish {
    git_ref: RefName,
    variables: Variables,
}

/// What is wrong with it, for the client.
type Wrong = &'static str;

const NOT_FLAT: Wrong = "variables needs to be a map of key-valued strings";
const NO_REF: Wrong = "Reference not found";

impl Wish {
    pub(super) async fn read(
        segments: &[String],
        query: Option<&str>,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Wish, Wrong> {
        let mut given = pairs(query.unwrap_or_default().as_bytes());
        let mut variables = Vec::new();
        match request::object(headers, body) {
            Some(object) => {
                for (name, value) in object {
                    match (&*name, value) {
                        ("ref", Value::String(text)) => given.push((name, text.into())),
                        ("ref", _) => return Err("ref is no text"),
                        ("variables", Value::Null) => {}
                        ("variables", value) => flat(value, &mut variables)?,
                        _ => {}
                    }
                }
            }
            None => given.extend(request::form(headers, body).await),
        }
        bracketed(&given, &mut variables)?;
        let refs = given.iter().filter(|it| it.0 == "ref");
        let refs: Vec<&str> = refs.map(|it| it.1.as_str()).collect();
        let of_path = of_path(segments);
        Ok(Wish {
            git_ref: one(of_path.as_deref().into_iter().chain(refs))?,
            variables: Variables::new(variables).map_err(|_| NOT_FLAT)?,
        })
    }
}

/// `projects/:id/ref/REF/trigger/pipeline`
fn of_path(segments: &[String]) -> Option<String> {
    match segments {
        [_, _, _, _, word, git_ref @ .., _, _] if word == "ref" && !git_ref.is_empty() => {
            Some(git_ref.join("/"))
        }
        _ => None,
    }
}

/// The one ref of all that are said.
fn one<'r>(mut refs: impl Iterator<Item = &'r str>) -> Result<RefName, Wrong> {
    let first = refs.next().filter(|it| !it.is_empty());
    let first = first.ok_or("ref is missing")?;
    match refs.all(|other| other == first) {
        true => RefName::new(first).map_err(|_| NO_REF),
        false => Err("ref is given in two ways"),
    }
}

/// The parameters `variables[KEY]`.
fn bracketed(given: &[Pair], variables: &mut Vec<(String, String)>) -> Result<(), Wrong> {
    for (name, value) in given {
        let Some(rest) = name.strip_prefix("variables") else {
            continue;
        };
        let is_theirs = rest.is_empty() || rest.starts_with('[');
        let key = rest.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        match key.filter(|key| !key.is_empty() && !key.contains(['[', ']'])) {
            Some(key) => variables.push((key.to_owned(), value.as_str().to_owned())),
            None if is_theirs => return Err(NOT_FLAT),
            // Another parameter, whose name happens to begin alike.
            None => {}
        }
    }
    Ok(())
}

fn flat(value: Value, variables: &mut Vec<(String, String)>) -> Result<(), Wrong> {
    let Value::Object(map) = value else {
        return Err(NOT_FLAT);
    };
    for (key, value) in map {
        match value {
            Value::String(text) => variables.push((key, text)),
            _ => return Err(NOT_FLAT),
        }
    }
    Ok(())
}

/// Starts what an allowed request wishes. Whether it may is found once more where it is started.
pub(super) async fn start(state: &Arc<State>, ruling: &Ruling, wish: Wish) -> Response {
    let cause = match ruling.known() {
        Some(Known {
            trigger: Some(trigger),
            ..
        }) => Cause::User {
            user: trigger.owner,
            source: Source::Trigger,
        },
        Some(Known {
            found: Some(found), ..
        }) => Cause::Job(found.job.id),
        _ => return answer::unavailable(),
    };
    let Some(project) = ruling.decision.record().target else {
        return answer::unavailable();
    };
    let new = NewPipeline {
        project,
        git_ref: wish.git_ref,
        cause,
        variables: wish.variables,
    };
    let (shared, now) = (Arc::clone(state), state.now());
    let started = state.work(move || {
        let sink = shared.pipelines.get().map(|sink| &**sink);
        let sink: &dyn PipelineSink = sink.unwrap_or(&shared.store);
        let pipeline = sink.start(&new, now);
        pipeline.map(|pipeline| {
            // It is there, and an answer without a name is better than none.
            let user = shared.store.user(pipeline.user).ok().flatten();
            shown(&pipeline, user.map(|user| user.name))
        })
    });
    match started.await {
        Err(unavailable) => unavailable.into_response(),
        Ok(Ok(shown)) => answer::json(StatusCode::CREATED, &json!(shown)),
        Ok(Err(error)) => match error.kind() {
            PipelineErrorKind::Refused(why) => refused(why),
            PipelineErrorKind::Unavailable => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(target: "masker::pipelines", cause, "a pipeline was not started");
                answer::unavailable()
            }
        },
    }
}

fn refused(why: NotStarted) -> Response {
    let (status, text) = match why {
        NotStarted::JobNotRunning => (StatusCode::UNAUTHORIZED, "Job is not running"),
        NotStarted::UserInactive => (StatusCode::UNAUTHORIZED, "User is not active"),
        NotStarted::ProjectGone => (StatusCode::NOT_FOUND, "Not Found"),
        NotStarted::UnknownRef => return wrong(NO_REF),
        NotStarted::ProtectedRef => (StatusCode::FORBIDDEN, "Forbidden"),
        NotStarted::TooDeep => return wrong("too many pipelines have started one another"),
    };
    answer::error(status, text)
}

/// The answer to a request that is allowed and says nothing that could be done.
pub(super) fn wrong(why: Wrong) -> Response {
    answer::error(StatusCode::BAD_REQUEST, format_args!("Bad Request: {why}"))
}

/// A pipeline by the names of GitLab. Its variables are for its jobs alone.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Pipeline")]
pub(super) struct Shown {
    id: u64,
    project_id: u64,
    #[serde(rename = "ref")]
    git_ref: String,
    status: &'static str,
    /// What started it.
    source: &'static str,
    created_at: Option<String>,
    /// As whom its jobs act.
    user: Person,
}

fn shown(pipeline: &Pipeline, username: Option<String>) -> Shown {
    Shown {
        id: pipeline.id.0,
        project_id: pipeline.project.0,
        git_ref: pipeline.git_ref.as_str().to_owned(),
        status: "pending",
        source: pipeline.source.as_str(),
        created_at: time(pipeline.created_at),
        user: Person::named(pipeline.user, username),
    }
}
