//! Uploads: streamed to where the bytes are, and known only once they are there to the last.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, Request, State as Shared};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use object_store::{ObjectStoreExt as _, WriteMultipart};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tokio::time::timeout;

use super::form::{self, Said};
use super::{Artifacts, location, reason};
use crate::http::admin::Problem;
use crate::http::answer;
use crate::http::carried::pairs;
use crate::http::shown::time;
use crate::http::state::State;
use crate::token::lifecycle::{Event, JobId};
use crate::token::store::{Artifact, StoreErrorKind};

/// How many pieces are on their way to the store at once.
const AT_ONCE: usize = 4;

/// The least bytes of a piece that is not the last, and the most pieces: those of S3.
const PIECE: u64 = 5 << 20;
const PIECES: u64 = 10_000;

/// Why nothing was uploaded.
#[derive(Clone, Copy, Debug)]
pub(super) enum Failed {
    TooLarge,
    TooSlow,
    /// It was cut off, or is no form.
    Broken,
    /// What was said of it.
    Wrong(&'static str),
    Unavailable,
}

impl Failed {
    fn answer(self) -> Response {
        match self {
            Failed::TooLarge => answer::plain(StatusCode::PAYLOAD_TOO_LARGE),
            Failed::TooSlow => answer::plain(StatusCode::REQUEST_TIMEOUT),
            Failed::Broken => answer::plain(StatusCode::BAD_REQUEST),
            Failed::Wrong(why) => {
                answer::error(StatusCode::BAD_REQUEST, format_args!("Bad Request: {why}"))
            }
            Failed::Unavailable => answer::unavailable(),
        }
    }
}

/// `POST /api/v4/jobs/:id/artifacts`, of the job's own runner.
pub(super) async fn by_runner(
    state: &Arc<State>,
    artifacts: &Artifacts,
    job: JobId,
    parts: &Parts,
    body: Body,
) -> Response {
    // It has said something, as with any other call of a runner.
    let (shared, now) = (Arc::clone(state), state.now());
    let call = state.work(move || shared.store.apply(job, &Event::RunnerCall, now));
    match call.await {
        Err(unavailable) => return unavailable.into_response(),
        Ok(Err(error)) if error.kind() == StoreErrorKind::Unavailable => {
            return answer::unavailable();
        }
        Ok(Err(_)) => return answer::plain(StatusCode::FORBIDDEN),
        Ok(Ok(_)) => {}
    }
    let query = parts.uri.query();
    match taken(state, artifacts, job, &parts.headers, query, body).await {
        Ok(Kept::Yes(_)) => answer::error(StatusCode::CREATED, "Created"),
        Ok(Kept::No(problem)) if is_refused(&problem) => answer::plain(StatusCode::FORBIDDEN),
        Ok(Kept::No(problem)) => problem.answer(),
        Err(failed) => failed.answer(),
    }
}

/// The artifacts of a job, as they are kept.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Artifacts")]
pub(in crate::http) struct Uploaded {
    job_id: u64,
    file_name: String,
    /// In bytes.
    size: u64,
    expire_at: Option<String>,
    private: bool,
}

/// `PUT /admin/jobs/:id/artifacts?file_name=&expire_in=&private=`
pub(in crate::http) async fn by_operator(
    Shared(state): Shared<Arc<State>>,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let Some(artifacts) = &state.options.artifacts else {
        return answer::plain(StatusCode::NOT_IMPLEMENTED);
    };
    let Ok(job) = job.parse().map(JobId) else {
        return Problem::NotFound("404 Job Not Found").answer();
    };
    let (parts, body) = request.into_parts();
    let taken = taken(
        &state,
        artifacts,
        job,
        &parts.headers,
        query.as_deref(),
        body,
    );
    match taken.await {
        Ok(Kept::Yes(artifact)) => {
            let shown = Uploaded {
                job_id: job.0,
                file_name: artifact.file_name.as_str().to_owned(),
                size: artifact.size,
                expire_at: artifact.expires_at.and_then(time),
                private: artifact.is_private,
            };
            answer::json(StatusCode::CREATED, &json!(shown))
        }
        Ok(Kept::No(problem)) => problem.answer(),
        Err(failed) => failed.answer(),
    }
}

fn is_refused(problem: &Problem) -> bool {
    match problem {
        Problem::Store(error) => error.kind() != StoreErrorKind::Unavailable,
        _ => false,
    }
}

/// Whether the store took what is to be known of it.
enum Kept {
    Yes(Artifact),
    No(Problem),
}

/// Takes an upload as a whole, or leaves nothing of it.
async fn taken(
    state: &Arc<State>,
    artifacts: &Artifacts,
    job: JobId,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Body,
) -> Result<Kept, Failed> {
    let mut said = Said::default();
    for (name, value) in pairs(query.unwrap_or_default().as_bytes()) {
        said.take(&name, &value)?;
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default()).ok();
    let announced = headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    let announced: u64 = announced.and_then(|it| it.parse().ok()).unwrap_or(0);
    if boundary.is_none() && announced > artifacts.max_size {
        return Err(Failed::TooLarge);
    }
    if let Err(problem) = state.may_keep(job).await {
        return Ok(Kept::No(problem));
    }
    let mut upload = Upload::begin(artifacts, job, state.options.read_timeout).await?;
    let read = match boundary {
        Some(boundary) => form::read(body, boundary, &mut upload, &mut said).await,
        None => upload.put_all(body).await,
    };
    if let Err(failed) = read {
        upload.abort().await;
        return Err(failed);
    }
    // It took its time: what may not be kept any more must not replace what is there.
    if let Err(problem) = state.may_keep(job).await {
        upload.abort().await;
        return Ok(Kept::No(problem));
    }
    let artifact = said.artifact(upload.size, state.now())?;
    upload.finish().await?;
    keep(state, artifacts, job, artifact).await
}

async fn keep(
    state: &Arc<State>,
    artifacts: &Artifacts,
    job: JobId,
    artifact: Artifact,
) -> Result<Kept, Failed> {
    let (shared, now, new) = (Arc::clone(state), state.now(), artifact.clone());
    let kept = state.work(move || {
        let kept = shared.store.put_artifact(job, &new, now);
        // Whether what is there belongs to an upload before, if this one came too late.
        let is_known = kept.is_ok() || !matches!(shared.store.artifact(job, now), Ok(None));
        (kept, is_known)
    });
    let (kept, is_known) = kept.await.map_err(|_| Failed::Unavailable)?;
    if !is_known && let Err(error) = artifacts.store.delete(&location(job)).await {
        let error = reason(&error);
        tracing::error!(target: "masker::artifacts", job = job.0, error, "not deleted");
    }
    Ok(match kept {
        Ok(()) => Kept::Yes(artifact),
        Err(error) => Kept::No(Problem::Store(error)),
    })
}

impl State {
    /// Whether a job may have artifacts now. Asked before anything is taken, and not the last word:
    /// the store has that.
    async fn may_keep(self: &Arc<State>, job: JobId) -> Result<(), Problem> {
        let shared = Arc::clone(self);
        let record = self.work(move || shared.store.job(job)).await;
        let unavailable = |_| Problem::Status(StatusCode::SERVICE_UNAVAILABLE, String::new());
        let record = record.map_err(unavailable)??;
        match record.state.is_executing() && !record.erased {
            true => Ok(()),
            false => Err(Problem::Store(
                StoreErrorKind::Refused(crate::token::lifecycle::Refusal::InvalidTransition {
                    state: record.state,
                })
                .into(),
            )),
        }
    }
}

/// Bytes on their way to where they belong. Nothing of them is there before the end.
pub(super) struct Upload {
    writer: WriteMultipart,
    job: JobId,
    size: u64,
    most: u64,
    /// How long a client may send nothing.
    patience: Duration,
}

impl Upload {
    async fn begin(
        artifacts: &Artifacts,
        job: JobId,
        patience: Duration,
    ) -> Result<Upload, Failed> {
        let begun = artifacts.store.put_multipart(&location(job)).await;
        let writer = begun.map_err(|error| failed(job, &error))?;
        let piece = PIECE.max(artifacts.max_size.div_ceil(PIECES));
        let piece = usize::try_from(piece).unwrap_or(usize::MAX);
        Ok(Upload {
            writer: WriteMultipart::new_with_chunk_size(writer, piece),
            job,
            size: 0,
            most: artifacts.max_size,
            patience,
        })
    }

