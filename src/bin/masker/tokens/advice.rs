//! The checks of a decision in words, and what to do where one failed.

use masker::token::authorizer::{Reason, Snapshot, Step};
use masker::token::directory::Project;
use masker::token::lifecycle::Invalid;
use masker::token::routes::{Needed, Route, Setting};

/// What a check asks, as a sentence that holds where it passed.
pub fn check(step: Step) -> &'static str {
    match step {
        Step::D1 => "the path can be read in one way only",
        Step::D2 => "the path is known",
        Step::D3 => "the endpoint takes job tokens",
        Step::D4 => "there is one credential, in a place where the endpoint takes it",
        Step::D5 => "the client has not presented too many wrong tokens",
        Step::D6 => "the token is well-formed",
        Step::D7 => "the token is known to this store, under one of these keys",
        Step::D8 => "the token is valid: its job runs, its time is not over, its user may act",
        Step::D9 => "the project is the job's own, where it must be",
        Step::D10 => "the project is there",
        Step::D11 => "the limit of the job's project lets its tokens reach the project",
        Step::D12 => "the project's own list lets the job's project in",
        Step::D13 => "the user of the job can see the project",
        Step::D14 => "the permissions of that list's entry cover it",
        Step::D15 => "the permissions that the job declared cover it",
        Step::D16 => "the project has this feature on, for this user",
        Step::D17 => "the role of the user in the project is high enough",
        Step::D18 => "nothing is against it",
    }
}

/// What to do about a denial, as far as the request could be looked at.
pub fn advice(reason: Reason, route: Option<&Route>, facts: Option<&Snapshot>) -> String {
    let target = facts.and_then(|facts| facts.target.as_ref());
    let target = target.map_or("the project", |target| target.path.as_str());
    match reason {
        Reason::Allowed => String::new(),
        Reason::BadPath => "write the path without `..`, `//` and what is encoded twice".to_owned(),
        Reason::NoRoute => "see whether the method and the path are right".to_owned(),
        Reason::EndpointNotAllowed => "use a token of another kind for this endpoint".to_owned(),
        Reason::NoCredential | Reason::CarrierConflict => {
            "send the token once, in the header JOB-TOKEN".to_owned()
        }
        Reason::RateLimited => "wait, and look for what sends wrong tokens".to_owned(),
        Reason::Invalid(why) => of_token(why).to_owned(),
        Reason::OtherProjectForbidden => {
            "use the token of a job of that project; this is for a job's own project only".to_owned()
        }
        Reason::TargetMissing => {
            "see whether the path or the number is right, and bring the project with `masker directory \
             load`"
                .to_owned()
        }
        Reason::OutboundScope => match source(facts) {
            Some(source) => format!(
                "a Maintainer of both runs `masker scope allow {} {target} --as USER`, or one of {0} \
                 `masker scope limit {0} off --as USER`",
                source.path
            ),
            None => "list the project with `masker scope allow`".to_owned(),
        },
        Reason::UserCannotRead => {
            format!("make the user of the job a member of {target}, or it internal or public")
        }
        Reason::JobPermission => match route.and_then(|route| route.permission) {
            Some(permission) => format!("start the job with {permission} among its --permissions"),
            None => "start the job without --permissions: no name of one covers this".to_owned(),
        },
        Reason::FeatureDisabled => of_feature(route, target),
        Reason::RoleTooLow => format!(
            "make the user of the job {} of {target}",
            role(route).unwrap_or("a member with a higher role")
        ),
        _ => "see the documentation".to_owned(),
    }
}

fn source(facts: Option<&Snapshot>) -> Option<&Project> {
    let holder = facts?.token.as_ref().ok()?;
    Some(&holder.source)
}

fn of_token(why: Invalid) -> &'static str {
    match why {
        Invalid::Malformed => "see whether the token was cut or is of another kind",
        Invalid::Unknown => {
            "see whether --store and --key-file are those of whoever issued the token; one that ended \
             long ago is unknown too"
        }
        Invalid::ProjectDeleted => "nothing: the project of the job is gone or being deleted",
        Invalid::UserInactive => "the user of the job must be there and active",
        _ => "run the job again: `masker job retry`; a token ends with its job, and stays so",
    }
}

fn of_feature(route: Option<&Route>, target: &str) -> String {
    let setting = match route.and_then(|route| route.setting) {
        Some(Setting::JobTokenPush) => Some("job_token_push"),
        Some(Setting::ContainerRegistryApi) => Some("container_registry_api"),
        _ => None,
    };
    let feature = route.and_then(|route| route.feature);
    match (setting, feature) {
        (Some(setting), _) => format!("set {setting} = true for {target}"),
        (None, Some(feature)) => {
            format!("let the user use the feature of {target}: {feature:?} among its features")
        }
        (None, None) => format!("turn the feature on in {target}"),
    }
}

fn role(route: Option<&Route>) -> Option<&'static str> {
    use masker::token::directory::Role;
    let needed = match route?.needed {
        Needed::Role(role) | Needed::ElsewhereRole(role) => role,
        Needed::Artifact => return Some("a Reporter (a Developer, if the artifact is private)"),
    };
    Some(match needed {
        Role::None | Role::Guest => "a Guest",
        Role::Planner => "a Planner",
        Role::Reporter => "a Reporter",
        Role::Developer => "a Developer",
        Role::Maintainer => "a Maintainer",
        Role::Owner => "an Owner",
    })
}
