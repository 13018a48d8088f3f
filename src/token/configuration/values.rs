//! The values of a file, read into types. What an error says begins with "expected", as what the
//! parser says of other values.

use core::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::Deserialize;

use super::REGISTRY_TTL;
use crate::token::id::Prefix;
use crate::token::permission::Permission;
use crate::token::routes::Method;

/// 100 years.
const LONGEST: Duration = Duration::from_secs(36_500 * 24 * 3600);

/// A duration that may be none.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Length(pub(super) Duration);

/// A duration of some length.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Positive(pub(super) Duration);

/// How long a bearer token may live.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Ttl(pub(super) Duration);

/// What tokens begin with.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct PrefixText(pub(super) Prefix);

/// A method of HTTP.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct MethodName(pub(super) Method);

/// A permission that a job may declare.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct PermissionName(pub(super) Permission);

impl TryFrom<String> for Length {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Length, &'static str> {
        let span: Option<Span> = text.parse().ok();
        let length = span.and_then(|it| it.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
        let length = length.and_then(|it| Duration::try_from(it).ok());
        match length {
            None => Err("expected a duration, such as 5m or 30 days"),
            Some(length) if length > LONGEST => Err("expected a duration of 100 years at most"),
            Some(length) => Ok(Length(length)),
        }
    }
}

impl TryFrom<String> for Positive {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Positive, &'static str> {
        match Length::try_from(text)?.0 {
            Duration::ZERO => Err("expected a duration of some length"),
            length => Ok(Positive(length)),
        }
    }
}

impl TryFrom<String> for Ttl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Ttl, &'static str> {
        let length = Length::try_from(text)?.0;
        match REGISTRY_TTL.contains(&length) {
            true => Ok(Ttl(length)),
            false => Err("expected 30 seconds to 5 minutes"),
        }
    }
}

impl TryFrom<String> for PrefixText {
    type Error = &'static str;

    fn try_from(text: String) -> Result<PrefixText, &'static str> {
        let prefix = Prefix::new(&text).map(PrefixText);
        prefix.map_err(|_| {
            "expected a lower-case letter, one to nine more or digits, and _ or -; and not that of accessors"
        })
    }
}

impl TryFrom<String> for MethodName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<MethodName, &'static str> {
        match Method::named(&name) {
            Method::Other => Err("expected GET, HEAD, POST, PUT, PATCH or DELETE"),
            method => Ok(MethodName(method)),
        }
    }
}

impl TryFrom<String> for PermissionName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<PermissionName, &'static str> {
        let permission = name.parse().map(PermissionName);
        permission.map_err(|_| "expected READ_ or ADMIN_ and a resource, such as READ_PACKAGES")
    }
}
