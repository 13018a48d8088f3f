//! The checks in their order. Each looks at the facts by itself, so that all of them can be
//! explained; the decision is the first that fails.

use super::{Holder, Reason, Snapshot, Step};
use crate::token::directory::{FeatureVisibility, Project, Role, UserState, Visibility};
use crate::token::lifecycle::Invalid;
use crate::token::routes::{Matched, Needed, ScopeRule, Setting};
use crate::token::scope;

/// What one check found.
///
/// # Examples
///
/// ```
/// use masker::token::authorizer::{Outcome, Policy, Reason, Request, Snapshot, Step};
/// use masker::token::carriers::Presented;
/// use masker::token::lifecycle::Invalid;
/// use masker::token::routes::{Asked, Method};
///
/// let request = Request {
///     asked: Asked::Http { method: Method::Get, path: "/api/v4/job" },
///     presented: Presented { headers: &[("JOB-TOKEN", "mjt_example")], ..Presented::default() },
///     ..Request::default()
/// };
/// let admitted = Policy::default().admit(&request).expect("a route that takes job tokens");
/// let steps = admitted.explain(&Snapshot::invalid(Invalid::Expired));
/// assert!(steps.contains(&(Step::D7, Outcome::Passed)));
/// assert!(steps.contains(&(Step::D8, Outcome::Failed(Reason::Invalid(Invalid::Expired)))));
/// assert!(steps.contains(&(Step::D17, Outcome::NotReached)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It lets the request through.
    Passed,
    /// It is not asked of this route.
    NotApplicable,
    /// It denies the request.
    Failed(Reason),
    /// What it looks at is not there, as a check before it failed.
    NotReached,
}

/// A request and its facts.
pub(super) struct Case<'a> {
    pub(super) matched: &'a Matched,
    pub(super) facts: &'a Snapshot,
}

