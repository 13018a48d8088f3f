//! Artifacts: the bytes of what jobs leave behind, kept in an object store.
//!
//! What is known of them is in the [`Store`](crate::token::store::Store). The bytes come first and go
//! last: nothing is known of what is not there, and what is over is not found long before its bytes are
//! deleted.

mod archive;
mod change;
pub(in crate::http) mod described;
mod download;
mod expiry;
mod form;
mod headers;
mod place;
mod upload;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Service;
use super::answer;
use super::decide::Ruling;
use super::state::State;
use super::wanted::{CHANGE, OF_RUNNER};
use crate::token::lifecycle::JobId;
use crate::token::routes::{Action, Route};
use crate::token::store::StoreErrorKind;

use place::reason;
pub(super) use upload::{Uploaded, by_operator};

/// How many archives are read at once. Each takes a thread, and some memory for its index until its file
/// is found. Whoever waits for a client is none of them.
const UNPACKED_AT_ONCE: usize = 8;

/// How long an upload may take, for all that another process knows.
const UNFINISHED: Duration = Duration::from_secs(24 * 3600);

/// Where the bytes of artifacts are, and how many there may be. Cloning shares the place.
///
/// # Examples
///
/// ```
/// use masker::http::{Artifacts, Options};
///
/// let mut artifacts = Artifacts::in_memory();
/// artifacts.max_size = 10 << 20;
/// let mut options = Options::default();
/// options.artifacts = Some(artifacts);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Artifacts {
    store: Arc<dyn ObjectStore>,
    unpacking: Arc<Semaphore>,
    /// The most bytes of the artifacts of one job. More are refused with 413.
    pub max_size: u64,
    /// The most bytes of one file that is taken out of an archive, which may be much larger than the
    /// archive itself. More are refused with 422.
    pub max_file: u64,
}

impl Artifacts {
    /// In an object store: one of S3, for example. 100 MiB a job, 1 GiB a file.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>) -> Artifacts {
        Artifacts {
            store,
            unpacking: Arc::new(Semaphore::new(UNPACKED_AT_ONCE)),
            max_size: 100 << 20,
            max_file: 1 << 30,
        }
    }

    /// In a folder, which is made for nobody but our own user if it is not there. Files are on the
    /// disk before anything is known of them. Of uploads that ended with their process, what is older
    /// than a day is deleted; another process may be about to finish the rest.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or found.
    pub fn in_folder(folder: impl AsRef<Path>) -> io::Result<Artifacts> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        forget_unfinished(&folder.as_ref().join("jobs"))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(io::Error::other)?;
        Ok(Artifacts::new(Arc::new(store.with_fsync(true))))
    }

    /// In memory, where they end with the process.
    #[must_use]
    pub fn in_memory() -> Artifacts {
        Artifacts::new(Arc::new(InMemory::new()))
    }
}

/// Deletes what was begun long ago: the store of folders writes into files with a `#` behind the name.
fn forget_unfinished(folder: &Path) -> io::Result<()> {
    let files = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    for file in files {
        let file = file?;
        let is_begun = file.file_name().to_string_lossy().contains('#');
        let age = |modified: SystemTime| modified.elapsed().unwrap_or_default();
        if is_begun && age(file.metadata()?.modified()?) > UNFINISHED {
            std::fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

/// Where the bytes of a job are. Never a name that a client chose.
fn location(job: JobId) -> object_store::path::Path {
    object_store::path::Path::from(format!("jobs/{}", job.0))
}

/// An allowed request, by what it asks for.
pub(super) async fn answer(
    state: &Arc<State>,
    ruling: &Ruling,
    route: &'static Route,
    parts: &Parts,
    body: Body,
) -> Response {
    let Some(artifacts) = &state.options.artifacts else {
        return answer::plain(StatusCode::NOT_IMPLEMENTED);
    };
    let (known, wanted) = match ruling.known() {
        Some(known) => (known, known.wanted.as_ref()),
        None => return answer::unavailable(),
    };
    let Some(wanted) = wanted else {
        return answer::plain(StatusCode::NOT_FOUND);
    };
    if (route.number, route.action) == (OF_RUNNER, Action::Write) {
        let job = known.found.as_ref().map(|found| found.job.id);
        return match job {
            Some(job) => upload::by_runner(state, artifacts, job, parts, body).await,
            None => answer::unavailable(),
        };
    }
    if wanted.lacks_name() {
        return answer::error(StatusCode::BAD_REQUEST, "Bad Request: job is missing");
    }
    let Some((job, artifact)) = &known.artifact else {
        return answer::plain(StatusCode::NOT_FOUND);
    };
    if route.number == CHANGE {
        return change::change(state, artifacts, *job, artifact, route.action).await;
    }
    let begun = async {
        match &wanted.file {
            None => download::whole(artifacts, *job, artifact, parts).await,
            Some(file) => archive::file(state, artifacts, *job, file, parts).await,
        }
    };
    let begun = timeout(state.options.work_timeout, begun).await;
    begun.unwrap_or_else(|_| answer::unavailable())
}

impl Service {
    /// Deletes the bytes of artifacts that are over, as a [sweep](Service::sweep) told of them, and
    /// forgets them. What fails is told of by the next sweep again.
    pub async fn delete_artifacts(&self, jobs: &[JobId]) {
        if let Some(artifacts) = &self.state.options.artifacts {
            delete(&self.state, artifacts, jobs).await;
        }
    }
}

async fn delete(state: &Arc<State>, artifacts: &Artifacts, jobs: &[JobId]) {
    for &job in jobs {
        match artifacts.store.delete(&location(job)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => {
                let error = reason(&error);
                tracing::error!(target: "masker::artifacts", job = job.0, error, "not deleted");
                continue;
            }
        }
        let (store, now) = (Arc::clone(&state.store), state.now());
        match state.work(move || store.forget_artifact(job, now)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if error.kind() == StoreErrorKind::NotFound => {}
            Ok(Err(_)) | Err(_) => state.metrics.store_error("forget_artifact"),
        }
    }
}
