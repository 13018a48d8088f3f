//! What an upload says of its file, as parts of a form or in the query, and the form itself.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use futures_core::Stream;
use multer::{Constraints, Field, Multipart, SizeLimit};

use super::expiry::expiry;
use super::upload::{Failed, Upload, in_time};
use crate::token::clock::Time;
use crate::token::store::{Artifact, FileName};

/// The most bytes of a parameter.
const PARAMETER: usize = 1024;

/// The most parts of a form.
const PARTS: usize = 32;

/// The most bytes of a form beside its file, and the most that may wait in memory to be looked at.
const AROUND: u64 = 256 * 1024;

/// What is said of a file.
#[derive(Default)]
pub(super) struct Said {
    file_name: Option<FileName>,
    expires_in: Option<std::time::Duration>,
    is_private: bool,
}

impl Said {
    /// Takes a parameter. Those that are not known are let be: runners send more of them.
    pub(super) fn take(&mut self, name: &str, value: &str) -> Result<(), Failed> {
        match (name, value) {
            ("expire_in", "") => {}
            ("expire_in", text) => {
                let expiry = expiry(text);
                self.expires_in = expiry.map_err(|()| Failed::Wrong("expire_in is no duration"))?;
            }
            ("accessibility", "private" | "none") | ("private", "true" | "1") => {
                self.is_private = true;
            }
            ("accessibility", "public" | "") | ("private", "false" | "0" | "") => {
                self.is_private = false;
            }
            ("accessibility", _) => {
                return Err(Failed::Wrong("accessibility is public or private"));
            }
            ("private", _) => return Err(Failed::Wrong("private is true or false")),
            ("artifact_type", "archive" | "") | ("artifact_format", "zip" | "") => {}
            ("artifact_type", _) => return Err(Failed::Wrong("artifact_type is archive")),
            ("artifact_format", _) => return Err(Failed::Wrong("artifact_format is zip")),
            ("file_name", name) => self.name(name)?,
            _ => {}
        }
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<(), Failed> {
        let name = FileName::new(name);
        self.file_name = Some(name.map_err(|_| Failed::Wrong("this is no name of a file"))?);
        Ok(())
    }

    /// What is to be known of it.
    pub(super) fn artifact(self, size: u64, now: Time) -> Result<Artifact, Failed> {
        let fallback = || FileName::new("artifacts.zip");
        let name = self.file_name.map_or_else(fallback, Ok);
        let name = name.map_err(|_| Failed::Unavailable)?;
        Ok(Artifact {
            expires_at: self.expires_in.map(|duration| now + duration),
            is_private: self.is_private,
            ..Artifact::new(name, size)
        })
    }
}

/// Reads a form to its end: one part is the file, and goes into the upload as it comes.
pub(super) async fn read(
    body: Body,
    boundary: String,
    upload: &mut Upload,
    said: &mut Said,
) -> Result<(), Failed> {
    let most = upload.most().saturating_add(AROUND);
    let limit = SizeLimit::new().whole_stream(most);
    let patience = upload.patience();
    let waiting = Arc::new(AtomicU64::new(0));
    let paced = Paced {
        body: body.into_data_stream(),
        waiting: Arc::clone(&waiting),
        pauses: false,
    };
    let limits = Constraints::new().size_limit(limit);
    let mut form = Multipart::with_constraints(paced, boundary, limits);
    let mut has_file = false;
    for _ in 0..PARTS {
        let next = in_time(patience, form.next_field()).await?;
        let Some(mut field) = next.map_err(of_form)? else {
            return match has_file {
                true => Ok(()),
                false => Err(Failed::Wrong("file is missing")),
            };
        };
        waiting.store(0, Ordering::Relaxed);
        match field.name().map(str::to_owned).as_deref() {
            Some("file") if has_file => return Err(Failed::Wrong("file is given twice")),
            Some("file") => {
                has_file = true;
                if let Some(name) = field.file_name().map(str::to_owned) {
                    said.name(&name)?;
                }
                while let Some(chunk) = next_chunk(&mut field, patience, &waiting).await? {
                    upload.put(&chunk).await?;
                }
            }
            name => {
                let mut value = Vec::new();
                while let Some(chunk) = next_chunk(&mut field, patience, &waiting).await? {
                    value.extend_from_slice(&chunk);
                    if value.len() > PARAMETER {
                        return Err(Failed::Wrong("a parameter is too long"));
                    }
                }
                let value = str::from_utf8(&value);
                let value = value.map_err(|_| Failed::Wrong("a parameter is no text"))?;
                said.take(name.unwrap_or_default(), value)?;
            }
        }
    }
    Err(Failed::Wrong("the form has too many parts"))
}

async fn next_chunk(
    field: &mut Field<'_>,
    patience: std::time::Duration,
    waiting: &AtomicU64,
) -> Result<Option<Bytes>, Failed> {
    let chunk = in_time(patience, field.chunk()).await?.map_err(of_form)?;
    waiting.store(0, Ordering::Relaxed);
    Ok(chunk)
}

fn of_form(error: multer::Error) -> Failed {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            Failed::TooLarge
        }
        // Cut off in the middle, for one.
        _ => Failed::Broken,
    }
}

/// A body that waits after each piece: the reader of forms takes all that it is given, and a client
/// that is faster than the disk would fill the memory.
struct Paced {
    body: BodyDataStream,
    /// How much was given since something was last made of it.
    waiting: Arc<AtomicU64>,
    pauses: bool,
}

impl Stream for Paced {
    type Item = Result<Bytes, axum::BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pauses) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = Pin::new(&mut self.body).poll_next(context);
        let Poll::Ready(Some(Ok(chunk))) = polled else {
            return polled.map(|item| item.map(|result| result.map_err(Into::into)));
        };
        self.pauses = true;
        let length = chunk.len() as u64;
        let before = self.waiting.fetch_add(length, Ordering::Relaxed);
        // One piece may be large, of which something can be made at once.
        match before > AROUND {
            true => Poll::Ready(Some(Err("the form has no parts to be seen".into()))),
            false => Poll::Ready(Some(Ok(chunk))),
        }
    }
}
