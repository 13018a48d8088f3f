//! Who changed a project or a user by the admin door, as it is written down: section 15.3.

use masker::token::directory::UserId;
use masker::token::journal::{Actor, AuditFilter, Deed};
use masker::token::store::Store as _;
use serde_json::json;

use crate::http::world::{ALICE, BOB, JOB, World};

/// Who made the changes, and what changed, the newest first.
fn written(world: &World, what: Deed) -> Vec<(Actor, Option<u64>, String, String)> {
    let which = AuditFilter {
        what: Some(what),
        ..AuditFilter::default()
    };
    let events = world.store.audit_events(&which, 10).expect("it works");
    let subject = |it: &masker::token::journal::AuditEvent| {
        it.project.map(|it| it.0).or(it.user.map(|it| it.0))
    };
    events
        .into_iter()
        .map(|it| {
            let text = |it: &Option<String>| it.clone().unwrap_or_default();
            (
                it.who.clone(),
                subject(&it),
                text(&it.before),
                text(&it.after),
            )
        })
        .collect()
}

#[test]
fn settings_are_written_down_with_who_changed_them() {
    let world = World::new();
    let job = world.run();
    let settings = || world.admin("POST /admin/projects/1/settings");
    let push = json!({ "job_token_push": true });
    assert_eq!(settings().json(&push).status(), 200);
    let limit = json!({ "outbound_limit": true, "job_token_push": true });
    let reply = settings().header("sudo", "bob").json(&limit).send();
    assert_eq!(reply.json()["outbound_limit"], true);
    let delete = "POST /admin/projects/1/pending-delete";
    assert_eq!(world.admin(delete).header("x-user", "8").status(), 200);
    // Nobody is named in vain.
    assert_eq!(
        settings().header("sudo", "nobody").json(&push).status(),
        404
    );
    let bob = Actor::User(BOB);
    let text = str::to_owned;
    assert_eq!(
        written(&world, Deed::Setting),
        [
            (
                bob.clone(),
                Some(1),
                text("pending_delete=false"),
                text("pending_delete=true")
            ),
            (
                bob,
                Some(1),
                text("outbound_limit=false"),
                text("outbound_limit=true")
            ),
            (
                Actor::operator("admin"),
                Some(1),
                text("job_token_push=false"),
                text("job_token_push=true")
            ),
        ]
    );
    assert_eq!(world.public(JOB).job(&job).status(), 401);
    let page = world.admin("GET /metrics").send();
    let counted = r#"jobtoken_revoked_total{reason="project_deleted"} 1"#;
    assert!(page.text().contains(counted), "{}", page.text());
}

#[test]
fn s28_a_block_is_written_down_with_who_blocked() {
    let world = World::new();
    world.run();
    let block = || world.admin("POST /admin/users/alice/block");
    assert_eq!(block().header("sudo", "bob").status(), 200);
    assert_eq!(block().status(), 200, "it changes nothing");
    assert_eq!(world.admin("POST /admin/users/7/unblock").status(), 200);
    let (active, blocked) = ("state=active".to_owned(), "state=blocked".to_owned());
    let subject = Some(ALICE.0);
    assert_eq!(
        written(&world, Deed::User),
        [
            (
                Actor::operator("admin"),
                subject,
                blocked.clone(),
                active.clone()
            ),
            (Actor::User(BOB), subject, active, blocked),
        ]
    );
    let page = world.admin("GET /metrics").send();
    let counted = r#"jobtoken_revoked_total{reason="user_blocked"} 1"#;
    assert!(page.text().contains(counted), "{}", page.text());
    // Who was deleted is not there, and stays deleted.
    world.user(|user| user.state = masker::token::directory::UserState::Deleted);
    let unblock = world.admin("POST /admin/users/7/unblock");
    assert_eq!(unblock.status(), 404);
    use masker::token::directory::Directory as _;
    let found = world.store.user(UserId(7)).expect("it works");
    assert_eq!(
        found.map(|user| user.state),
        Some(masker::token::directory::UserState::Deleted)
    );
}
