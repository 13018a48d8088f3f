//! The record of one decision.

use core::net::IpAddr;
use core::time::Duration;
use std::borrow::Cow;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::text::{RequestId, UserAgent, rfc3339};
use crate::token::clock::Time;
use crate::token::directory::{ProjectId, UserId};
use crate::token::id::Accessor;
use crate::token::lifecycle::JobId;

/// A request was allowed or denied, and why. One for each decision.
///
/// `Serialize` gives an object with every field, null where it is not known: one line of JSON.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use masker::token::clock::Time;
/// use masker::token::journal::{Decision, RequestId};
///
/// let decision = Decision {
///     status: 404,
///     latency: Duration::from_micros(12),
///     ..Decision::new(Time::from_micros(0), RequestId::new("01J9"), "D11", "outbound_scope")
/// };
/// let line = serde_json::to_string(&decision)?;
/// assert!(line.starts_with(r#"{"time":"1970-01-01T00:00:00.000000Z","request_id":"01J9","step":"D11""#));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub time: Time,
    /// The name of the request, which the client was told.
    pub request_id: RequestId,
    /// The check that decided, such as `D17`.
    pub step: Cow<'static, str>,
    /// Why, such as `role_too_low`.
    pub reason: Cow<'static, str>,
    /// The status of the answer.
    pub status: u16,
    /// The job whose token it was.
    pub job: Option<JobId>,
    /// The pipeline of that job.
    pub pipeline: Option<u64>,
    /// The user of that job.
    pub user: Option<UserId>,
    /// The project of that job.
    pub source: Option<ProjectId>,
    /// The project that was addressed.
    pub target: Option<ProjectId>,
    /// What the route does, such as `read`.
    pub action: Option<Cow<'static, str>>,
    /// The name of the route.
    pub route: Option<Cow<'static, str>>,
    /// The name of the token that may be shown.
    pub accessor: Option<Accessor>,
    /// The address of the client.
    pub client: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: Option<UserAgent>,
    /// How long the decision took. Kept in microseconds.
    pub latency: Duration,
}

impl Decision {
    /// A record of which no more is known. Status 0.
    #[must_use]
    pub fn new(
        time: Time,
        request_id: RequestId,
        step: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Decision {
        Decision {
            time,
            request_id,
            step: step.into(),
            reason: reason.into(),
            status: 0,
            job: None,
            pipeline: None,
            user: None,
            source: None,
            target: None,
            action: None,
            route: None,
            accessor: None,
            client: None,
            user_agent: None,
            latency: Duration::ZERO,
        }
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_struct("Decision", 16)?;
        line.serialize_field("time", &rfc3339(self.time))?;
        line.serialize_field("request_id", self.request_id.as_str())?;
        line.serialize_field("step", &self.step)?;
        line.serialize_field("reason", &self.reason)?;
        line.serialize_field("status", &self.status)?;
        line.serialize_field("job", &self.job.map(|it| it.0))?;
        line.serialize_field("pipeline", &self.pipeline)?;
        line.serialize_field("user", &self.user.map(|it| it.0))?;
        line.serialize_field("source", &self.source.map(|it| it.0))?;
        line.serialize_field("target", &self.target.map(|it| it.0))?;
        line.serialize_field("action", &self.action)?;
        line.serialize_field("route", &self.route)?;
        line.serialize_field("accessor", &self.accessor.as_ref().map(Accessor::as_str))?;
        line.serialize_field("client", &self.client)?;
        let user_agent = self.user_agent.as_ref().map(UserAgent::as_str);
        line.serialize_field("user_agent", &user_agent)?;
        line.serialize_field("latency_us", &micros(self.latency))?;
        line.end()
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Which decisions: those for which all that is given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Of this request.
    pub request_id: Option<RequestId>,
    /// About the token of this job.
    pub job: Option<JobId>,
    /// About tokens of this user's jobs.
    pub user: Option<UserId>,
    /// About tokens of this project's jobs.
    pub source: Option<ProjectId>,
    /// About this project.
    pub target: Option<ProjectId>,
    /// About this token.
    pub accessor: Option<Accessor>,
    /// For this reason.
    pub reason: Option<String>,
    /// Not made before.
    pub since: Option<Time>,
}

impl DecisionFilter {
    /// Whether a decision is one of these.
    #[must_use]
    pub fn takes(&self, decision: &Decision) -> bool {
        fn is<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
            wanted.is_none() || wanted == found
        }
        is(self.request_id.as_ref(), Some(&decision.request_id))
            && is(self.job.as_ref(), decision.job.as_ref())
            && is(self.user.as_ref(), decision.user.as_ref())
            && is(self.source.as_ref(), decision.source.as_ref())
            && is(self.target.as_ref(), decision.target.as_ref())
            && is(self.accessor.as_ref(), decision.accessor.as_ref())
            && self
                .reason
                .as_deref()
                .is_none_or(|it| it == decision.reason)
            && self.since.is_none_or(|since| since <= decision.time)
    }
}
