//! One file out of the archive. Nothing is unpacked onto a disk: the file goes to the client as it is
//! inflated, and no more of it is in memory than a piece.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{Artifacts, download, headers, location};
use crate::http::answer;
use crate::http::state::State;
use crate::token::lifecycle::JobId;

/// How much is read of an archive, and sent of a file, at once.
const PIECE: u64 = 64 * 1024;

/// The most bytes of the index of an archive, which is in memory while a file is looked for: enough for
/// some hundred thousand names.
const INDEX: u64 = 16 << 20;

/// What becomes of a look into an archive before its first byte.
enum Opened {
    File(u64, Body),
    None,
    TooLarge,
    NoArchive,
    Unreadable,
}

pub(super) async fn file(
    state: &Arc<State>,
    artifacts: &Artifacts,
    job: JobId,
    name: &str,
    parts: &Parts,
) -> Response {
    let location = location(job);
    let meta = match artifacts.store.head(&location).await {
        Ok(meta) => meta,
        Err(error) => return download::failed(job, &error),
    };
    let Ok(permit) = Arc::clone(&artifacts.unpacking).try_acquire_owned() else {
        return answer::unavailable();
    };
    let window = Window::new(Arc::clone(&artifacts.store), location, &meta);
    let (tell, told) = oneshot::channel();
    let look = Look {
        name: name.to_owned(),
        max_file: artifacts.max_file,
        is_head: parts.method == Method::HEAD,
        patience: state.options.read_timeout,
    };
    spawn_blocking(move || {
        let _permit = permit;
        look.at(window, tell);
    });
    match timeout(state.options.work_timeout, told).await {
        Ok(Ok(Opened::File(size, body))) => shown(name, size, body),
        Ok(Ok(Opened::None)) => answer::plain(StatusCode::NOT_FOUND),
        Ok(Ok(Opened::TooLarge)) => answer::error(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Unprocessable Entity: the file is too large to be taken out of its archive",
        ),
        Ok(Ok(Opened::NoArchive)) => answer::error(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Unprocessable Entity: the artifacts are no archive that can be read",
        ),
        Ok(Ok(Opened::Unreadable)) | Ok(Err(_)) | Err(_) => answer::unavailable(),
    }
}

