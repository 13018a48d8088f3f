//! What the log is told of a decision.

use std::fmt;

use super::{Profile, Snapshot};
use crate::token::clock::Time;
use crate::token::directory::{ProjectId, UserId};
use crate::token::journal::{self, RequestId};
use crate::token::lifecycle::Invalid;
use crate::token::routes::{Action, Route};

/// A check of the decision, in the order in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The path is canonical.
    D1,
    /// A route matches.
    D2,
    /// The route accepts job tokens.
    D3,
    /// There is exactly one credential.
    D4,
    /// The client has not presented too many wrong tokens.
    D5,
    /// The token is well-formed.
    D6,
    /// The token is known.
    D7,
    /// The token is valid.
    D8,
    /// The target is the job's own project, where it must be.
    D9,
    /// The target is there.
    D10,
    /// The outbound scope limit lets the request through.
    D11,
    /// The inbound allowlist lets the request through.
    D12,
    /// The user can read the target.
    D13,
    /// The permissions of the allowlist's entry cover the action.
    D14,
    /// The permissions that the job declared cover the action.
    D15,
    /// The feature is enabled for the user.
    D16,
    /// The user's role suffices.
    D17,
    /// The request is allowed.
    D18,
}

impl Step {
    /// The checks that read the request alone.
    pub(super) const BEFORE_LOOKUP: [Step; 4] = [Step::D1, Step::D2, Step::D3, Step::D4];
}

/// Why a request is allowed or denied. For logs, never for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// D1: the path can be read in more than one way.
    BadPath,
    /// D2: nothing is known of the path.
    NoRoute,
    /// D3: the endpoint takes no job tokens.
    EndpointNotAllowed,
    /// D4: there is no token in an accepted place.
    NoCredential,
    /// D4: there are two different tokens.
    CarrierConflict,
    /// D5: the client has presented too many wrong tokens.
    RateLimited,
    /// D6 to D8: the token is not valid.
    Invalid(Invalid),
    /// D9: this can be done to the job's own project only.
    OtherProjectForbidden,
    /// D10: there is no such project.
    TargetMissing,
    /// D11: the limit of the job's project does not let its tokens there.
    OutboundScope,
    /// D13: the user cannot read the project.
    UserCannotRead,
    /// D15: the job did not declare the permission.
    JobPermission,
    /// D16: the feature is not there for this user.
    FeatureDisabled,
    /// D17: the user's role does not suffice.
    RoleTooLow,
    /// D18: nothing was against it.
    Allowed,
}

/// The reason as the decision log has it.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::BadPath => "bad_path",
            Reason::NoRoute => "no_route",
            Reason::EndpointNotAllowed => "endpoint_not_allowed",
            Reason::NoCredential => "no_credential",
            Reason::CarrierConflict => "carrier_conflict",
            Reason::RateLimited => "rate_limited",
            Reason::Invalid(why) => return why.fmt(f),
            Reason::OtherProjectForbidden => "other_project_forbidden",
            Reason::TargetMissing => "target_missing",
            Reason::OutboundScope => "outbound_scope",
            Reason::UserCannotRead => "user_cannot_read",
            Reason::JobPermission => "job_permission",
            Reason::FeatureDisabled => "feature_disabled",
            Reason::RoleTooLow => "role_too_low",
            Reason::Allowed => "allowed",
        })
    }
}

/// What the log is told of a decision. It has numbers and names, and no text that a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The check that decided.
    pub step: Step,
    /// Why.
    pub reason: Reason,
    /// The status of the answer.
    pub status: u16,
    /// The name of the route.
    pub route: Option<&'static str>,
    /// What the route does.
    pub action: Option<Action>,
    /// The user of the job.
    pub user: Option<UserId>,
    /// The project of the job.
    pub source: Option<ProjectId>,
    /// The project that was addressed.
    pub target: Option<ProjectId>,
    /// The profile by which the request was decided.
    pub profile: Profile,
}

impl Record {
    /// What the journal gets, with the time of the decision and the name of the request. The job, the
    /// accessor and what is known of the client are the caller's to add.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::token::authorizer::{Policy, Request};
    /// use masker::token::clock::Time;
    /// use masker::token::journal::RequestId;
    ///
    /// let denied = Policy::default().admit(&Request::default()).expect_err("it asks for nothing");
    /// let decision = denied.record().written_down(Time::default(), RequestId::new("01J9"));
    /// assert_eq!((&*decision.step, &*decision.reason), ("D2", "no_route"));
    /// ```
    #[must_use]
    pub fn written_down(&self, time: Time, request_id: RequestId) -> journal::Decision {
        let (step, reason) = (format!("{:?}", self.step), self.reason.to_string());
        journal::Decision {
            status: self.status,
            user: self.user,
            source: self.source,
            target: self.target,
            action: self.action.map(|action| action.to_string().into()),
            route: self.route.map(Into::into),
            ..journal::Decision::new(time, request_id, step, reason)
        }
    }

    pub(super) fn of(
        profile: Profile,
        step: Step,
        reason: Reason,
        route: Option<&'static Route>,
        facts: Option<&Snapshot>,
    ) -> Record {
        let holder = facts.and_then(|facts| facts.token.as_ref().ok());
        let target = facts.and_then(|facts| facts.target.as_ref());
        Record {
            step,
            reason,
            status: super::answer::status(reason, route),
            route: route.map(|route| route.name),
            action: route.map(|route| route.action),
            user: holder.map(|holder| holder.user.id),
            source: holder.map(|holder| holder.source.id),
            target: target.map(|target| target.id),
            profile,
        }
    }
}

/// The check, the reason and the status, as in `D17 role_too_low 403`.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} {}", self.step, self.reason, self.status)
    }
}
