//! The user whose token it is, and what that user may do.

use masker::token::authorizer::{Decision, Outcome, Reason, Snapshot, Step};
use masker::token::lifecycle::Invalid;
use masker::token::permission::Permissions;

use super::requests::{Asking, bare, request};
use super::world::{ALLOWED, Setup, World};

const PACKAGE: &str = "/api/v4/projects/2/packages/generic/tool/1.0/tool.tar.gz";

fn get_package() -> Asking {
    request(&format!("GET {PACKAGE}"))
}

fn put_package() -> Asking {
    request(&format!("PUT {PACKAGE}"))
}

/// Every decision of these tests is held against its explanation.
pub fn explains(decision: &Decision, steps: &[(Step, Outcome)]) {
    let failed = steps.iter().find_map(|(step, outcome)| match outcome {
        Outcome::Failed(reason) => Some((*step, *reason)),
        _ => None,
    });
    let (step, reason) = (decision.record().step, decision.record().reason);
    assert_eq!(
        failed.unwrap_or((Step::D18, Reason::Allowed)),
        (step, reason)
    );
    assert!(steps.is_sorted_by_key(|(step, _)| *step) && steps.len() == 17);
}

#[test]
fn s42_an_endpoint_that_takes_no_job_tokens_is_401() {
    let world = World::with_role_in_b("owner");
    for line in [
        "GET /api/v4/projects/1",
        "DELETE /api/v4/job",
        "GET /api/v4/user",
    ] {
        assert_eq!(
            world.says(&request(line)),
            "D3 endpoint_not_allowed 401",
            "{line}"
        );
    }
    assert_eq!(
        world.says(&request("GET /g/a/-/settings")),
        "D2 no_route 404"
    );
}

#[test]
fn s43_reporter_reads_packages_and_cannot_write() {
    let world = World::with_role_in_b("reporter");
    assert_eq!(world.says(&get_package()), ALLOWED);
    assert_eq!(world.says(&put_package()), "D17 role_too_low 403");
}

#[test]
fn s44_a_role_that_is_lowered_counts_at_once() {
    assert_eq!(
        World::with_role_in_b("developer").says(&put_package()),
        ALLOWED
    );
    let later = World::with_role_in_b("none");
    assert_eq!(later.says(&put_package()), "D13 user_cannot_read 404");
}

#[test]
fn s45_s46_no_member_and_no_project_look_alike() {
    let world = World::with_role_in_b("none");
    let stranger = world.decide(&get_package());
    assert_eq!(stranger.answer().status(), 404);
    assert_eq!(
        stranger.answer().body(),
        r#"{"message":"404 Project Not Found"}"#
    );
    let missing = request("GET /api/v4/projects/99/packages/generic/tool/1.0/tool.tar.gz");
    let missing = world.decide(&missing);
    assert_eq!(missing.answer(), stranger.answer());
    assert_eq!(missing.record().to_string(), "D10 target_missing 404");
    assert_eq!(stranger.record().to_string(), "D13 user_cannot_read 404");
}

/// In every dialect, with every cause of D10 to D13.
#[test]
fn what_is_out_of_reach_has_one_answer() {
    let listed = Setup {
        limited: true,
        listed: true,
        ..Setup::default()
    };
    let unlisted = Setup {
        role_in_b: "owner",
        limited: true,
        ..Setup::default()
    };
    let deleted = Setup {
        role_in_b: "owner",
        more_of_b: "pending_delete = true",
        ..Setup::default()
    };
    let missing = Setup::default();
    let lines = [
        "GET /api/v4/projects/#/packages",
        "POST /api/v4/projects/#/trigger/pipeline",
        "GET /api/v4/projects/#/terraform/state/main",
        "GET /@.git/info/refs?service=git-upload-pack",
        "repository:@:pull",
    ];
    for line in lines {
        let to_b = request(&line.replace('#', "2").replace('@', "g/sub/b"));
        let nowhere = request(&line.replace('#', "3").replace('@', "g/sub/c"));
        let missing = missing.world().decide(&nowhere);
        for setup in [listed, unlisted, deleted] {
            let decision = setup.world().decide(&to_b);
            assert_eq!(decision.answer(), missing.answer(), "{line}, {setup:?}");
            assert_ne!(decision.record(), missing.record());
        }
    }
}

#[test]
fn s47_a_public_project_is_read_by_all_and_written_by_members() {
    let world = Setup {
        visibility_of_b: "public",
        ..Setup::default()
    }
    .world();
    assert_eq!(world.says(&get_package()), ALLOWED);
    assert_eq!(world.says(&put_package()), "D17 role_too_low 403");
}

#[test]
fn s48_an_internal_project_is_read_by_all_but_external_users() {
    let internal = Setup {
        visibility_of_b: "internal",
        ..Setup::default()
    };
    assert_eq!(internal.world().says(&get_package()), ALLOWED);
    let external = Setup {
        external: true,
        ..internal
    };
    assert_eq!(
        external.world().says(&get_package()),
        "D13 user_cannot_read 404"
    );
    let member = Setup {
        role_in_b: "guest",
        ..external
    };
    assert_eq!(member.world().says(&get_package()), ALLOWED);
}