    pub(super) fn most(&self) -> u64 {
        self.most
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    pub(super) async fn put(&mut self, chunk: &Bytes) -> Result<(), Failed> {
        self.size = self.size.saturating_add(chunk.len() as u64);
        if self.size > self.most {
            return Err(Failed::TooLarge);
        }
        let room = self.writer.wait_for_capacity(AT_ONCE).await;
        room.map_err(|error| failed(self.job, &error))?;
        self.writer.write(chunk);
        Ok(())
    }

    async fn put_all(&mut self, mut body: Body) -> Result<(), Failed> {
        while let Some(frame) = in_time(self.patience, body.frame()).await? {
            let frame = frame.map_err(|_| Failed::Broken)?;
            if let Ok(chunk) = frame.into_data() {
                self.put(&chunk).await?;
            }
        }
        Ok(())
    }

    async fn abort(self) {
        let job = self.job;
        if let Err(error) = self.writer.abort().await {
            failed(job, &error);
        }
    }

    async fn finish(self) -> Result<(), Failed> {
        let job = self.job;
        let finished = self.writer.finish().await;
        finished.map(drop).map_err(|error| failed(job, &error))
    }
}

/// What a client sends next, if it does not take too long.
pub(super) async fn in_time<T>(
    patience: Duration,
    waiting: impl Future<Output = T>,
) -> Result<T, Failed> {
    let waited = timeout(patience, waiting).await;
    waited.map_err(|_| Failed::TooSlow)
}

fn failed(job: JobId, error: &object_store::Error) -> Failed {
    let error = reason(error);
    tracing::error!(target: "masker::artifacts", job = job.0, error, "artifacts cannot be written");
    Failed::Unavailable
}