/// Bytes to be kept, whatever they say that they are: no browser runs what a job has left behind.
fn shown(path: &str, size: u64, body: Body) -> Response {
    let mut response = HttpResponse::new(body);
    let fields = response.headers_mut();
    let bytes = HeaderValue::from_static("application/octet-stream");
    fields.insert(CONTENT_TYPE, bytes);
    fields.insert(CONTENT_LENGTH, size.into());
    let name = path.rsplit('/').next().unwrap_or(path);
    fields.insert(CONTENT_DISPOSITION, headers::attachment(name));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A search in an archive, on a thread that may block.
struct Look {
    name: String,
    max_file: u64,
    is_head: bool,
    /// How long a client may take none of what is there for it.
    patience: Duration,
}

impl Look {
    fn at(&self, window: Window, tell: oneshot::Sender<Opened>) {
        let (handle, budget) = (window.handle.clone(), Arc::clone(&window.budget));
        let mut archive = match ZipArchive::new(window) {
            Ok(archive) => archive,
            Err(error) => return drop(tell.send(why(&error))),
        };
        budget.store(u64::MAX, Ordering::Relaxed);
        let Some(index) = archive.index_for_name(&self.name) else {
            return drop(tell.send(Opened::None));
        };
        let mut file = match archive.by_index(index) {
            Ok(file) => file,
            Err(error) => return drop(tell.send(why(&error))),
        };
        let size = file.size();
        if !file.is_file() {
            return drop(tell.send(Opened::None));
        }
        if size > self.max_file {
            return drop(tell.send(Opened::TooLarge));
        }
        if self.is_head {
            return drop(tell.send(Opened::File(size, Body::empty())));
        }
        let (sender, channel) = Channel::<Bytes, io::Error>::new(2);
        if tell.send(Opened::File(size, Body::new(channel))).is_ok() {
            self.send(&mut file, size, sender, &handle);
        }
    }

    /// Sends a file, or aborts: what is cut off or has another sum must not look whole.
    fn send(
        &self,
        file: &mut impl Read,
        size: u64,
        mut sender: Sender<Bytes, io::Error>,
        handle: &Handle,
    ) {
        let mut left = size;
        loop {
            let mut piece = Vec::new();
            // One byte more than there should be: a file that has it is not what its index says.
            let part = file.by_ref().take(PIECE.min(left.saturating_add(1)));
            let read = { part }.read_to_end(&mut piece);
            let length = piece.len() as u64;
            match (read, left.checked_sub(length)) {
                (Ok(0), Some(0)) => return,
                (Ok(1..), Some(rest)) => left = rest,
                (Err(error), _) => return sender.abort(error),
                _ => return sender.abort(io::ErrorKind::InvalidData.into()),
            }
            let sending = async {
                let sending = sender.send_data(piece.into());
                timeout(self.patience, sending).await
            };
            match handle.block_on(sending) {
                Ok(Ok(())) => {}
                // The client is gone, or takes too long.
                Ok(Err(_)) | Err(_) => return sender.abort(io::ErrorKind::TimedOut.into()),
            }
        }
    }
}

/// A fault of the place is told from one of the archive, which stays.
fn why(error: &ZipError) -> Opened {
    match error {
        ZipError::Io(error) if error.get_ref().is_some_and(|it| it.is::<PlaceFailed>()) => {
            Opened::Unreadable
        }
        _ => Opened::NoArchive,
    }
}

/// The bytes of an archive, read where they are.
struct Window {
    store: Arc<dyn ObjectStore>,
    location: Path,
    size: u64,
    tag: Option<String>,
    handle: Handle,
    position: u64,
    /// The last piece that was read, and where it begins.
    piece: (u64, Bytes),
    /// How much more may be read. Little until the archive is open: its index is kept in memory.
    budget: Arc<AtomicU64>,
}

impl Window {
    /// Must be called in a runtime.
    fn new(store: Arc<dyn ObjectStore>, location: Path, meta: &ObjectMeta) -> Window {
        Window {
            store,
            location,
            size: meta.size,
            tag: meta.e_tag.clone(),
            handle: Handle::current(),
            position: 0,
            piece: (0, Bytes::new()),
            budget: Arc::new(AtomicU64::new(INDEX)),
        }
    }

    fn fetch(&mut self) -> io::Result<()> {
        let end = self.size.min(self.position.saturating_add(PIECE));
        let options = GetOptions::new()
            .with_range(Some(GetRange::Bounded(self.position..end)))
            .with_if_match(self.tag.clone());
        let read = async {
            let found = self.store.get_opts(&self.location, options).await?;
            found.bytes().await
        };
        let bytes = self.handle.block_on(read);
        let bytes = bytes.map_err(|error| io::Error::other(PlaceFailed(error)))?;
        self.piece = (self.position, bytes);
        Ok(())
    }
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let (start, piece) = &self.piece;
        let is_in_piece = (*start..*start + piece.len() as u64).contains(&self.position);
        if !is_in_piece {
            self.fetch()?;
        }
        let (start, piece) = &self.piece;
        let at = usize::try_from(self.position - start).unwrap_or(usize::MAX);
        let there = piece.get(at..).unwrap_or_default();
        let length = there.len().min(buffer.len());
        let left = self.budget.load(Ordering::Relaxed);
        let left = left.checked_sub(length as u64);
        let left = left.ok_or_else(|| io::Error::other("the index is too long"))?;
        self.budget.store(left, Ordering::Relaxed);
        buffer[..length].copy_from_slice(&there[..length]);
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// The place of the bytes failed, and not the archive.
#[derive(Debug)]
struct PlaceFailed(object_store::Error);

impl std::fmt::Display for PlaceFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for PlaceFailed {}