type Check = fn(&Case<'_>) -> Outcome;

pub(super) const ALL: &[(Step, Check)] = &[
    (Step::D5, rate_limit),
    (Step::D6, well_formed),
    (Step::D7, known),
    (Step::D8, valid),
    (Step::D9, own_project),
    (Step::D10, target_there),
    (Step::D11, outbound_scope),
    (Step::D12, |_| Outcome::NotApplicable), // the inbound allowlist is not of profile seed
    (Step::D13, user_can_read),
    (Step::D14, |_| Outcome::NotApplicable), // so are the permissions of its entries
    (Step::D15, job_permission),
    (Step::D16, feature_enabled),
    (Step::D17, role_suffices),
];

fn passed_if(passes: bool, reason: Reason) -> Outcome {
    match passes {
        true => Outcome::Passed,
        false => Outcome::Failed(reason),
    }
}

/// A valid token is never refused by the limiter: many jobs share the address of a runner.
fn rate_limit(case: &Case<'_>) -> Outcome {
    match (&case.facts.token, case.facts.retry_after) {
        (Err(Invalid::Malformed | Invalid::Unknown), Some(_)) => {
            Outcome::Failed(Reason::RateLimited)
        }
        (Err(Invalid::Malformed | Invalid::Unknown), None) => Outcome::Passed,
        _ => Outcome::NotApplicable,
    }
}

fn well_formed(case: &Case<'_>) -> Outcome {
    match case.facts.token {
        Err(why @ Invalid::Malformed) => Outcome::Failed(Reason::Invalid(why)),
        _ => Outcome::Passed,
    }
}

fn known(case: &Case<'_>) -> Outcome {
    match case.facts.token {
        Err(Invalid::Malformed) => Outcome::NotReached,
        Err(why @ Invalid::Unknown) => Outcome::Failed(Reason::Invalid(why)),
        _ => Outcome::Passed,
    }
}

/// What the store found, and once more what contradicts it: facts of a blocked user or a deleted
/// project allow nothing, whoever put them together.
fn valid(case: &Case<'_>) -> Outcome {
    let why = match &case.facts.token {
        Err(Invalid::Malformed | Invalid::Unknown) => return Outcome::NotReached,
        Err(why) => *why,
        Ok(holder) if holder.source.pending_delete => Invalid::ProjectDeleted,
        Ok(holder) if holder.user.state != UserState::Active => Invalid::UserInactive,
        Ok(_) => return Outcome::Passed,
    };
    Outcome::Failed(Reason::Invalid(why))
}

/// Before anything is said of the target: another project's number is refused whether or not there
/// is such a project.
fn own_project(case: &Case<'_>) -> Outcome {
    let Ok(holder) = &case.facts.token else {
        return Outcome::NotReached;
    };
    match case.matched.route.scope {
        ScopeRule::Own => {
            let is_own = case
                .target()
                .is_some_and(|target| target.id == holder.source.id);
            passed_if(is_own, Reason::OtherProjectForbidden)
        }
        ScopeRule::None | ScopeRule::Outbound => Outcome::NotApplicable,
    }
}

fn target_there(case: &Case<'_>) -> Outcome {
    match (&case.facts.token, case.matched.route.scope) {
        (Err(_), _) => Outcome::NotReached,
        (_, ScopeRule::None) => Outcome::NotApplicable,
        _ => {
            let is_there = case.target().is_some_and(|target| !target.pending_delete);
            passed_if(is_there, Reason::TargetMissing)
        }
    }
}

fn outbound_scope(case: &Case<'_>) -> Outcome {
    case.of_target(|holder, target| {
        let passes = scope::outbound(&holder.source, target, case.facts.listed);
        passed_if(passes, Reason::OutboundScope)
    })
}

fn user_can_read(case: &Case<'_>) -> Outcome {
    case.of_target(|holder, target| {
        let can_read = holder.user.can_read(case.facts.role, target);
        passed_if(can_read, Reason::UserCannotRead)
    })
}

/// What the declaration has no name for is refused: a job that names what it needs gets no more.
fn job_permission(case: &Case<'_>) -> Outcome {
    case.of_target(
        |holder, _| match (&holder.permissions, case.matched.route.permission) {
            (None, _) => Outcome::NotApplicable,
            (Some(_), None) => Outcome::Failed(Reason::JobPermission),
            (Some(declared), Some(wanted)) => {
                passed_if(declared.cover(wanted), Reason::JobPermission)
            }
        },
    )
}

fn feature_enabled(case: &Case<'_>) -> Outcome {
    case.of_target(|_, target| {
        let route = case.matched.route;
        let is_set = match route.setting {
            None => true,
            Some(Setting::JobTokenPush) => target.job_token_push,
            Some(Setting::ContainerRegistryApi) => target.container_registry_api,
        };
        let is_visible = match route.feature.map(|feature| target.features.of(feature)) {
            Some(FeatureVisibility::Disabled) => false,
            Some(FeatureVisibility::Members) => case.facts.role >= Role::Guest,
            Some(FeatureVisibility::Everyone) | None => true,
        };
        passed_if(is_set && is_visible, Reason::FeatureDisabled)
    })
}

fn role_suffices(case: &Case<'_>) -> Outcome {
    case.of_target(|holder, target| {
        let needed = case.needed_role(holder, target);
        passed_if(case.facts.role >= needed, Reason::RoleTooLow)
    })
}

impl Case<'_> {
    /// The project of the snapshot, unless it is not the one the request refers to.
    fn target(&self) -> Option<&Project> {
        let reference = self.matched.project.as_ref()?;
        self.facts
            .target
            .as_ref()
            .filter(|target| reference.fits(target))
    }

    /// A check that looks at the job and the target.
    fn of_target(&self, check: impl FnOnce(&Holder, &Project) -> Outcome) -> Outcome {
        match (&self.facts.token, self.matched.route.scope, self.target()) {
            (Ok(_), ScopeRule::None, _) => Outcome::NotApplicable,
            (Ok(holder), _, Some(target)) => check(holder, target),
            _ => Outcome::NotReached,
        }
    }

    fn needed_role(&self, holder: &Holder, target: &Project) -> Role {
        let route = self.matched.route;
        let is_private_artifact = self.facts.private_artifact && route.needed == Needed::Artifact;
        if is_private_artifact {
            return Role::Developer;
        }
        let for_everyone = |feature| target.features.of(feature) == FeatureVisibility::Everyone;
        let is_public_read = route.public_read
            && target.visibility != Visibility::Private
            && route.feature.is_none_or(for_everyone);
        match route.needed {
            _ if is_public_read => Role::None,
            Needed::Role(role) => role,
            Needed::ElsewhereRole(_) if target.id == holder.source.id => Role::None,
            Needed::ElsewhereRole(role) => role,
            Needed::Artifact if target.public_pipelines => Role::Guest,
            Needed::Artifact => Role::Reporter,
        }
    }
}
