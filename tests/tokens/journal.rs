//! What is written down: decisions, and changes with who made them.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use masker::token::authorizer::{Policy, Request, Snapshot};
use masker::token::carriers::Presented;
use masker::token::clock::Time;
use masker::token::directory::{Project, ProjectId, Role, UserId, Visibility};
use masker::token::id::KeyRing;
use masker::token::journal::{
    Actor, AuditEvent, AuditFilter, Decision, DecisionFilter, Deed, RequestId, UserAgent,
};
use masker::token::lifecycle::{JobId, Options, Why};
use masker::token::routes::{Asked, Method};
use masker::token::store::{Audited, Selection, StoreErrorKind};

use super::Factory;
use super::world::{A, ALICE, B, BOB, HOUR, MINUTE, SECOND, Seeded, World, copy};

fn decision(at: u64) -> Decision {
    let time = World::start() + Duration::from_secs(at);
    Decision::new(
        time,
        RequestId::new(&format!("request-{at}")),
        "D7",
        "unknown",
    )
}

fn full() -> Decision {
    Decision {
        status: 403,
        job: Some(JobId(1)),
        pipeline: Some(u64::MAX),
        user: Some(ALICE),
        source: Some(A),
        target: Some(ProjectId(u64::MAX)),
        action: Some("write".into()),
        route: Some("packages".into()),
        accessor: None,
        client: Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        user_agent: Some(UserAgent::new("curl/8.9.1\0\u{1F980}")),
        latency: Duration::from_micros(17),
        ..Decision::new(
            World::start() + Duration::from_secs(1_000),
            RequestId::new("the one"),
            "D17",
            "role_too_low",
        )
    }
}

pub fn decisions_are_kept_as_they_are(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let accessor = Some(issued.accessor.clone());
    let full = Decision {
        accessor: accessor.clone(),
        ..full()
    };
    let mut all: Vec<Decision> = (0..77).map(decision).collect();
    all.push(full.clone());
    world.store.record(&all).expect("the store works");
    world.store.record(&[]).expect("nothing is no error");
    all.reverse();
    let find = |which: DecisionFilter, limit| {
        let found = world.store.decisions(&which, limit);
        found.expect("the store works")
    };
    assert_eq!(find(DecisionFilter::default(), 1_000), all);
    assert_eq!(find(DecisionFilter::default(), 5), all[..5]);
    assert_eq!(find(DecisionFilter::default(), 0), []);
    let by_request = DecisionFilter {
        request_id: Some(RequestId::new("request-40")),
        ..DecisionFilter::default()
    };
    assert_eq!(find(by_request, 10), [decision(40)]);
    let one = |change: fn(&mut DecisionFilter, &Decision)| {
        let mut which = DecisionFilter::default();
        change(&mut which, &full);
        assert_eq!(find(which, 10), std::slice::from_ref(&full));
    };
    one(|which, full| which.job = full.job);
    one(|which, full| which.user = full.user);
    one(|which, full| which.source = full.source);
    one(|which, full| which.target = full.target);
    one(|which, full| which.accessor = full.accessor.clone());
    one(|which, full| which.reason = Some(full.reason.to_string()));
    one(|which, full| which.since = Some(full.time));
    let nobody = DecisionFilter {
        user: Some(BOB),
        reason: Some("role_too_low".to_owned()),
        ..DecisionFilter::default()
    };
    assert_eq!(find(nobody, 10), []);
}

/// Statement 111, without HTTP: each denial is found by its request, once, with its reason.
pub fn s111_each_denial_has_one_record(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let token = str::from_utf8(issued.token.expose()).expect("it is ASCII");
    let flipped = token.replace("mjt_", "mjt-");
    let paths = [
        ("/api/v4/../job", token, "bad_path"),
        ("/nothing", token, "no_route"),
        ("/api/v4/projects/1", token, "endpoint_not_allowed"),
        ("/api/v4/job", "", "no_credential"),
        ("/api/v4/job", &flipped, "malformed"),
        ("/api/v4/projects/9/releases", token, "target_missing"),
        ("/api/v4/projects/2/releases", token, "user_cannot_read"),
        ("/api/v4/job", token, "allowed"),
    ];
    for (at, (path, token, _)) in paths.iter().enumerate() {
        let headers = [("JOB-TOKEN", *token)];
        let request = Request {
            asked: Asked::Http {
                method: Method::Get,
                path,
            },
            presented: Presented {
                headers: &headers,
                ..Presented::default()
            },
            ..Request::default()
        };
        let id = RequestId::new(&at.to_string());
        let written = match Policy::default().admit(&request) {
            Err(denied) => denied.record().written_down(world.now, id),
            Ok(admitted) => {
                let text = admitted.credential().expose().as_bytes();
                let (class, project) = (admitted.route().class, admitted.project());
                let found = world.issuer.authenticate(text, class, project, world.now);
                let facts = match &found {
                    Ok(found) => Snapshot::from(found),
                    Err(error) => Snapshot::invalid(error.invalid().expect("the store works")),
                };
                admitted.decide(&facts).record().written_down(world.now, id)
            }
        };
        world.store.record(&[written]).expect("the store works");
    }
    for (at, (_, _, reason)) in paths.iter().enumerate() {
        let which = DecisionFilter {
            request_id: Some(RequestId::new(&at.to_string())),
            ..DecisionFilter::default()
        };
        let found = world.store.decisions(&which, 10).expect("the store works");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].reason, *reason);
    }
}

