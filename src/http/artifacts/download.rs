//! The whole archive, or a range of it.

use std::ops::Range;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    HeaderValue, IF_RANGE, RANGE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response as HttpResponse, StatusCode};
use axum::response::Response;
use object_store::{Error, GetOptions, GetRange, ObjectMeta, ObjectStoreExt as _};

use super::{Artifacts, headers, location, reason};
use crate::http::answer;
use crate::token::lifecycle::JobId;
use crate::token::store::Artifact;

pub(super) async fn whole(
    artifacts: &Artifacts,
    job: JobId,
    artifact: &Artifact,
    parts: &Parts,
) -> Response {
    let location = location(job);
    let meta = match artifacts.store.head(&location).await {
        Ok(meta) => meta,
        Err(error) => return failed(job, &error),
    };
    let tag = tag(&meta);
    let (status, range) = match ranged(&parts.headers, meta.size, tag.as_ref()) {
        Ranged::Whole => (StatusCode::OK, 0..meta.size),
        Ranged::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Ranged::Outside => return outside(meta.size),
    };
    let body = match parts.method == Method::HEAD || range.is_empty() {
        true => Body::empty(),
        false => {
            // The same bytes as were measured, though others may be put in their place meanwhile.
            let options = GetOptions::new()
                .with_range(Some(GetRange::Bounded(range.clone())))
                .with_if_match(meta.e_tag.clone());
            match artifacts.store.get_opts(&location, options).await {
                Ok(found) => Body::from_stream(found.into_stream()),
                Err(error) => return failed(job, &error),
            }
        }
    };
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    let fields = response.headers_mut();
    let zip = HeaderValue::from_static("application/zip");
    fields.insert(CONTENT_TYPE, zip);
    fields.insert(CONTENT_LENGTH, (range.end - range.start).into());
    let name = headers::attachment(artifact.file_name.as_str());
    fields.insert(CONTENT_DISPOSITION, name);
    fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(tag) = tag {
        fields.insert(ETAG, tag);
    }
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{}", range.start, range.end - 1, meta.size);
        if let Ok(value) = HeaderValue::from_str(&text) {
            fields.insert(CONTENT_RANGE, value);
        }
    }
    response
}

fn tag(meta: &ObjectMeta) -> Option<HeaderValue> {
    let tag = meta.e_tag.as_deref()?;
    let tag = match tag.ends_with('"') {
        true => tag.to_owned(),
        false => format!("\"{tag}\""),
    };
    HeaderValue::from_str(&tag).ok()
}

fn outside(size: u64) -> Response {
    let mut response = answer::plain(StatusCode::RANGE_NOT_SATISFIABLE);
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

/// What is known and is not there any more was deleted a moment ago. All else is a fault of the place.
pub(super) fn failed(job: JobId, error: &Error) -> Response {
    if matches!(error, Error::NotFound { .. }) {
        return answer::plain(StatusCode::NOT_FOUND);
    }
    let error = reason(error);
    tracing::error!(target: "masker::artifacts", job = job.0, error, "artifacts cannot be read");
    answer::unavailable()
}

enum Ranged {
    Whole,
    Part(Range<u64>),
    Outside,
}

/// One range of bytes is served. Of more than one, of another unit, and of what has changed since, the
/// whole is: that is always right.
fn ranged(headers: &HeaderMap, size: u64, tag: Option<&HeaderValue>) -> Ranged {
    let text = headers.get(RANGE).and_then(|it| it.to_str().ok());
    let text = text.and_then(|it| it.strip_prefix("bytes="));
    let is_same = headers.get(IF_RANGE).is_none_or(|known| Some(known) == tag);
    let Some((first, last)) = text.filter(|_| is_same).and_then(|it| it.split_once('-')) else {
        return Ranged::Whole;
    };
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<u64>().ok(),
        false => None,
    };
    let range = match (first.trim(), last.trim()) {
        ("", last) => number(last).map(|length| size.saturating_sub(length)..size),
        (first, "") => number(first).map(|first| first..size),
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => {
                Some(first..size.min(last.saturating_add(1)))
            }
            _ => None,
        },
    };
    match range {
        None => Ranged::Whole,
        Some(range) if range.is_empty() => Ranged::Outside,
        Some(range) => Ranged::Part(range),
    }
}
