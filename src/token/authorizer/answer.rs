//! What the client is told of a decision: the status, the body, the headers. Nothing in it depends on
//! the target but what the status says, so what is not there and what is out of reach look alike.

use super::Reason;
use crate::token::carriers::Presented;
use crate::token::lifecycle::{Class, Invalid};
use crate::token::routes::{Dialect, Route, Setting};

/// An answer over HTTP. Of an allowed request the service answers itself, and only the headers count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    content_type: &'static str,
    body: &'static str,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The type of the body.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// The body. Empty where the request is allowed.
    #[must_use]
    pub fn body(&self) -> &'static str {
        self.body
    }

    /// The headers that this answer has beyond those of every answer.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    pub(super) fn to(reason: Reason, route: Option<&Route>, retry_after: Option<u32>) -> Answer {
        let status = status(reason, route);
        let dialect = route.map_or(Dialect::Api, |route| route.dialect);
        let mut headers = Vec::new();
        if status == 401 {
            // Without it git does not ask for a password. Each 401 has the same one.
            headers.push((
                "WWW-Authenticate",
                "Basic realm=\"CI job token\"".to_owned(),
            ));
        }
        if let (429, Some(seconds)) = (status, retry_after) {
            headers.push(("Retry-After", seconds.to_string()));
        }
        let (content_type, body) = body(dialect, status, reason);
        Answer {
            status,
            content_type,
            body,
            headers,
        }
    }

    /// Keeps a token in the address from being sent on to where the answer leads.
    pub(super) fn keep_referrer_from(&mut self, presented: &Presented<'_>) {
        if presented.has_token_in_query() {
            let header = ("Referrer-Policy", "no-referrer".to_owned());
            self.headers.push(header);
        }
    }
}

pub(super) fn status(reason: Reason, route: Option<&Route>) -> u16 {
    match reason {
        Reason::Allowed => 200,
        Reason::BadPath => 400,
        // A runner ends its job on 403 only: a 401 might come from any proxy.
        Reason::Invalid(_) if route.is_some_and(|route| route.class == Class::Runner) => 403,
        Reason::EndpointNotAllowed
        | Reason::NoCredential
        | Reason::CarrierConflict
        | Reason::Invalid(_) => 401,
        Reason::OtherProjectForbidden | Reason::JobPermission | Reason::RoleTooLow => 403,
        // It is the job's own project, so there is nothing to hide, and something to set.
        Reason::FeatureDisabled
            if route.is_some_and(|route| route.setting == Some(Setting::JobTokenPush)) =>
        {
            403
        }
        Reason::TargetMissing
        | Reason::OutboundScope
        | Reason::UserCannotRead
        | Reason::FeatureDisabled
            if route.is_some_and(|route| route.dialect == Dialect::Runner) =>
        {
            403
        }
        Reason::NoRoute
        | Reason::TargetMissing
        | Reason::OutboundScope
        | Reason::UserCannotRead
        | Reason::FeatureDisabled => 404,
        Reason::RateLimited => 429,
    }
}

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

fn body(dialect: Dialect, status: u16, reason: Reason) -> (&'static str, &'static str) {
    match (dialect, status) {
        (Dialect::Git, 200) => (TEXT, ""),
        (_, 200) => (JSON, ""),
        (Dialect::Git, 403) if reason == Reason::FeatureDisabled => (TEXT, PUSH_IS_OFF),
        (Dialect::Git, _) => (TEXT, git_body(status)),
        (Dialect::Registry, _) => (JSON, registry_body(status)),
        (Dialect::Trigger, _) => (JSON, trigger_body(status, reason)),
        (Dialect::Api, 404) if reason != Reason::NoRoute => {
            (JSON, r#"{"message":"404 Project Not Found"}"#)
        }
        (Dialect::Api | Dialect::Runner, _) => (JSON, api_body(status)),
    }
}

fn api_body(status: u16) -> &'static str {
    match status {
        400 => r#"{"message":"400 Bad Request"}"#,
        401 => r#"{"message":"401 Unauthorized"}"#,
        404 => r#"{"message":"404 Not Found"}"#,
        429 => r#"{"message":"429 Too Many Requests"}"#,
        _ => r#"{"message":"403 Forbidden"}"#,
    }
}

/// Whoever starts a pipeline is told what became of the job, as the job's log is where it is read.
fn trigger_body(status: u16, reason: Reason) -> &'static str {
    let Reason::Invalid(why) = reason else {
        return api_body(status);
    };
    match why {
        Invalid::Malformed | Invalid::Unknown => api_body(status),
        Invalid::JobErased => r#"{"message":"401 Job is erased"}"#,
        Invalid::ProjectDeleted => r#"{"message":"401 Project is being deleted"}"#,
        Invalid::UserInactive => r#"{"message":"401 User is not active"}"#,
        // Mostly true of what has expired or was revoked too, and all that an outsider should know.
        _ => r#"{"message":"401 Job is not running"}"#,
    }
}

const PUSH_IS_OFF: &str =
    "Job tokens may not push to this project: its setting job_token_push is off.";

fn git_body(status: u16) -> &'static str {
    match status {
        401 => "The job token is missing or not valid.",
        404 => {
            "The project you were looking for could not be found or you don't have permission to \
             view it."
        }
        429 => "Too many wrong tokens. Try again later.",
        _ => "The job token does not allow this.",
    }
}

fn registry_body(status: u16) -> &'static str {
    match status {
        401 => r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#,
        404 => r#"{"errors":[{"code":"NAME_UNKNOWN","message":"repository not known"}]}"#,
        429 => r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"too many requests"}]}"#,
        _ => r#"{"errors":[{"code":"DENIED","message":"access denied"}]}"#,
    }
}