pub fn changes_are_written_down_with_who_made_them(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    assert_eq!(
        events(&world),
        [],
        "a new project is no change of a setting"
    );
    let maintainer = Actor::User(UserId(u64::MAX));
    let operator = Actor::operator("dana");
    let (project, is_on) = (A, true);
    change(&world, &Audited::Limit { project, is_on }, &maintainer);
    // What is so already is no change.
    change(&world, &Audited::Limit { project, is_on }, &maintainer);
    let (source, target) = (A, B);
    change(&world, &Audited::List { source, target }, &maintainer);
    change(&world, &Audited::Unlist { source, target }, &operator);
    let settings = Project {
        outbound_limit: true,
        visibility: Visibility::Internal,
        job_token_push: true,
        ..Project::new(A, "group/a")
    };
    change(&world, &Audited::Project(settings), &operator);
    let (which, why) = (Selection::Accessor(issued.accessor.clone()), Why::Admin);
    let revoke = Audited::Revoke { which, why };
    assert_eq!(change(&world, &revoke, &operator), 1);
    assert_eq!(change(&world, &revoke, &operator), 0);
    let of_a = |who: &Actor, what, before: Option<&str>, after: Option<&str>| AuditEvent {
        project: Some(A),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        ..AuditEvent::new(world.now, who.clone(), what)
    };
    let expected = [
        AuditEvent {
            accessor: Some(issued.accessor.clone()),
            before: Some("live=1".to_owned()),
            after: Some("revoked:admin".to_owned()),
            ..AuditEvent::new(world.now, operator.clone(), Deed::Revoked)
        },
        of_a(
            &operator,
            Deed::Setting,
            Some("visibility=private job_token_push=false"),
            Some("visibility=internal job_token_push=true"),
        ),
        of_a(&operator, Deed::Unlisted, Some("2"), None),
        of_a(&maintainer, Deed::Listed, None, Some("2")),
        of_a(
            &maintainer,
            Deed::Setting,
            Some("outbound_limit=false"),
            Some("outbound_limit=true"),
        ),
    ];
    assert_eq!(events(&world), expected);
    let find = |which: AuditFilter, limit| world.store.audit_events(&which, limit);
    let by = |which: AuditFilter| find(which, 9).expect("the store works").len();
    let all = AuditFilter::default;
    assert_eq!(
        by(AuditFilter {
            who: Some(maintainer),
            ..all()
        }),
        2
    );
    assert_eq!(
        by(AuditFilter {
            what: Some(Deed::Setting),
            ..all()
        }),
        2
    );
    assert_eq!(
        by(AuditFilter {
            project: Some(A),
            ..all()
        }),
        4
    );
    assert_eq!(
        by(AuditFilter {
            project: Some(B),
            ..all()
        }),
        0
    );
    assert_eq!(
        by(AuditFilter {
            accessor: Some(issued.accessor),
            ..all()
        }),
        1
    );
    assert_eq!(
        by(AuditFilter {
            since: Some(world.now + SECOND),
            ..all()
        }),
        0
    );
    assert_eq!(find(all(), 2).expect("the store works"), expected[..2]);
}

pub fn a_refused_change_is_not_written_down(factory: &dyn Factory) {
    let world = World::new(factory);
    let refused = |change: &Audited| {
        let done = world.store.change(change, &Actor::System, world.now);
        done.expect_err("it is not possible").kind()
    };
    let (source, target, nowhere) = (A, B, ProjectId(9));
    let unlist = Audited::Unlist { source, target };
    assert_eq!(refused(&unlist), StoreErrorKind::NotFound);
    let to_nowhere = Audited::List {
        source,
        target: nowhere,
    };
    assert_eq!(refused(&to_nowhere), StoreErrorKind::NotFound);
    let itself = Audited::List { source, target: A };
    assert_eq!(refused(&itself), StoreErrorKind::Duplicate);
    let limit = Audited::Limit {
        project: nowhere,
        is_on: true,
    };
    assert_eq!(refused(&limit), StoreErrorKind::NotFound);
    let taken = Audited::Project(Project::new(A, "GROUP/B"));
    assert_eq!(refused(&taken), StoreErrorKind::Duplicate);
    assert_eq!(events(&world), []);
    world.store.list(A, B).expect("both are there");
    // What the authority does by itself is written down too.
    let listed = events(&world);
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0].who, listed[0].what),
        (&Actor::System, Deed::Listed)
    );
}