#[test]
fn s50_a_job_that_declares_permissions_has_no_others() {
    let mut world = World::with_role_in_b("owner");
    world.permissions = Some(Permissions::from_iter(["READ_PACKAGES"
        .parse()
        .expect("known")]));
    let own = |method| {
        request(&format!(
            "{method} /api/v4/projects/1/packages/generic/x/1/f"
        ))
    };
    assert_eq!(world.says(&own("GET")), ALLOWED);
    assert_eq!(world.says(&own("PUT")), "D15 job_permission 403");
    assert_eq!(
        world.says(&request("repository:g/a:pull")),
        "D15 job_permission 403"
    );
    world.permissions = Some(Permissions::default());
    assert_eq!(world.says(&own("GET")), "D15 job_permission 403");
    assert_eq!(world.says(&request("GET /api/v4/job")), ALLOWED);
}

#[test]
fn a_token_that_is_not_valid_has_one_answer_and_each_its_reason() {
    let world = World::with_role_in_b("owner");
    let causes = [
        (Invalid::Malformed, "D6 malformed 401"),
        (Invalid::Unknown, "D7 unknown 401"),
        (Invalid::JobNotRunning, "D8 job_not_running 401"),
        (Invalid::JobErased, "D8 job_erased 401"),
        (Invalid::ProjectDeleted, "D8 project_deleted 401"),
        (Invalid::Expired, "D8 expired 401"),
        (Invalid::UserInactive, "D8 user_inactive 401"),
    ];
    for line in [
        "GET /api/v4/job",
        "GET /g/sub/b.git/info/refs?service=git-upload-pack",
    ] {
        let unknown = world.decide_with(Err(Invalid::Unknown), &request(line));
        for (cause, record) in causes {
            let decision = world.decide_with(Err(cause), &request(line));
            assert_eq!(decision.record().to_string(), record);
            assert_eq!(decision.answer(), unknown.answer());
            assert_eq!(decision.answer().headers()[0].0, "WWW-Authenticate");
        }
    }
    let trigger = request("POST /api/v4/projects/2/trigger/pipeline");
    let ended = world.decide_with(Err(Invalid::JobNotRunning), &trigger);
    assert_eq!(
        ended.answer().body(),
        r#"{"message":"401 Job is not running"}"#
    );
}

#[test]
fn facts_that_contradict_a_valid_token_allow_nothing() {
    let world = World::with_role_in_b("owner");
    let mut blocked = world.holder("g/a");
    blocked.user.state = masker::token::directory::UserState::Blocked;
    let decision = world.decide_with(Ok(blocked), &get_package());
    assert_eq!(decision.record().to_string(), "D8 user_inactive 401");
    let mut deleted = world.holder("g/a");
    deleted.source.pending_delete = true;
    let decision = world.decide_with(Ok(deleted), &get_package());
    assert_eq!(decision.record().to_string(), "D8 project_deleted 401");
    let of_another_project = get_package().with(|request| {
        let admitted = world.policy.admit(request).expect("a route");
        let facts = Snapshot {
            token: Ok(world.holder("g/a")),
            target: world.projects.source("g/a"),
            ..Snapshot::invalid(Invalid::Unknown)
        };
        admitted.decide(&facts).record().to_string()
    });
    assert_eq!(of_another_project, "D10 target_missing 404");
}

#[test]
fn only_wrong_tokens_are_slowed_down() {
    let world = World::with_role_in_b("owner");
    let decide = |token| {
        get_package().with(|request| {
            let facts = Snapshot {
                token,
                retry_after: Some(3),
                ..Snapshot::invalid(Invalid::Unknown)
            };
            world.policy.admit(request).expect("a route").decide(&facts)
        })
    };
    let slowed = decide(Err(Invalid::Unknown));
    assert_eq!(slowed.record().to_string(), "D5 rate_limited 429");
    assert_eq!(slowed.answer().headers(), [("Retry-After", "3".to_owned())]);
    assert_eq!(decide(Err(Invalid::Malformed)).answer().status(), 429);
    assert_eq!(decide(Err(Invalid::Expired)).answer().status(), 401);
    assert_eq!(decide(Ok(world.holder("g/a"))).record().step, Step::D10);
}

#[test]
fn nothing_that_is_decided_shows_the_token() {
    let world = World::with_role_in_b("owner");
    let asking = bare("GET /api/v4/job").header("job-token", "mjt_unseen");
    let decision = world.decide(&asking);
    let shown = asking.with(|request| {
        let admitted = world.policy.admit(request);
        format!(
            "{request:?} {admitted:?} {decision:?} {}",
            decision.record()
        )
    });
    assert!(!shown.contains("unseen"), "{shown}");
}
