//! Settings of projects and what is known of users, changed by many at once.

use masker::token::directory::{
    Project, ProjectId, ProjectReference, User, UserId, UserState, Visibility,
};
use masker::token::journal::{Actor, AuditEvent, AuditFilter, Deed};
use masker::token::lifecycle::Why;
use masker::token::store::StoreErrorKind;

use super::Factory;
use super::world::{A, ALICE, B, World};

fn events(world: &World, what: Deed) -> Vec<AuditEvent> {
    let which = AuditFilter {
        what: Some(what),
        ..AuditFilter::default()
    };
    world
        .store
        .audit_events(&which, 100)
        .expect("the store works")
}

/// Each of many changes a setting of its own, at the same moment.
pub fn settings_that_many_change_at_once_are_all_changed(factory: &dyn Factory) {
    let world = World::new(factory);
    let changes: [fn(&mut Project); 6] = [
        |it| it.visibility = Visibility::Internal,
        |it| it.outbound_limit = true,
        |it| it.job_token_push = true,
        |it| it.container_registry_api = !it.container_registry_api,
        |it| it.public_pipelines = !it.public_pipelines,
        |it| it.path = "group/moved".to_owned(),
    ];
    let find = || {
        let found = world.store.project(&ProjectReference::Id(A));
        found.expect("the store works").expect("it is there")
    };
    let mut wanted = find();
    changes.iter().for_each(|change| change(&mut wanted));
    let (store, now) = (&world.store, world.now);
    std::thread::scope(|scope| {
        for (number, change) in (0..).zip(changes) {
            let who = Actor::User(UserId(number));
            scope.spawn(move || {
                let edited = store.edit_project(A, &change, &who, now);
                edited.expect("the store works");
            });
        }
    });
    assert_eq!(find(), wanted);
    let events = events(&world, Deed::Setting);
    assert_eq!(events.len(), changes.len());
    for number in 0..changes.len() as u64 {
        let own = events
            .iter()
            .filter(|it| it.who == Actor::User(UserId(number)));
        let own: Vec<_> = own.collect();
        assert_eq!(own.len(), 1, "each has one event, with its own change");
        let after = own[0].after.as_deref().expect("what it is now");
        assert!(!after.contains(' '), "{after} has what another changed");
    }
}

pub fn an_edit_is_written_down_with_who_made_it(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let _issued = world.run();
    let (store, now) = (&world.store, world.now);
    let who = Actor::operator("admin");
    let edit = |change: &dyn Fn(&mut Project)| store.edit_project(A, change, &who, now);
    // Nothing that changes nothing is an event.
    let (same, revoked) = edit(&|_| {}).expect("the store works");
    assert_eq!((same.id, revoked), (A, 0));
    assert_eq!(events(&world, Deed::Setting), []);
    // The number is not theirs to change.
    let (same, _) = edit(&|it| it.id = B).expect("the store works");
    assert_eq!(same.id, A);
    let path = path_of(&world, B);
    let taken = edit(&|it| it.path.clone_from(&path)).expect_err("another has it");
    assert_eq!(taken.kind(), StoreErrorKind::Duplicate);
    let missing = store.edit_project(ProjectId(99), &|_| {}, &who, now);
    assert_eq!(
        missing.expect_err("there is none").kind(),
        StoreErrorKind::NotFound
    );
    assert_eq!(events(&world, Deed::Setting), [], "what is refused is none");
    let (gone, revoked) = edit(&|it| it.pending_delete = true).expect("the store works");
    assert_eq!((gone.pending_delete, revoked), (true, 1));
    let event = &events(&world, Deed::Setting)[0];
    assert_eq!(
        (
            &event.who,
            event.project,
            event.before.as_deref(),
            event.after.as_deref()
        ),
        (
            &who,
            Some(A),
            Some("pending_delete=false"),
            Some("pending_delete=true")
        )
    );
}

pub fn a_user_is_blocked_by_somebody(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let issued = world.run();
    let (store, now) = (&world.store, world.now);
    let who = Actor::User(UserId(99));
    let edit = |state: UserState| {
        let change = |user: &mut User| user.state = state;
        store.edit_user(ALICE, &change, &who, now)
    };
    let (blocked, revoked) = edit(UserState::Blocked).expect("the store works");
    assert_eq!((blocked.state, revoked), (UserState::Blocked, 1));
    let record = store.job(issued.job.id).expect("the store works");
    let revoked = record.token.and_then(|token| token.revoked);
    assert_eq!(revoked.map(|it| it.why), Some(Why::UserBlocked));
    let (_, revoked) = edit(UserState::Blocked).expect("the store works");
    assert_eq!(revoked, 0);
    edit(UserState::Active).expect("the store works");
    let events = events(&world, Deed::User);
    let told: Vec<_> = events
        .iter()
        .map(|it| (&it.who, it.user, it.before.as_deref(), it.after.as_deref()))
        .collect();
    let (blocked, active) = (Some("state=blocked"), Some("state=active"));
    assert_eq!(
        told,
        [
            (&who, Some(ALICE), blocked, active),
            (&who, Some(ALICE), active, blocked),
        ]
    );
    let nobody = store.edit_user(UserId(77), &|_| {}, &who, now);
    assert_eq!(
        nobody.expect_err("there is none").kind(),
        StoreErrorKind::NotFound
    );
}

fn path_of(world: &World, project: ProjectId) -> String {
    let found = world.store.project(&ProjectReference::Id(project));
    found.expect("the store works").expect("it is there").path
}