pub fn key_rotation_is_written_down(factory: &dyn Factory) {
    let world = World::new(factory);
    let mut keys = world.keys();
    let take = |keys: &KeyRing| world.issuer.set_keys(copy(keys), world.now);
    take(&keys).expect("the store works");
    let before = events(&world).len();
    let old = keys.newest();
    keys.rotate(&mut Seeded(9)).expect("there is room");
    take(&keys).expect("the store works");
    keys.retire(old).expect("it is not the newest");
    take(&keys).expect("the store works");
    let events = events(&world);
    let shown = events.iter().take(events.len() - before).map(|event| {
        assert_eq!(event.what, Deed::Keys);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        (text(&event.before), text(&event.after))
    });
    let expected = [("live=1, 2", "live=2"), ("live=1", "live=1, 2")];
    let expected = expected.map(|(before, after)| (before.to_owned(), after.to_owned()));
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

pub fn the_journal_has_a_retention(factory: &dyn Factory) {
    let options = Options {
        decision_retention: HOUR,
        audit_retention: 2 * HOUR,
        ..Options::default()
    };
    let mut world = World::with(factory, options);
    world.store.list(A, B).expect("both are there");
    let late = Decision::new(world.now + MINUTE, RequestId::new("late"), "D18", "allowed");
    let all = [decision(0), late.clone()];
    world.store.record(&all).expect("the store works");
    world.pass(HOUR - SECOND);
    let sweep = |now: Time| {
        let swept = world.store.sweep(now).expect("the store works");
        (swept.decisions, swept.audit_events)
    };
    assert_eq!(sweep(world.now), (0, 0));
    assert_eq!(sweep(world.now + SECOND), (1, 0));
    let left = world.store.decisions(&DecisionFilter::default(), 9);
    assert_eq!(left.expect("the store works"), [late]);
    assert_eq!(sweep(world.now + HOUR + SECOND), (1, 1));
    assert_eq!(events(&world), []);
}

pub fn the_journal_outlives_a_restart(factory: &dyn Factory) {
    let mut world = World::new(factory);
    world.store.record(&[full()]).expect("the store works");
    world
        .store
        .put_member(ALICE, B, Role::Maintainer)
        .expect("both are there");
    world.store.list(A, B).expect("both are there");
    let before = events(&world);
    let keys = world.keys();
    world.restart(factory, keys);
    let found = world.store.decisions(&DecisionFilter::default(), 9);
    assert_eq!(found.expect("the store works"), [full()]);
    assert_eq!(events(&world), before);
}

fn change(world: &World, change: &Audited, who: &Actor) -> u64 {
    let done = world.store.change(change, who, world.now);
    done.expect("the store works")
}

fn events(world: &World) -> Vec<AuditEvent> {
    let found = world.store.audit_events(&AuditFilter::default(), 1_000);
    found.expect("the store works")
}

#[test]
fn a_record_is_one_line_of_json() {
    let slip = format!("npm/9\r\n{} é", "Zm9v".repeat(20));
    let mut decision = full();
    decision.user_agent = Some(UserAgent::new(&slip));
    let line = serde_json::to_string(&decision).expect("it can be written");
    assert_eq!(
        line,
        r#"{"time":"2023-11-14T22:30:00.000000Z","request_id":"the?one","step":"D17","reason":"role_too_low","status":403,"job":1,"pipeline":18446744073709551615,"user":7,"source":1,"target":18446744073709551615,"action":"write","route":"packages","accessor":null,"client":"::1","user_agent":"npm/9??[MASKED] é","latency_us":17}"#
    );
    assert!(!line.contains('\n'));
    let event = AuditEvent::new(
        Time::from_micros(951_827_696_000_001),
        Actor::System,
        Deed::Keys,
    );
    let line = serde_json::to_string(&event).expect("it can be written");
    assert!(line.starts_with(r#"{"time":"2000-02-29T12:34:56.000001Z","who":"system","what":"keys_changed","project":null"#));
}

#[test]
fn what_clients_say_is_cut_and_cleaned() {
    assert_eq!(
        UserAgent::new(&"ä ".repeat(300)).as_str().chars().count(),
        200
    );
    // A token that would be cut in two is masked as a whole.
    let cut = format!("{} mjt_{}", "a ".repeat(95), "B7".repeat(30));
    assert!(!UserAgent::new(&cut).as_str().contains("B7"));
    assert_eq!(UserAgent::new("a b").as_str(), "a b");
    assert_eq!(RequestId::new(&"x".repeat(200)).as_str().len(), 128);
    assert_eq!(RequestId::new("a\nb").as_str(), "a?b");
    for actor in [
        Actor::System,
        Actor::User(UserId(0)),
        Actor::operator("a:b\n"),
    ] {
        assert_eq!(actor.to_string().parse(), Ok(actor));
    }
    assert!("user:x".parse::<Actor>().is_err() && "root".parse::<Actor>().is_err());
    for deed in Deed::ALL {
        assert_eq!(deed.as_str().parse(), Ok(*deed));
    }
}
