//! One file out of the archive. Nothing is unpacked onto a disk: the file goes to the client as it is
//! inflated, and no more of it is in memory than a piece.

use std::io::{self, Read, Seek, SeekFrom, Take};
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
use flate2::read::DeflateDecoder;
use http_body_util::channel::{Channel, Sender};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

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
    File(Box<Entry>),
    None,
    TooLarge,
    NoArchive,
    Unreadable,
}

pub(super) async fn file(
    state: &State,
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
    let window = Window::new(Arc::clone(&artifacts.store), location, &meta);
    let (wanted, max_file) = (name.to_owned(), artifacts.max_file);
    let look = move || opened(window, &wanted, max_file);
    match in_turn(&artifacts.unpacking, look).await {
        Some(Opened::File(entry)) if parts.method == Method::HEAD => {
            shown(name, entry.left, Body::empty())
        }
        Some(Opened::File(entry)) => {
            let size = entry.left;
            let (sender, channel) = Channel::new(1);
            let unpacking = Arc::clone(&artifacts.unpacking);
            tokio::spawn(send(entry, unpacking, sender, state.options.read_timeout));
            shown(name, size, Body::new(channel))
        }
        Some(Opened::None) => answer::plain(StatusCode::NOT_FOUND),
        Some(Opened::TooLarge) => answer::error(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Unprocessable Entity: the file is too large to be taken out of its archive",
        ),
        Some(Opened::NoArchive) => answer::error(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Unprocessable Entity: the artifacts are no archive that can be read",
        ),
        Some(Opened::Unreadable) | None => answer::unavailable(),
    }
}

/// Does what blocks, when it is its turn. It waits for the place of the bytes, and never for a client.
async fn in_turn<R: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> R + Send + 'static,
) -> Option<R> {
    let turn = Arc::clone(turns).acquire_owned().await.ok()?;
    let done = spawn_blocking(move || {
        // Given back when the work has ended, not when nobody waits for it any more.
        let _turn = turn;
        work()
    });
    done.await.ok()
}

/// Sends a file as its client takes it, or aborts: what is cut off must not look whole. While the client
/// takes its time, there is no thread that waits for it.
async fn send(
    mut entry: Box<Entry>,
    turns: Arc<Semaphore>,
    mut sender: Sender<Bytes, io::Error>,
    patience: Duration,
) {
    loop {
        let next = in_turn(&turns, move || {
            let piece = entry.next();
            (entry, piece)
        });
        let piece = match next.await {
            Some((rest, Ok(Some(piece)))) => {
                entry = rest;
                piece
            }
            Some((_, Ok(None))) => return,
            Some((_, Err(error))) => return sender.abort(error),
            None => return sender.abort(io::ErrorKind::Other.into()),
        };
        match timeout(patience, sender.send_data(piece)).await {
            Ok(Ok(())) => {}
            // The client is gone, or takes nothing.
            Ok(Err(_)) | Err(_) => return sender.abort(io::ErrorKind::TimedOut.into()),
        }
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

/// Looks for a file in an archive. Blocks.
fn opened(window: Window, name: &str, max_file: u64) -> Opened {
    let budget = Arc::clone(&window.budget);
    let mut archive = match ZipArchive::new(window) {
        Ok(archive) => archive,
        Err(error) => return why(&error),
    };
    budget.store(u64::MAX, Ordering::Relaxed);
    let Some(index) = archive.index_for_name(name) else {
        return Opened::None;
    };
    let file = match archive.by_index(index) {
        Ok(file) => file,
        Err(error) => return why(&error),
    };
    if !file.is_file() {
        return Opened::None;
    }
    if file.size() > max_file {
        return Opened::TooLarge;
    }
    let Some(start) = file.data_start() else {
        return Opened::NoArchive;
    };
    let (method, packed) = (file.compression(), file.compressed_size());
    let (left, sum) = (file.size(), file.crc32());
    drop(file);
    // The index, which may be long, ends here.
    let mut window = archive.into_inner();
    window.position = start;
    let packed = window.take(packed);
    let bytes = match method {
        CompressionMethod::Stored => Unpacked::Stored(packed),
        CompressionMethod::Deflated => Unpacked::Deflated(DeflateDecoder::new(packed)),
        _ => return Opened::NoArchive,
    };
    Opened::File(Box::new(Entry {
        bytes,
        left,
        sum,
        hasher: crc32fast::Hasher::new(),
    }))
}

/// A file of an archive, as far as it was not read yet.
struct Entry {
    bytes: Unpacked,
    left: u64,
    /// Of the whole, as the index has it.
    sum: u32,
    hasher: crc32fast::Hasher,
}

enum Unpacked {
    Stored(Take<Window>),
    Deflated(DeflateDecoder<Take<Window>>),
}

impl Entry {
    /// The next piece, and none behind the last. Blocks.
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let mut piece = Vec::new();
        // The last piece is read with a byte more than there should be: it is not given out before it is
        // known that the file ends there and has the sum that the index says.
        let most = match self.left <= PIECE {
            true => self.left + 1,
            false => PIECE,
        };
        match &mut self.bytes {
            Unpacked::Stored(bytes) => bytes.take(most).read_to_end(&mut piece)?,
            Unpacked::Deflated(bytes) => bytes.take(most).read_to_end(&mut piece)?,
        };
        self.hasher.update(&piece);
        let rest = self.left.checked_sub(piece.len() as u64);
        let is_right = || self.hasher.clone().finalize() == self.sum;
        match (piece.is_empty(), rest) {
            (true, Some(0)) if is_right() => Ok(None),
            (false, Some(rest)) if rest > 0 || is_right() => {
                self.left = rest;
                Ok(Some(piece.into()))
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
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
